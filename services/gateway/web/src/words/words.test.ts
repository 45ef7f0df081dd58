import { describe, expect, test } from "vitest";
import { en } from "./en";
import { fr } from "./fr";

const forms = (sentence: unknown): string[] =>
  typeof sentence === "string" ? [sentence] : Object.values(sentence as Record<string, string>);
const places = (text: string): string[] => [...text.matchAll(/\{\w+\}/g)].map(([place]) => place).sort();

describe("the catalogues", () => {
  test("say every sentence with the same values", () => {
    for (const [key, sentence] of Object.entries(fr)) {
      const wanted = places(forms(sentence)[0] ?? "");
      for (const form of [...forms(sentence), ...forms(en[key as keyof typeof en])]) {
        expect([key, places(form)]).toEqual([key, wanted]);
      }
    }
  });

  test("never break a French line before its punctuation", () => {
    for (const form of Object.values(fr).flatMap(forms)) expect(form).not.toMatch(/ [:;?!»]|« /);
  });
});
