import { CompactEncrypt, CompactSign, compactDecrypt } from "jose";
import type { Force } from "../frames";
import { MOST_S, ownClaims, rolesOf, Unverified, type Verified, verify } from "./credential";
import { type PublicJwk, publicJwk, type Reader, thumbprint } from "./keys";
import { bytesOf, object } from "./plain";

/** The key of this console for one shift. Its private part never leaves the browser that made it. */
export interface ShiftKey extends Reader {
  readonly credential: string;
  readonly publicKey: CryptoKey;
  /** Not extractable. */
  readonly privateKey: CryptoKey;
  /** When its credential ends, in milliseconds since 1970. */
  readonly expiresAt: number;
}

/** The private JWK of a key that the consoles of a force on duty share. */
export interface PrivateJwk extends PublicJwk {
  readonly d: string;
}

/** A duty key just made. */
export interface DutyKey {
  readonly kid: string;
  readonly credential: string;
  readonly privateJwk: PrivateJwk;
}

/** A console on duty, as a `duty` frame tells of it. */
export interface Peer {
  readonly kid: string;
  readonly credential: string;
}

type StaffRole = "operator" | "psychologist";

const ALG = "ECDH-ES+A256KW";
const ENC = "A256GCM";
const AGREEMENT = { name: "ECDH", namedCurve: "P-256" };
const ALLOWED = { keyManagementAlgorithms: [ALG], contentEncryptionAlgorithms: [ENC], maxDecompressedLength: 0 };

/** Make this console's key for a shift, stated by the account. `nowMs` is best the server's time. */
export async function makeShift(
  accountKey: CryptoKey,
  certificate: string,
  force: Force,
  role: StaffRole,
  nowMs: number,
): Promise<ShiftKey> {
  const { publicKey, privateKey } = await crypto.subtle.generateKey(AGREEMENT, false, ["deriveBits"]);
  const jwk = await publicOf(publicKey);
  const iat = Math.floor(nowMs / 1_000);
  const exp = iat + MOST_S.shift;
  const credential = await state(accountKey, certificate, { use: "shift", force, role, cnf: { jwk }, iat, exp });
  return { kid: await thumbprint(jwk), credential, publicKey, privateKey, expiresAt: exp * 1_000 };
}

/** Make a duty key for the consoles of a force, stated by the account of this one. */
export async function makeDuty(
  accountKey: CryptoKey,
  certificate: string,
  force: Force,
  nowMs: number,
): Promise<DutyKey> {
  const { publicKey, privateKey } = await crypto.subtle.generateKey(AGREEMENT, true, ["deriveBits"]);
  const jwk = await publicOf(publicKey);
  const iat = Math.floor(nowMs / 1_000);
  const role: StaffRole = rolesOf(ownClaims(certificate)).includes("operator") ? "operator" : "psychologist";
  const said = { use: "duty", force, role, cnf: { jwk }, iat, exp: iat + MOST_S.duty };
  const credential = await state(accountKey, certificate, said);
  const { d } = await crypto.subtle.exportKey("jwk", privateKey);
  return { kid: await thumbprint(jwk), credential, privateJwk: { ...jwk, d: d ?? "" } };
}

/** Verify a console on duty before boxing anything for it, whichever role it has. Throws `Unverified`. */
export async function verifyPeer(peer: Peer, authority: PublicJwk, force: Force, nowMs: number): Promise<Verified> {
  try {
    return await verify({ ...peer, role: "operator" }, authority, force, nowMs);
  } catch {
    return verify({ ...peer, role: "psychologist" }, authority, force, nowMs);
  }
}

/** Seal a duty key for one verified console. */
export function box(privateJwk: PrivateJwk, to: Verified): Promise<string> {
  return new CompactEncrypt(bytesOf(privateJwk)).setProtectedHeader({ alg: ALG, enc: ENC, kid: to.kid }).encrypt(to.key);
}

/** Open a box that was sealed for this console. Throws `Unverified` when it does not open or holds no key. */
export async function unbox(sealed: string, shift: Reader): Promise<PrivateJwk> {
  let opened: Uint8Array;
  try {
    opened = (await compactDecrypt(sealed, shift.privateKey, ALLOWED)).plaintext;
  } catch {
    throw new Unverified("a box that this console cannot open");
  }
  return privateJwk(object(opened));
}

/** Import a duty key to read with. Throws `Unverified` when it is not the key of this thumbprint. */
export async function dutyReader(kid: string, jwk: PrivateJwk): Promise<Reader> {
  const own = privateJwk(jwk);
  const { d, ...publicPart } = own;
  if ((await thumbprint(publicPart)) !== kid) throw new Unverified("another key");
  try {
    const key = { ...publicPart, d };
    return { kid, privateKey: await crypto.subtle.importKey("jwk", key, AGREEMENT, false, ["deriveBits"]) };
  } catch {
    throw new Unverified("no key");
  }
}

function privateJwk(found: unknown): PrivateJwk {
  const jwk = publicJwk(found);
  const d = (found as { d?: unknown } | null)?.d;
  if (!jwk || typeof d !== "string") throw new Unverified("no key");
  return { ...jwk, d };
}

/** Return the public part of a key of curve P-256. */
export async function publicOf(key: CryptoKey): Promise<PublicJwk> {
  const jwk = publicJwk(await crypto.subtle.exportKey("jwk", key));
  if (!jwk) throw new TypeError("the browser made no key of curve P-256");
  return jwk;
}

/** State a key with the account's own: the credential of what is `said` of it. */
export async function state(accountKey: CryptoKey, certificate: string, said: object): Promise<string> {
  const statement = await new CompactSign(bytesOf(said))
    .setProtectedHeader({ alg: "ES256", typ: "havre-key+jwt" })
    .sign(accountKey);
  return JSON.stringify({ certificate, statement });
}
