import { Office, Log } from "@shared/sealing/office.fixture";
import { dutyReader } from "@shared/sealing/duty";
import { VisitorKeys } from "@shared/sealing/visitor";
import { beforeAll, describe, expect, test } from "vitest";
import { addressed, fits, markOf, openLine, plainOf, sealFor, type SealedLine } from "./seal";

const PLACE = "conversation.0c9e3c1a-5d0e-4b7e-9d55-2f6f3f0a1b77";
const CID = "0".repeat(32);
const SAID = { text: "il a une arme", about: null };

let office: Office;
beforeAll(async () => {
  office = await Office.make();
});

async function line(readers: Parameters<typeof sealFor>[1], said = SAID, place = PLACE): Promise<SealedLine> {
  const plain = plainOf(place, CID, said);
  return { seq: 1, cid: CID, by: "police1", at: 1, mark: await markOf(plain), sealed: await sealFor(plain, readers) };
}

describe("a line among staff", () => {
  test("opens for each of those that it is sealed for, and for nobody else", async () => {
    const [one, other, stranger] = [await office.shift(), await office.shift(), await office.shift()];
    const duty = await office.duty();
    const sealed = await line([
      { kid: one.kid, key: one.publicKey },
      { kid: other.kid, key: other.publicKey },
    ]);
    expect(addressed(sealed)).toEqual([one.kid, other.kid]);
    for (const reader of [one, other]) expect(await openLine(PLACE, sealed, [stranger, reader])).toMatchObject(SAID);
    expect(await openLine(PLACE, sealed, [stranger, await dutyReader(duty.kid, duty.privateJwk)])).toBeNull();
    expect(JSON.stringify(sealed)).not.toContain("arme");
  });

  test("opens for one reader alone too", async () => {
    const one = await office.shift();
    expect(await openLine(PLACE, await line([{ kid: one.kid, key: one.publicKey }]), [one])).toMatchObject(SAID);
  });

  test("is nothing in another place, under another id, or with another text under the same mark", async () => {
    const one = await office.shift();
    const to = [{ kid: one.kid, key: one.publicKey }];
    const sealed = await line(to);
    expect(await openLine("police.colleagues", sealed, [one])).toBeNull();
    expect(await openLine(PLACE, { ...sealed, cid: "1".repeat(32) }, [one])).toBeNull();
    const other = await line(to, { text: "tout va bien", about: null });
    expect(await openLine(PLACE, { ...other, mark: sealed.mark }, [one])).toBeNull();
  });

  test("has the same mark when it is sealed again for others, and one that tells nothing of a short text", async () => {
    const plain = plainOf(PLACE, CID, SAID);
    expect(await markOf(plain)).toBe(await markOf(plain));
    expect(await markOf(plainOf(PLACE, CID, SAID))).not.toBe(await markOf(plain));
  });

  test("has one of three lengths, and refuses what none of them holds", () => {
    const sizes = ["", "x".repeat(500), "é".repeat(1_500)].map((text) => plainOf(PLACE, CID, { text, about: null }).length);
    expect(sizes).toEqual([256, 1_024, 4_096]);
    expect([fits("é".repeat(1_900)), fits("é".repeat(2_100))]).toEqual([true, false]);
    expect(() => plainOf(PLACE, CID, { text: "é".repeat(2_100), about: null })).toThrow(RangeError);
  });

  test("is unreadable for the visitor, even if a server that lies puts it into their conversation", async () => {
    const one = await office.shift();
    const visitor = await VisitorKeys.make(office.authority);
    const log = new Log(visitor);
    await log.admit({ kid: one.kid, credential: one.credential, role: "operator" });
    const { sealed } = await line([{ kid: one.kid, key: one.publicKey }]);
    const smuggled = log.put(JSON.stringify(sealed), "operator", "cid-smuggled");
    const opened = await visitor.open(smuggled);
    expect(JSON.stringify(opened)).not.toContain("arme");
    expect(opened.state).not.toBe("plain");
  });
});
