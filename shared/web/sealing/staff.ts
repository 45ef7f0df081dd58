import { compactDecrypt } from "jose";
import type { MessageFrame } from "../frames";
import { KEYS, newest, type Opened, openBody, type SealedFrame, sealBody, UNREADABLE } from "./body";
import { Unverified } from "./credential";
import { dutyReader, type PrivateJwk, type ShiftKey } from "./duty";
import { addressee, importEpoch, isKeyMessage, openKeys, publicJwk, type Reader, type Told } from "./keys";
import { object, type Plain } from "./plain";

export type { Opened } from "./body";
export { Unverified, type Verified, verify } from "./credential";
export { box, type DutyKey, makeDuty, makeShift, type Peer, type PrivateJwk, type ShiftKey, unbox, verifyPeer } from "./duty";
export type { PublicJwk } from "./keys";
export { fits, type Plain, type PlainKind } from "./plain";

/** The most rounds of key derivation that this console would spend on an account key. */
const MOST_ROUNDS = 1_000_000;
const ALLOWED = {
  keyManagementAlgorithms: ["PBES2-HS512+A256KW"],
  contentEncryptionAlgorithms: ["A256GCM"],
  maxPBES2Count: MOST_ROUNDS,
  maxDecompressedLength: 0,
};

/** Open an account's signing key with its password (or key phrase). Throws `Unverified` for a wrong one. */
export async function openAccountKey(sealed: string, password: string): Promise<CryptoKey> {
  try {
    const secret = new TextEncoder().encode(password.normalize("NFC"));
    const found = object((await compactDecrypt(sealed, secret, ALLOWED)).plaintext);
    const jwk = publicJwk(found);
    if (!jwk) throw new TypeError("no key");
    const key = { ...jwk, d: String(found?.["d"]) };
    return await crypto.subtle.importKey("jwk", key, { name: "ECDSA", namedCurve: "P-256" }, false, ["sign"]);
  } catch {
    throw new Unverified("the account's key does not open");
  }
}

/** What one conversation's log has told this console. */
interface Heard {
  readonly epochs: Map<string, CryptoKey>;
  /** Thumbprint of the key that signed the first key message that opened: nobody else's counts later. */
  signer: string | null;
  /** Key messages for a key that this console does not hold yet, by sequence number. */
  readonly kept: Map<number, MessageFrame>;
}

/** What a console holds: its shift key, the duty keys it was given, and what they have opened. In memory only. */
export class StaffKeys {
  readonly #readers = new Map<string, Reader>();
  readonly #heard = new Map<string, Heard>();

  constructor(shift: ShiftKey) {
    this.#readers.set(shift.kid, shift);
  }

  /**
   * Take up a duty key, and open with it the key messages that were for it. What was `sealed` is worth another try.
   *
   * Throws `Unverified` when the key is not the one of the thumbprint.
   */
  async addDuty(kid: string, privateJwk: PrivateJwk): Promise<void> {
    this.#readers.set(kid, await dutyReader(kid, privateJwk));
    for (const { kept } of [...this.#heard.values()]) {
      for (const [seq, frame] of [...kept].sort(([one], [other]) => one - other)) {
        kept.delete(seq);
        await this.#openKeys(frame);
      }
    }
  }

  /** Read with another shift key too: what was opened with the one before stays open. */
  addShift(shift: ShiftKey): void {
    this.#readers.set(shift.kid, shift);
  }

  /** The keys that this console reads with. */
  get readers(): readonly Reader[] {
    return [...this.#readers.values()];
  }

  /** Open what came. A key message for somebody else is `keys` too: there is nothing to show of it. */
  async open(frame: SealedFrame): Promise<Opened> {
    if (!isKeyMessage(frame)) return openBody(frame, this.#heard.get(frame.conversation)?.epochs ?? new Map());
    return frame.t === "message" && frame.by === "visitor" ? this.#openKeys(frame) : UNREADABLE;
  }

  /** Seal with the newest epoch of the conversation; null when this console holds none yet and so cannot write. */
  async seal(plain: Plain): Promise<string | null> {
    const epochs = this.#heard.get(plain.conversation)?.epochs;
    return epochs && newest(epochs) !== undefined ? sealBody(plain, epochs) : null;
  }

  /** Whether this console can write in the conversation. */
  has(conversation: string): boolean {
    return (this.#heard.get(conversation)?.epochs.size ?? 0) > 0;
  }

  /** The name of the key that signs for a conversation; null while no key message of it has opened. */
  signerOf(conversation: string): string | null {
    return this.#heard.get(conversation)?.signer ?? null;
  }

  /** Drop what is held of one conversation. */
  forgetConversation(id: string): void {
    this.#heard.delete(id);
  }

  /** Drop everything, the shift key included. */
  forget(): void {
    this.#heard.clear();
    this.#readers.clear();
  }

  async #openKeys(frame: MessageFrame): Promise<Opened> {
    const heard = this.#of(frame.conversation);
    const reader = addressee(frame.body, this.#readers.values());
    if (!reader) {
      heard.kept.set(frame.seq, frame);
      return KEYS;
    }
    const told = await openKeys(frame, reader);
    if (!told) return UNREADABLE;
    const keys = await importAll(told);
    // Compared and pinned after the last wait: another key message may have been opened meanwhile.
    if (heard.signer !== null && heard.signer !== told.signer) return UNREADABLE;
    heard.signer = told.signer;
    for (const [epoch, key] of keys) if (!heard.epochs.has(epoch)) heard.epochs.set(epoch, key);
    return KEYS;
  }

  #of(conversation: string): Heard {
    const known = this.#heard.get(conversation);
    if (known) return known;
    const heard: Heard = { epochs: new Map(), signer: null, kept: new Map() };
    this.#heard.set(conversation, heard);
    return heard;
  }
}

async function importAll(told: Told): Promise<Map<string, CryptoKey>> {
  const keys = new Map<string, CryptoKey>();
  for (const [epoch, raw] of told.epochs) keys.set(epoch, await importEpoch(raw, false));
  return keys;
}
