import { Unverified } from "@shared/sealing/credential";
import { dutyReader, type PrivateJwk } from "@shared/sealing/duty";
import { importPublic } from "@shared/sealing/keys";
import { CompactEncrypt, compactDecrypt, decodeProtectedHeader } from "jose";

const ALG = "ECDH-ES+A256KW";
const ENC = "A256GCM";
const ALLOWED = { keyManagementAlgorithms: [ALG], contentEncryptionAlgorithms: [ENC], maxDecompressedLength: 0 };

/** Seal a short text for whoever holds this duty key. */
export async function sealForDuty(text: string, kid: string, duty: PrivateJwk): Promise<string> {
  const key = await importPublic(duty, "ECDH");
  return new CompactEncrypt(new TextEncoder().encode(text)).setProtectedHeader({ alg: ALG, enc: ENC, kid }).encrypt(key);
}

/** For which duty key it was sealed; null when it is nothing that was. */
export function dutyOf(sealed: string): string | null {
  try {
    return decodeProtectedHeader(sealed).kid ?? null;
  } catch {
    return null;
  }
}

/** Open it again. Throws `Unverified` when it was not sealed for this key, or was changed. */
export async function openForDuty(sealed: string, kid: string, duty: PrivateJwk): Promise<string> {
  try {
    const { privateKey } = await dutyReader(kid, duty);
    return new TextDecoder().decode((await compactDecrypt(sealed, privateKey, ALLOWED)).plaintext);
  } catch {
    throw new Unverified("this does not open with this duty key");
  }
}
