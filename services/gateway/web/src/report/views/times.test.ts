import { describe, expect, test } from "vitest";
import { moment } from "./times";

describe("an appointment", () => {
  test.each([
    ["2026-12-01T14:30:00+01:00", "14:30"],
    ["2026-12-01T14:30:00-04:00", "14:30"],
    ["2026-12-01T14:30:00Z", "14:30"],
  ])("is told by the clocks of its place, wherever the page is: %s", (at, time) => {
    expect(moment("fr", at)).toContain("mardi 1 décembre");
    expect(moment("fr", at)).toContain(time);
  });
});
