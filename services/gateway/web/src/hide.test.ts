import { expect, test } from "vitest";
import { Presses } from "./hide";

test("five presses in a row count, however many came slowly before", () => {
  const presses = new Presses(5, 2_000);
  expect([0, 5_000, 10_000].map((now) => presses.press(now))).toEqual([false, false, false]);
  expect([20_000, 21_900, 23_800, 25_700].map((now) => presses.press(now))).toEqual([false, false, false, false]);
  expect(presses.press(27_600)).toBe(true);
  expect(presses.press(27_700)).toBe(false);
});

test("a pause starts the count anew, and so does what comes between", () => {
  const presses = new Presses(2, 1_000);
  expect([presses.press(0), presses.press(1_001)]).toEqual([false, false]);
  presses.reset();
  expect(presses.press(1_500)).toBe(false);
});
