import type { Force } from "@shared/frames";
import type { PublicJwk } from "@shared/sealing/keys";
import { dropShift, findShift, keepShift } from "@shared/sealing/shifts";
import {
  box,
  type DutyKey,
  makeDuty,
  makeShift,
  openAccountKey,
  type Peer,
  type PrivateJwk,
  type ShiftKey,
  StaffKeys,
  unbox,
  verify,
  verifyPeer,
} from "@shared/sealing/staff";
import { dutyOf, openForDuty, sealForDuty } from "./shared";

/** What the server says of the account, as far as keys are concerned. */
export interface KeyedAccount {
  readonly operator: string;
  readonly force: Force;
  readonly roles: readonly string[];
  /** Null: the account has no key yet and cannot sit at a console. */
  readonly certificate: string | null;
  /** The account's private key, sealed under its password or key phrase. */
  readonly account_key: string | null;
  readonly authority: PublicJwk;
}

/**
 * A duty key that was stated at login and not used yet, its private part sealed for this console's own shift key. With
 * it a console that was reloaded, and so has the account's key no more, can still make the key of its force once.
 */
interface Spare {
  readonly kid: string;
  readonly credential: string;
  readonly box: string;
}

/** A shift key as this browser keeps it. */
interface KeptShift extends ShiftKey {
  readonly spare: Spare | null;
}

/** A shift key is taken up again only while at least this much of its time is left, in milliseconds. */
const ENOUGH_MS = 8 * 3_600_000;

/**
 * What this console reads with. Opened by a password or key phrase, found again after a reload of the page, gone at
 * logout. Nothing here but the shift key and the spare outlives the page.
 */
export class Keyring {
  #account: KeyedAccount | null = null;
  #shift: KeptShift | null = null;
  #accountKey: CryptoKey | null = null;
  #keys: StaffKeys | null = null;
  readonly #duties = new Map<string, PrivateJwk>();

  /** The keys of this moment; null while the ring is closed. */
  get keys(): StaffKeys | null {
    return this.#keys;
  }

  get kid(): string {
    return this.#shift?.kid ?? "";
  }

  /** The proof of whose shift key this is, for the server and for the visitors' pages. */
  get credential(): string {
    return this.#shift?.credential ?? "";
  }

  /** This console, as another one would be told of it. */
  get self(): Peer {
    return { kid: this.kid, credential: this.credential };
  }

  /** Open with the secret of the account's key. Throws `Unverified` when it does not open it. */
  async unlock(account: KeyedAccount, secret: string, nowMs: number): Promise<void> {
    const { certificate, account_key: sealed, operator } = account;
    if (certificate === null || sealed === null) throw new TypeError("an account without a key");
    const accountKey = await openAccountKey(sealed, secret);
    const known = this.#account?.operator === operator ? this.#shift : null;
    const found = known ?? (await keptShift(operator, nowMs));
    const again = found && isOf(found, certificate) && found.expiresAt - nowMs > ENOUGH_MS;
    const shift = again ? found : await newShift(accountKey, account, nowMs);
    const spare = (again ? found.spare : null) ?? (await newSpare(accountKey, account, shift, nowMs));
    const kept: KeptShift = { ...shift, spare };
    await keep(operator, kept);
    this.#accountKey = accountKey;
    this.#open(account, kept);
  }

  /** Open with what this browser kept of the shift. False: the secret is needed. */
  async resume(account: KeyedAccount, nowMs: number): Promise<boolean> {
    const shift = await keptShift(account.operator, nowMs);
    if (!shift || account.certificate === null || !isOf(shift, account.certificate)) return false;
    this.#open(account, shift);
    return true;
  }

  /** Drop what was opened of every conversation, and the duty keys; the shift goes on. */
  reset(): void {
    this.#duties.clear();
    this.#keys?.forget();
    this.#keys = this.#shift && new StaffKeys(this.#shift);
  }

  /** Drop everything from this page, and from this browser too unless `keeping`. */
  async close(keeping = false): Promise<void> {
    const operator = this.#account?.operator;
    this.#keys?.forget();
    this.#keys = null;
    this.#duties.clear();
    this.#account = this.#shift = this.#accountKey = null;
    if (operator !== undefined && !keeping) await quietly(dropShift(operator));
  }

  /** Whether this console holds that duty key. */
  holds(kid: string): boolean {
    return this.#duties.has(kid);
  }

