import { publicJwk, type Reader, thumbprint } from "@shared/sealing/keys";
import { type Addressee, sealFor } from "@shared/sealing/magistrate";
import { beforeEach, describe, expect, test } from "vitest";
import type { Request } from "../lifting/api";
import { openOrigin, openText } from "./opened";

const REQUEST: Request = {
  id: "0c9e3c1a-5d0e-4b7e-9d55-2f6f3f0a1b77",
  conversation: "7a5b8f1e-54f7-4f0f-9c8e-0d2f9c3b1a11",
  force: "police",
  category: "domestic",
  ground: "emergency",
  asked_by: "police1",
  asked_at: 0,
  own: false,
  reasons: "",
  address: "kept",
  status: "pending",
  mine: false,
  until: null,
  decided_at: null,
  motive: null,
  words: null,
};
const { conversation, ground } = REQUEST;

let reader: Reader;
let to: Addressee[];
beforeEach(async () => {
  const pair = await crypto.subtle.generateKey({ name: "ECDH", namedCurve: "P-256" }, true, ["deriveBits"]);
  const jwk = publicJwk(await crypto.subtle.exportKey("jwk", pair.publicKey));
  if (!jwk) throw new Error("no key");
  const kid = await thumbprint(jwk);
  reader = { kid, privateKey: pair.privateKey };
  to = [{ kid, key: pair.publicKey }];
});

describe("what a magistrate opens", () => {
  test("is shown as the reasons of the request that it was sealed for, and of no other", async () => {
    const sealed = await sealFor({ v: 1, conversation, ground, text: "un couteau" }, to);
    expect(await openText(sealed, REQUEST, reader)).toEqual({ text: "un couteau" });
    expect(await openText(sealed, { ...REQUEST, conversation: REQUEST.id }, reader)).toBe("mismatch");
    expect(await openText(sealed, { ...REQUEST, ground: "minor" }, reader)).toBe("mismatch");
    expect(await openText("nothing sealed", REQUEST, reader)).toBe("unreadable");
  });

  test("is an address of that very conversation, or none", async () => {
    const said = { v: 1, conversation, ip: "203.0.113.9", port: null, by: "proxy", at: 1_800_000_000_000 };
    const sealed = await sealFor(said, to);
    const { ip, port, by, at } = said;
    expect(await openOrigin(sealed, REQUEST, reader)).toEqual({ ip, port, by, at });
    expect(await openOrigin(sealed, { ...REQUEST, conversation: REQUEST.id }, reader)).toBeNull();
    expect(await openOrigin(await sealFor({ conversation, port: 1 }, to), REQUEST, reader)).toBeNull();
  });
});
