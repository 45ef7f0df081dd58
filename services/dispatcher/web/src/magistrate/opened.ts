import { openSealed } from "@shared/sealing/magistrate";
import { Unverified } from "@shared/sealing/credential";
import type { Reader } from "@shared/sealing/keys";
import type { Request } from "../lifting/api";

/** What was sealed with a request, as far as it can be read: `mismatch` was sealed for another request. */
export type Text = { text: string } | "unreadable" | "mismatch";

/** Where a visitor came from. Moments in ms since 1970. */
export interface Origin {
  readonly ip: string;
  readonly port: number | null;
  readonly by: "connection" | "proxy" | "ours";
  readonly at: number;
}

/** Open the reasons of a request, or a magistrate's own words: they count only for the request they were sealed for. */
export async function openText(sealed: string, request: Request, reader: Reader): Promise<Text> {
  const said = await opened(sealed, reader);
  if (said === null || typeof said["text"] !== "string") return "unreadable";
  const same = said["conversation"] === request.conversation && said["ground"] === request.ground;
  return same ? { text: said["text"] } : "mismatch";
}

/** Open an address that was handed over. Null when it does not open, or is another conversation's. */
export async function openOrigin(sealed: string, request: Request, reader: Reader): Promise<Origin | null> {
  const said = await opened(sealed, reader);
  if (said?.["conversation"] !== request.conversation) return null;
  const { ip, port, by, at } = said;
  if (typeof ip !== "string" || typeof at !== "number") return null;
  const known = by === "proxy" || by === "ours" ? by : "connection";
  return { ip, port: typeof port === "number" ? port : null, by: known, at };
}

async function opened(sealed: string, reader: Reader): Promise<Readonly<Record<string, unknown>> | null> {
  try {
    return await openSealed(sealed, reader);
  } catch (error) {
    if (error instanceof Unverified) return null;
    throw error;
  }
}