  /** Take up the duty key that a box holds, if the staff authority stands for it. Throws `Unverified` otherwise. */
  async adopt(kid: string, credential: string, sealed: string, nowMs: number): Promise<void> {
    const { account, shift, keys } = this.#opened();
    await verify({ kid, role: "duty", credential }, account.authority, account.force, nowMs);
    const jwk = await unbox(sealed, shift);
    await keys.addDuty(kid, jwk);
    if (this.#keys === keys) this.#duties.set(kid, jwk);
  }

  /** Make a duty key, or take the spare one; null when this console can do neither. */
  async duty(nowMs: number): Promise<DutyKey | null> {
    const { account, shift } = this.#opened();
    if (this.#accountKey && account.certificate !== null) {
      return makeDuty(this.#accountKey, account.certificate, account.force, nowMs);
    }
    if (!shift.spare) return null;
    const { kid, credential, box: sealed } = shift.spare;
    this.#shift = { ...shift, spare: null };
    await keep(account.operator, this.#shift);
    return { kid, credential, privateJwk: await unbox(sealed, shift) };
  }

  /** Seal a duty key for each of these consoles that can be verified. */
  async boxes(privateJwk: PrivateJwk, peers: readonly Peer[], nowMs: number): Promise<Record<string, string>> {
    const { account } = this.#opened();
    const boxes: Record<string, string> = {};
    for (const peer of peers) {
      const sealed = await sealedFor(peer, privateJwk, account, nowMs);
      if (sealed !== null) boxes[peer.kid] = sealed;
    }
    return boxes;
  }

  /** Seal a duty key that this console holds for others. */
  async boxesOf(kid: string, peers: readonly Peer[], nowMs: number): Promise<Record<string, string>> {
    const jwk = this.#duties.get(kid);
    return jwk ? this.boxes(jwk, peers, nowMs) : {};
  }

  /** Seal a short text for every console on duty of this force; null while this one holds no duty key. */
  async sealForDuty(text: string): Promise<string | null> {
    const newest = [...this.#duties].at(-1);
    return newest ? sealForDuty(text, ...newest) : null;
  }

  /** Open what a console on duty sealed so; null when this one holds no such key. */
  async openForDuty(sealed: string): Promise<string | null> {
    const kid = dutyOf(sealed);
    const jwk = kid === null ? undefined : this.#duties.get(kid);
    return kid !== null && jwk ? quietly(openForDuty(sealed, kid, jwk)) : null;
  }

  #open(account: KeyedAccount, shift: KeptShift): void {
    const goesOn = this.#account?.operator === account.operator;
    this.#account = account;
    this.#shift = shift;
    // What this page has been reading stays open, whether the shift key is another one now or not.
    if (goesOn && this.#keys) this.#keys.addShift(shift);
    else this.reset();
  }

  #opened(): { account: KeyedAccount; shift: KeptShift; keys: StaffKeys } {
    if (!this.#account || !this.#shift || !this.#keys) throw new RangeError("the ring is closed");
    return { account: this.#account, shift: this.#shift, keys: this.#keys };
  }
}

function newShift(accountKey: CryptoKey, account: KeyedAccount, nowMs: number): Promise<ShiftKey> {
  const role = account.roles.includes("operator") ? "operator" : "psychologist";
  return makeShift(accountKey, account.certificate ?? "", account.force, role, nowMs);
}

async function newSpare(
  accountKey: CryptoKey,
  account: KeyedAccount,
  shift: ShiftKey,
  nowMs: number,
): Promise<Spare | null> {
  const { kid, credential, privateJwk } = await makeDuty(accountKey, account.certificate ?? "", account.force, nowMs);
  const sealed = await sealedFor(shift, privateJwk, account, nowMs);
  return sealed === null ? null : { kid, credential, box: sealed };
}

async function sealedFor(
  peer: Peer,
  privateJwk: PrivateJwk,
  { authority, force }: KeyedAccount,
  nowMs: number,
): Promise<string | null> {
  try {
    const { kid, credential } = peer;
    return await box(privateJwk, await verifyPeer({ kid, credential }, authority, force, nowMs));
  } catch {
    return null; // whoever cannot be verified gets no key
  }
}

function isOf(shift: ShiftKey, certificate: string): boolean {
  return (JSON.parse(shift.credential) as { certificate?: string }).certificate === certificate;
}

// A browser that keeps nothing (a private window, a full disk) only asks for the password again after a reload.

async function keptShift(operator: string, nowMs: number): Promise<KeptShift | null> {
  const found = await quietly(findShift(operator, nowMs));
  return found ? { spare: null, ...found } : null;
}

async function keep(operator: string, shift: KeptShift): Promise<void> {
  await quietly(keepShift(operator, shift));
}

async function quietly<T>(work: Promise<T>): Promise<T | null> {
  try {
    return await work;
  } catch {
    return null;
  }
}
