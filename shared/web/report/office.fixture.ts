import { CompactEncrypt, CompactSign } from "jose";
import { type PublicJwk, publicJwk, thumbprint } from "../sealing/keys";
import { bytesOf } from "../sealing/plain";
import type { Field, Recipient } from "./fields";

// A partner with its keys, and a staff authority that stands for it, for tests.

export const NOW = Date.now();
export const REPORT = "5a0c1f0e-7a55-4f0b-8a3f-0d6a4c1b2e90";
export const FIELDS_SAID: readonly Field[] = [
  ["facts", "Il m’a frappée hier soir. \"Je\" suis partie."],
  ["when", "Hier vers 22 h\nune fois de plus"],
  ["contact", "06 00 00 00 00"],
];

interface Pair {
  readonly jwk: PublicJwk;
  readonly privateKey: CryptoKey;
}

export async function pair(name: "ECDSA" | "ECDH"): Promise<Pair> {
  const usages: KeyUsage[] = name === "ECDSA" ? ["sign", "verify"] : ["deriveBits"];
  const made = await crypto.subtle.generateKey({ name, namedCurve: "P-256" }, true, usages);
  const { publicKey, privateKey } = made;
  const jwk = publicJwk(await crypto.subtle.exportKey("jwk", publicKey));
  if (!jwk) throw new Error("no key");
  return { jwk, privateKey };
}

export class PartnerOffice {
  readonly authority: Pair;
  readonly partner: Pair;

  private constructor(authority: Pair, partner: Pair) {
    this.authority = authority;
    this.partner = partner;
  }

  static async make(): Promise<PartnerOffice> {
    return new PartnerOffice(await pair("ECDSA"), await pair("ECDH"));
  }

  async certificate(said: object = {}, typ = "havre-partner+jwt"): Promise<string> {
    const iat = Math.floor(NOW / 1_000);
    const { jwk } = this.partner;
    const claims = {
      sub: await thumbprint(jwk),
      partner: "ddsp-67",
      name: "Police nationale du Bas-Rhin",
      force: "police",
      departments: ["67"],
      cnf: { jwk },
      iat,
      exp: iat + 86_400,
      ...said,
    };
    return new CompactSign(bytesOf(claims)).setProtectedHeader({ alg: "ES256", typ }).sign(this.authority.privateKey);
  }

  async recipient(): Promise<Recipient> {
    return {
      partner: "ddsp-67",
      name: "Police nationale du Bas-Rhin",
      unit: "Commissariat de Strasbourg",
      address: "34 route de l’Hôpital, 67000 Strasbourg",
      certificate: await this.certificate(),
    };
  }
}

export async function answered(key: Uint8Array, said: object, typ = "havre-answer+jwe"): Promise<string> {
  return new CompactEncrypt(bytesOf(said)).setProtectedHeader({ alg: "dir", enc: "A256GCM", typ }).encrypt(key);
}
