import { describe, expect, test } from "vitest";
import { kept, NO_PANES, opened, swapped } from "./panes";

describe("two places side by side", () => {
  test("the first conversation takes the left place, the second the free one", () => {
    const panes = opened(opened(NO_PANES, "a", true, false), "b", true, false);
    expect(panes).toEqual({ ids: ["a", "b"], active: 1 });
  });

  test("a third takes the place that has the keyboard, or the other one when asked beside", () => {
    const two = { ids: ["a", "b"], active: 1 } as const;
    expect(opened(two, "c", true, false)).toEqual({ ids: ["a", "c"], active: 1 });
    expect(opened(two, "c", true, true)).toEqual({ ids: ["c", "b"], active: 0 });
  });

  test("what is open already gets the keyboard where it is", () => {
    expect(opened({ ids: ["a", "b"], active: 1 }, "a", true, false)).toEqual({ ids: ["a", "b"], active: 0 });
  });

  test("a conversation that comes back after a reload never takes another's place, nor the keyboard", () => {
    const one = kept(NO_PANES, "a", true);
    const two = kept(one, "b", true);
    expect(two).toEqual({ ids: ["a", "b"], active: 0 });
    expect(kept(two, "c", true)).toBe(two);
  });

  test("the keyboard goes to the other place only if something is there", () => {
    expect(swapped({ ids: ["a", null], active: 0 }, true).active).toBe(0);
    expect(swapped({ ids: ["a", "b"], active: 0 }, true).active).toBe(1);
  });
});

describe("one place on a narrow screen", () => {
  test("opening another conversation replaces what is on screen", () => {
    expect(opened({ ids: ["a", null], active: 0 }, "b", false, false)).toEqual({ ids: ["b", null], active: 0 });
  });

  test("a conversation is never in both places", () => {
    expect(opened({ ids: ["a", "b"], active: 0 }, "b", false, false)).toEqual({ ids: ["b", null], active: 0 });
  });

  test("there is no other place to go to", () => {
    const panes = { ids: ["a", "b"], active: 0 } as const;
    expect(swapped(panes, false)).toBe(panes);
  });
});
