import { expect, test } from "vitest";
import { endsSoon, WARN_MS } from "./renewal";

test("the console asks for another login in time, and not before", () => {
  expect(endsSoon(WARN_MS + 1_000, 1_000)).toBe(false);
  expect(endsSoon(WARN_MS + 1_000, 1_001)).toBe(true);
  expect(endsSoon(Infinity, 1_000)).toBe(false);
});
