import { TYPING_SENT_MS, TYPING_SHOWN_MS } from "@shared/conversation";
import type { OpenFrame, VisitorFrame } from "@shared/frames";
import type { Heard } from "@shared/sealed-link";
import type { LinkStatus } from "@shared/socket";
import { fits, type PublicJwk, VisitorKeys } from "@shared/sealing/visitor";
import type { BackFault, Search } from "../return/search";
import { type Act, BLANK, type Choice, next, resumable, type State } from "../state";
import { Session, SUPERSEDED } from "./session";

/** How long the page waits for the word that all is erased, before it says that it does not know. */
const ERASED_WITHIN_MS = 5_000;

/** One visit: the state of the page, and the session by which it changes. It can be wiped at any instant. */
export class Visit {
  readonly #show: (state: State) => void;
  readonly #language: () => string;
  readonly #authority: PublicJwk | null;
  readonly #words: boolean;
  #state: State = BLANK;
  #session: Session | null = null;
  #typedAt = 0;
  #tick: ReturnType<typeof setTimeout> | undefined;
  #doubt: ReturnType<typeof setTimeout> | undefined;

  /**
   * `show` draws a state; `language` is the BCP 47 tag that the visitor reads; `authority` stands for who is staff, and
   * a key is given to nobody else; without it nobody is asked for. `words`: whether resume words are offered.
   */
  constructor(show: (state: State) => void, language: () => string, authority: PublicJwk | null, words: boolean) {
    this.#words = words;
    this.#show = show;
    this.#language = language;
    this.#authority = authority;
  }

  get state(): State {
    return this.#state;
  }

