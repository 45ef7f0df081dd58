/** What a call brought, or why it brought nothing: the server's own word, or that it does not answer. */
export type Answer<T> = { ok: true; value: T } | { ok: false; why: string };

const HEADERS = { "X-Havre": "1", "Content-Type": "application/json" };
const PATIENCE_MS = 10_000;

/** Ask the dispatcher; with a body it is told to do something. */
export async function ask<T>(path: string, body?: object): Promise<Answer<T>> {
  try {
    const response = await fetch(path, {
      method: body ? "POST" : "GET",
      ...(body ? { body: JSON.stringify(body) } : {}),
      signal: AbortSignal.timeout(PATIENCE_MS),
      headers: HEADERS,
      cache: "no-store",
    });
    const text = await response.text();
    const found: unknown = text === "" ? null : JSON.parse(text);
    return response.ok ? { ok: true, value: found as T } : { ok: false, why: (found as { error: string }).error };
  } catch {
    return { ok: false, why: "unavailable" };
  }
}
