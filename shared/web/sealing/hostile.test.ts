import { beforeEach, describe, expect, test } from "vitest";
import { verify } from "./credential";
import type { ShiftKey } from "./duty";
import { makeEpoch, publicJwk, sealKeys } from "./keys";
import { held, ID, type Log, NOW, type Office } from "./office.fixture";
import { answer, read, scene, SEALED, text, UNREADABLE } from "./scene.fixture";
import { StaffKeys } from "./staff";

const OTHER = "7d1f6a52-93b4-4f0a-8a57-6c1be0f5d2e4";

let office: Office;
let shift: ShiftKey;
let log: Log;

beforeEach(async () => {
  ({ office, shift, log } = await scene());
});

describe("a hostile server", () => {
  test("cannot move a body", async () => {
    const staff = new StaffKeys(shift);
    await log.admit(held(shift));
    const good = await log.say("Oui.");
    await read(log, staff);
    const typing = await log.typing();
    for (const changes of [
      { cid: "another-cid" },
      { by: "operator" as const },
      { body: good.body.slice(0, -4) },
      { body: good.body.replace(".", "..") },
      { body: typing.body },
      { body: "x" },
      { body: "{}", by: "operator" as const },
    ]) {
      expect(await staff.open({ ...good, ...changes })).toEqual(UNREADABLE);
    }
    expect(await staff.open({ ...typing, body: good.body })).toEqual(UNREADABLE);
    expect(await staff.open({ ...good, conversation: OTHER })).toEqual(SEALED);
  });

  test("cannot move a key message, nor hand keys out itself", async () => {
    await log.admit(held(shift));
    const [good] = log.messages;
    if (!good) throw new Error("no key message");
    for (const changes of [{ conversation: OTHER }, { cid: "another-cid" }, { by: "operator" as const }]) {
      expect(await new StaffKeys(shift).open({ ...good, ...changes })).toEqual(UNREADABLE);
    }
    expect(await log.visitor.open({ ...good, by: "operator" })).toEqual(UNREADABLE);
  });

  test("cannot put another signer in the visitor's place", async () => {
    const staff = new StaffKeys(shift);
    await log.admit(held(shift));
    await read(log, staff);
    const pair = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, ["sign", "verify"]);
    const jwk = publicJwk(await crypto.subtle.exportKey("jwk", pair.publicKey));
    if (!jwk) throw new Error("no key");
    const verified = await verify(held(shift), office.authority, "police", NOW);
    const place = { conversation: ID, cid: "cid-forged" };
    const signer = { publicJwk: jwk, privateKey: pair.privateKey };
    const forged = await sealKeys(place, new Map([["2", await makeEpoch()]]), signer, [verified]);
    expect(await staff.open(log.put(forged, "visitor", "cid-forged"))).toEqual(UNREADABLE);
    const answered = await answer(log, staff, "still hers");
    expect(answered && (await log.visitor.open(answered))).toEqual(text("still hers"));
  });
});
