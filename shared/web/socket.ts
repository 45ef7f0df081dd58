import { backoff } from "./backoff";
import type { AckFrame, ErrorFrame, MessageFrame, OperatorFrame, Role, SayFrame, ServerFrame, TypingFrame, VisitorFrame } from "./frames";
import { clientId } from "./ids";
import { Outbox } from "./outbox";
import { Sequence } from "./sequence";

export type ClientFrame = VisitorFrame | OperatorFrame;

/** `lost`: not connected, trying again. `closed`: over for good, by `close()` or by the server's word. */
export type LinkStatus = "connecting" | "ready" | "lost" | "closed";

export interface LinkOptions<Out extends ClientFrame> {
  /** Absolute `ws:` or `wss:` address. */
  url: string;
  /** Who speaks on this side: the `by` of the messages that the server acknowledges. */
  self: Role;
  /** The first frame of a new connection (open, resume or sync). `seqs` is what is already held. */
  first: (seqs: Readonly<Record<string, number>>) => Out;
  /** Every frame, in order of arrival; a `message` once only. An acknowledged message arrives as `message` too. */
  onFrame: (frame: ServerFrame) => void;
  onStatus?: (status: LinkStatus, closeCode?: number) => void;
  /** Solves a proof of work that the server asks for before it takes the first frame, which `first` then brings along. */
  solve?: (puzzle: string) => Promise<void>;
  /** Close codes after which another attempt is pointless. */
  finalCodes?: readonly number[];
  /** Makes the socket; replaced in tests. */
  connect?: (url: string) => WebSocket;
}

/** Sign of life, and how long one waits for its answer. */
export const PING_MS = 10_000;
/** Without an `ack` after this long, the message is sent again; its client id makes that harmless. */
export const ACK_MS = 8_000;
const UNAVAILABLE_MS = 2_000;
const READY: ReadonlySet<ServerFrame["t"]> = new Set<ServerFrame["t"]>(["opened", "resumed", "welcome"]);
/** Refusals that pass: the message stays first in its conversation's line. */
const PASSING: ReadonlySet<string> = new Set(["too_fast", "unavailable"]);

type Timer = ReturnType<typeof setTimeout>;

/**
 * A WebSocket that comes back, and loses nothing on the way.
 *
 * What is said is kept until the server acknowledges it, and sent again after every reconnection. What arrives is
 * counted per conversation, so that a doubled message is dropped and a gap is asked for at once. The connection counts
 * as dead when a ping has had no answer by the next one.
 */
export class Link<Out extends ClientFrame> {
  readonly #options: LinkOptions<Out>;
  readonly #outbox = new Outbox();
  readonly #sequences = new Map<string, Sequence>();
  readonly #resends = new Map<string, Timer>();
  #later: Out[] = [];
  #socket: WebSocket | null = null;
  #status: LinkStatus = "closed";
  #attempt = 0;
  #answered = true;
  #heartbeat: Timer | undefined;
  #retry: Timer | undefined;

  constructor(options: LinkOptions<Out>) {
    this.#options = options;
  }

  get status(): LinkStatus {
    return this.#status;
  }

