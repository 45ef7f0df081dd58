import { call } from "../lib/api";

/** What staff may say of how it ended with a visitor who vanished in danger. */
export const ENDS = ["safe", "patrol_there", "handed_on", "mistake"] as const;
export type End = (typeof ENDS)[number];

/** Say how it ended; false when that was not taken. */
export async function closeMissing(conversation: string, why: End): Promise<boolean> {
  return (await call("/api/missing/close", { method: "POST", body: JSON.stringify({ conversation, why }) })).ok;
}
