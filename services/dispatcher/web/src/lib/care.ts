/** How it stands with this operator, as the server says it. Moments in ms since 1970; 0 for none. */
export interface Standing {
  /** Conversations that they marked as hard. */
  hard: string[];
  in_a_row: number;
  most_in_a_row: number;
  rests_until: number;
  debrief_asked: number;
  drained: boolean;
}

const PATIENCE_MS = 10_000;

export const standing = (): Promise<Standing | null> => call("/api/care");
export const goOn = (): Promise<Standing | null> => call("/api/care/go-on", {});
export const wantDebrief = (wanted: boolean): Promise<Standing | null> => call("/api/care/debrief", { wanted });
export const markHard = (conversation: string, hard: boolean): Promise<Standing | null> =>
  call("/api/care/hard", { conversation, hard });

/** The standing after a call; null when it could not be had: the next look says what is so. */
async function call(path: string, body?: object): Promise<Standing | null> {
  try {
    const response = await fetch(path, {
      method: body ? "POST" : "GET",
      ...(body ? { body: JSON.stringify(body) } : {}),
      headers: { "X-Havre": "1", "Content-Type": "application/json" },
      cache: "no-store",
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    return response.ok ? ((await response.json()) as Standing) : null;
  } catch {
    return null;
  }
}
