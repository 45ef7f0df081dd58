import { TYPING_SENT_MS, TYPING_SHOWN_MS } from "@shared/conversation";
import type { AdmittedFrame, FoundFrame, OpenFrame, VisitorFrame } from "@shared/frames";
import { clientId } from "@shared/ids";
import { type Heard, SealedLink } from "@shared/sealed-link";
import type { LinkStatus } from "@shared/socket";
import { fits, type PublicJwk, VisitorKeys } from "@shared/sealing/visitor";
import type { BackFault, Search, Secret } from "./return/search";
import type { ResumeWords } from "./return/words";
import { type Act, BLANK, type Choice, next, progress, resumable, type State } from "./state";
import { Work } from "./work";

/** The server's close code when a newer connection has this visitor's end. */
const SUPERSEDED = 4001;
/** How long the page waits for the word that all is erased, before it says that it does not know. */
const ERASED_WITHIN_MS = 5_000;

/** One visit: the state of the page, and the link over which it changes. It can be wiped at any instant. */
export class Visit {
  readonly #show: (state: State) => void;
  readonly #language: () => string;
  readonly #authority: PublicJwk | null;
  readonly #work = new Work();
  #state: State = BLANK;
  #link: SealedLink<VisitorFrame> | null = null;
  #keys: VisitorKeys | null = null;
  #secret: Secret | null = null;
  #words: ResumeWords | null = null;
  #admitted: AdmittedFrame | null = null;
  #typedAt = 0;
  #told = { delivered: 0, seen: 0 };
  #tick: ReturnType<typeof setTimeout> | undefined;
  #doubt: ReturnType<typeof setTimeout> | undefined;

  /**
   * `show` draws a state; `language` is the BCP 47 tag that the visitor reads; `authority` stands for who is staff, and
   * a key is given to nobody else; without it nobody is asked for.
   */
  constructor(show: (state: State) => void, language: () => string, authority: PublicJwk | null) {
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
    this.#act({ type: "asked", choice });
    const link = this.#connect(open, null);
    void VisitorKeys.make(authority).then((keys) => {
      if (this.#link !== link) return;
      this.#keys = keys;
      link.open();
    });
  }

  /** Come back by resume words, as they were typed. */
  async comeBack(typed: string): Promise<void> {
    this.#act({ type: "returning", typed });
    const here = this.#state.screen;
    let found: Search | BackFault;
    try {
      const { Search } = await import("./return");
      found = await Search.of(typed);
    } catch {
      // What the words need is fetched when it is asked for: without a network it does not come.
      found = { why: "failed" };
    }
    // Given up meanwhile.
    if (this.#state.screen !== here) return;
    if ("why" in found) this.#act({ type: "lost", fault: found });
    else this.#connect(found.frame, found).open();
  }

  /** Answer the question about the commune; null: not known, or not said. */
  answer(insee: string | null): void {
    this.#link?.now({ t: "commune", insee });
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
    this.#link?.typing(conversation);
  }

  /** Send what is in the composer, unless it is too long. */
  say(): void {
    const body = this.#state.draft.trim();
    if (body === "" || !fits(body)) return;
    this.#act({ type: "drafted", draft: "" });
    this.#typedAt = 0;
    this.#send(body);
  }

  /** Send again a message that was refused. */
  retry(cid: string, body: string): void {
    this.withdraw(cid);
    this.#send(body);
  }

  withdraw(cid: string): void {
    this.#act({ type: "withdrawn", cid });
  }

  /** Everything up to `seq` has been on screen. */
  looked(seq: number): void {
    if (seq > this.#state.seen) this.#act({ type: "looked", seq });
    this.#tell();
  }

  /** Draw resume words. */
  drawWords(): void {
    const conversation = this.#state.conversation?.id;
    if (!conversation) return;
    this.#act({ type: "words", words: null, failed: false });
    void this.#resumeWords().then(
      (words) => words?.draw(conversation),
      () => this.#showWords(null),
    );
  }

  /** Ask whether to end. */
  considerEnding(): void {
    this.#act({ type: "ending" });
  }

  /** Back to the conversation. */
  stay(): void {
    this.#words?.leave();
    this.#act({ type: "staying" });
  }

  /** End the conversation and have it destroyed everywhere. */
  end(): void {
    const conversation = this.#state.conversation?.id;
    if (!conversation) return;
    this.#act({ type: "erasing" });
    this.#link?.later({ t: "end", conversation });
    this.#doubt = setTimeout(() => {
      this.#askErasure(false);
      this.#release();
      this.#act({ type: "unsure" });
    }, ERASED_WITHIN_MS);
  }

