import { beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { MAX_BODY, type MessageFrame } from "../frames";
import type { Opened } from "./body";
import { type Holder, Unverified, verify } from "./credential";
import { box, makeDuty, makeShift, type ShiftKey, unbox, verifyPeer } from "./duty";
import { makeEpoch, publicJwk, sealKeys } from "./keys";
import { type Account, held, ID, Log, NOW, Office } from "./office.fixture";
import { fits, padded, SIZES } from "./plain";
import { StaffKeys } from "./staff";
import { VisitorKeys } from "./visitor";

const KEYS = { state: "keys" };
const SEALED = { state: "sealed" };
const UNREADABLE = { state: "unreadable" };
const OTHER = "7d1f6a52-93b4-4f0a-8a57-6c1be0f5d2e4";
const DAY = 86_400_000;

const text = (data: string): Opened => ({ state: "plain", kind: "text", data });

let office: Office;
let shift: ShiftKey;
let log: Log;

beforeAll(async () => {
  office = await Office.make();
  shift = await office.shift();
});

beforeEach(async () => {
  log = new Log(await VisitorKeys.make(office.authority));
});

/** Let a console read the whole log as a page does: what was sealed is tried again once all keys have come. */
async function read(staff: StaffKeys): Promise<Opened[]> {
  for (const message of log.messages) await staff.open(message);
  return Promise.all(log.messages.map((message) => staff.open(message)));
}

async function answer(staff: StaffKeys, data: string): Promise<MessageFrame | null> {
  const cid = log.nextCid();
  const body = await staff.seal({ conversation: ID, cid, by: "operator", kind: "text", data });
  return body === null ? null : log.put(body, "operator", cid);
}

describe("a plaintext", () => {
  const cid = "cid-000001";
  const plain = (data: string) => ({ conversation: ID, cid, by: "visitor", kind: "text", data }) as const;

  test.each(["", "a", "😱".repeat(30), "مرحبا بكم", "e\u0301 ≠ é", '\u2028\u2029\x7f\0"\\/', "{}", " ".repeat(40), "𝒳".repeat(2000)])(
    "comes back as it was: %j",
    async (data) => {
      const staff = new StaffKeys(shift);
      await log.admit(held(shift));
      await log.say(data);
      expect(await read(staff)).toEqual([KEYS, text(data)]);
    },
  );

  test("is of one length with all of its size class when sealed", async () => {
    const envelope = JSON.stringify({ v: 1, c: ID, i: cid, b: "visitor", k: "text", d: "" }).length;
    let below = 0;
    for (const size of SIZES) {
      const most = size - envelope;
      const least = Math.max(0, below - envelope + 1);
      const texts = ["x".repeat(least), "x".repeat(most), "é".repeat(most / 2), "😱".repeat(most / 4)];
      const lengths = new Set<number>();
      for (const data of texts) lengths.add((await log.visitor.seal(plain(data))).length);
      expect([...lengths]).toHaveLength(1);
      expect(Math.max(...lengths)).toBeLessThanOrEqual(MAX_BODY);
      below = size;
    }
  });

  test("that no size holds is refused before it is sealed", async () => {
    let longest = 11_700;
    while (fits("x".repeat(longest + 1))) longest += 1;
    await expect(log.visitor.seal({ ...plain("x".repeat(longest)), cid: "c".repeat(64) })).resolves.toBeTruthy();
    expect(fits("😱".repeat(3_000))).toBe(false);
    expect(fits('"'.repeat(6_000))).toBe(false);
    expect(() => padded(plain("x".repeat(12_000)))).toThrow(RangeError);
    await expect(log.visitor.seal(plain("x".repeat(12_000)))).rejects.toThrow(RangeError);
  });
});

describe("who reads", () => {
  test("nobody who is not admitted", async () => {
    await log.admit(held(shift));
    await log.say("Il dort.");
    const stranger = new StaffKeys(await office.shift());
    expect(await read(stranger)).toEqual([KEYS, SEALED]);
    expect(stranger.has(ID)).toBe(false);
    expect(await answer(stranger, "Bonjour")).toBeNull();
  });

  test("both ends, and they see each other write", async () => {
    const staff = new StaffKeys(shift);
    await log.admit(held(shift));
    await read(staff);
    const answered = await answer(staff, "Je suis là.");
    expect(answered && (await log.visitor.open(answered))).toEqual(text("Je suis là."));
    expect(await staff.open(await log.typing())).toEqual({ state: "plain", kind: "typing", data: "" });
  });

  test("a proposal of an operator and a consent of the visitor, and neither of anybody else", async () => {
    const staff = new StaffKeys(shift);
    await log.admit(held(shift));
    await read(staff);
    const cid = "cid-000009";
    for (const [kind, sayer] of [["proposal", "operator"], ["consent", "visitor"]] as const) {
      for (const by of ["visitor", "operator", "psychologist"] as const) {
        const body = await log.visitor.seal({ conversation: ID, cid, by, kind, data: "{}" });
        const opened = await staff.open({ t: "message", seq: 9, conversation: ID, by, at: 9, cid, body });
        expect(opened).toEqual(by === sayer ? { state: "plain", kind, data: "{}" } : UNREADABLE);
      }
    }
  });

  test("what was said before anybody came, once the keys have come", async () => {
    const staff = new StaffKeys(shift);
    const said = await log.say("Vite.");
    expect(await staff.open(said)).toEqual(SEALED);
    await log.admit(held(shift));
    expect(await read(staff)).toEqual([text("Vite."), KEYS]);
  });

  test("not what follows, for one who left; all of it, for who took over", async () => {
    const second = await office.shift();
    await log.admit(held(shift));
    await log.say("before");
    await log.admit(held(second));
    await log.say("after");
    expect(await read(new StaffKeys(shift))).toEqual([KEYS, text("before"), KEYS, SEALED]);
    expect(await read(new StaffKeys(second))).toEqual([KEYS, text("before"), KEYS, text("after")]);
  });

  test("all of it with the duty key alone, while the visitor is away", async () => {
    const duty = await office.duty();
    await log.admit(held(duty, "duty"));
    await log.say("waiting");
    await log.admit(held(duty, "duty"), held(shift));
    await log.say("Il revient.");
    const successor = new StaffKeys(await office.shift());
    expect(await read(successor)).toEqual([KEYS, SEALED, KEYS, SEALED]);
    await successor.addDuty(duty.kid, duty.privateJwk);
    const opened = await Promise.all(log.messages.filter((_, index) => index % 2).map((said) => successor.open(said)));
    expect(opened, "the key messages were kept").toEqual([text("waiting"), text("Il revient.")]);
    expect(await read(successor)).toEqual([KEYS, text("waiting"), KEYS, text("Il revient.")]);
    expect(await answer(successor, "Je reprends.")).not.toBeNull();
  });

  test("not what follows, with a duty key that was replaced", async () => {
    const [old, fresh] = [await office.duty(), await office.duty()];
    await log.admit(held(old, "duty"));
    await log.admit(held(fresh, "duty"));
    await log.say("after");
    for (const [duty, last] of [[old, SEALED], [fresh, text("after")]] as const) {
      const staff = new StaffKeys(shift);
      await staff.addDuty(duty.kid, duty.privateJwk);
      expect((await read(staff)).at(-1)).toEqual(last);
    }
  });

  test("nobody whom the page cannot verify, and it names their role", async () => {
    const impostor = await (await Office.make()).shift();
    const admission = await log.admit(held(shift), held(impostor));
    expect(admission.refused).toEqual(["operator"]);
    await log.say("secret");
    expect(await read(new StaffKeys(impostor))).toEqual([KEYS, SEALED]);
    expect(await read(new StaffKeys(shift))).toEqual([KEYS, text("secret")]);
    expect((await log.admit(held(impostor))).body).toBeNull();
  });

  test("the same set again is told nothing again", async () => {
    const duty = await office.duty();
    expect((await log.admit(held(duty, "duty"), held(shift))).body).not.toBeNull();
    expect((await log.admit(held(shift), held(duty, "duty"))).body).toBeNull();
    expect(await log.visitor.exported()).not.toContain('"2"');
  });

  test("two admissions at once give each number to one key", async () => {
    const second = await office.shift();
    const [first, other] = await Promise.all([
      log.visitor.admit(ID, "police", [held(shift)], "cid-000001", NOW),
      log.visitor.admit(ID, "police", [held(second)], "cid-000002", NOW),
    ]);
    log.put(first.body ?? "", "visitor", "cid-000001");
    log.put(other.body ?? "", "visitor", "cid-000002");
    await log.say("after");
    expect((await read(new StaffKeys(shift))).at(-1)).toEqual(SEALED);
    expect((await read(new StaffKeys(second))).at(-1)).toEqual(text("after"));
  });
});

describe("a holder", () => {
  test("is verified in every point", async () => {
    await expect(verify(held(shift), office.authority, "police", NOW)).resolves.toMatchObject({ kid: shift.kid });
    const other = await office.shift();
    const psychologist = await office.shift("police", "psychologist");
    const { statement } = JSON.parse(other.credential) as { statement: string };
    const halves = JSON.stringify({ ...(JSON.parse(shift.credential) as object), statement });
    const attempts: Parameters<typeof verify>[] = [
      [held(shift), office.authority, "gendarmerie", NOW],
      [{ ...held(shift), kid: other.kid }, office.authority, "police", NOW],
      [held(shift, "psychologist"), office.authority, "police", NOW],
      [held(shift, "duty"), office.authority, "police", NOW],
      [held(psychologist), office.authority, "police", NOW],
      [{ ...held(shift), credential: halves }, office.authority, "police", NOW],
      [held(shift), office.authority, "police", NOW + 3 * DAY],
      [held(shift), office.authority, "police", NOW - 2 * DAY],
      [{ ...held(shift), credential: shift.credential + " ".repeat(4_096) }, office.authority, "police", NOW],
      [{ ...held(shift), credential: "{}" }, office.authority, "police", NOW],
      [held(shift), (await Office.make()).authority, "police", NOW],
    ];
    for (const attempt of attempts) await expect(verify(...attempt)).rejects.toThrow(Unverified);
  });

  test("who is a psychologist certified for both forces is verified by visitors of either, and nobody else is", async () => {
    const lent = await office.account("police", "psychologist", { both: true });
    const shiftOf = async ({ key, certificate, role }: Account): Promise<Holder> =>
      held(await makeShift(key, certificate, "police", role, NOW), role);
    for (const force of ["police", "gendarmerie"] as const) {
      await expect(verify(await shiftOf(lent), office.authority, force, NOW)).resolves.toBeTruthy();
    }
    const refused = [
      await shiftOf(await office.account("police", "psychologist")),
      await shiftOf(await office.account("police", "operator", { both: true })),
      held(await makeDuty(lent.key, lent.certificate, "police", NOW), "duty"),
    ];
    for (const holder of refused) {
      await expect(verify(holder, office.authority, "gendarmerie", NOW)).rejects.toThrow(Unverified);
    }
  });

  test("is verified by a page whose clock is a day wrong", async () => {
    for (const wrong of [-DAY + 400_000, 16 * 3_600_000 + DAY - 400_000]) {
      await expect(verify(held(shift), office.authority, "police", NOW + wrong)).resolves.toBeTruthy();
    }
  });

  test("gets a duty key in a box that it alone opens", async () => {
    const duty = await office.duty();
    const peer = { kid: shift.kid, credential: shift.credential };
    const sealed = await box(duty.privateJwk, await verifyPeer(peer, office.authority, "police", NOW));
    expect(await unbox(sealed, shift)).toEqual(duty.privateJwk);
    await expect(unbox(sealed, await office.shift())).rejects.toThrow(Unverified);
    await expect(verifyPeer(peer, office.authority, "gendarmerie", NOW)).rejects.toThrow(Unverified);
    await expect(new StaffKeys(shift).addDuty(shift.kid, duty.privateJwk)).rejects.toThrow(Unverified);
  });

  test("keeps its private key in the browser", async () => {
    expect(shift.privateKey.extractable).toBe(false);
    await expect(crypto.subtle.exportKey("jwk", shift.privateKey)).rejects.toThrow();
  });
});

describe("a hostile server", () => {
  test("cannot move a body", async () => {
    const staff = new StaffKeys(shift);
    await log.admit(held(shift));
    const good = await log.say("Oui.");
    await read(staff);
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
    await read(staff);
    const pair = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, ["sign", "verify"]);
    const jwk = publicJwk(await crypto.subtle.exportKey("jwk", pair.publicKey));
    if (!jwk) throw new Error("no key");
    const verified = await verify(held(shift), office.authority, "police", NOW);
    const place = { conversation: ID, cid: "cid-forged" };
    const signer = { publicJwk: jwk, privateKey: pair.privateKey };
    const forged = await sealKeys(place, new Map([["2", await makeEpoch()]]), signer, [verified]);
    expect(await staff.open(log.put(forged, "visitor", "cid-forged"))).toEqual(UNREADABLE);
    const answered = await answer(staff, "still hers");
    expect(answered && (await log.visitor.open(answered))).toEqual(text("still hers"));
  });
});

