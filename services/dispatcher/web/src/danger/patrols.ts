import { type Answer, openAnswer } from "@shared/report";
import { call, HEADERS } from "../lib/api";
import { hour } from "../lib/time";
import { d } from "./say";

/** A patrol as `GET /api/patrols` tells of it. Moments in ms; 0: not yet. */
export interface Patrol {
  readonly report: string;
  readonly conversation: string;
  readonly operator: string;
  readonly partner: string;
  readonly status: string;
  readonly at: number;
  readonly taken_at: number;
  /** Nobody has taken charge in time, or it was refused, and nobody has called. */
  readonly alarm: boolean;
  readonly called_by: string | null;
  readonly answer: string | null;
  /** What opens the answer, sealed for the consoles on duty of the force that asked. */
  readonly answer_key: string | null;
  readonly reason: string | null;
}

const SETTLED: readonly string[] = ["taken", "withdrawn"];
/** By report, the key that opens its answer: in memory alone, on the page that asked. */
const keys = new Map<string, string>();

/** Remember what opens the answer to a patrol that this page asks for. */
export function remember(report: string, answerKey: string): void {
  keys.set(report, answerKey);
}

/** Opens what another console on duty sealed; null when this one cannot. */
export type OpenShared = (sealed: string) => Promise<string | null>;

/** Return the reference that the service gave, as far as this page can open it. */
export async function referenceOf({ report, answer, answer_key: shared }: Patrol, open: OpenShared): Promise<string | null> {
  if (!answer) return null;
  const key = keys.get(report) ?? (shared === null ? null : await open(shared));
  const opened: Answer | null = key && answer ? await openAnswer(answer, key, report) : null;
  return opened?.reference ?? null;
}

/** Whether a patrol still has to be looked at. */
export function underWay({ status, alarm, called_by: called }: Patrol): boolean {
  return alarm || (!SETTLED.includes(status) && called === null);
}

export async function patrols(): Promise<readonly Patrol[] | null> {
  const outcome = await call<{ patrols: Patrol[] }>("/api/patrols", {});
  return outcome.ok ? outcome.value.patrols : null;
}

export async function sayCalled(report: string): Promise<void> {
  await call("/api/patrols/called", { method: "POST", headers: HEADERS, body: JSON.stringify({ report }) });
}

/** Where a patrol stands, in words. */
export function statusWords({ status, at, taken_at: taken, reason }: Patrol): string {
  if (status === "taken") return d("patrolTaken", { time: hour(taken) });
  if (status === "refused") return d("patrolRefused", { reason: reason ?? "?" });
  return status === "withdrawn" ? d("patrolWithdrawn") : d("patrolWaits", { time: hour(at) });
}
