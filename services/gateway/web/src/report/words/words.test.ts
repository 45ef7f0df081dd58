import { describe, expect, test } from "vitest";
import { faults } from "../../words/faults.fixture";
import { en } from "./en";
import { fr } from "./fr";

describe("the catalogues of what is fetched later", () => {
  test("say every sentence with the same values, and French with its own spaces", () => {
    expect(faults(fr, en)).toEqual([]);
  });
});
