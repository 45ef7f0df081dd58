import { TYPING_SENT_MS, TYPING_SHOWN_MS } from "@shared/conversation";
import type { OpenFrame, ServerFrame, VisitorFrame } from "@shared/frames";
import { clientId } from "@shared/ids";
import { Link } from "@shared/socket";
import { type Act, BLANK, type Choice, next, progress, type State } from "./state";
import { Work } from "./work";

/** How long the page waits for the word that all is erased, before it says that it does not know. */
const ERASED_WITHIN_MS = 5_000;

interface Secret {
  readonly conversation: string;
  readonly token: string;
}

/** One visit: the state of the page, and the link over which it changes. It can be wiped at any instant. */
export class Visit {
  readonly #show: (state: State) => void;
  readonly #language: () => string;
  readonly #work = new Work();
  #state: State = BLANK;
  #link: Link<VisitorFrame> | null = null;
  #secret: Secret | null = null;
  #typedAt = 0;
  #told = { delivered: 0, seen: 0 };
  #tick: ReturnType<typeof setTimeout> | undefined;
  #doubt: ReturnType<typeof setTimeout> | undefined;

  /** `show` draws a state; `language` is the BCP 47 tag that the visitor reads. */
  constructor(show: (state: State) => void, language: () => string) {
    this.#show = show;
    this.#language = language;
  }

  get state(): State {
    return this.#state;
  }

  /** Ask for a specialist. */
  ask(choice: Choice): void {
    const { category, audience, postalCode } = choice;
    if (!category) return;
    const open: OpenFrame = { t: "open", category, audience, language: this.#language() };
    if (postalCode !== "") open.postal_code = postalCode;
    this.#act({ type: "asked", choice });
    this.#told = { delivered: 0, seen: 0 };
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    this.#link = new Link<VisitorFrame>({
      url: `${scheme}://${location.host}/ws`,
      self: "visitor",
      first: (seqs) =>
        this.#secret ? { t: "resume", ...this.#secret, seq: seqs[this.#secret.conversation] ?? 0 } : open,
      solve: async (puzzle) => {
        open.work = await this.#work.of(puzzle);
      },
      onFrame: (frame) => this.#hear(frame),
      onStatus: (status) => this.#act({ type: "link", status }),
    });
    this.#link.open();
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
    this.#link?.now({ t: "typing", conversation });
  }

  /** Send what is in the composer. */
  say(): void {
    const body = this.#state.draft.trim();
    if (body === "") return;
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

  /** Ask whether to end, and go back from the question. */
  considerEnding(): void {
    this.#act({ type: "ending" });
  }

  stay(): void {
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
    this.#link?.open();
  }

  /** Have the conversation destroyed without waiting for an answer, and forget everything here. Draws nothing. */
  wipe(redButton: boolean): void {
    try {
      this.#askErasure(redButton);
    } finally {
      this.#state = BLANK;
      this.#release();
    }
  }

  #send(body: string): void {
    const conversation = this.#state.conversation?.id;
    if (!conversation || !this.#link) return;
    const cid = clientId();
    // Shown before it is sent: on a fast line the acknowledgement must find it.
    this.#act({ type: "said", cid, body, kind: "text" });
    this.#link.say(conversation, body, "text", cid);
  }

  #hear(frame: ServerFrame): void {
    if (frame.t === "opened") this.#secret = { conversation: frame.conversation, token: frame.token };
    if (frame.t === "resumed") this.#told = { delivered: 0, seen: 0 };
    this.#act({ type: "frame", frame, now: Date.now() });
    const { screen } = this.#state;
    // All is erased already: it is the answer that counts, which has the browser forget this site (Clear-Site-Data).
    if (frame.t === "erased") this.#askErasure(false);
    if (screen.at === "ended" || screen.at === "start") this.#release();
    if (frame.t === "message" || frame.t === "resumed") this.#tell();
    if (frame.t === "typing") this.#tickLater();
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
    this.#link = null;
    this.#secret = null;
  }

  #act(act: Act): void {
    this.#state = next(this.#state, act);
    this.#show(this.#state);
  }
}
