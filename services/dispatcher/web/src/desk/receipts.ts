import { lastSeq } from "@shared/conversation";
import type { ReceiptFrame } from "@shared/frames";
import type { Line } from "./line";

const TOGETHER_MS = 150;

/** Tells the visitors what has arrived here and what has been on screen, a little later and together. */
export class Receipts {
  readonly #lines: () => readonly Line[];
  readonly #send: (frame: ReceiptFrame) => boolean;
  readonly #told = new Map<string, string>();
  #planned: ReturnType<typeof setTimeout> | undefined;

  constructor(lines: () => readonly Line[], send: (frame: ReceiptFrame) => boolean) {
    this.#lines = lines;
    this.#send = send;
  }

  /** Something arrived or was seen. */
  plan(): void {
    if (this.#planned !== undefined) return;
    this.#planned = setTimeout(() => {
      this.#planned = undefined;
      for (const line of this.#lines()) this.#tell(line);
    }, TOGETHER_MS);
  }

  /** What was told has to be told again: the connection is a new one. */
  clear(): void {
    this.#told.clear();
  }

  forget(id: string): void {
    this.#told.delete(id);
  }

  #tell(line: Line): void {
    const delivered = lastSeq(line.chat);
    const seen = Math.min(line.seen, delivered);
    const state = `${delivered}/${seen}`;
    if (delivered === 0 || this.#told.get(line.id) === state) return;
    if (this.#send({ t: "receipt", conversation: line.id, delivered, seen })) this.#told.set(line.id, state);
  }
}
