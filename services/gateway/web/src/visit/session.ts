import type { AdmittedFrame, AnswerFrame, ErrorFrame, FoundFrame, VisitorFrame } from "@shared/frames";
import { clientId } from "@shared/ids";
import { type Heard, SealedLink, type SpokenKind } from "@shared/sealed-link";
import type { LinkStatus } from "@shared/socket";
import type { PublicJwk, VisitorKeys } from "@shared/sealing/visitor";
import type { Search, Secret } from "../return/search";
import type { ResumeWords } from "../return/words";
import { type Act, progress, type State } from "../state";
import { Work } from "../work";
import { Reports } from "./reports";

/** The server's close code when a newer connection has this visitor's end. */
export const SUPERSEDED = 4001;

/** The visit that a session belongs to. */
export interface SessionHost {
  /** Stands for who is staff: a key is given to nobody else. */
  readonly authority: PublicJwk;
  /** Whether resume words are offered here. */
  readonly words: boolean;
  /** BCP 47 tag of the page. */
  locale(): string;
  state(): State;
  act(act: Act): void;
  /** A frame that the session has dealt with: what it means for the page. */
  heard(frame: Heard): void;
  linked(status: LinkStatus, code?: number): void;
  /** Draw resume words. */
  draw(): void;
  /** There is no conversation, and none will come: the session is to be closed. */
  over(act: Act): void;
}

/**
 * One conversation, or the way to one: its link, its keys, its resume words. Closed, it has forgotten all of it.
 *
 * `first` opens or finds the conversation; from then on every new connection resumes it.
 */
export class Session {
  readonly link: SealedLink<VisitorFrame>;
  readonly reports: Reports;
  readonly #host: SessionHost;
  readonly #search: Search | null;
  readonly #work = new Work();
  #closed = false;
  #keys: VisitorKeys | null = null;
  #secret: Secret | null = null;
  #words: ResumeWords | null = null;
  #admitted: AdmittedFrame | null = null;
  #told = { delivered: 0, seen: 0 };
  /** Whether it was asked for the answer of a report, since there is no such conversation. */
  #instead = false;

  constructor(host: SessionHost, first: VisitorFrame, search: Search | null) {
    this.#host = host;
    this.#search = search;
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    this.link = new SealedLink<VisitorFrame>({
      url: `${scheme}://${location.host}/ws`,
      self: "visitor",
      keys: () => this.#keys,
      first: (seqs) => {
        this.#instead = false;
        return this.#secret ? { t: "resume", ...this.#secret, seq: seqs[this.#secret.conversation] ?? 0 } : first;
      },
      solve: async (puzzle) => {
        if (first.t === "open") first.work = await this.#work.of(puzzle);
      },
      onFrame: (frame) => this.#hear(frame),
      finalCodes: [SUPERSEDED],
      onStatus: (status, code) => {
        host.linked(status, code);
        this.reports.linked(status === "ready");
      },
    });
    this.reports = new Reports({
      authority: host.authority,
      words: host.words,
      state: () => host.state(),
      locale: () => host.locale(),
      conversation: () => host.state().conversation,
      keys: () => this.#keys,
      phrase: () => this.#words?.phrase ?? null,
      say: (decision) => this.say(JSON.stringify(decision), "consent"),
      drop: (cid) => host.act({ type: "withdrawn", cid }),
      send: (frame) => this.link.status === "ready" && this.link.now(frame),
      draw: () => host.draw(),
      show: (room, parts) => host.act({ type: "reports", reports: { room, parts } }),
    });
  }

  /** What one needs to speak for the conversation; null: there is none yet, or no more. */
  get secret(): Secret | null {
    return this.#secret;
  }

