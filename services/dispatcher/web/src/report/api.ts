import type { Force } from "@shared/frames";
import { call, HEADERS, type Outcome, PATIENCE_MS } from "../lib/api";

/** A partner as `GET /api/recipients` tells of it: believed only once its certificate is verified. */
export interface Told {
  readonly partner: string;
  readonly name: string;
  readonly force: Force;
  readonly departments: readonly string[];
  readonly kid: string;
  readonly certificate: string;
}

/** A report to hand in, as `POST /api/reports` takes it. */
export interface Submission {
  readonly conversation: string;
  readonly report: string;
  readonly kind: "report" | "patrol";
  readonly partner: string;
  readonly kid: string;
  readonly force: Force;
  readonly department: string;
  /** Compact JWE that the partner alone opens. */
  readonly sealed: string;
  /** Absent for a patrol alone. */
  readonly consent?: string;
  /** Of a patrol: what opens its answer, sealed for the consoles on duty. */
  readonly answer_key?: string;
}

/** What became of handing it in. `away`: worth trying again. `declined`: nothing of it is kept; a code says why. */
export type Handed = { readonly state: "done" } | { readonly state: "away" } | { readonly state: "declined"; readonly reason: string | null };

/** No session for the moment, or too many calls: it passes. */
const PASSING = new Set([401, 408, 429]);
const NOT_TAKEN = 409;

/** Who takes reports for a department: the force that was asked for first. */
export function recipients(force: Force, department: string, signal: AbortSignal): Promise<Outcome<{ recipients: Told[] }>> {
  return call(`/api/recipients?${new URLSearchParams({ force, department }).toString()}`, { signal });
}

/** Hand a report in; the same again is the same report. */
export async function submit(submission: Submission): Promise<Handed> {
  const body = JSON.stringify(submission);
  const signal = AbortSignal.timeout(PATIENCE_MS);
  try {
    const response = await fetch("/api/reports", { method: "POST", cache: "no-store", headers: HEADERS, body, signal });
    if (response.ok) return { state: "done" };
    if (response.status >= 500 || PASSING.has(response.status)) return { state: "away" };
    if (response.status !== NOT_TAKEN) return { state: "declined", reason: null };
    const { error } = (await response.json()) as { error?: unknown };
    return { state: "declined", reason: typeof error === "string" ? error : null };
  } catch {
    return { state: "away" };
  }
}
