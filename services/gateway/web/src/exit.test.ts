import { describe, expect, test } from "vitest";
import { ShiftPresses } from "./exit";

/** Type keys one after the other, each at its time in milliseconds; true when one of them leads out. */
function typed(...keys: [key: string, at: number][]): boolean {
  const presses = new ShiftPresses();
  return keys.some(([key, at]) => {
    presses.down(key, false);
    return presses.up(key, at);
  });
}

describe("three presses of Shift", () => {
  test("lead out when they follow each other within five seconds", () => {
    expect(typed(["Shift", 0], ["Shift", 2_000], ["Shift", 5_000])).toBe(true);
    expect(typed(["Shift", 0], ["Shift", 2_000], ["Shift", 5_001])).toBe(false);
    expect(typed(["Shift", 0], ["Shift", 2_000], ["Shift", 5_001], ["Shift", 6_000])).toBe(true);
  });

  test("do not count when anything else is pressed in between", () => {
    expect(typed(["Shift", 0], ["Shift", 100], ["a", 200], ["Shift", 300])).toBe(false);
  });

  test("do not count when Shift makes a capital letter, or is held down", () => {
    const presses = new ShiftPresses();
    for (let letter = 0; letter < 5; letter += 1) {
      presses.down("Shift", false);
      presses.down("A", false);
      presses.up("A", letter);
      expect(presses.up("Shift", letter)).toBe(false);
    }
    presses.down("Shift", false);
    for (let repeat = 0; repeat < 5; repeat += 1) presses.down("Shift", true);
    expect(presses.up("Shift", 10)).toBe(false);
  });
});
