import { beforeEach, describe, expect, test } from "vitest";
import type { ShiftKey } from "./duty";
import { held, ID, type Log, NOW, Office } from "./office.fixture";
import { answer, KEYS, read, scene, SEALED, text, UNREADABLE } from "./scene.fixture";
import { StaffKeys } from "./staff";

let office: Office;
let shift: ShiftKey;
let log: Log;

beforeEach(async () => {
  ({ office, shift, log } = await scene());
});

describe("who reads", () => {
  test("nobody who is not admitted", async () => {
    await log.admit(held(shift));
    await log.say("Il dort.");
    const stranger = new StaffKeys(await office.shift());
    expect(await read(log, stranger)).toEqual([KEYS, SEALED]);
    expect(stranger.has(ID)).toBe(false);
    expect(await answer(log, stranger, "Bonjour")).toBeNull();
  });

  test("both ends, and they see each other write", async () => {
    const staff = new StaffKeys(shift);
    await log.admit(held(shift));
    await read(log, staff);
    const answered = await answer(log, staff, "Je suis là.");
    expect(answered && (await log.visitor.open(answered))).toEqual(text("Je suis là."));
    expect(await staff.open(await log.typing())).toEqual({ state: "plain", kind: "typing", data: "" });
  });

  test("a proposal of an operator and a consent of the visitor, and neither of anybody else", async () => {
    const staff = new StaffKeys(shift);
    await log.admit(held(shift));
    await read(log, staff);
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
    expect(await read(log, staff)).toEqual([text("Vite."), KEYS]);
  });

  test("not what follows, for one who left; all of it, for who took over", async () => {
    const second = await office.shift();
    await log.admit(held(shift));
    await log.say("before");
    await log.admit(held(second));
    await log.say("after");
    expect(await read(log, new StaffKeys(shift))).toEqual([KEYS, text("before"), KEYS, SEALED]);
    expect(await read(log, new StaffKeys(second))).toEqual([KEYS, text("before"), KEYS, text("after")]);
  });

  test("all of it with the duty key alone, while the visitor is away", async () => {
    const duty = await office.duty();
    await log.admit(held(duty, "duty"));
    await log.say("waiting");
    await log.admit(held(duty, "duty"), held(shift));
    await log.say("Il revient.");
    const successor = new StaffKeys(await office.shift());
    expect(await read(log, successor)).toEqual([KEYS, SEALED, KEYS, SEALED]);
    await successor.addDuty(duty.kid, duty.privateJwk);
    const opened = await Promise.all(log.messages.filter((_, index) => index % 2).map((said) => successor.open(said)));
    expect(opened, "the key messages were kept").toEqual([text("waiting"), text("Il revient.")]);
    expect(await read(log, successor)).toEqual([KEYS, text("waiting"), KEYS, text("Il revient.")]);
    expect(await answer(log, successor, "Je reprends.")).not.toBeNull();
  });

  test("not what follows, with a duty key that was replaced", async () => {
    const [old, fresh] = [await office.duty(), await office.duty()];
    await log.admit(held(old, "duty"));
    await log.admit(held(fresh, "duty"));
    await log.say("after");
    for (const [duty, last] of [[old, SEALED], [fresh, text("after")]] as const) {
      const staff = new StaffKeys(shift);
      await staff.addDuty(duty.kid, duty.privateJwk);
      expect((await read(log, staff)).at(-1)).toEqual(last);
    }
  });

  test("nobody whom the page cannot verify, and it names their role", async () => {
    const impostor = await (await Office.make()).shift();
    const admission = await log.admit(held(shift), held(impostor));
    expect(admission.refused).toEqual(["operator"]);
    await log.say("secret");
    expect(await read(log, new StaffKeys(impostor))).toEqual([KEYS, SEALED]);
    expect(await read(log, new StaffKeys(shift))).toEqual([KEYS, text("secret")]);
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
    expect((await read(log, new StaffKeys(shift))).at(-1)).toEqual(SEALED);
    expect((await read(log, new StaffKeys(second))).at(-1)).toEqual(text("after"));
  });
});
