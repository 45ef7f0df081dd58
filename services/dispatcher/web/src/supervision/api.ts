import type { Category, Force } from "@shared/frames";
import type { End } from "../danger/missing";

/** A conversation: where it stands, never what is in it. Moments in ms since 1970. */
export interface Talk {
  conversation: string;
  queue: string;
  since: number;
  given: number;
  turn: number;
  danger: boolean;
}

export interface Queue {
  queue: string;
  force: Force;
  category: Category;
  waiting: number;
  oldest_s: number;
  estimate_s: number | null;
  serving: number;
  closed: { words: Record<string, string>; by: string; at_ms: number } | null;
  overflow_to: string | null;
  overflow_after_s: number | null;
  first: Talk[];
}

export interface Person {
  operator: string;
  queues: string[];
  limit: number;
  status: "available" | "paused";
  since: number;
  drained: boolean;
  present: boolean;
  hard_in_a_row: number;
  rests_until: number;
  debrief_asked: number;
  held: Talk[];
  /** Into whose conversations they may be called; none: they are no psychologist. */
  psychologist: Force[];
}

/** How it stands with the psychologists of a force. Moments in ms since 1970. */
export interface Attendance {
  force: Force;
  open: boolean;
  closes_at: number | null;
  opens_at: number | null;
  present: number;
  free: number;
  /** Where one is waited for, next first. `again`: one was there, and was lost. */
  calls: { conversation: string; operator: string | null; since: number; again: boolean }[];
}

/** A conversation in danger. `by`: the role that said so; `operator`: who has it, null: it waits. Moments in ms. */
export interface Alarm {
  conversation: string;
  queue: string;
  since: number;
  at: number;
  by: string;
  operator: string | null;
  seen_by: string | null;
  seen_at: number;
}

/** A visitor who vanished while in danger. `sign`: the page's last; `over`: the conversation is gone, and how. In ms. */
export interface Missing {
  conversation: string;
  queue: string;
  sign: number;
  at: number;
  kept_until: number;
  operator: string | null;
  seen_by: string | null;
  seen_at: number;
  over: string | null;
  over_at: number;
}

/** A patrol that was asked for. `alarm`: nobody has taken charge of it in time, and nobody has called. Moments in ms. */
export interface Patrol {
  report: string;
  conversation: string;
  operator: string;
  partner: string;
  status: string;
  at: number;
  taken_at: number;
  alarm: boolean;
  called_by: string | null;
  reason: string | null;
}

export interface Floor {
  at: number;
  missing: Missing[];
  dangers: Alarm[];
  patrols: Patrol[];
  queues: Queue[];
  operators: Person[];
  debriefs: Record<string, number>;
  psychologists: Attendance[];
}

export interface HourAhead {
  at: number;
  an_hour: number | null;
  weeks: number;
  needed: number | null;
  within: number | null;
  leave: number | null;
}

export interface Forecast {
  force: Force;
  operators: number;
  limit: number;
  promise_s: number;
  promise_share: number;
  hours: HourAhead[];
}

/** One figure. `count`: a number, `<5`, or `>=n` of a total whose small cells are left out. */
export interface Cell {
  month: string;
  figure: "accompanied" | "report" | "patrol";
  category: string;
  force: string;
  outcome: string;
  count: string;
}

export interface Published {
  smallest: number;
  cells: Cell[];
}

/** What a supervisor may decide, as the server takes it. */
export type Decision =
  | { do: "hand"; conversation: string; operator?: string }
  | { do: "drain"; operator: string; drained: boolean }
  | { do: "close"; queue: string; words: Record<string, string> }
  | { do: "reopen"; queue: string }
  | { do: "overflow"; queue: string; to?: string; after_s?: number }
  | { do: "debrief"; operator: string }
  | { do: "missing"; conversation: string }
  | { do: "danger"; conversation: string };

/** Why a call brought nothing: the server's own word, or that it does not answer. */
export type Answer<T> = { ok: true; value: T } | { ok: false; why: string };

const HEADERS = { "X-Havre": "1", "Content-Type": "application/json" };
const PATIENCE_MS = 10_000;
const AT = "/api/supervision";

/** Whether whoever is logged in supervises. */
export async function admitted(): Promise<Answer<null>> {
  const me = await call<{ roles: readonly string[] }>("/api/me");
  if (!me.ok) return me;
  return me.value.roles.includes("supervisor") ? { ok: true, value: null } : { ok: false, why: "forbidden" };
}

export const floor = (): Promise<Answer<Floor>> => call(AT);

export function forecast(force: Force, operators: number | null): Promise<Answer<Forecast>> {
  const asked = new URLSearchParams({ force, ...(operators === null ? {} : { operators: String(operators) }) });
  return call(`${AT}/forecast?${asked.toString()}`);
}

/** Figures by month, as they may be passed on. */
export const published = (): Promise<Answer<Published>> => call("/api/figures");

/** Say that the emergency number was called instead of a patrol that nobody took charge of. */
export const called = (report: string): Promise<Answer<null>> =>
  call("/api/patrols/called", { method: "POST", body: JSON.stringify({ report }) });

/** Say how it ended with a visitor who vanished. */
export const closeMissing = (conversation: string, why: End): Promise<Answer<null>> =>
  call("/api/missing/close", { method: "POST", body: JSON.stringify({ conversation, why }) });

export function decide({ do: what, ...body }: Decision): Promise<Answer<null>> {
  return call(`${AT}/${what}`, { method: "POST", body: JSON.stringify(body) });
}

async function call<T>(path: string, init: RequestInit = {}): Promise<Answer<T>> {
  try {
    const signal = AbortSignal.timeout(PATIENCE_MS);
    const response = await fetch(path, { ...init, signal, headers: HEADERS, cache: "no-store" });
    const text = await response.text();
    const found: unknown = text === "" ? null : JSON.parse(text);
    return response.ok ? { ok: true, value: found as T } : { ok: false, why: (found as { error: string }).error };
  } catch {
    return { ok: false, why: "unavailable" };
  }
}
