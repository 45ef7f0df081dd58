import type { ReportStatus } from "@shared/frames";
import { signWithdrawal, type Signing } from "@shared/report";
import { type Card, standing } from "./cards";
import type { Errands } from "./errands";

/** Where a withdrawal stands. `unknown`: the service has no such report, or not yet. */
export type Withdrawal = "asked" | "unknown" | "failed" | ReportStatus;

/**
 * Consents that are taken back.
 *
 * What was not there yet when it was withdrawn is withdrawn as soon as it is: the specialist's page may have handed it
 * in at the same moment.
 */
export class Withdrawals {
  readonly #errands: Errands;
  readonly #changed: () => void;
  readonly #asked = new Map<string, Withdrawal>();

  constructor(errands: Errands, changed: () => void) {
    this.#errands = errands;
    this.#changed = changed;
  }

  /** What became of a withdrawal; null: nobody has asked. */
  of(report: string): Withdrawal | null {
    return this.#asked.get(report) ?? null;
  }

  async ask(keys: Signing, report: string, conversation: string): Promise<void> {
    const settle = (outcome: Withdrawal): void => {
      this.#asked.set(report, outcome);
      this.#changed();
    };
    settle("asked");
    const withdrawal = await signWithdrawal(keys, { report, conversation });
    this.#errands.ask({
      frame: { t: "withdraw", conversation, report, withdrawal },
      answered: (answer) => settle(answer.t === "withdrawn" ? answer.status : "failed"),
      refused: (code) => settle(code === "not_found" ? "unknown" : "failed"),
    });
  }

  /** The conversation has changed: what she took back, on this page or before she came back, is asked for. */
  read(cards: readonly Card[], keys: Signing, conversation: string): void {
    for (const card of cards) {
      const { report } = card.proposal;
      const open = this.of(report) ?? "unknown";
      if (card.decided?.decision !== "withdrawn" || open !== "unknown") continue;
      if (standing(card)?.status === "submitted") void this.ask(keys, report, conversation);
    }
  }

  forget(): void {
    this.#asked.clear();
  }
}
