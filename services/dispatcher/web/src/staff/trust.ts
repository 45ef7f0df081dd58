import type { Force } from "@shared/frames";
import { type Holder, verify } from "@shared/sealing/credential";
import type { PublicJwk } from "@shared/sealing/keys";
import { type Addressee, verifySupervisor } from "@shared/sealing/supervision";
import type { TrustedBy } from "./api";

/** Who may be let in: staff of one force; and supervisors of both, but never to the notes of a conversation. */
export interface Circle {
  readonly force: Force;
  readonly supervisors: boolean;
}

/** Return those of the keys that the staff authority stands for: whoever cannot be verified is sealed nothing. */
export async function verified(
  told: readonly TrustedBy[],
  authority: PublicJwk,
  circle: Circle,
  nowMs: number,
): Promise<Addressee[]> {
  const found = await Promise.all(told.map((one) => verifiedOne(one, authority, circle, nowMs)));
  return found.filter((one) => one !== null);
}

async function verifiedOne(
  told: TrustedBy,
  authority: PublicJwk,
  { force, supervisors }: Circle,
  nowMs: number,
): Promise<Addressee | null> {
  const { kid, role, credential } = told;
  try {
    if (role === "supervisor") return supervisors ? await verifySupervisor(told, authority, nowMs) : null;
    const holder: Holder = { kid, role, credential };
    return await verify(holder, authority, force, nowMs);
  } catch {
    return null; // whoever cannot be verified is sealed nothing
  }
}
