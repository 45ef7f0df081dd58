import type { Phrase } from "../return/phrase";
import { type Card, standing } from "./cards";
import type { Answering, Errands } from "./errands";

/** A report that words are to lead to. */
interface Led {
  readonly phrase: Phrase;
  readonly conversation: string;
  readonly report: string;
  readonly answerKey: string;
}

/** What the box of a report holds. */
export interface Box {
  readonly report: string;
  readonly answer_key: string;
}

/**
 * Words that lead to what becomes of a report after the conversation is gone: the page says so once the service has the
 * report, and again whenever the words change.
 */
export class Following {
  readonly #errands: Errands;
  readonly #changed: () => void;
  readonly #led = new Map<string, { locator: string; until: number | null }>();

  constructor(errands: Errands, changed: () => void) {
    this.#errands = errands;
    this.#changed = changed;
  }

  /** Until when her words lead to a report's answer, in ms since 1970; null: they do not. */
  until(report: string): number | null {
    return this.#led.get(report)?.until ?? null;
  }

  /** The conversation or her words have changed. */
  read(cards: readonly Card[], conversation: string, phrase: Phrase): void {
    for (const card of cards) {
      const { report } = card.proposal;
      if (!card.agreed || !standing(card) || this.#led.get(report)?.locator === phrase.locator) continue;
      this.#led.set(report, { locator: phrase.locator, until: null });
      this.#promise({ phrase, conversation, report, answerKey: card.agreed.answerKey });
    }
  }

  forget(): void {
    this.#led.clear();
  }

  /** First the share is asked for that closes the box, then the box is handed over. */
  #promise(led: Led): void {
    const { conversation, report, phrase } = led;
    this.#errands.ask({
      frame: { t: "follow", conversation, report, locator: phrase.locator },
      answered: (answer) => void this.#close(led, answer),
      refused: () => this.#settle(led, null),
    });
  }

  async #close(led: Led, answer: Answering): Promise<void> {
    const { conversation, report, phrase } = led;
    if (answer.t !== "following" || !answer.share) return;
    const held: Box = { report, answer_key: led.answerKey };
    const box = await phrase.seal(JSON.stringify(held), answer.share);
    if (this.#led.get(report)?.locator !== phrase.locator) return;
    this.#errands.ask({
      frame: { t: "follow", conversation, report, locator: phrase.locator, proof: phrase.proof, box },
      answered: (told) => this.#settle(led, told.t === "following" ? (told.until ?? null) : null),
      refused: () => this.#settle(led, null),
    });
  }

  #settle({ report, phrase }: Led, until: number | null): void {
    if (this.#led.get(report)?.locator !== phrase.locator) return;
    this.#led.set(report, { locator: phrase.locator, until });
    this.#changed();
  }
}
