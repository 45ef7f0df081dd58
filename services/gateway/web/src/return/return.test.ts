import { describe, expect, test } from "vitest";
import { draw, fetchList, understand } from "./list";
import { NotTheirs, Phrase } from "./phrase";

const list = await fetchList();
const WORDS = ["académie", "bolide", "citron", "dauphin"];
const SHARE = "kS0dV3vYh1gqWbZ2nXr5mJt8uCfLpEa7oIiQyTzR4Nw";

describe("the four words", () => {
  test("are drawn from all of the list, and never one twice", () => {
    const drawn = Array.from({ length: 500 }, () => draw(list));
    expect(drawn.every((words) => new Set(words).size === 4 && words.every((word) => list.includes(word)))).toBe(true);
    expect(new Set(drawn.flat()).size).toBeGreaterThan(1_000);
  });

  test.each([
    "académie bolide citron dauphin",
    "Academie, BOLIDE / citron - dauphin.",
    "dauphin citron bolide académie",
    "acad boli citr daup",
    "acadé bolides citronnier dauphins",
  ])("are understood as a person writes them: %s", (typed) => {
    const found = understand(typed, list);
    expect("words" in found && found.words.map((word) => word.normalize("NFC")).sort()).toEqual(["académie", "bolide", "citron", "dauphin"]);
  });

  test("that are in no list, too few or too many are said to be", () => {
    expect(understand("académie bolide citron xylophage", list)).toEqual({ unknown: ["xylophage"] });
    expect(understand("académie bolide", list)).toEqual({ count: 2 });
    expect(understand("aca bolide citron dauphin", list)).toEqual({ unknown: ["aca"] });
  });

  test("lead to the same place and open the same box, in whatever order", { timeout: 20_000 }, async () => {
    const one = await Phrase.of(WORDS);
    const other = await Phrase.of([...WORDS].reverse());
    expect([other.locator, other.proof]).toEqual([one.locator, one.proof]);
    const box = await one.seal('{"token":"x"}', SHARE);
    expect(await other.open(box, SHARE)).toBe('{"token":"x"}');
    await expect(other.open(box, SHARE.replace("k", "l"))).rejects.toThrow(NotTheirs);
  });

  test("of which the last differ are found in the same place, prove nothing and open nothing", { timeout: 20_000 }, async () => {
    const right = await Phrase.of(["académie", "bolide", "citron", "dauphin"]);
    const wrong = await Phrase.of(["académie", "bolide", "citron", "jardin"]);
    expect(wrong.locator).toBe(right.locator);
    expect(wrong.proof).not.toBe(right.proof);
    await expect(wrong.open(await right.seal("{}", SHARE), SHARE)).rejects.toThrow(NotTheirs);
  });

  test("lead where they always led: what a visitor noted must still work after a new version", { timeout: 20_000 }, async () => {
    const { locator, proof } = await Phrase.of(["académie", "bolide", "citron", "dauphin"]);
    expect({ locator, proof }).toMatchInlineSnapshot(`
      {
        "locator": "d59e38697c846d2999de34012eb88c00b14644853774a50bb5c9dcbb51e829a8",
        "proof": "5a8bc7d32eccc30cfb00b96a1fa37a2549da66b580c930363af3a40eb3ccafc3",
      }
    `);
  });
});
