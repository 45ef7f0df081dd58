import type { PublicJwk } from "@shared/sealing/keys";
import { sealFor, verifiedOf } from "@shared/sealing/magistrate";
import { type Answer, type Ground, magistrates } from "./api";

/** Characters of what is sealed for magistrates: with every accent they fit. */
export const LONGEST = 1_000;

/** Words about a conversation, for magistrates alone. */
export interface Said {
  readonly conversation: string;
  readonly ground: Ground;
  readonly text: string;
}

/** Seal words for the magistrates that can be verified; otherwise why not: nothing is sent to anybody else. */
export async function sealed(said: Said, authority: PublicJwk, nowMs: number): Promise<Answer<string>> {
  const told = await magistrates();
  if (!told.ok) return told;
  if (told.value.keys.length === 0) return { ok: false, why: "no_magistrate" };
  const verified = await verifiedOf(told.value.keys, authority, nowMs);
  if (verified.length === 0) return { ok: false, why: "unverified" };
  return { ok: true, value: await sealFor({ v: 1, ...said }, verified) };
}
