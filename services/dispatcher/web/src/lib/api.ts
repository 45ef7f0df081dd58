import type { Category, Force } from "@shared/frames";
import type { Nearby, StructureKind } from "@shared/referral";

/** Who is logged in, as `GET /api/me` and `POST /api/login` answer. */
export interface Account {
  operator: string;
  force: Force;
  roles: readonly string[];
}

/** Why a call brought nothing: no session, refused credentials, too many tries, a wrong question, or no answer. */
export type Failure = "unauthenticated" | "refused" | "too_fast" | "invalid" | "unavailable";

export type Outcome<T> = { ok: true; value: T } | { ok: false; failure: Failure };

/** What to look for near a place; empty fields are left out. */
export interface Search {
  /** Postal code. */
  place: string;
  /** INSEE code of the commune; goes before the postal code. */
  insee: string;
  category: Category | "";
  kind: StructureKind | "";
  text: string;
}

const HEADERS = { "X-Havre": "1", "Content-Type": "application/json" };
const PATIENCE_MS = 10_000;

/** Whose session this browser has. */
export function me(): Promise<Outcome<Account>> {
  return call("/api/me", {});
}

/** Open a session. The server says the same for an unknown login and a wrong password, and so do we. */
export async function login(name: string, password: string): Promise<Outcome<Account>> {
  const body = JSON.stringify({ login: name, password });
  const outcome = await call<Account>("/api/login", { method: "POST", body });
  return !outcome.ok && outcome.failure === "unauthenticated" ? { ok: false, failure: "refused" } : outcome;
}

/** Close the session. A lost answer leaves it to expire by itself. */
export async function logout(): Promise<void> {
  await call("/api/logout", { method: "POST", body: "{}" });
}

/** Help near a place, nearest first. */
export function help(search: Search, signal: AbortSignal): Promise<Outcome<Nearby>> {
  const fields = Object.entries(search).filter(([, value]) => value !== "");
  return call(`/api/help?${new URLSearchParams(Object.fromEntries(fields)).toString()}`, { signal });
}

async function call<T>(path: string, init: RequestInit): Promise<Outcome<T>> {
  const late = AbortSignal.timeout(PATIENCE_MS);
  const signal = init.signal ? AbortSignal.any([init.signal, late]) : late;
  try {
    const response = await fetch(path, { ...init, signal, headers: HEADERS, cache: "no-store" });
    if (!response.ok) return { ok: false, failure: failureOf(response.status) };
    const text = await response.text();
    return { ok: true, value: (text === "" ? null : JSON.parse(text)) as T };
  } catch {
    return { ok: false, failure: "unavailable" };
  }
}

function failureOf(status: number): Failure {
  if (status === 401) return "unauthenticated";
  if (status === 403) return "refused";
  if (status === 429) return "too_fast";
  return status < 500 ? "invalid" : "unavailable";
}
