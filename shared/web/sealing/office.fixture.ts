import { CompactSign } from "jose";
import type { Force, MessageFrame, Role, TypingFrame } from "../frames";
import type { Holder } from "./credential";
import { type DutyKey, makeDuty, makeShift, type ShiftKey } from "./duty";
import { type PublicJwk, publicJwk, thumbprint } from "./keys";
import { bytesOf } from "./plain";
import type { Admission, VisitorKeys } from "./visitor";

// A staff authority, accounts and a chat with its log, for tests.

export const ID = "0c9e3c1a-5d0e-4b7e-9d55-2f6f3f0a1b77";
export const NOW = Date.now();

type StaffRole = "operator" | "psychologist";

export interface Account {
  readonly key: CryptoKey;
  readonly certificate: string;
  readonly force: Force;
  readonly role: StaffRole;
}

async function signingPair(): Promise<{ jwk: PublicJwk; key: CryptoKey }> {
  const pair = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, ["sign", "verify"]);
  const jwk = publicJwk(await crypto.subtle.exportKey("jwk", pair.publicKey));
  if (!jwk) throw new Error("no key");
  return { jwk, key: pair.privateKey };
}

export class Office {
  readonly authority: PublicJwk;
  readonly #key: CryptoKey;

  private constructor(authority: PublicJwk, key: CryptoKey) {
    this.authority = authority;
    this.#key = key;
  }

  static async make(): Promise<Office> {
    const { jwk, key } = await signingPair();
    return new Office(jwk, key);
  }

  async account(force: Force = "police", role: StaffRole = "operator", said: object = {}): Promise<Account> {
    const { jwk, key } = await signingPair();
    const iat = Math.floor(NOW / 1_000);
    const exp = iat + 365 * 86_400;
    const claims = { sub: await thumbprint(jwk), force, roles: [role], cnf: { jwk }, iat, exp, ...said };
    const certificate = await new CompactSign(bytesOf(claims))
      .setProtectedHeader({ alg: "ES256", typ: "havre-account+jwt" })
      .sign(this.#key);
    return { key, certificate, force, role };
  }

  async shift(force: Force = "police", role: StaffRole = "operator"): Promise<ShiftKey> {
    const account = await this.account(force, role);
    return makeShift(account.key, account.certificate, force, role, NOW);
  }

  async duty(force: Force = "police"): Promise<DutyKey> {
    const account = await this.account(force);
    return makeDuty(account.key, account.certificate, force, NOW);
  }
}

export function held({ kid, credential }: { kid: string; credential: string }, role: Holder["role"] = "operator"): Holder {
  return { kid, credential, role };
}

/** One conversation as the server keeps it. */
export class Log {
  readonly messages: MessageFrame[] = [];

  visitor: VisitorKeys;

  constructor(visitor: VisitorKeys) {
    this.visitor = visitor;
  }

  async admit(...holders: Holder[]): Promise<Admission> {
    const cid = this.nextCid();
    const admission = await this.visitor.admit(ID, "police", holders, cid, NOW);
    if (admission.body !== null) this.put(admission.body, "visitor", cid);
    return admission;
  }

  async say(data: string): Promise<MessageFrame> {
    const cid = this.nextCid();
    return this.put(await this.visitor.seal({ conversation: ID, cid, by: "visitor", kind: "text", data }), "visitor", cid);
  }

  async typing(): Promise<TypingFrame> {
    const plain = { conversation: ID, cid: "typing", by: "visitor", kind: "typing", data: "" } as const;
    return { t: "typing", conversation: ID, by: "visitor", body: await this.visitor.seal(plain) };
  }

  put(body: string, by: Role, cid: string): MessageFrame {
    const seq = this.messages.length + 1;
    const message: MessageFrame = { t: "message", seq, conversation: ID, by, at: seq, cid, body };
    this.messages.push(message);
    return message;
  }

  nextCid(): string {
    return `cid-${String(this.messages.length + 1).padStart(6, "0")}`;
  }
}
