import { expect, test } from "vitest";
import { faults } from "../../words/faults.fixture";
import { en } from "./en";
import { fr } from "./fr";

test("every sentence about danger is said in both languages, with the same values", () => {
  expect(faults(fr, en)).toEqual([]);
});
