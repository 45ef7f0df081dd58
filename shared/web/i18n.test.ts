import { expect, test } from "vitest";
import { translator } from "./i18n";

const say = translator("fr", {
  place: "Vous êtes à la place {n}.",
  minutes: { one: "Environ {n} minute.", other: "Environ {n} minutes." },
});

test("values stand where the sentence names them, numbers as the language writes them", () => {
  expect(say("place", { n: 1234 })).toBe("Vous êtes à la place 1\u202f234.");
});

test("the plural form follows the language: zero is singular in French", () => {
  expect(say("minutes", { n: 0 })).toBe("Environ 0 minute.");
  expect(say("minutes", { n: 2 })).toBe("Environ 2 minutes.");
});