  /** The last sequence number held of each conversation. */
  seqs(): Record<string, number> {
    return Object.fromEntries([...this.#sequences].map(([id, sequence]) => [id, sequence.last]));
  }

  /** Connect now, also when an attempt is planned for later (the network came back, the page is looked at again). */
  open(): void {
    clearTimeout(this.#retry);
    if (this.#socket) {
      if (this.#status === "ready") this.#ping();
      return;
    }
    const connect = this.#options.connect ?? ((url) => new WebSocket(url));
    const socket = connect(this.#options.url);
    this.#socket = socket;
    this.#answered = true;
    this.#heartbeat = setTimeout(() => this.#drop(), PING_MS);
    socket.onopen = () => this.#greet();
    socket.onmessage = (event: MessageEvent<unknown>) => this.#receive(event.data);
    socket.onclose = (event) => this.#drop(event.code);
    this.#become("connecting");
  }

  /** Say something; it is kept until the server has stored it. Returns its client id. */
  say(conversation: string, body: string, cid = clientId()): string {
    const say: SayFrame = { t: "say", conversation, cid, body };
    if (this.#outbox.add(say)) this.#trySay(say);
    return cid;
  }

  /** Send a frame that is worthless later (typing, receipt) or that belongs before readiness (commune). */
  now(frame: Out | TypingFrame): boolean {
    return this.#write(frame);
  }

  /** Send a frame as soon as the connection is ready (end, status). */
  later(frame: Out): void {
    if (this.#status !== "ready" || !this.#write(frame)) this.#later.push(frame);
  }

  /** Forget a conversation: what is pending, and what has arrived. */
  forget(conversation: string): void {
    this.#outbox.forget(conversation);
    this.#sequences.delete(conversation);
    this.#cancelResend(conversation);
    this.#later = this.#later.filter((frame) => !("conversation" in frame && frame.conversation === conversation));
  }

  /** Stop trying, but keep all that waits and all that is known, until `open()` (a session that has to be renewed). */
  rest(): void {
    this.#detach();
    this.#become("closed");
  }

  /** Close for good and forget everything. */
  close(): void {
    this.#outbox.clear();
    this.#sequences.clear();
    this.#later = [];
    this.#detach();
    this.#become("closed");
  }

  #greet(): void {
    this.#write(this.#options.first(this.seqs()));
    clearTimeout(this.#heartbeat);
    this.#heartbeat = setTimeout(() => this.#beat(), PING_MS);
  }

  /** Do what the server asks for, then say the first frame again; when that cannot be done, try a new connection later. */
  async #prove(puzzle: string): Promise<void> {
    const asked = this.#socket;
    const solved = await this.#options.solve?.(puzzle).then(
      () => true,
      () => false,
    );
    if (asked !== this.#socket) return;
    if (solved) this.#write(this.#options.first(this.seqs()));
    else this.#drop();
  }

  #beat(): void {
    if (!this.#answered) {
      this.#drop();
      return;
    }
    this.#answered = false;
    this.#ping();
    this.#heartbeat = setTimeout(() => this.#beat(), PING_MS);
  }

  #ping(): void {
    this.#write({ t: "ping", seqs: this.seqs() });
  }

  #write(frame: ClientFrame): boolean {
    if (this.#socket?.readyState !== WebSocket.OPEN) return false;
    this.#socket.send(JSON.stringify(frame));
    return true;
  }

  #trySay(say: SayFrame): void {
    this.#cancelResend(say.conversation);
    if (this.#status !== "ready" || !this.#write(say)) return;
    this.#resendIn(say.conversation, ACK_MS);
  }

  #resendIn(conversation: string, wait: number): void {
    this.#cancelResend(conversation);
    const resend = (): void => {
      const head = this.#outbox.head(conversation);
      if (head) this.#trySay(head);
    };
    this.#resends.set(conversation, setTimeout(resend, wait));
  }

  #cancelResend(conversation: string): void {
    clearTimeout(this.#resends.get(conversation));
    this.#resends.delete(conversation);
  }

  #receive(data: unknown): void {
    if (typeof data !== "string") return;
    const frame = JSON.parse(data) as ServerFrame;
    this.#answered = true;
    switch (frame.t) {
      case "ack":
        this.#acknowledged(frame);
        return;
      case "message":
        this.#settle(frame.conversation, frame.cid);
        this.#arrived(frame);
        return;
      case "error":
        this.#refused(frame);
        return;
      case "challenge":
        void this.#prove(frame.puzzle);
        break;
      case "erased":
      case "released":
        this.forget(frame.conversation);
        break;
      default:
        if (READY.has(frame.t)) this.#ready(frame);
    }
    this.#options.onFrame(frame);
  }

  #ready(frame: ServerFrame): void {
    this.#attempt = 0;
    if (frame.t === "opened") this.#sequence(frame.conversation);
    this.#become("ready");
    const later = this.#later;
    this.#later = [];
    for (const each of later) this.later(each);
    for (const head of this.#outbox.heads()) this.#trySay(head);
  }

  #acknowledged(frame: AckFrame): void {
    const say = this.#settle(frame.conversation, frame.cid);
    if (!say) return;
    const { conversation, cid, seq, at } = frame;
    this.#arrived({ t: "message", conversation, cid, seq, at, by: this.#options.self, body: say.body });
  }

  /** Take a stored message out of the outbox, and send the one behind it. */
  #settle(conversation: string, cid: string): SayFrame | undefined {
    const say = this.#outbox.settle(conversation, cid);
    if (!say) return undefined;
    this.#cancelResend(conversation);
    const next = this.#outbox.head(conversation);
    if (next) this.#trySay(next);
    return say;
  }

  #arrived(frame: MessageFrame): void {
    const sequence = this.#sequence(frame.conversation);
    const hadGap = sequence.hasGap;
    if (!sequence.take(frame.seq)) return;
    if (sequence.hasGap && !hadGap) this.#ping();
    this.#options.onFrame(frame);
  }

  #sequence(conversation: string): Sequence {
    const known = this.#sequences.get(conversation);
    if (known) return known;
    const made = new Sequence();
    this.#sequences.set(conversation, made);
    return made;
  }

  #refused(frame: ErrorFrame): void {
    const { cid } = frame;
    const conversation = frame.conversation ?? (cid ? this.#outbox.owner(cid) : undefined);
    if (conversation && cid) {
      if (PASSING.has(frame.code)) {
        this.#resendIn(conversation, frame.retry_after_ms ?? UNAVAILABLE_MS);
        return;
      }
      this.#settle(conversation, cid);
    }
    this.#options.onFrame(conversation ? { ...frame, conversation } : frame);
    // The first frame was refused for a while: say it again on a new connection, later and later.
    if (!cid && this.#status === "connecting" && PASSING.has(frame.code)) this.#drop();
  }

  #drop(code?: number): void {
    this.#detach();
    if (code !== undefined && this.#options.finalCodes?.includes(code)) {
      this.#become("closed", code);
      return;
    }
    this.#retry = setTimeout(() => this.open(), backoff(this.#attempt, Math.random()));
    this.#attempt += 1;
    this.#become("lost", code);
  }

  #detach(): void {
    clearTimeout(this.#heartbeat);
    clearTimeout(this.#retry);
    for (const conversation of [...this.#resends.keys()]) this.#cancelResend(conversation);
    const socket = this.#socket;
    this.#socket = null;
    if (!socket) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
  }

  #become(status: LinkStatus, code?: number): void {
    this.#status = status;
    this.#options.onStatus?.(status, code);
  }
}
