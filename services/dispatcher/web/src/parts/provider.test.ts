import { expect, test } from "vitest";
import { turnedBy } from "./provider";

test("what the provider's way ended with is told in words that are ours, and nothing else is", () => {
  expect(turnedBy("#login=away")).toBe("loginProviderAway");
  expect(turnedBy("#login=unknown")).toBe("turned_unknown");
  for (const hash of ["", "#", "#login=", "#login=<b>", "#login=toString", "#login=away&x=1", "#again=1"]) {
    expect(turnedBy(hash)).toBeNull();
  }
});
