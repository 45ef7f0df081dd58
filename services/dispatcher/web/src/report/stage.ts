import type { Case } from "./cases";

/** Where the handing in of a report stands, on this page. */
export type Sending =
  | { readonly state: "sending" | "waiting" | "done" }
  | { readonly state: "declined"; readonly reason: string | null };

/**
 * Where a signalement stands, in one word.
 *
 * `leaving`, `unsaid`: the server does not have the proposal yet, or will not take it. `bad`: a yes that cannot be
 * verified. `waiting`: agreed to, and the service is away. `declined`: the platform does not take it. `dropped`: taken
 * back before it was handed in. `late`: she wanted to take it back, and it is taken charge of.
 */
export type Stage =
  | "leaving"
  | "unsaid"
  | "shown"
  | "later"
  | "no"
  | "replaced"
  | "checking"
  | "bad"
  | "sending"
  | "waiting"
  | "declined"
  | "dropped"
  | "submitted"
  | "overdue"
  | "taken"
  | "late"
  | "refused"
  | "withdrawn";

/** How grave it is: `good` and `calm` need nobody, `act` needs the operator. */
export type Tone = "calm" | "good" | "act";

const ACT: ReadonlySet<Stage> = new Set<Stage>(["unsaid", "bad", "declined", "overdue", "refused"]);
const GOOD: ReadonlySet<Stage> = new Set<Stage>(["submitted", "taken", "late"]);

/** Return where a signalement stands. The service's word counts first: it alone knows. */
export function stageOf(one: Case, proof: "checking" | "good" | "bad", sending: Sending | undefined): Stage {
  const { status, decision, yes } = one;
  if (status) {
    if (status.status === "submitted") return status.overdue ? "overdue" : "submitted";
    return status.status === "taken" && decision === "withdrawn" ? "late" : status.status;
  }
  if (yes) {
    if (decision === "withdrawn" && sending?.state !== "done") return "dropped";
    if (proof !== "good") return proof;
    return sending?.state === "done" ? "submitted" : (sending?.state ?? "sending");
  }
  if (one.unsaid) return "unsaid";
  if (one.seq === null) return "leaving";
  if (one.replaced) return "replaced";
  return decision === "no" || decision === "later" ? decision : "shown";
}

export function toneOf(stage: Stage): Tone {
  if (ACT.has(stage)) return "act";
  return GOOD.has(stage) ? "good" : "calm";
}

/** Whether a proposal is on her screen, or a report under way: the form stays closed until it is asked for. */
export function isOpenMatter(stage: Stage): boolean {
  return stage !== "replaced" && stage !== "unsaid";
}
