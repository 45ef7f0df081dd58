import { base64url, compactVerify } from "jose";
import type { Force } from "../frames";
import { importPublic, type PublicJwk, publicJwk, thumbprint } from "./keys";
import { object } from "./plain";

/** A key that is admitted to a conversation, as the server tells of it: believed only once it is verified. */
export interface Holder {
  /** RFC 7638 SHA-256 thumbprint of the key. */
  readonly kid: string;
  readonly role: "operator" | "psychologist" | "duty";
  /** JSON text of the account's certificate and its statement about the key. */
  readonly credential: string;
}

/** A key that the staff authority stands for. */
export interface Verified {
  readonly kid: string;
  readonly role: Holder["role"];
  readonly key: CryptoKey;
}

/** A key is not what it is said to be, or a secret does not open what it should. */
export class Unverified extends Error {
  override readonly name = "Unverified";
}

/** The longest credential, in characters. */
export const MAX_CREDENTIAL = 4_096;
/** How long a key may be stated to hold, in seconds, by use. */
export const MOST_S = { shift: 16 * 3_600, duty: 24 * 3_600 } as const;

/** How wrong this page's clock may be, in seconds; with a worse one no TLS connection comes about either. */
const TOLERANCE_S = 24 * 3_600;

/** What a signed text says. */
export type Claims = Readonly<Record<string, unknown>>;

/** Verify a holder for a conversation of `force`. Throws `Unverified`, and says why without quoting anything. */
export async function verify(holder: Holder, authority: PublicJwk, force: Force, nowMs: number): Promise<Verified> {
  const { certificate, statement } = parts(holder.credential);
  const now = Math.floor(nowMs / 1_000);
  const account = await claims(certificate, authority, "havre-account+jwt");
  const said = await claims(statement, nested(account), "havre-key+jwt");
  check(holds(account, now) && holds(said, now), "expired, or not valid yet");
  const use = holder.role === "duty" ? "duty" : "shift";
  check(said["use"] === use, "stated for another use");
  check(Number(said["exp"]) - Number(said["iat"]) <= MOST_S[use], "stated for too long");
  // A psychologist may be certified for conversations of both forces.
  const ours = account["force"] === force || (account["both"] === true && holder.role === "psychologist");
  check(ours && said["force"] === account["force"], "of another force");
  check(isRole(said["role"]) && rolesOf(account).includes(said["role"]), "of a role that the account has not");
  check(use === "duty" || said["role"] === holder.role, "of another role");
  const jwk = nested(said);
  check((await thumbprint(jwk)) === holder.kid, "another key");
  return { kid: holder.kid, role: holder.role, key: await importPublic(jwk, "ECDH") };
}

/** Return the claims of a certificate without verifying it: its owner reads what it says of them. */
export function ownClaims(certificate: string): Claims {
  const found = object(base64url.decode(certificate.split(".")[1] ?? ""));
  if (!found) throw new Unverified("no certificate");
  return found;
}

/** The roles of a certificate. */
export function rolesOf(account: Claims): readonly unknown[] {
  const roles = account["roles"];
  return Array.isArray(roles) ? roles : [];
}

/** Return a credential's two texts. Throws `Unverified` when it is none. */
export function parts(credential: string): { certificate: string; statement: string } {
  check(credential.length <= MAX_CREDENTIAL, "too long");
  const found = object(new TextEncoder().encode(credential));
  const { certificate, statement } = found ?? {};
  if (typeof certificate !== "string" || typeof statement !== "string") throw new Unverified("no credential");
  return { certificate, statement };
}

/** Return what a signed text claims. Throws `Unverified` unless `signer` signed it for `typ`. */
export async function claims(token: string, signer: PublicJwk, typ: string): Promise<Claims> {
  try {
    const key = await importPublic(signer, "ECDSA");
    const { payload, protectedHeader } = await compactVerify(token, key, { algorithms: ["ES256"] });
    const found = object(payload);
    if (found && protectedHeader.typ === typ) return found;
  } catch {
    throw new Unverified("not signed by whom it should be");
  }
  throw new Unverified("signed for something else");
}

/** Whether claims hold now (in seconds), as well as a page's clock can tell. */
export function holds(said: Claims, now: number): boolean {
  const { iat, exp } = said;
  if (typeof iat !== "number" || typeof exp !== "number") return false;
  return iat - TOLERANCE_S <= now && now < exp + TOLERANCE_S;
}

/** Return the key that claims are about. Throws `Unverified` when there is none. */
export function nested(said: Claims): PublicJwk {
  const cnf = said["cnf"];
  const jwk = typeof cnf === "object" && cnf !== null && "jwk" in cnf ? publicJwk(cnf.jwk) : null;
  if (!jwk) throw new Unverified("no key");
  return jwk;
}

function isRole(role: unknown): role is "operator" | "psychologist" {
  return role === "operator" || role === "psychologist";
}

/** Throw `Unverified` unless it is good. */
export function check(good: boolean, otherwise: string): void {
  if (!good) throw new Unverified(otherwise);
}
