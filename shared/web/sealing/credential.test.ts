import { beforeEach, describe, expect, test } from "vitest";
import { type Holder, Unverified, verify } from "./credential";
import { box, makeDuty, makeShift, type ShiftKey, unbox, verifyPeer } from "./duty";
import { type Account, held, NOW, Office } from "./office.fixture";
import { scene } from "./scene.fixture";
import { StaffKeys } from "./staff";

const DAY = 86_400_000;

let office: Office;
let shift: ShiftKey;

beforeEach(async () => {
  ({ office, shift } = await scene());
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