  /** Back to the first screen after an ending. */
  again(): void {
    this.#act({ type: "again" });
  }

  /** The page is looked at again, or the network is back. */
  wake(): void {
    if (this.#link && this.#link.status !== "closed") this.#link.open();
  }

  /**
   * Have the conversation destroyed without waiting for an answer, and forget everything here. Draws nothing.
   *
   * A page that is merely closed or reloaded destroys nothing while resume words lead back to it: that is what they are
   * for.
   */
  wipe(redButton: boolean): void {
    try {
      if (redButton || !resumable(this.#state, Date.now())) this.#askErasure(redButton);
    } finally {
      this.#state = BLANK;
      this.#release();
    }
  }

  /** `first` opens or finds a conversation; from then on every new connection resumes it. */
  #connect(first: VisitorFrame, search: Search | null): SealedLink<VisitorFrame> {
    this.#release();
    this.#told = { delivered: 0, seen: 0 };
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    const link = new SealedLink<VisitorFrame>({
      url: `${scheme}://${location.host}/ws`,
      self: "visitor",
      keys: () => this.#keys,
      first: (seqs) =>
        this.#secret ? { t: "resume", ...this.#secret, seq: seqs[this.#secret.conversation] ?? 0 } : first,
      solve: async (puzzle) => {
        if (first.t === "open") first.work = await this.#work.of(puzzle);
      },
      onFrame: (frame) => this.#hear(frame, search),
      finalCodes: [SUPERSEDED],
      onStatus: (status, code) => this.#linked(status, code),
    });
    this.#link = link;
    return link;
  }

  #linked(status: LinkStatus, code?: number): void {
    this.#act({ type: "link", status });
    if (code !== SUPERSEDED || status !== "closed") return;
    // It goes on elsewhere: leaving this page must not end it there.
    this.#release();
    this.#act({ type: "elsewhere" });
  }

  #send(body: string): void {
    const conversation = this.#state.conversation?.id;
    if (!conversation || !this.#link) return;
    const cid = clientId();
    // Shown before it is sent: on a fast line the acknowledgement must find it.
    this.#act({ type: "said", cid, body, kind: "text" });
    this.#link.say(conversation, body, "text", cid);
  }

  #hear(frame: Heard, search: Search | null): void {
    switch (frame.t) {
      case "found":
        if (search && !this.#secret) void this.#found(frame, search);
        return;
      case "wrong":
        this.#release();
        this.#act({ type: "lost", fault: frame.left > 0 ? { why: "wrong", left: frame.left } : { why: "dead" } });
        return;
      case "kept":
        void this.#words?.heard(frame);
        return;
      case "admitted":
        this.#admitted = frame;
        this.#admit();
        return;
      case "opened":
        this.#secret = { conversation: frame.conversation, token: frame.token };
        break;
      case "resumed":
        this.#told = { delivered: 0, seen: 0 };
        break;
      case "error":
        this.#words?.refused(frame);
        break;
      default:
    }
    this.#heard(frame);
  }

  #heard(frame: Heard): void {
    this.#act({ type: "frame", frame, now: Date.now() });
    const { screen } = this.#state;
    // All is erased already: it is the answer that counts, which has the browser forget this site (Clear-Site-Data).
    if (frame.t === "erased") this.#askErasure(false);
    if (screen.at === "ended" || screen.at === "start") this.#release();
    if (frame.t === "state") this.#admit();
    if (frame.t === "message" || frame.t === "resumed") this.#tell();
    if (frame.t === "typing") this.#tickLater();
  }

