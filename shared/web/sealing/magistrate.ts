import { compactDecrypt, type FlattenedJWE, flattenedDecrypt, GeneralEncrypt } from "jose";
import { check, claims, holds, nested, Unverified } from "./credential";
import { importPublic, type PublicJwk, publicJwk, type Reader, thumbprint } from "./keys";
import { object } from "./plain";

/** A magistrate's public reading key, as the server tells of it: believed only once it is verified. */
export interface MagistrateKey {
  readonly kid: string;
  readonly certificate: string;
}

/** A key that the staff authority stands for. */
export interface Addressee {
  readonly kid: string;
  readonly key: CryptoKey;
}

const ALG = "ECDH-ES+A256KW";
const ENC = "A256GCM";
const TYP = "havre-magistrate+jwt";
const AGREEMENT = { name: "ECDH", namedCurve: "P-256" };
const ALLOWED = { keyManagementAlgorithms: [ALG], contentEncryptionAlgorithms: [ENC], maxDecompressedLength: 0 };
const ACCOUNT_KEY = {
  keyManagementAlgorithms: ["PBES2-HS512+A256KW"],
  contentEncryptionAlgorithms: [ENC],
  maxPBES2Count: 1_000_000,
  maxDecompressedLength: 0,
};
/** Bytes that a plaintext may have; those of `shared/sealing/magistrates.py`. */
const SIZES = [256, 1_024, 4_096, 8_192] as const;
const SPACE = 0x20;

/** Verify a magistrate's key. Throws `Unverified`. */
export async function verifyMagistrate(told: MagistrateKey, authority: PublicJwk, nowMs: number): Promise<Addressee> {
  const said = await claims(told.certificate, authority, TYP);
  check(holds(said, Math.floor(nowMs / 1_000)), "expired, or not valid yet");
  const jwk = nested(said);
  const kid = await thumbprint(jwk);
  check(kid === told.kid && said["sub"] === kid, "another key");
  return { kid, key: await importPublic(jwk, "ECDH") };
}

/** The keys among these that can be verified: nothing is sealed for any other. */
export async function verifiedOf(
  told: readonly MagistrateKey[],
  authority: PublicJwk,
  nowMs: number,
): Promise<Addressee[]> {
  const found: Addressee[] = [];
  for (const one of told) {
    try {
      found.push(await verifyMagistrate(one, authority, nowMs));
    } catch (error) {
      if (!(error instanceof Unverified)) throw error;
    }
  }
  return found;
}

/** Seal what is said for each of these. Throws `RangeError` when there is nobody, or no size holds it. */
export async function sealFor(said: object, addressees: readonly Addressee[]): Promise<string> {
  if (addressees.length === 0) throw new RangeError("there is nobody to seal for");
  const sealing = new GeneralEncrypt(padded(said)).setProtectedHeader({ enc: ENC });
  for (const { kid, key } of addressees) sealing.addRecipient(key).setUnprotectedHeader({ alg: ALG, kid });
  return JSON.stringify(await sealing.encrypt());
}

/** Open what was sealed for this reader. Throws `Unverified` when it was not, or was changed. */
export async function openSealed(sealed: string, reader: Reader): Promise<Readonly<Record<string, unknown>>> {
  try {
    const found = JSON.parse(sealed) as Record<string, unknown> & { recipients: FlattenedJWE[] };
    const mine = found.recipients.find((one) => (one.header as { kid?: unknown } | undefined)?.kid === reader.kid);
    if (!mine) throw new TypeError("not sealed for this key");
    const { protected: header, iv, ciphertext, tag } = found;
    const { header: own, encrypted_key } = mine;
    const flattened = { protected: header, iv, ciphertext, tag, header: own, encrypted_key } as FlattenedJWE;
    const said = object((await flattenedDecrypt(flattened, reader.privateKey, ALLOWED)).plaintext);
    if (!said) throw new TypeError("nothing that can be read");
    return said;
  } catch {
    throw new Unverified("this does not open with this key");
  }
}

/** Open a magistrate's private reading key with their password. Throws `Unverified` for a wrong one. */
export async function openReadingKey(kid: string, sealed: string, password: string): Promise<Reader> {
  try {
    const secret = new TextEncoder().encode(password.normalize("NFC"));
    const found = object((await compactDecrypt(sealed, secret, ACCOUNT_KEY)).plaintext);
    const jwk = publicJwk(found);
    if (!jwk || (await thumbprint(jwk)) !== kid) throw new TypeError("no key, or another one");
    const key = { ...jwk, d: String(found?.["d"]) };
    return { kid, privateKey: await crypto.subtle.importKey("jwk", key, AGREEMENT, false, ["deriveBits"]) };
  } catch {
    throw new Unverified("the key does not open");
  }
}

/** Whether the largest size holds it. */
export function fitsSealed(said: object): boolean {
  return sizeOf(new TextEncoder().encode(JSON.stringify(said))) !== undefined;
}

function padded(said: object): Uint8Array {
  const bytes = new TextEncoder().encode(JSON.stringify(said));
  const size = sizeOf(bytes);
  if (size === undefined) throw new RangeError("no size holds a text of this length");
  const filled = new Uint8Array(size).fill(SPACE);
  filled.set(bytes);
  return filled;
}

function sizeOf(bytes: Uint8Array): number | undefined {
  return SIZES.find((size) => bytes.length <= size);
}
