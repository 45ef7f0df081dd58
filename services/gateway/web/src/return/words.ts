import type { ErrorFrame, KeepFrame, KeptFrame } from "@shared/frames";
import type { VisitorKeys } from "@shared/sealing/visitor";
import { draw, fetchList } from "./list";
import { Phrase } from "./phrase";
import { boxed, type Secret } from "./search";

/** How long the page waits for the gateway's word, before it says that it did not work. */
const WITHIN_MS = 20_000;

/** What the words of a conversation need from its page. */
export interface WordsHost {
  /** What the box is to hold; null when there is no conversation any more. */
  contents(): { readonly secret: Secret; readonly keys: VisitorKeys } | null;
  send(frame: KeepFrame): void;
  /** The words, once they work; null: it did not succeed. */
  show(words: readonly string[] | null): void;
}

interface Drawn {
  readonly conversation: string;
  readonly words: readonly string[];
  readonly phrase: Phrase;
  share: string;
}

/**
 * The resume words of one conversation (V14).
 *
 * The words themselves are held only until they are shown. What is derived from them stays, in memory alone: whenever
 * the conversation's keys change, the box is made anew, so that whoever comes back can read all of it.
 */
export class ResumeWords {
  readonly #host: WordsHost;
  #drawn: Drawn | null = null;
  #kept: Omit<Drawn, "words"> | null = null;
  #patience: ReturnType<typeof setTimeout> | undefined;
  #life = 0;

  constructor(host: WordsHost) {
    this.#host = host;
  }

  /** What the words that count lead by; null: there are none. */
  get phrase(): Phrase | null {
    return this.#kept?.phrase ?? null;
  }

  /** Draw words for this conversation; they replace those before. */
  async draw(conversation: string): Promise<void> {
    const life = this.#begin();
    try {
      const words = draw(await fetchList());
      const phrase = await Phrase.of(words);
      if (life !== this.#life) return;
      this.#drawn = { conversation, words, phrase, share: "" };
      this.#host.send({ t: "keep", conversation, locator: phrase.locator });
    } catch {
      // The list is fetched when it is asked for: without a network it does not come.
      if (life === this.#life) this.#fail();
    }
  }

  /** The conversation was found by its words: they go on working. */
  found(conversation: string, phrase: Phrase, share: string): void {
    this.#kept = { conversation, phrase, share };
  }

  /** The conversation's keys changed. */
  async renew(): Promise<void> {
    if (this.#kept) await this.#sendBox(this.#kept);
  }

  /** The gateway answered a `keep`. */
  async heard(frame: KeptFrame): Promise<void> {
    const drawn = this.#drawn;
    if (drawn?.conversation !== frame.conversation) return;
    if (frame.share) {
      drawn.share = frame.share;
      await this.#sendBox(drawn);
      return;
    }
    const { conversation, phrase, share, words } = drawn;
    this.#kept = { conversation, phrase, share };
    this.#settle();
    this.#host.show(words);
  }

  /** The gateway refused something that named no message. */
  refused(frame: ErrorFrame): void {
    if (frame.cid) return;
    if (this.#drawn) {
      if (frame.code === "taken") void this.draw(this.#drawn.conversation);
      else this.#fail();
    } else if (frame.code === "out_of_order") {
      // They are dead, or their time is over: no box is made for them any more.
      this.#kept = null;
    }
  }

  /** Forget what is being drawn: the person does not look any more. */
  leave(): void {
    this.#settle();
  }

  /** Forget everything. */
  forget(): void {
    this.#settle();
    this.#kept = null;
  }

  async #sendBox({ conversation, phrase, share }: Omit<Drawn, "words">): Promise<void> {
    const life = this.#life;
    const contents = this.#host.contents();
    if (contents === null) return;
    const box = await phrase.seal(await boxed(contents.secret, contents.keys), share);
    if (life === this.#life) {
      this.#host.send({ t: "keep", conversation, locator: phrase.locator, proof: phrase.proof, box });
    }
  }

  #begin(): number {
    this.#settle();
    this.#patience = setTimeout(() => this.#fail(), WITHIN_MS);
    return this.#life;
  }

  #fail(): void {
    this.#settle();
    this.#host.show(null);
  }

  #settle(): void {
    clearTimeout(this.#patience);
    this.#drawn = null;
    this.#life += 1;
  }
}