  /** The words were right: take up the conversation where it stands. */
  async #found(frame: FoundFrame, search: Search): Promise<void> {
    const [link, authority] = [this.#link, this.#authority];
    if (!authority) return;
    try {
      const { secret, keys } = await search.open(frame, authority);
      if (this.#link !== link) return;
      this.#secret = secret;
      this.#keys = keys;
      (await this.#resumeWords())?.found(secret.conversation, search.phrase, frame.share);
      this.#act({ type: "found", conversation: secret.conversation });
      link?.now({ t: "resume", ...secret, seq: 0 });
    } catch {
      if (this.#link !== link) return;
      this.#release();
      this.#act({ type: "lost", fault: { why: "failed" } });
    }
  }

  /** Bring those who read to what the server says, as soon as the force is known for which they must be verified. */
  #admit(): void {
    const force = this.#state.standing?.force;
    const [frame, keys, link] = [this.#admitted, this.#keys, this.#link];
    if (!force || !frame || !keys || !link) return;
    this.#admitted = null;
    link.inOrder(async (alive) => {
      const cid = clientId();
      const { body, refused } = await keys.admit(frame.conversation, force, frame.holders, cid);
      if (!alive()) return;
      if (body) {
        link.sayBody(frame.conversation, body, cid);
        void this.#words?.renew();
      }
      this.#act({ type: "verified", unverified: refused.length > 0 });
    });
  }

  /** The resume words of the conversation that there is now; null when it is gone before they are fetched. */
  async #resumeWords(): Promise<ResumeWords | null> {
    const link = this.#link;
    const { ResumeWords } = await import("./return");
    if (this.#link !== link || !link) return null;
    this.#words ??= new ResumeWords({
      contents: () => (this.#secret && this.#keys ? { secret: this.#secret, keys: this.#keys } : null),
      send: (frame) => link.later(frame),
      show: (words) => this.#showWords(words),
    });
    return this.#words;
  }

  /** Show drawn words where they are waited for, or say that it did not succeed. */
  #showWords(words: readonly string[] | null): void {
    if (this.#state.screen.at === "words") this.#act({ type: "words", words, failed: words === null });
  }

  #tickLater(): void {
    clearTimeout(this.#tick);
    this.#tick = setTimeout(() => this.#act({ type: "tick", now: Date.now() }), TYPING_SHOWN_MS);
  }

  /** Tell the other end how far this page has come, when that is news. */
  #tell(): void {
    const conversation = this.#state.conversation?.id;
    const reached = progress(this.#state);
    if (!conversation || (reached.delivered <= this.#told.delivered && reached.seen <= this.#told.seen)) return;
    if (this.#link?.status !== "ready") return;
    if (this.#link.now({ t: "receipt", conversation, ...reached })) this.#told = reached;
  }

  #askErasure(redButton: boolean): void {
    if (!this.#secret) return;
    const body = JSON.stringify({ ...this.#secret, red_button: redButton });
    if (navigator.sendBeacon("/erase", body)) return;
    // Refused by the browser (queue full): the same call, which also outlives the page.
    void fetch("/erase", { method: "POST", body, keepalive: true, credentials: "omit" });
  }

  #release(): void {
    clearTimeout(this.#tick);
    clearTimeout(this.#doubt);
    this.#link?.close();
    this.#keys?.forget();
    this.#words?.forget();
    this.#link = this.#keys = this.#secret = this.#words = this.#admitted = null;
  }

  #act(act: Act): void {
    this.#state = next(this.#state, act);
    this.#show(this.#state);
  }
}
