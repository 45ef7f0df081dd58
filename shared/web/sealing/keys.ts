import {
  base64url,
  calculateJwkThumbprint,
  CompactSign,
  compactVerify,
  type FlattenedJWE,
  flattenedDecrypt,
  GeneralEncrypt,
} from "jose";
import type { MessageFrame } from "../frames";
import { type Epochs, isEpoch } from "./body";
import type { Verified } from "./credential";
import { bytesOf, object } from "./plain";

/** A public key of curve P-256 as a JWK: these four members, whatever else was said. */
export interface PublicJwk {
  readonly kty: "EC";
  readonly crv: "P-256";
  readonly x: string;
  readonly y: string;
}

/** The conversation's own signing key: only the page that opened the conversation has it. */
export interface Signer {
  readonly publicJwk: PublicJwk;
  readonly privateKey: CryptoKey;
}

/** A key that key messages are addressed to, and that this side has the private part of. */
export interface Reader {
  readonly kid: string;
  readonly privateKey: CryptoKey;
}

/** What a key message said. */
export interface Told {
  /** Thumbprint of the key that signed it. */
  readonly signer: string;
  readonly epochs: ReadonlyMap<string, Uint8Array<ArrayBuffer>>;
}

type Recipient = Readonly<Record<string, unknown>>;

const ALG = "ECDH-ES+A256KW";
const ENC = "A256GCM";
const TYP = "havre-keys+jwt";
const VERSION = 1;
const EPOCH_BYTES = 32;
/** Epochs that one key message tells: with sixteen holders it still fits a body. Older ones are left out. */
const MOST_EPOCHS = 96;
const ALLOWED = { keyManagementAlgorithms: [ALG], contentEncryptionAlgorithms: [ENC], maxDecompressedLength: 0 };

/** Return the public part of a JWK of curve P-256, or null when it is something else. */
export function publicJwk(jwk: unknown): PublicJwk | null {
  if (typeof jwk !== "object" || jwk === null) return null;
  const { kty, crv, x, y } = jwk as Readonly<Record<string, unknown>>;
  return kty === "EC" && crv === "P-256" && typeof x === "string" && typeof y === "string" ? { kty, crv, x, y } : null;
}

/** Import a public key to verify with (ECDSA) or to seal for (ECDH). Throws when it is no point of the curve. */
export function importPublic({ kty, crv, x, y }: PublicJwk, use: "ECDSA" | "ECDH"): Promise<CryptoKey> {
  const usages: KeyUsage[] = use === "ECDSA" ? ["verify"] : [];
  return crypto.subtle.importKey("jwk", { kty, crv, x, y }, { name: use, namedCurve: "P-256" }, true, usages);
}

/** Return the RFC 7638 SHA-256 thumbprint of a public key, in base64url. */
export function thumbprint(jwk: PublicJwk): Promise<string> {
  return calculateJwkThumbprint({ ...jwk });
}

/** Return a fresh key for the messages of one epoch. */
export function makeEpoch(): Promise<CryptoKey> {
  return crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, true, ["encrypt", "decrypt"]);
}

/** Import an epoch's key; only the page that hands it on needs to get it out again. */
export function importEpoch(raw: Uint8Array<ArrayBuffer>, extractable: boolean): Promise<CryptoKey> {
  return crypto.subtle.importKey("raw", raw, "AES-GCM", extractable, ["encrypt", "decrypt"]);
}

/** Return the epochs as the text of each key in base64url. */
export async function epochTexts(epochs: Epochs): Promise<Record<string, string>> {
  const texts: Record<string, string> = {};
  for (const [epoch, key] of epochs) texts[epoch] = base64url.encode(new Uint8Array(await crypto.subtle.exportKey("raw", key)));
  return texts;
}

/** Read the epochs of `epochTexts`. Null when one of them is none. */
export function readEpochs(found: unknown): Map<string, Uint8Array<ArrayBuffer>> | null {
  if (typeof found !== "object" || found === null) return null;
  const epochs = new Map<string, Uint8Array<ArrayBuffer>>();
  for (const [epoch, text] of Object.entries(found)) {
    const raw = typeof text === "string" ? decoded(text) : null;
    if (!isEpoch(epoch) || raw?.length !== EPOCH_BYTES) return null;
    epochs.set(epoch, raw);
  }
  return epochs;
}

