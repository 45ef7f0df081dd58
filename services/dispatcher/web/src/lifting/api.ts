import type { Category, Force } from "@shared/frames";
import type { MagistrateKey } from "@shared/sealing/magistrate";

export type Ground = "emergency" | "minor";
export type AddressState = "kept" | "expired" | "erased" | "none";
export type Motive = (typeof GRANTING)[number] | (typeof REFUSING)[number];

export const GRANTING = ["life_in_danger", "crime_under_way", "minor_in_danger"] as const;
export const REFUSING = [
  "not_an_emergency",
  "not_a_minor",
  "reasons_not_enough",
  "other_means",
  "nothing_kept",
] as const;

/** What an operator is told of a request: never the address. Moments in ms since 1970. */
export interface Asked {
  readonly id: string;
  readonly ground: Ground;
  readonly address: AddressState;
  readonly asked_at: number;
  readonly decision: "pending" | "refused" | "granted";
  readonly decided_at: number | null;
  readonly motive: Motive | null;
}

/** A request as a magistrate sees it. */
export interface Request {
  readonly id: string;
  readonly conversation: string;
  readonly force: Force;
  readonly category: Category;
  readonly ground: Ground;
  readonly asked_by: string;
  readonly asked_at: number;
  /** Asked by this very account: somebody else decides. */
  readonly own: boolean;
  /** Sealed. */
  readonly reasons: string;
  readonly address: AddressState;
  readonly status: "pending" | "refused" | "granted" | "confirmed" | "lapsed";
  /** Decided by this very account. */
  readonly mine: boolean;
  /** Until when it may be fetched again. */
  readonly until: number | null;
  readonly decided_at: number | null;
  readonly motive: Motive | null;
  /** Sealed. */
  readonly words: string | null;
  /** Sealed; there only when it is handed over. */
  readonly addresses?: readonly string[];
}

export interface Waiting {
  readonly magistrate: string;
  readonly key: (MagistrateKey & { readonly sealed: string }) | null;
  readonly at: number;
  readonly liftings: readonly Request[];
}

/** Why a call brought nothing: the server's own word, or that it does not answer. */
export type Answer<T> = { ok: true; value: T } | { ok: false; why: string };

const HEADERS = { "X-Havre": "1", "Content-Type": "application/json" };
const PATIENCE_MS = 10_000;
const AT = "/api/magistrate";

/** For whom reasons are to be sealed; to be verified first. */
export const magistrates = (): Promise<Answer<{ keys: MagistrateKey[] }>> => call("/api/liftings/keys");

/** What became of the request about a conversation. */
export const lifting = (conversation: string): Promise<Answer<{ asked: Asked | null }>> =>
  call(`/api/liftings/${conversation}`);

export const ask = (id: string, conversation: string, ground: Ground, reasons: string): Promise<Answer<Asked>> =>
  call("/api/liftings", { id, conversation, ground, reasons });

export const waiting = (): Promise<Answer<Waiting>> => call(AT);

export function decide(
  { conversation, id }: Request,
  granted: boolean,
  motive: Motive,
  words: string | null,
): Promise<Answer<Request>> {
  return call(`${AT}/decide`, { conversation, id, granted, motive, words });
}

export const collect = ({ conversation, id }: Request): Promise<Answer<Request>> =>
  call(`${AT}/collect`, { conversation, id });

export const confirm = ({ conversation, id }: Request): Promise<Answer<Request>> =>
  call(`${AT}/confirm`, { conversation, id });

async function call<T>(path: string, body?: object): Promise<Answer<T>> {
  const what = body ? { method: "POST", body: JSON.stringify(body) } : {};
  try {
    const signal = AbortSignal.timeout(PATIENCE_MS);
    const response = await fetch(path, { ...what, signal, headers: HEADERS, cache: "no-store" });
    const found: unknown = JSON.parse(await response.text());
    return response.ok ? { ok: true, value: found as T } : { ok: false, why: (found as { error: string }).error };
  } catch {
    return { ok: false, why: "unavailable" };
  }
}
