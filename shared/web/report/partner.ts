import type { Force } from "../frames";
import { check, claims, holds, nested } from "../sealing/credential";
import { importPublic, type PublicJwk, thumbprint } from "../sealing/keys";
import type { Recipient } from "./fields";

/** A service that receives reports, for which the staff authority stands. */
export interface Partner {
  readonly partner: string;
  readonly name: string;
  readonly force: Force;
  readonly departments: readonly string[];
  /** Thumbprint of the key that its reports are sealed for. */
  readonly kid: string;
  readonly key: CryptoKey;
}

const TYP = "havre-partner+jwt";
const ID = /^[a-z0-9][a-z0-9-]{1,31}$/;

/** Verify a partner's certificate. Throws `Unverified`, and says why without quoting anything. */
export async function verifyPartner(certificate: string, authority: PublicJwk, nowMs: number): Promise<Partner> {
  const said = await claims(certificate, authority, TYP);
  check(holds(said, Math.floor(nowMs / 1_000)), "expired, or not valid yet");
  const { sub, partner, name, force, departments } = said;
  check(typeof partner === "string" && ID.test(partner) && typeof name === "string" && name !== "", "no partner");
  check((force === "police" || force === "gendarmerie") && Array.isArray(departments), "of no territory");
  const jwk = nested(said);
  const kid = await thumbprint(jwk);
  check(sub === kid, "another key");
  return {
    partner: partner as string,
    name: name as string,
    force: force as Force,
    departments: (departments as unknown[]).filter((each): each is string => typeof each === "string"),
    kid,
    key: await importPublic(jwk, "ECDH"),
  };
}

/** Verify whom a proposal names: the partner must be the one of the certificate. Throws `Unverified`. */
export async function verifyRecipient(recipient: Recipient, authority: PublicJwk, nowMs: number): Promise<Partner> {
  const partner = await verifyPartner(recipient.certificate, authority, nowMs);
  check(partner.partner === recipient.partner && partner.name === recipient.name, "another partner");
  return partner;
}
