import { describe, expect, test } from "vitest";
import { heldLine, NOW } from "./frames.fixture";
import type { Line } from "./line";
import { overdue, patienceOf, type Told } from "./patience";

const line = (number: number, assigned_at = NOW): Line => heldLine(number, { assigned_at });

test.each([
  [0, "calm"],
  [30_000, "calm"],
  [30_001, "soon"],
  [60_001, "late"],
  [180_000, "late"],
  [180_001, "long"],
] as const)("a wait of %i ms is %s", (waited, step) => {
  expect(patienceOf(waited)).toBe(step);
});

describe("who waits too long is told to someone who does not see it", () => {
  const steps = (lines: readonly Line[], ...moments: number[]): string[][] => {
    let told: Told = new Map();
    return moments.map((moment) => {
      const [fresh, after] = overdue(told, lines, NOW + moment);
      told = after;
      return fresh.map(({ number, patience }) => `${number} ${patience}`);
    });
  };

  test("after a minute and after three, each once", () => {
    expect(steps([line(1)], 10_000, 40_000, 61_000, 62_000, 179_000, 181_000, 400_000)).toEqual([
      [],
      [],
      ["1 late"],
      [],
      [],
      ["1 long"],
      [],
    ]);
  });

  test("each conversation apart", () => {
    expect(steps([line(1), line(2, NOW + 30_000)], 61_000, 91_000)).toEqual([["1 late"], ["2 late"]]);
  });

  test("a new wait is told anew", () => {
    const [, told] = overdue(new Map(), [line(1)], NOW + 61_000);
    expect(overdue(told, [line(1, NOW + 5_000)], NOW + 66_001)[0]).toEqual([{ number: 1, patience: "late" }]);
  });
});
