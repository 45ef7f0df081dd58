import { START, type Snapshot } from "./snapshot";

/** What the page shows, in one place, and who is told of every change. */
export class State {
  #now: Snapshot = START;
  readonly #watchers = new Set<() => void>();

  get now(): Snapshot {
    return this.#now;
  }

  /** The server's clock, in milliseconds, as far as it is known. */
  get serverNow(): number {
    return Date.now() + this.#now.skew;
  }

  set(part: Partial<Snapshot>): void {
    this.#now = { ...this.#now, ...part };
    for (const watcher of this.#watchers) watcher();
  }

  /** Call `watcher` after every change. Returns how to stop. */
  watch(watcher: () => void): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }
}