  /** Connect, and seal with these keys from now on. */
  open(keys: VisitorKeys | null): void {
    if (this.#closed) return;
    this.#keys = keys;
    this.link.open();
  }

  /** Say something; it is kept until the server has stored it. */
  say(body: string, kind: SpokenKind): void {
    const conversation = this.#host.state().conversation?.id;
    if (!conversation) return;
    const cid = clientId();
    // Shown before it is sent: on a fast line the acknowledgement must find it.
    this.#host.act({ type: "said", cid, body, kind });
    this.link.say(conversation, body, kind, cid);
  }

  /** Draw resume words. Rejects when what they need does not come. */
  async drawWords(conversation: string): Promise<void> {
    await (await this.#resumeWords())?.draw(conversation);
  }

  /** Nobody looks at words that are being drawn. */
  leaveWords(): void {
    this.#words?.leave();
  }

  /** Bring those who read to what the server says, as soon as the force is known for which they must be verified. */
  admit(): void {
    const force = this.#host.state().standing?.force;
    const [frame, keys, link] = [this.#admitted, this.#keys, this.link];
    if (!force || !frame || !keys) return;
    this.#admitted = null;
    link.inOrder(async (alive) => {
      const cid = clientId();
      const { body, refused } = await keys.admit(frame.conversation, force, frame.holders, cid);
      if (!alive()) return;
      if (body) {
        link.sayBody(frame.conversation, body, cid);
        void this.#words?.renew();
      }
      this.#host.act({ type: "verified", unverified: refused.length > 0 });
    });
  }

  /** Tell the other end how far this page has come, when that is news. */
  tell(): void {
    const conversation = this.#host.state().conversation?.id;
    const reached = progress(this.#host.state());
    if (!conversation || (reached.delivered <= this.#told.delivered && reached.seen <= this.#told.seen)) return;
    if (this.link.status !== "ready") return;
    if (this.link.now({ t: "receipt", conversation, ...reached })) this.#told = reached;
  }

  /** Have the conversation destroyed, without waiting for an answer. */
  askErasure(redButton: boolean): void {
    if (!this.#secret) return;
    const body = JSON.stringify({ ...this.#secret, red_button: redButton });
    if (navigator.sendBeacon("/erase", body)) return;
    // Refused by the browser (queue full): the same call, which also outlives the page.
    void fetch("/erase", { method: "POST", body, keepalive: true, credentials: "omit" });
  }

  /** Forget everything. */
  close(): void {
    this.#closed = true;
    this.link.close();
    this.reports.close();
    this.#keys?.forget();
    this.#words?.forget();
    this.#keys = this.#secret = this.#words = this.#admitted = null;
  }

  #hear(frame: Heard): void {
    switch (frame.t) {
      case "found":
        if (this.#search && !this.#secret) void this.#found(frame, this.#search);
        return;
      case "wrong":
        this.#host.over({ type: "lost", fault: frame.left > 0 ? { why: "wrong", left: frame.left } : { why: "dead" } });
        return;
      case "kept":
        void this.#words?.heard(frame).then(() => this.reports.look());
        return;
      case "admitted":
        this.#admitted = frame;
        this.admit();
        return;
      case "opened":
        this.#secret = { conversation: frame.conversation, token: frame.token };
        break;
      case "resumed":
        this.#told = { delivered: 0, seen: 0 };
        break;
      case "answer":
        if (this.#search) void this.#answered(frame, this.#search);
        return;
      case "withdrawn":
      case "following":
        this.reports.heard(frame);
        return;
      case "error":
        if (this.reports.heard(frame) || this.#askInstead(frame)) return;
        this.#words?.refused(frame);
        break;
      default:
    }
    this.#host.heard(frame);
  }

  /** The words were right: take up the conversation where it stands. */
  async #found(frame: FoundFrame, search: Search): Promise<void> {
    try {
      const { secret, keys } = await search.open(frame, this.#host.authority);
      if (this.#closed) return;
      this.#secret = secret;
      this.#keys = keys;
      (await this.#resumeWords())?.found(secret.conversation, search.phrase, frame.share);
      this.#host.act({ type: "found", conversation: secret.conversation });
      this.link.now({ t: "resume", ...secret, seq: 0 });
    } catch {
      if (!this.#closed) this.#host.over({ type: "lost", fault: { why: "failed" } });
    }
  }

  /** Nothing is known of such a conversation: ask for the answer to its report. Returns whether that was done. */
  #askInstead({ code }: ErrorFrame): boolean {
    if (code !== "not_found" || !this.#search || this.#secret || this.#instead) return false;
    const { locator, proof } = this.#search.phrase;
    this.#instead = this.link.now({ t: "ask_answer", locator, proof });
    return this.#instead;
  }

  /** The conversation is gone, and its words lead to what became of a report. */
  async #answered(frame: AnswerFrame, search: Search): Promise<void> {
    try {
      const parts = await import("../report");
      const found = await parts.openFound(search.phrase, frame, this.#host.locale());
      if (!this.#closed) this.#host.over({ type: "answer", found, parts });
    } catch {
      if (!this.#closed) this.#host.over({ type: "lost", fault: { why: "failed" } });
    }
  }

  /** The resume words of the conversation; null when it is gone before they are fetched. */
  async #resumeWords(): Promise<ResumeWords | null> {
    const { ResumeWords } = await import("../return");
    if (this.#closed) return null;
    this.#words ??= new ResumeWords({
      contents: () => (this.#secret && this.#keys ? { secret: this.#secret, keys: this.#keys } : null),
      send: (frame) => this.link.later(frame),
      show: (words) => this.#host.act({ type: "words", words, failed: words === null }),
    });
    return this.#words;
  }
}
