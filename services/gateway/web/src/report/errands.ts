import type { ErrorCode, FollowFrame, FollowingFrame, WithdrawFrame, WithdrawnFrame } from "@shared/frames";
import type { Heard } from "@shared/sealed-link";

export type Asking = WithdrawFrame | FollowFrame;
export type Answering = WithdrawnFrame | FollowingFrame;

/** Something that is asked of the service for a report. */
export interface Errand {
  readonly frame: Asking;
  answered(frame: Answering): void;
  /** It was refused for good. */
  refused(code: ErrorCode): void;
}

const ANSWERS: Readonly<Record<Asking["t"], Answering["t"]>> = { withdraw: "withdrawn", follow: "following" };
const AGAIN_MS = 2_000;

/**
 * What is asked for until it is answered: one thing at a time, since a refusal does not say what it refuses.
 *
 * What the service cannot answer for now goes to the end of the line; a lost connection asks again when it is back.
 */
export class Errands {
  readonly #send: (frame: Asking) => boolean;
  #line: Errand[] = [];
  #asked = false;
  #again: ReturnType<typeof setTimeout> | undefined;

  /** `send` returns false when there is no connection. */
  constructor(send: (frame: Asking) => boolean) {
    this.#send = send;
  }

  ask(errand: Errand): void {
    this.#line.push(errand);
    this.#next();
  }

  /** A frame of the server. Returns true when it answers what was asked here. */
  heard(frame: Heard): boolean {
    const [first] = this.#line;
    if (frame.t === "withdrawn" || frame.t === "following") {
      if (first && ANSWERS[first.frame.t] === frame.t && first.frame.report === frame.report) this.#done().answered(frame);
      this.#next();
      return true;
    }
    if (!first || !this.#asked || frame.t !== "error" || frame.cid) return false;
    if (frame.code === "unavailable" || frame.code === "too_fast") {
      this.#line.push(this.#done());
      this.#asked = true;
      this.#again = setTimeout(() => this.#retry(), frame.retry_after_ms ?? AGAIN_MS);
    } else {
      this.#done().refused(frame.code);
      this.#next();
    }
    return true;
  }

  linked(ready: boolean): void {
    clearTimeout(this.#again);
    this.#asked = false;
    if (ready) this.#next();
  }

  forget(): void {
    this.#line = [];
    this.linked(false);
  }

  #retry(): void {
    this.#asked = false;
    this.#next();
  }

  #next(): void {
    const [first] = this.#line;
    if (first && !this.#asked) this.#asked = this.#send(first.frame);
  }

  #done(): Errand {
    const done = this.#line.shift();
    if (!done) throw new RangeError("nothing was asked");
    this.#asked = false;
    return done;
  }
}
