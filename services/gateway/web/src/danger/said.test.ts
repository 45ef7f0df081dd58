import type { StateFrame } from "@shared/frames";
import { describe, expect, test } from "vitest";
import { standingOf, words } from "./said";

const state = (fields: Partial<StateFrame>): StateFrame => ({
  t: "state",
  conversation: "0190b2f0-0000-7000-8000-000000000001",
  stage: "waiting",
  ...fields,
});

describe("what is said of danger", () => {
  test("nothing is said to be known that the server has not confirmed", () => {
    expect(standingOf(state({}), null)).toBe("none");
    expect(standingOf(state({}), true)).toBe("telling");
    expect(words("telling", "ready")).toBe("telling");
    expect(words("telling", "lost")).toBe("notTold");
    expect(standingOf(state({ danger: "visitor" }), true)).toBe("visitor");
    expect(words("visitor", "lost")).toBe("said");
  });

  test("what a specialist said stands, whatever the page wants", () => {
    expect(standingOf(state({ danger: "operator" }), false)).toBe("operator");
    expect(words("operator", "ready")).toBe("saidByOperator");
  });
});
