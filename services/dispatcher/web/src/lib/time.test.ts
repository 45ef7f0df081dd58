import { expect, test } from "vitest";
import { span } from "./time";

test.each([
  [-5, "0:00"],
  [0, "0:00"],
  [42_900, "0:42"],
  [130_000, "2:10"],
  [3_725_000, "1:02:05"],
])("%i ms reads %s", (ms, words) => {
  expect(span(ms)).toBe(words);
});
