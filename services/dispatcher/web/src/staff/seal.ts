import { base64url, type FlattenedJWE, flattenedDecrypt, GeneralEncrypt, type GeneralJWE } from "jose";
import type { Reader } from "@shared/sealing/keys";
import { bytesOf, object, SIZES } from "@shared/sealing/plain";
import type { Addressee } from "@shared/sealing/supervision";
import type { Place } from "./place";

/** What one writes. `about`: the conversation that it is about, if any: its id, and never a word of it. */
export interface Said {
  readonly text: string;
  readonly about: string | null;
}

/** A line as the server keeps it. */
export interface SealedLine {
  readonly seq: number;
  readonly cid: string;
  /** Whose account wrote it, as the server says. */
  readonly by: string;
  readonly at: number;
  /** SHA-256 of what is sealed, in base64url: sealed again for others, it is the same. */
  readonly mark: string;
  readonly sealed: GeneralJWE;
}

/** What was sealed of a line, and the bytes that it is sealed again from. */
export interface Opened extends Said {
  readonly plain: Uint8Array<ArrayBuffer>;
}

const ALG = "ECDH-ES+A256KW";
const ENC = "A256GCM";
const VERSION = 1;
const SALT_BYTES = 16;
const SPACE = 0x20;
/** The largest of the sizes to which a line is filled up. */
const LARGEST = SIZES[2];
const ALLOWED = { keyManagementAlgorithms: [ALG], contentEncryptionAlgorithms: [ENC], maxDecompressedLength: 0 };
const ROOM = { place: "-".repeat(64), cid: "-".repeat(32), about: "-".repeat(36) };

/** Whether a line holds a text, wherever it is written. */
export function fits(text: string): boolean {
  return encoded(ROOM.place, ROOM.cid, { text, about: ROOM.about }, "-".repeat(22)).length <= LARGEST;
}

/** Return what is sealed for a line: who opens it learns whether it was moved, and its length says little. */
export function plainOf(place: Place, cid: string, said: Said): Uint8Array<ArrayBuffer> {
  const salt = base64url.encode(crypto.getRandomValues(new Uint8Array(SALT_BYTES)));
  const bytes = encoded(place, cid, said, salt);
  const size = SIZES.find((each) => bytes.length <= each && each <= LARGEST);
  if (size === undefined) throw new RangeError("no line holds a text of this length");
  const filled = new Uint8Array(size).fill(SPACE);
  filled.set(bytes);
  return filled;
}

/** Return the digest by which a line is known to be the same text, for whomever it is sealed. */
export async function markOf(plain: Uint8Array<ArrayBuffer>): Promise<string> {
  return base64url.encode(new Uint8Array(await crypto.subtle.digest("SHA-256", plain)));
}

/** Seal for these readers: each of them opens it with their own key. */
export function sealFor(plain: Uint8Array<ArrayBuffer>, readers: readonly Addressee[]): Promise<GeneralJWE> {
  const sealing = new GeneralEncrypt(plain).setProtectedHeader({ enc: ENC });
  for (const { kid, key } of readers) sealing.addRecipient(key).setUnprotectedHeader({ alg: ALG, kid });
  return sealing.encrypt();
}

/** The keys that a line is sealed for. */
export function addressed(line: SealedLine): string[] {
  return line.sealed.recipients.flatMap(({ header }) => (header?.kid === undefined ? [] : [header.kid]));
}

/** Open a line with one of these keys. Null when it is for others, or is not what it should be. */
export async function openLine(place: Place, line: SealedLine, readers: readonly Reader[]): Promise<Opened | null> {
  const reader = readers.find(({ kid }) => addressed(line).includes(kid));
  const recipient = line.sealed.recipients.find(({ header }) => header?.kid === reader?.kid);
  if (!reader || !recipient) return null;
  const { protected: header, iv, ciphertext, tag } = line.sealed;
  try {
    const flattened = { protected: header, iv, ciphertext, tag, ...recipient } as FlattenedJWE;
    const { plaintext } = await flattenedDecrypt(flattened, reader.privateKey, ALLOWED);
    const plain = new Uint8Array(plaintext);
    return (await markOf(plain)) === line.mark ? read(plain, place, line.cid) : null;
  } catch {
    return null;
  }
}

function read(plain: Uint8Array<ArrayBuffer>, place: Place, cid: string): Opened | null {
  const said = object(plain);
  if (said?.["v"] !== VERSION || said["p"] !== place || said["i"] !== cid) return null;
  const { d: text, a: about } = said;
  return typeof text === "string" ? { text, about: typeof about === "string" ? about : null, plain } : null;
}

function encoded(place: Place, cid: string, { text, about }: Said, salt: string): Uint8Array {
  return bytesOf({ v: VERSION, p: place, i: cid, s: salt, d: text, ...(about === null ? {} : { a: about }) });
}
