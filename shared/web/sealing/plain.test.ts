import { beforeEach, describe, expect, test } from "vitest";
import { MAX_BODY } from "../frames";
import type { ShiftKey } from "./duty";
import { held, ID, type Log } from "./office.fixture";
import { fits, padded, SIZES } from "./plain";
import { KEYS, read, scene, text } from "./scene.fixture";
import { StaffKeys } from "./staff";

let shift: ShiftKey;
let log: Log;

beforeEach(async () => {
  ({ shift, log } = await scene());
});

describe("a plaintext", () => {
  const cid = "cid-000001";
  const plain = (data: string) => ({ conversation: ID, cid, by: "visitor", kind: "text", data }) as const;

  test.each(["", "a", "😱".repeat(30), "مرحبا بكم", "e\u0301 ≠ é", '\u2028\u2029\x7f\0"\\/', "{}", " ".repeat(40), "𝒳".repeat(2000)])(
    "comes back as it was: %j",
    async (data) => {
      const staff = new StaffKeys(shift);
      await log.admit(held(shift));
      await log.say(data);
      expect(await read(log, staff)).toEqual([KEYS, text(data)]);
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
