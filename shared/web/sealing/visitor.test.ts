import { beforeEach, describe, expect, test, vi } from "vitest";
import { Unverified } from "./credential";
import type { ShiftKey } from "./duty";
import { held, ID, type Log, NOW, type Office } from "./office.fixture";
import { KEYS, read, scene, SEALED, text } from "./scene.fixture";
import { StaffKeys } from "./staff";
import { VisitorKeys } from "./visitor";

let office: Office;
let shift: ShiftKey;
let log: Log;

beforeEach(async () => {
  ({ office, shift, log } = await scene());
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
    expect((await read(log, new StaffKeys(shift))).at(-1)).toEqual(SEALED);
    expect(await read(log, new StaffKeys(second))).toEqual([KEYS, text("before"), KEYS, text("after")]);
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
    const opened = await read(log, new StaffKeys(second));
    expect(opened).toContainEqual(text("with epoch 2"));
    expect(opened).toContainEqual(text("with epoch 3"));
  });

  test("do nothing any more once they are forgotten, not even what had begun", async () => {
    const staff = new StaffKeys(shift);
    await log.admit(held(shift));
    const said = await log.say("gone");
    await read(log, staff);
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
