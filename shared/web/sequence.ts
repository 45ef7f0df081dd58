/** Which messages of one conversation have arrived: what to drop as known, and what is still missing before it. */
export class Sequence {
  #contiguous: number;
  readonly #ahead = new Set<number>();

  /** `from`: the last sequence number already held, 0 for none. */
  constructor(from = 0) {
    this.#contiguous = from;
  }

  /** The last sequence number up to which nothing is missing. */
  get last(): number {
    return this.#contiguous;
  }

  /** Whether something before an arrived message is missing. */
  get hasGap(): boolean {
    return this.#ahead.size > 0;
  }

  /** Note that `seq` arrived. Returns false when it had arrived before. */
  take(seq: number): boolean {
    if (seq <= this.#contiguous || this.#ahead.has(seq)) return false;
    this.#ahead.add(seq);
    while (this.#ahead.delete(this.#contiguous + 1)) this.#contiguous += 1;
    return true;
  }
}
