import type { Category, Force } from "@shared/frames";
import { ask, type Answer } from "./ask";

/** Who could be asked to take a conversation over. */
export interface Receivers {
  readonly operators: readonly Colleague[];
  readonly queues: readonly Goal[];
}

/** A colleague on duty. `why`: why they cannot be asked now; empty when they can. */
export interface Colleague {
  readonly operator: string;
  readonly load: number;
  readonly limit: number;
  readonly why: string;
}

/** A queue to which it could go; `serving`: how many take new conversations from it. */
export interface Goal {
  readonly queue: string;
  readonly force: Force;
  readonly category: Category;
  readonly serving: number;
}

/** Whom to ask: one colleague, or whoever serves a queue. */
export type To = { readonly operator: string } | { readonly queue: string };

/** What can be done about an offer, or after a hand-over. */
export type Step = "take-back" | "accept" | "refuse" | "leave";

const AT = "/api/transfer";

export const receivers = (conversation: string): Promise<Answer<Receivers>> => ask(`${AT}?conversation=${conversation}`);
export const offer = (conversation: string, to: To): Promise<Answer<null>> => ask(`${AT}/offer`, { conversation, ...to });
export const step = (what: Step, conversation: string): Promise<Answer<null>> => ask(`${AT}/${what}`, { conversation });
