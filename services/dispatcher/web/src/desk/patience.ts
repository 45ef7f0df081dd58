import { LATE_MS, waitingSince, type Line } from "./line";

/** From how long without an answer on, in milliseconds, a conversation shows it otherwise. */
export const SOON_MS = 30_000;
export { LATE_MS };
export const LONG_MS = 180_000;

/** How long someone has waited for an answer, in four steps. */
export type Patience = "calm" | "soon" | "late" | "long";

/** The step of a wait of so many milliseconds. */
export function patienceOf(waited: number): Patience {
  if (waited > LONG_MS) return "long";
  if (waited > LATE_MS) return "late";
  return waited > SOON_MS ? "soon" : "calm";
}

/** Since when someone waits in a conversation, and what was said of it already. */
export type Told = ReadonlyMap<string, { readonly since: number; readonly patience: Patience }>;

/** A wait that has become late, or long, and was not told yet. */
export interface Overdue {
  readonly number: number;
  readonly patience: "late" | "long";
}

/**
 * Return what is newly overdue at `now` (server's clock), and what is told then: each step of each wait once.
 *
 * A wait is another one when it began at another moment: after an answer all begins anew.
 */
export function overdue(told: Told, lines: readonly Line[], now: number): [Overdue[], Told] {
  const fresh: Overdue[] = [];
  const after = new Map<string, { since: number; patience: Patience }>();
  for (const line of lines) {
    const since = waitingSince(line);
    if (since === null) continue;
    const patience = patienceOf(now - since);
    const before = told.get(line.id);
    const known = before?.since === since ? before.patience : "calm";
    after.set(line.id, { since, patience });
    if (patience !== known && (patience === "late" || patience === "long")) fresh.push({ number: line.number, patience });
  }
  return [fresh, after];
}
