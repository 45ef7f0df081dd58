import { CompactEncrypt } from "jose";
import { bytesOf } from "../sealing/plain";
import type { Consent } from "./consent";
import type { Partner } from "./partner";

/** Bytes that the text inside may have: the length of a sealed report says no more than which of them it is. */
export const REPORT_SIZES = [4_096, 16_384] as const;

const SPACE = 0x20;

/** Seal a report with its consent for the partner's key alone. Throws `RangeError` when no size holds it. */
export function sealReport(partner: Partner, { document, consent }: Pick<Consent, "document" | "consent">): Promise<string> {
  return seal(partner, { v: 1, kind: "report", document, consent });
}

/** Seal the same for imminent danger: without consent, and the partner is told that it is so. */
export function sealPatrol(partner: Partner, document: string): Promise<string> {
  return seal(partner, { v: 1, kind: "patrol", document });
}

async function seal(partner: Partner, said: Readonly<Record<string, unknown>>): Promise<string> {
  const text = bytesOf(said);
  const size = REPORT_SIZES.find((each) => text.length <= each);
  if (size === undefined) throw new RangeError("no report is that long");
  const filled = new Uint8Array(size).fill(SPACE);
  filled.set(text);
  const header = { alg: "ECDH-ES+A256KW", enc: "A256GCM", kid: partner.kid, typ: "havre-report+jwe" };
  return new CompactEncrypt(filled).setProtectedHeader(header).encrypt(partner.key);
}