/** Sign for the conversation: a compact JWS that names its key. */
export function signedBy({ publicJwk, privateKey }: Signer, claims: object, typ: string): Promise<string> {
  const header = { alg: "ES256", typ, jwk: { ...publicJwk } };
  return new CompactSign(bytesOf(claims)).setProtectedHeader(header).sign(privateKey);
}

/** Return the body of a key message: the epochs, signed by the conversation, sealed for each of the holders. */
export async function sealKeys(
  place: { readonly conversation: string; readonly cid: string },
  epochs: Epochs,
  signer: Signer,
  holders: readonly Verified[],
): Promise<string> {
  const told = new Map([...epochs].sort(([one], [other]) => Number(one) - Number(other)).slice(-MOST_EPOCHS));
  const payload = { v: VERSION, c: place.conversation, i: place.cid, epochs: await epochTexts(told) };
  const signed = await signedBy(signer, payload, TYP);
  const sealing = new GeneralEncrypt(new TextEncoder().encode(signed)).setProtectedHeader({ enc: ENC });
  for (const { kid, key } of holders) sealing.addRecipient(key).setUnprotectedHeader({ alg: ALG, kid });
  return JSON.stringify(await sealing.encrypt());
}

/** Whether a body is a key message: a JSON object, which no compact JWE begins like. */
export function isKeyMessage(frame: { readonly body: string }): boolean {
  return frame.body.startsWith("{");
}

/** Return which of the readers a key message is addressed to; undefined when to none of them. */
export function addressee<R extends { readonly kid: string }>(body: string, readers: Iterable<R>): R | undefined {
  const kids = recipientsOf(sealedKeys(body)).map(kidOf);
  return [...readers].find((reader) => kids.includes(reader.kid));
}

/** Open a key message that is addressed to the reader. Null when it does not open or is not what the frame says. */
export async function openKeys(frame: MessageFrame, reader: Reader): Promise<Told | null> {
  const sealed = sealedKeys(frame.body);
  const recipient = recipientsOf(sealed).find((each) => kidOf(each) === reader.kid);
  if (!sealed || !recipient) return null;
  try {
    const { protected: header, iv, ciphertext, tag } = sealed;
    const { header: own, encrypted_key } = recipient;
    const flattened = { protected: header, iv, ciphertext, tag, header: own, encrypted_key } as FlattenedJWE;
    const { plaintext } = await flattenedDecrypt(flattened, reader.privateKey, ALLOWED);
    return await readSigned(plaintext, frame);
  } catch {
    return null;
  }
}

async function readSigned(signed: Uint8Array, frame: MessageFrame): Promise<Told | null> {
  const { payload, protectedHeader } = await compactVerify(signed, ({ jwk }) => signerKey(jwk), { algorithms: ["ES256"] });
  const said = object(payload);
  const signer = publicJwk(protectedHeader.jwk);
  if (!signer || protectedHeader.typ !== TYP || said?.["v"] !== VERSION) return null;
  if (said["c"] !== frame.conversation || said["i"] !== frame.cid) return null;
  const epochs = readEpochs(said["epochs"]);
  return epochs && { signer: await thumbprint(signer), epochs };
}

/** Import the key that a signed text names as its own. Throws when it is none. */
export function signerKey(jwk: unknown): Promise<CryptoKey> {
  const signer = publicJwk(jwk);
  if (!signer) throw new TypeError("a signed text names its signer");
  return importPublic(signer, "ECDSA");
}

function sealedKeys(body: string): Recipient | null {
  return object(new TextEncoder().encode(body));
}

function recipientsOf(sealed: Recipient | null): Recipient[] {
  const recipients = sealed?.["recipients"];
  return Array.isArray(recipients) ? recipients.filter(isRecipient) : [];
}

function isRecipient(found: unknown): found is Recipient {
  return typeof found === "object" && found !== null;
}

function kidOf({ header }: Recipient): unknown {
  return isRecipient(header) ? header["kid"] : undefined;
}

function decoded(text: string): Uint8Array<ArrayBuffer> | null {
  try {
    return new Uint8Array(base64url.decode(text));
  } catch {
    return null;
  }
}
