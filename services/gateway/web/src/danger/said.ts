import type { StateFrame } from "@shared/frames";
import type { LinkStatus } from "@shared/socket";
import type { Key } from "./words/fr";

/** What holds of danger: nothing, something that the server does not know yet, or who said it. */
export type Standing = "none" | "telling" | "visitor" | "operator";

/** Return what holds. `wanted`: what the visitor said last, until the server answers; null: nothing is under way. */
export function standingOf(state: StateFrame | null, wanted: boolean | null): Standing {
  const by = state?.danger;
  if (by === "operator" || by === "psychologist") return "operator";
  if (by === "visitor") return "visitor";
  return wanted ? "telling" : "none";
}

/** Return the sentence that says so; only what the server has confirmed is said to be known. */
export function words(standing: Exclude<Standing, "none">, link: LinkStatus): Key {
  if (standing === "telling") return link === "ready" ? "telling" : "notTold";
  return standing === "visitor" ? "said" : "saidByOperator";
}
