import type { HeldFrame } from "@shared/frames";
import { describe, expect, test } from "vitest";
import { newLine, type Line } from "./line";
import { overdue, patienceOf, type Told } from "./patience";

const AT = 1_000_000;

const line = (number: number, assigned_at = AT): Line => {
  const held: HeldFrame = {
    t: "held",
    conversation: `00000000-0000-4000-8000-00000000000${number}`,
    category: "domestic",
    audience: "victim",
    force: "police",
    opened_at: AT,
    assigned_at,
    language: "fr",
    turn: 1,
  };
  return newLine(held, number, false, AT);
};

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
      const [fresh, after] = overdue(told, lines, AT + moment);
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
    expect(steps([line(1), line(2, AT + 30_000)], 61_000, 91_000)).toEqual([["1 late"], ["2 late"]]);
  });

  test("a new wait is told anew", () => {
    const [, told] = overdue(new Map(), [line(1)], AT + 61_000);
    expect(overdue(told, [line(1, AT + 5_000)], AT + 66_001)[0]).toEqual([{ number: 1, patience: "late" }]);
  });
});
