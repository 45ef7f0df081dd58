import { CompactEncrypt, compactDecrypt, decodeProtectedHeader } from "jose";
import type { MessageFrame, TypingFrame } from "../frames";
import { type Place, type Plain, type PlainKind, padded, read, TYPING_CID } from "./plain";

/** A frame that carries a sealed body. */
export type SealedFrame = MessageFrame | TypingFrame;

/**
 * What became of a body.
 *
 * `keys`: a key message, nothing to show. `sealed`: no key for it yet, try again after the next `keys`.
 * `unreadable`: it opens for nobody, or is not what the frame says; shown as such, never dropped in silence.
 */
export type Opened =
  | { readonly state: "plain"; readonly kind: PlainKind; readonly data: string }
  | { readonly state: "keys" }
  | { readonly state: "sealed" }
  | { readonly state: "unreadable" };

export const KEYS: Opened = { state: "keys" };
export const SEALED: Opened = { state: "sealed" };
export const UNREADABLE: Opened = { state: "unreadable" };

/** The keys of one conversation's messages by epoch: "1", "2", ... */
export type Epochs = ReadonlyMap<string, CryptoKey>;

const ENC = "A256GCM";
const ALLOWED = { keyManagementAlgorithms: ["dir"], contentEncryptionAlgorithms: [ENC], maxDecompressedLength: 0 };

/** Return the newest epoch, or undefined when there is none. */
export function newest(epochs: Epochs): string | undefined {
  return [...epochs.keys()].sort((one, other) => Number(other) - Number(one))[0];
}

/** Seal with the newest epoch. Throws `RangeError` when the text is too long or there is no key. */
export async function sealBody(plain: Plain, epochs: Epochs): Promise<string> {
  const epoch = newest(epochs);
  const key = epoch === undefined ? undefined : epochs.get(epoch);
  if (epoch === undefined || !key) throw new RangeError("there is no key to seal with");
  const header = { alg: "dir", enc: ENC, kid: epoch };
  return new CompactEncrypt(padded(plain)).setProtectedHeader(header).encrypt(key);
}

/** Open the body of a frame with the epoch that it names; what it holds must belong where the frame says. */
export async function openBody(frame: SealedFrame, epochs: Epochs): Promise<Opened> {
  const place = placeOf(frame);
  const epoch = epochOf(frame.body);
  if (!place || epoch === null) return UNREADABLE;
  const key = epochs.get(epoch);
  if (!key) return SEALED;
  const opened = await decrypted(frame.body, key);
  const content = opened && read(opened, place);
  const isTyping = frame.t === "typing";
  return content && (content.kind === "typing") === isTyping ? { state: "plain", ...content } : UNREADABLE;
}

/** Return the epoch that a body names, or null when it is no body. */
export function epochOf(body: string): string | null {
  try {
    const { kid } = decodeProtectedHeader(body);
    return kid !== undefined && isEpoch(kid) ? kid : null;
  } catch {
    return null;
  }
}

/** Whether a text names an epoch: a number from 1, without leading zeros. */
export function isEpoch(text: string): boolean {
  return /^[1-9][0-9]{0,5}$/.test(text);
}

async function decrypted(body: string, key: CryptoKey): Promise<Uint8Array | null> {
  try {
    return (await compactDecrypt(body, key, ALLOWED)).plaintext;
  } catch {
    return null;
  }
}

function placeOf(frame: SealedFrame): Place | null {
  if (!frame.by) return null;
  const cid = frame.t === "typing" ? TYPING_CID : frame.cid;
  return { conversation: frame.conversation, cid, by: frame.by };
}
