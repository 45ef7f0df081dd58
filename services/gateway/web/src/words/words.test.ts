import { describe, expect, test } from "vitest";
import { en } from "./en";
import { faults } from "./faults.fixture";
import { fr } from "./fr";

describe("the catalogues", () => {
  test("say every sentence with the same values, and never break a French line before its punctuation", () => {
    expect(faults(fr, en)).toEqual([]);
    expect(faults({ a: "Quoi ?", b: "{n} fois" }, { a: "What?", b: "times" })).toEqual(["a", "b"]);
  });
});
