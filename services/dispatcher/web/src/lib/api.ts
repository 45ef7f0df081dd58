import type { Category } from "@shared/frames";
import type { Nearby, StructureKind } from "@shared/referral";
import type { KeyedAccount } from "../sealing/keyring";
import type { Library } from "../sheets/library";

/** Who is logged in, as `GET /api/me` and `POST /api/login` answer. */
export interface Account extends KeyedAccount {
  /** The server's time of the answer, in milliseconds since 1970. */
  readonly at: number;
  /** When one must log in again whatever one does, by the server's clock, in milliseconds since 1970. */
  readonly session_ends_at: number;
}

/** How one logs in here, as `GET /api/door` answers. */
export interface Door {
  readonly local: boolean;
  /** What the identity provider is called; null: there is none. */
  readonly provider: string | null;
}

/** Why a call brought nothing: no session, refused credentials, too many tries, a wrong question, or no answer. */
export type Failure = "unauthenticated" | "refused" | "too_fast" | "invalid" | "unavailable" | DoorFailure;

/** What the doors alone say. */
export type DoorFailure = (typeof DOOR_FAILURES)[number];
const DOOR_FAILURES = ["code_wanted", "code_wrong", "no_second_factor", "local_login_off", "provider_away"] as const;

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

/** What the server wants of every call. */
export const HEADERS = { "X-Havre": "1", "Content-Type": "application/json" };
/** How long an answer may take, in milliseconds. */
export const PATIENCE_MS = 10_000;

/** Whose session this browser has. */
export function me(): Promise<Outcome<Account>> {
  return call("/api/me", {});
}

/**
 * Open a session. The server says the same for an unknown login and a wrong password, and so do we. With a second
 * factor it answers `code_wanted` first; then the same again with the six digits.
 */
export async function login(name: string, password: string, code?: string): Promise<Outcome<Account>> {
  const body = JSON.stringify({ login: name, password, code });
  const outcome = await call<Account>("/api/login", { method: "POST", body });
  return !outcome.ok && outcome.failure === "unauthenticated" ? { ok: false, failure: "refused" } : outcome;
}

/** How one logs in here. */
export function door(): Promise<Outcome<Door>> {
  return call("/api/door", {});
}

/** Where to go to log in through the identity provider; `again`: in a window of its own, beside an open console. */
export async function throughProvider(again = false): Promise<Outcome<{ go: string }>> {
  return call("/api/oidc", { method: "POST", body: JSON.stringify({ again }) });
}

/** Close the session. A lost answer leaves it to expire by itself. Returns where the identity provider ends its own. */
export async function logout(): Promise<string | null> {
  const outcome = await call<{ go: string } | null>("/api/logout", { method: "POST", body: "{}" });
  return outcome.ok ? (outcome.value?.go ?? null) : null;
}

/** Help near a place, nearest first. */
export function help(search: Search, signal: AbortSignal): Promise<Outcome<Nearby>> {
  const fields = Object.entries(search).filter(([, value]) => value !== "");
  return call(`/api/help?${new URLSearchParams(Object.fromEntries(fields)).toString()}`, { signal });
}

/** Sheets and ready sentences. Nothing of them is of a chat: the browser may keep them, and asks if they still hold. */
export function library(signal: AbortSignal): Promise<Outcome<Library>> {
  return call("/api/desk", { signal, cache: "no-cache" });
}

/** Ask the server; whatever goes wrong is a failure, never an exception. */
export async function call<T>(path: string, init: RequestInit): Promise<Outcome<T>> {
  const late = AbortSignal.timeout(PATIENCE_MS);
  const signal = init.signal ? AbortSignal.any([init.signal, late]) : late;
  try {
    const response = await fetch(path, { cache: "no-store", ...init, signal, headers: HEADERS });
    const text = await response.text();
    if (!response.ok) return { ok: false, failure: doorFailure(text) ?? failureOf(response.status) };
    return { ok: true, value: (text === "" ? null : JSON.parse(text)) as T };
  } catch {
    return { ok: false, failure: "unavailable" };
  }
}

function doorFailure(text: string): DoorFailure | undefined {
  if (!text.startsWith("{")) return undefined;
  const { error } = JSON.parse(text) as { error?: unknown };
  return DOOR_FAILURES.find((known) => known === error);
}

function failureOf(status: number): Failure {
  if (status === 401) return "unauthenticated";
  if (status === 403) return "refused";
  if (status === 429) return "too_fast";
  return status < 500 ? "invalid" : "unavailable";
}
