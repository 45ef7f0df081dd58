import { CompactEncrypt, CompactSign } from "jose";
import { beforeEach, describe, expect, test } from "vitest";
import { Unverified } from "./credential";
import { type PublicJwk, publicJwk, type Reader, thumbprint } from "./keys";
import {
  type MagistrateKey,
  openReadingKey,
  openSealed,
  sealFor,
  verifiedOf,
  verifyMagistrate,
} from "./magistrate";
import { bytesOf } from "./plain";

const NOW = Date.now();
const OPENS = "un mot de passe assez long";
const YEAR_S = 365 * 86_400;

/** An authority that certifies, and magistrates whose private keys lie sealed. */
class Registry {
  readonly authority: PublicJwk;
  readonly #key: CryptoKey;

  private constructor(authority: PublicJwk, key: CryptoKey) {
    this.authority = authority;
    this.#key = key;
  }

  static async make(): Promise<Registry> {
    const pair = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, ["sign", "verify"]);
    return new Registry(await publicOf(pair.publicKey), pair.privateKey);
  }

  async magistrate(said: object = {}, typ = "havre-magistrate+jwt"): Promise<MagistrateKey & { sealed: string; reader: Reader }> {
    const pair = await crypto.subtle.generateKey({ name: "ECDH", namedCurve: "P-256" }, true, ["deriveBits"]);
    const jwk = await publicOf(pair.publicKey);
    const kid = await thumbprint(jwk);
    const iat = Math.floor(NOW / 1_000);
    const claims = { sub: kid, cnf: { jwk }, iat, exp: iat + YEAR_S, ...said };
    const certificate = await new CompactSign(bytesOf(claims)).setProtectedHeader({ alg: "ES256", typ }).sign(this.#key);
    const sealed = await new CompactEncrypt(bytesOf(await crypto.subtle.exportKey("jwk", pair.privateKey)))
      .setProtectedHeader({ alg: "PBES2-HS512+A256KW", enc: "A256GCM" })
      .setKeyManagementParameters({ p2c: 1_000 })
      .encrypt(new TextEncoder().encode(OPENS));
    return { kid, certificate, sealed, reader: { kid, privateKey: pair.privateKey } };
  }
}

async function publicOf(key: CryptoKey): Promise<PublicJwk> {
  const jwk = publicJwk(await crypto.subtle.exportKey("jwk", key));
  if (!jwk) throw new Error("no key");
  return jwk;
}

let registry: Registry;
beforeEach(async () => {
  registry = await Registry.make();
});

describe("what is sealed for magistrates", () => {
  test("opens for each of them with the key that the password opens, and for nobody else", async () => {
    const [one, other, stranger] = await Promise.all([
      registry.magistrate(),
      registry.magistrate(),
      registry.magistrate(),
    ]);
    const said = { v: 1, text: "il a pris un couteau" };
    const sealed = await sealFor(said, await verifiedOf([one, other], registry.authority, NOW));
    for (const { kid, sealed: key } of [one, other]) {
      expect(await openSealed(sealed, await openReadingKey(kid, key, OPENS))).toEqual(said);
    }
    await expect(openSealed(sealed, stranger.reader)).rejects.toThrow(Unverified);
    await expect(openSealed(sealed.replace(one.kid, stranger.kid), stranger.reader)).rejects.toThrow(Unverified);
    await expect(openSealed("{}", one.reader)).rejects.toThrow(Unverified);
  });

  test("has a length that says little", async () => {
    const keys = await verifiedOf([await registry.magistrate()], registry.authority, NOW);
    const [short, long] = await Promise.all([sealFor({ text: "a" }, keys), sealFor({ text: "a".repeat(200) }, keys)]);
    expect(short.length).toBe(long.length);
    await expect(sealFor({ text: "a".repeat(9_000) }, keys)).rejects.toThrow(RangeError);
    await expect(sealFor({}, [])).rejects.toThrow(RangeError);
  });

  test("is sealed for nobody whom the authority does not name as a magistrate", async () => {
    const elsewhere = await Registry.make();
    const iat = Math.floor(NOW / 1_000) - 2 * YEAR_S;
    const good = await registry.magistrate();
    const told = [
      await elsewhere.magistrate(),
      await registry.magistrate({}, "havre-account+jwt"),
      await registry.magistrate({ iat, exp: iat + YEAR_S }),
      await registry.magistrate({ sub: "another" }),
      { kid: "another", certificate: good.certificate },
      { kid: good.kid, certificate: "no certificate" },
    ];
    for (const one of told) {
      await expect(verifyMagistrate(one, registry.authority, NOW)).rejects.toThrow(Unverified);
    }
    expect((await verifiedOf([...told, good], registry.authority, NOW)).map(({ kid }) => kid)).toEqual([good.kid]);
  });

  test("stays closed with another password, and with another account's key", async () => {
    const [one, other] = await Promise.all([registry.magistrate(), registry.magistrate()]);
    await expect(openReadingKey(one.kid, one.sealed, "un autre")).rejects.toThrow(Unverified);
    await expect(openReadingKey(one.kid, other.sealed, OPENS)).rejects.toThrow(Unverified);
  });
});