  /** Ask for a specialist. */
  ask(choice: Choice): void {
    const { category, audience, postalCode } = choice;
    const authority = this.#authority;
    if (!category || !authority) return;
    const open: OpenFrame = { t: "open", category, audience, language: this.#language() };
    if (postalCode !== "") open.postal_code = postalCode;
    if (choice.minor) open.minor = true;
    this.#act({ type: "asked", choice });
    const session = this.#begin(authority, open, null);
    void VisitorKeys.make(authority).then(async (keys) => {
      open.signer = await keys.signer();
      session.open(keys);
    });
  }

  /** Come back by resume words, as they were typed. */
  async comeBack(typed: string): Promise<void> {
    const authority = this.#authority;
    if (!authority) return;
    this.#act({ type: "returning", typed });
    const here = this.#state.screen;
    let found: Search | BackFault;
    try {
      const { Search } = await import("../return");
      found = await Search.of(typed);
    } catch {
      // What the words need is fetched when it is asked for: without a network it does not come.
      found = { why: "failed" };
    }
    // Given up meanwhile.
    if (this.#state.screen !== here) return;
    if ("why" in found) this.#act({ type: "lost", fault: found });
    else this.#begin(authority, found.frame, found).open(null);
  }

  /** Answer the question about the commune; null: not known, or not said. */
  answer(insee: string | null): void {
    this.#session?.link.now({ t: "commune", insee });
    this.#act({ type: "answered" });
  }

  /** Give up before there is a conversation. */
  cancel(): void {
    this.#release();
    this.#act({ type: "cancelled" });
  }

  draft(text: string): void {
    this.#act({ type: "drafted", draft: text });
    const conversation = this.#state.conversation?.id;
    if (!conversation || text === "" || Date.now() - this.#typedAt < TYPING_SENT_MS) return;
    this.#typedAt = Date.now();
    this.#session?.link.typing(conversation);
  }

  /** Send what is in the composer, unless it is too long. */
  say(): void {
    const body = this.#state.draft.trim();
    if (body === "" || !fits(body)) return;
    this.#act({ type: "drafted", draft: "" });
    this.#typedAt = 0;
    this.#session?.say(body, "text");
  }

  /** Send again a message that was refused. */
  retry(cid: string, body: string): void {
    this.withdraw(cid);
    this.#session?.say(body, "text");
  }

  withdraw(cid: string): void {
    this.#act({ type: "withdrawn", cid });
  }

  /** Everything up to `seq` has been on screen. */
  looked(seq: number): void {
    if (seq > this.#state.seen) this.#act({ type: "looked", seq });
    this.#session?.tell();
  }

  /** Draw resume words. */
  drawWords(): void {
    const conversation = this.#state.conversation?.id;
    if (!conversation) return;
    this.#act({ type: "words", words: null, failed: false });
    void this.#session?.drawWords(conversation).catch(() => this.#act({ type: "words", words: null, failed: true }));
  }

  /** Say that one is in danger now, or no longer; it is said as soon as there is a connection. */
  sayDanger(on: boolean): void {
    const conversation = this.#state.conversation?.id;
    if (conversation) this.#session?.link.later({ t: "danger", conversation, on });
  }

  /** Ask whether to end. */
  considerEnding(): void {
    this.#act({ type: "ending" });
  }

  /** Back to the conversation. */
  stay(): void {
    this.#session?.leaveWords();
    this.#act({ type: "staying" });
  }

  /** End the conversation and have it destroyed everywhere. */
  end(): void {
    const conversation = this.#state.conversation?.id;
    if (!conversation) return;
    this.#act({ type: "erasing" });
    this.#session?.link.later({ t: "end", conversation });
    this.#doubt = setTimeout(() => {
      this.#session?.askErasure(false);
      this.#act({ type: "unsure" });
      this.#release();
    }, ERASED_WITHIN_MS);
  }

  /** Back to the first screen after an ending. */
  again(): void {
    this.#act({ type: "again" });
  }

  /** The page is looked at again, or the network is back. */
  wake(): void {
    const link = this.#session?.link;
    if (link && link.status !== "closed") link.open();
  }

  /**
   * Have the conversation destroyed without waiting for an answer, and forget everything here. Draws nothing.
   *
   * A page that is merely closed or reloaded destroys nothing while resume words lead back to it: that is what they are
   * for.
   */
  wipe(redButton: boolean): void {
    try {
      if (redButton || !resumable(this.#state, Date.now())) this.#session?.askErasure(redButton);
    } finally {
      this.#state = BLANK;
      this.#release();
    }
  }

  #begin(authority: PublicJwk, first: VisitorFrame, search: Search | null): Session {
    this.#release();
    const host = {
      authority,
      words: this.#words,
      locale: () => this.#language(),
      state: () => this.#state,
      act: (act: Act) => this.#act(act),
      draw: () => this.drawWords(),
      heard: (frame: Heard) => this.#heard(frame),
      linked: (status: LinkStatus, code?: number) => this.#linked(status, code),
      over: (act: Act) => {
        this.#release();
        this.#act(act);
      },
    };
    this.#session = new Session(host, first, search);
    return this.#session;
  }

  #linked(status: LinkStatus, code?: number): void {
    this.#act({ type: "link", status });
    if (code !== SUPERSEDED || status !== "closed") return;
    // It goes on elsewhere: leaving this page must not end it there.
    this.#release();
    this.#act({ type: "elsewhere" });
  }

  #heard(frame: Heard): void {
    const session = this.#session;
    this.#act({ type: "frame", frame, now: Date.now() });
    const { screen } = this.#state;
    // All is erased already: it is the answer that counts, which has the browser forget this site (Clear-Site-Data).
    if (frame.t === "erased") session?.askErasure(false);
    if (screen.at === "ended" || screen.at === "start") this.#release();
    if (frame.t === "state") session?.admit();
    if (frame.t === "message" || frame.t === "resumed") session?.tell();
    if (frame.t === "typing") this.#tickLater();
  }

  #tickLater(): void {
    clearTimeout(this.#tick);
    this.#tick = setTimeout(() => this.#act({ type: "tick", now: Date.now() }), TYPING_SHOWN_MS);
  }

  #release(): void {
    clearTimeout(this.#tick);
    clearTimeout(this.#doubt);
    this.#session?.close();
    this.#session = null;
  }

  #act(act: Act): void {
    const { conversation, standing } = this.#state;
    this.#state = next(this.#state, act);
    this.#show(this.#state);
    if (this.#state.conversation !== conversation || this.#state.standing !== standing) this.#session?.reports.look();
  }
}
