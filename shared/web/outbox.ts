import type { SayFrame } from "./frames";

/**
 * Messages said and not yet acknowledged, in the order of saying.
 *
 * At most one of a conversation is on its way at a time: whatever is lost, refused as too fast or resent, the order in
 * which the person wrote is the order in which it is stored.
 */
export class Outbox {
  readonly #waiting = new Map<string, SayFrame[]>();

  /** Put a message at the end. Returns true when it is the next to be sent of its conversation. */
  add(say: SayFrame): boolean {
    const queue = this.#waiting.get(say.conversation);
    if (queue) {
      queue.push(say);
      return false;
    }
    this.#waiting.set(say.conversation, [say]);
    return true;
  }

  /** The message of this conversation that is to be sent, or sent again. */
  head(conversation: string): SayFrame | undefined {
    return this.#waiting.get(conversation)?.[0];
  }

  /** The next message of every conversation: what a new connection sends first. */
  heads(): SayFrame[] {
    return [...this.#waiting.values()].flatMap((queue) => queue.slice(0, 1));
  }

  /** The conversation in which this message waits. */
  owner(cid: string): string | undefined {
    return [...this.#waiting].find(([, queue]) => queue.some((say) => say.cid === cid))?.[0];
  }

  /** Take out the message that was stored, or that is given up. Returns it, or undefined when it is not here. */
  settle(conversation: string, cid: string): SayFrame | undefined {
    const queue = this.#waiting.get(conversation);
    const index = queue?.findIndex((say) => say.cid === cid) ?? -1;
    if (!queue || index < 0) return undefined;
    const [say] = queue.splice(index, 1);
    if (queue.length === 0) this.#waiting.delete(conversation);
    return say;
  }

  /** Drop all that waits in a conversation that is over. */
  forget(conversation: string): void {
    this.#waiting.delete(conversation);
  }

  /** Drop everything. */
  clear(): void {
    this.#waiting.clear();
  }
}