describe("the visitor's keys", () => {
  test("go on where they were on another device", async () => {
    await log.admit(held(shift));
    const said = await log.say("before");
    log.visitor = await VisitorKeys.imported(await log.visitor.exported(), office.authority);
    expect(await log.visitor.open(said)).toEqual(text("before"));
    expect((await log.admit(held(shift))).body).toBeNull();
    const second = await office.shift();
    await log.admit(held(second));
    await log.say("after");
    expect((await read(new StaffKeys(shift))).at(-1)).toEqual(SEALED);
    expect(await read(new StaffKeys(second))).toEqual([KEYS, text("before"), KEYS, text("after")]);
    for (const wrong of ["", "{}", "[]", '{"v":1}']) {
      await expect(VisitorKeys.imported(wrong, office.authority)).rejects.toThrow(Unverified);
    }
  });

  test("never use a number for two keys, even from an older export", async () => {
    const old = await log.visitor.exported();
    const second = await office.shift();
    await log.admit(held(shift));
    await log.admit(held(second));
    const said = await log.say("with epoch 2");
    log.visitor = await VisitorKeys.imported(old, office.authority);
    expect(await log.visitor.open(said)).toEqual(SEALED);
    await log.admit(held(second));
    await log.admit();
    await log.say("with epoch 3");
    await log.admit(held(second));
    const opened = await read(new StaffKeys(second));
    expect(opened).toContainEqual(text("with epoch 2"));
    expect(opened).toContainEqual(text("with epoch 3"));
  });

  test("do nothing any more once they are forgotten, not even what had begun", async () => {
    const staff = new StaffKeys(shift);
    await log.admit(held(shift));
    const said = await log.say("gone");
    await read(staff);
    const encrypt = crypto.subtle.encrypt.bind(crypto.subtle);
    const inTheMiddle = vi.spyOn(crypto.subtle, "encrypt").mockImplementationOnce((...given) => {
      log.visitor.forget();
      return encrypt(...given);
    });
    const begun = await log.visitor.admit(ID, "police", [held(await office.shift())], "cid-000009", NOW);
    expect(inTheMiddle).toHaveBeenCalled();
    inTheMiddle.mockRestore();
    expect(begun.body).toBeNull();
    expect(await log.visitor.open(said)).toEqual(SEALED);
    await expect(log.say("again")).rejects.toThrow();
    await expect(log.visitor.exported()).rejects.toThrow();
    staff.forget();
    expect(await staff.open(said)).toEqual(SEALED);
  });
});
