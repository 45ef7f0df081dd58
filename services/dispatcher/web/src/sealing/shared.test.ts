import { Unverified } from "@shared/sealing/credential";
import { makeDuty } from "@shared/sealing/duty";
import { NOW, Office } from "@shared/sealing/office.fixture";
import { expect, test } from "vitest";
import { dutyOf, openForDuty, sealForDuty } from "./shared";

test("what is sealed for a duty key opens with it alone, and says for which it is", async () => {
  const office = await Office.make();
  const { key, certificate } = await office.account("police");
  const mine = await makeDuty(key, certificate, "police", NOW);
  const other = await makeDuty(key, certificate, "police", NOW);
  const sealed = await sealForDuty("key-of-an-answer", mine.kid, mine.privateJwk);
  expect(dutyOf(sealed)).toBe(mine.kid);
  expect(sealed).not.toContain("key-of-an-answer");
  expect(await openForDuty(sealed, mine.kid, mine.privateJwk)).toBe("key-of-an-answer");
  await expect(openForDuty(sealed, other.kid, other.privateJwk)).rejects.toBeInstanceOf(Unverified);
  expect(dutyOf("nothing")).toBeNull();
});
