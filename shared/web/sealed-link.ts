import type { MessageFrame, Role, ServerFrame, TypingFrame } from "./frames";
import { clientId } from "./ids";
import type { Opened } from "./sealing/body";
import { type Plain, type PlainKind, TYPING_CID } from "./sealing/plain";
import { type ClientFrame, Link, type LinkOptions, type LinkStatus } from "./socket";

/** What a person says. */
export type SpokenKind = Exclude<PlainKind, "typing">;

/**
 * What has become of a stored message on this page. `keys`: it carried keys and is nothing to read. `sealed`: its key
 * may still come. `unreadable`: it never opens, or is not what its frame says. `service`: where a signalement stands, by
 * the platform itself: nothing in it is sealed, and no person said it.
 */
export type Reading = SpokenKind | "keys" | "sealed" | "unreadable" | "service";

/** A stored message, opened: `body` is plain text, empty unless `kind` is what a person or the service says. */
export interface OpenedMessage {
  readonly t: "message";
  readonly conversation: string;
  readonly seq: number;
  readonly by: Role;
  readonly at: number;
  readonly cid: string;
  readonly kind: Reading;
  readonly body: string;
}

/** Somebody is writing, and it is really they. */
export interface OpenedTyping {
  readonly t: "typing";
  readonly conversation: string;
  readonly by: Role;
}

/** A frame of the server with nothing sealed in it. */
export type Heard = Exclude<ServerFrame, { t: "message" | "typing" }> | OpenedMessage | OpenedTyping;

/** The keys of one page: a visitor's, or a console's. */
export interface Sealer {
  /** Null: there is no key of that conversation yet. */
  seal(plain: Plain): Promise<string | null>;
  open(frame: MessageFrame | TypingFrame): Promise<Opened>;
}

export interface SealedLinkOptions<Out extends ClientFrame> extends Omit<LinkOptions<Out>, "onFrame"> {
  /** The keys of this moment; null: there are none yet. */
  keys: () => Sealer | null;
  /**
   * Every frame, in order of arrival, opened. A message that was `sealed` comes once more, with the same number, when a
   * key for it has come.
   */
  onFrame: (frame: Heard) => void;
}

/**
 * A link that says and hears only sealed words.
 *
 * Sealing and opening take their time, so both stand in line: what is said leaves in the order of saying, and what
 * arrives is handed on in the order of arrival.
 */
export class SealedLink<Out extends ClientFrame> {
  readonly #options: SealedLinkOptions<Out>;
  readonly #link: Link<Out>;
  readonly #sealed = new Map<string, MessageFrame[]>();
  #saying: Promise<void> = Promise.resolve();
  #hearing: Promise<void> = Promise.resolve();
  #life = 0;

  constructor(options: SealedLinkOptions<Out>) {
    this.#options = options;
    this.#link = new Link<Out>({ ...options, onFrame: (frame) => this.#heard(frame) });
  }

  get status(): LinkStatus {
    return this.#link.status;
  }

  /** The last sequence number held of each conversation. */
  seqs(): Record<string, number> {
    return this.#link.seqs();
  }

  open(): void {
    this.#link.open();
  }

  /** Seal and say something; it is kept until the server has stored it. Returns its client id. */
  say(conversation: string, data: string, kind: SpokenKind = "text", cid = clientId()): string {
    const by = this.#options.self;
    this.inOrder(async (alive) => {
      const body = await this.#options.keys()?.seal({ conversation, cid, by, kind, data });
      if (!alive()) return;
      if (body) this.#link.say(conversation, body, cid);
      else this.#options.onFrame({ t: "error", code: "forbidden", detail: "no key", conversation, cid });
    });
    return cid;
  }

  /** Say a body as it is: a message that carries keys. */
  sayBody(conversation: string, body: string, cid: string): void {
    this.#link.say(conversation, body, cid);
  }

  /** Tell the others that this side is writing, if they can be told now. */
  typing(conversation: string): void {
    const by = this.#options.self;
    this.inOrder(async (alive) => {
      const body = await this.#options.keys()?.seal({ conversation, cid: TYPING_CID, by, kind: "typing", data: "" });
      if (body && alive()) this.#link.now({ t: "typing", conversation, body });
    });
  }

