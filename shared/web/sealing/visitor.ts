import type { Force } from "../frames";
import { epochOf, KEYS, newest, type Opened, openBody, type SealedFrame, sealBody, UNREADABLE } from "./body";
import { type Holder, Unverified, type Verified, verify } from "./credential";
import {
  epochTexts,
  importEpoch,
  isKeyMessage,
  makeEpoch,
  type PublicJwk,
  publicJwk,
  readEpochs,
  type Signer,
  sealKeys,
  signedBy,
  thumbprint,
} from "./keys";
import { bytesOf, object, type Plain } from "./plain";

export type { Opened } from "./body";
export type { Holder } from "./credential";
export type { PublicJwk } from "./keys";
export { fits, type Plain, type PlainKind } from "./plain";

/** What an `admitted` frame leads to. */
export interface Admission {
  /** A key message to say; null when nothing has changed. */
  readonly body: string | null;
  /** Roles of those who could not be verified and get nothing: the page says so. */
  readonly refused: readonly Holder["role"][];
}

const VERSION = 1;
const SIGNING = { name: "ECDSA", namedCurve: "P-256" };

/**
 * What the visitor's page holds of one conversation's keys: every epoch, and the key that signs for the conversation.
 *
 * In memory only. Calls of `admit` must not overlap `seal` of what only the newly admitted may read: say the body that
 * `admit` gave before anything sealed after it.
 */
export class VisitorKeys {
  readonly #authority: PublicJwk;
  readonly #epochs: Map<string, CryptoKey>;
  #signer: Signer | null;
  /** Thumbprints of those to whom the last key message gave everything. */
  #given: ReadonlySet<string>;
  /** The highest epoch seen, here or in a frame: a number is never used for two keys. */
  #highest: number;
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(
    authority: PublicJwk,
    signer: Signer,
    epochs: Map<string, CryptoKey>,
    given: ReadonlySet<string> = new Set(),
  ) {
    this.#authority = authority;
    this.#signer = signer;
    this.#epochs = epochs;
    this.#given = given;
    this.#highest = Number(newest(epochs));
  }

  /** Make the keys of a new conversation. `authority` is the installation's public key, as the page carries it. */
  static async make(authority: PublicJwk): Promise<VisitorKeys> {
    const pair = await crypto.subtle.generateKey(SIGNING, true, ["sign", "verify"]);
    const jwk = publicJwk(await crypto.subtle.exportKey("jwk", pair.publicKey));
    if (!jwk) throw new TypeError("the browser made no key of curve P-256");
    const epochs = new Map([["1", await makeEpoch()]]);
    return new VisitorKeys(authority, { publicJwk: jwk, privateKey: pair.privateKey }, epochs);
  }

  /**
   * Bring the set of those who read to what the server says, as far as each is verified for this conversation's force.
   *
   * Somebody left, or a duty key was replaced: what follows is sealed with a new epoch. `cid` is the client id with
   * which the resulting body is to be said.
   */
  admit(
    conversation: string,
    force: Force,
    holders: readonly Holder[],
    cid: string,
    nowMs = Date.now(),
  ): Promise<Admission> {
    const admission = this.#turn.then(() => this.#admit(conversation, force, holders, cid, nowMs));
    this.#turn = admission.catch(() => undefined);
    return admission;
  }

  /** Seal with the newest epoch. Throws `RangeError` for a text that is too long, or after `forget`. */
  seal(plain: Plain): Promise<string> {
    return sealBody(plain, this.#epochs);
  }

  /** Open what came, an own message included. */
  async open(frame: SealedFrame): Promise<Opened> {
    if (isKeyMessage(frame)) return frame.t === "message" && frame.by === "visitor" ? KEYS : UNREADABLE;
    this.#highest = Math.max(this.#highest, Number(epochOf(frame.body) ?? 0));
    return openBody(frame, this.#epochs);
  }

  /** The name of the key that signs for this conversation. Throws `RangeError` after `forget`. */
  signer(): Promise<string> {
    return thumbprint(this.#signing().publicJwk);
  }

  /** Sign claims for this conversation. Throws `RangeError` after `forget`. */
  sign(claims: object, typ: string): Promise<string> {
    return signedBy(this.#signing(), claims, typ);
  }

  /** The keys as JSON text, for the box that resume words open: to be boxed again whenever `admit` gave a body. */
  async exported(): Promise<string> {
    const signer = this.#signing();
    const { d } = await crypto.subtle.exportKey("jwk", signer.privateKey);
    const fields = {
      v: VERSION,
      signer: { ...signer.publicJwk, d },
      epochs: await epochTexts(this.#epochs),
      given: [...this.#given],
    };
    return new TextDecoder().decode(bytesOf(fields));
  }

  /** Take up the keys that `exported` gave. Throws `Unverified` when the text is no such thing. */
  static async imported(text: string, authority: PublicJwk): Promise<VisitorKeys> {
    const found = object(new TextEncoder().encode(text));
    const jwk = publicJwk(found?.["signer"]);
    const raw = readEpochs(found?.["epochs"]);
    const given = found?.["given"];
    if (found?.["v"] !== VERSION || !jwk || !raw?.size || !Array.isArray(given)) {
      throw new Unverified("no keys of a conversation");
    }
    const { d } = found["signer"] as { d?: string };
    const privateKey = await crypto.subtle.importKey("jwk", { ...jwk, d: d ?? "" }, SIGNING, true, ["sign"]);
    const epochs = new Map<string, CryptoKey>();
    for (const [epoch, key] of raw) epochs.set(epoch, await importEpoch(key, true));
    const kids = given.filter((kid): kid is string => typeof kid === "string");
    return new VisitorKeys(authority, { publicJwk: jwk, privateKey }, epochs, new Set(kids));
  }

  /** Drop every key: nothing is sealed, opened or handed on afterwards. */
  forget(): void {
    this.#signer = null;
    this.#epochs.clear();
    this.#given = new Set();
  }

  #signing(): Signer {
    if (!this.#signer) throw new RangeError("the keys are forgotten");
    return this.#signer;
  }

  async #admit(
    conversation: string,
    force: Force,
    holders: readonly Holder[],
    cid: string,
    nowMs: number,
  ): Promise<Admission> {
    const { verified, refused } = await this.#verified(holders, force, nowMs);
    const kids = new Set(verified.map((holder) => holder.kid));
    const left = [...this.#given].some((kid) => !kids.has(kid));
    if (!left && kids.size === this.#given.size) return { body: null, refused };
    const epochs = new Map(this.#epochs);
    if (left) epochs.set(String(this.#highest + 1), await makeEpoch());
    const signer = this.#signer;
    const body = signer && kids.size > 0 ? await sealKeys({ conversation, cid }, epochs, signer, verified) : null;
    // Forgotten meanwhile: nothing may come back.
    if (!this.#signer) return { body: null, refused };
    this.#given = kids;
    for (const [epoch, key] of epochs) this.#epochs.set(epoch, key);
    this.#highest = Math.max(this.#highest, Number(newest(epochs)));
    return { body, refused };
  }

  async #verified(
    holders: readonly Holder[],
    force: Force,
    nowMs: number,
  ): Promise<{ verified: Verified[]; refused: Holder["role"][] }> {
    const verified = new Map<string, Verified>();
    const refused: Holder["role"][] = [];
    for (const holder of holders) {
      try {
        verified.set(holder.kid, await verify(holder, this.#authority, force, nowMs));
      } catch {
        // Whatever is wrong with it, it gets nothing.
        refused.push(holder.role);
      }
    }
    return { verified: [...verified.values()], refused };
  }
}
