import type { DutyFrame, MakeDutyFrame, ShareDutyFrame } from "@shared/frames";
import { ownClaims } from "@shared/sealing/credential";
import type { Keyring } from "./keyring";

/** How long a console waits for another one to seal the duty key for it, before it makes one, in milliseconds. */
export const PATIENCE_MS = 5_000;
/** A duty key that is older than this is replaced by the next console to arrive, in milliseconds. */
export const OLD_MS = 12 * 3_600_000;

export interface DutyOptions {
  readonly send: (frame: MakeDutyFrame | ShareDutyFrame) => boolean;
  /** A duty key was taken up: what was sealed may open now. */
  readonly onKey: () => void;
  /** The server's time, in milliseconds. */
  readonly now: () => number;
}

/**
 * The duty key of the force, held by all its consoles: what lets this one read a conversation that it takes over while
 * the visitor's page is away.
 */
export class Duty {
  readonly #ring: Keyring;
  readonly #options: DutyOptions;
  #latest: DutyFrame | null = null;
  #turn: Promise<void> = Promise.resolve();
  #waiting: ReturnType<typeof setTimeout> | undefined;
  #arriving = true;

  constructor(ring: Keyring, options: DutyOptions) {
    this.#ring = ring;
    this.#options = options;
  }

  /** This console has just sat down: it is the one that replaces a key grown old. */
  arrived(): void {
    this.#arriving = true;
  }

  /** How it stands with the key: act on it, after what was heard before. */
  hear(frame: DutyFrame): void {
    this.#latest = frame;
    this.#soon(() => this.#act(frame));
  }

  /** The console is closed: nothing is made or shared any more. */
  stop(): void {
    this.#latest = null;
    this.#wait(null);
  }

  async #act(frame: DutyFrame): Promise<void> {
    const { kid = null, holders } = frame;
    await this.#adopt(frame);
    const mine = kid !== null && this.#ring.holds(kid);
    const old = mine && this.#arriving && isOld(frame, this.#options.now());
    if (old || (!mine && (kid === null || holders === 0))) {
      this.#wait(null);
      await this.#make(frame);
    } else if (mine) {
      this.#arriving = false;
      this.#wait(null);
      await this.#share(frame, kid);
    } else if (this.#waiting === undefined) {
      this.#wait(() => this.#soon(() => this.#giveUpWaiting()));
    }
  }

  async #adopt({ kid, credential, box }: DutyFrame): Promise<void> {
    if (!kid || !credential || !box || this.#ring.holds(kid)) return;
    try {
      await this.#ring.adopt(kid, credential, box, this.#options.now());
    } catch {
      return; // a box or a key that is not what it should be: this console goes on as one that has none
    }
    this.#options.onKey();
  }

  async #make(frame: DutyFrame): Promise<void> {
    const now = this.#options.now();
    const made = await this.#ring.duty(now);
    if (!made || this.#latest !== frame) return;
    const { credential, privateJwk } = made;
    const boxes = await this.#ring.boxes(privateJwk, [this.#ring.self, ...frame.wanting], now);
    if (this.#latest === frame) this.#options.send({ t: "make_duty", replaces: frame.kid ?? null, credential, boxes });
  }

  async #share(frame: DutyFrame, kid: string): Promise<void> {
    if (frame.wanting.length === 0) return;
    const boxes = await this.#ring.boxesOf(kid, frame.wanting, this.#options.now());
    if (Object.keys(boxes).length > 0 && this.#latest !== null) this.#options.send({ t: "share_duty", kid, boxes });
  }

  async #giveUpWaiting(): Promise<void> {
    this.#wait(null);
    const frame = this.#latest;
    if (frame && !(frame.kid && this.#ring.holds(frame.kid))) await this.#make(frame);
  }

  #wait(then: (() => void) | null): void {
    clearTimeout(this.#waiting);
    this.#waiting = then ? setTimeout(then, PATIENCE_MS) : undefined;
  }

  /** One thing after the other; a fault in one is told as an uncaught error. */
  #soon(work: () => Promise<void>): void {
    this.#turn = this.#turn
      .then(() => (this.#latest ? work() : undefined))
      .catch((error: unknown) => {
        queueMicrotask(() => {
          throw error;
        });
      });
  }
}

function isOld(frame: DutyFrame, now: number): boolean {
  const statement = frame.credential ? (JSON.parse(frame.credential) as { statement?: string }).statement : undefined;
  const iat = statement === undefined ? undefined : ownClaims(statement)["iat"];
  return typeof iat === "number" && now - iat * 1_000 > OLD_MS;
}