  /**
   * Do something with the keys before all that is said from now on, and after all that was said before. It asks `alive`
   * after every wait: false means that the link was closed meanwhile and nothing may be said any more.
   */
  inOrder(work: (alive: () => boolean) => Promise<void>): void {
    const life = this.#life;
    const alive = (): boolean => life === this.#life;
    this.#saying = this.#saying.then(() => (alive() ? work(alive) : undefined)).catch((error: unknown) => report(error, alive));
  }

  /** Send a frame that is worthless later, or that belongs before readiness. */
  now(frame: Out): boolean {
    return this.#link.now(frame);
  }

  /** Send a frame as soon as the connection is ready. */
  later(frame: Out): void {
    this.#link.later(frame);
  }

  /** Open again what was sealed: a key has come by another way than a message. */
  retry(conversation: string): void {
    this.#inTurn((alive) => this.#openSealed(conversation, alive));
  }

  /** Forget a conversation: what is pending, what has arrived, and what is still sealed. */
  forget(conversation: string): void {
    this.#sealed.delete(conversation);
    this.#link.forget(conversation);
  }

  /** Stop trying, but keep all that waits and all that is known, until `open()`. */
  rest(): void {
    this.#link.rest();
  }

  /** Close for good and forget everything; what is being sealed or opened is dropped. */
  close(): void {
    this.#life += 1;
    this.#sealed.clear();
    this.#link.close();
  }

  #heard(frame: ServerFrame): void {
    this.#inTurn(async (alive) => {
      if (frame.t === "message") await this.#message(frame, alive);
      else if (frame.t === "typing") await this.#typing(frame, alive);
      else this.#options.onFrame(frame);
    });
  }

  #inTurn(work: (alive: () => boolean) => Promise<void>): void {
    const life = this.#life;
    const alive = (): boolean => life === this.#life;
    this.#hearing = this.#hearing.then(() => (alive() ? work(alive) : undefined)).catch((error: unknown) => report(error, alive));
  }

  async #message(frame: MessageFrame, alive: () => boolean): Promise<void> {
    if (frame.by === "service") {
      this.#options.onFrame({ ...frame, kind: "service" });
      return;
    }
    const opened = await this.#opened(frame);
    if (!alive()) return;
    if (opened.state === "sealed") {
      this.#sealed.set(frame.conversation, [...(this.#sealed.get(frame.conversation) ?? []), frame]);
    }
    this.#tell(frame, opened);
    if (opened.state === "keys") await this.#openSealed(frame.conversation, alive);
  }

  async #openSealed(conversation: string, alive: () => boolean): Promise<void> {
    const waiting = this.#sealed.get(conversation) ?? [];
    this.#sealed.delete(conversation);
    const still: MessageFrame[] = [];
    for (const frame of waiting) {
      const opened = await this.#opened(frame);
      if (!alive()) return;
      if (opened.state === "sealed") still.push(frame);
      else this.#tell(frame, opened);
    }
    if (still.length > 0) this.#sealed.set(conversation, still);
  }

  async #typing(frame: TypingFrame, alive: () => boolean): Promise<void> {
    const { conversation, by } = frame;
    const opened = await this.#opened(frame);
    if (!alive() || !by || opened.state !== "plain" || opened.kind !== "typing") return;
    this.#options.onFrame({ t: "typing", conversation, by });
  }

  async #opened(frame: MessageFrame | TypingFrame): Promise<Opened> {
    return (await this.#options.keys()?.open(frame)) ?? { state: "sealed" };
  }

  #tell({ conversation, seq, by, at, cid }: MessageFrame, opened: Opened): void {
    const spoken = opened.state === "plain" && opened.kind !== "typing";
    const kind = opened.state !== "plain" ? opened.state : opened.kind === "typing" ? "unreadable" : opened.kind;
    this.#options.onFrame({ t: "message", conversation, seq, by, at, cid, kind, body: spoken ? opened.data : "" });
  }
}

/** A fault in one frame is told as an uncaught error, and stops none of those behind it; after `close` it is none. */
function report(error: unknown, alive: () => boolean): void {
  if (!alive()) return;
  queueMicrotask(() => {
    throw error;
  });
}
