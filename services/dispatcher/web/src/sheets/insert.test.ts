import { describe, expect, test } from "vitest";
import { filled, fitted, listed, type Known } from "./insert";
import type { ReadySentence } from "./library";

const put = (draft: string, text: string): string => {
  const start = draft.indexOf("[");
  const bare = draft.replace("[", "");
  const end = bare.includes("]") ? bare.indexOf("]") : start;
  const clean = bare.replace("]", "");
  return clean.slice(0, start) + fitted(clean, start, end, text) + clean.slice(end);
};

describe("what is inserted", () => {
  test.each([
    ["[", "Bonjour."],
    ["Oui.[", "Oui. Bonjour."],
    ["Oui. [", "Oui. Bonjour."],
    ["Oui.\n[", "Oui.\nBonjour."],
    ["[Oui.", "Bonjour. Oui."],
    ["Oui.[Non.", "Oui. Bonjour. Non."],
    ["Oui. [ça] Non.", "Oui. Bonjour. Non."],
  ])("stands apart from what is around it: %j", (draft, expected) => {
    expect(put(draft, "Bonjour.")).toBe(expected);
  });

  test("a list begins on a line of its own and ends on one", () => {
    expect(put("Voici :[Voilà.", "a\nb")).toBe("Voici :\na\nb\nVoilà.");
    expect(put("Voici :\n[", "a\nb")).toBe("Voici :\na\nb");
  });
});

describe("a sentence with gaps", () => {
  const sentence: ReadySentence = {
    key: "service",
    moment: "procedure",
    title: "Service",
    say: "Le service est : {unit}, pour {commune}.",
    otherwise: "Je cherche le service avec vous.",
  };
  const known: Known = { unit: "Commissariat de Cergy", commune: "Pontoise", force: "la police nationale" };

  test("is filled with what the conversation knows", () => {
    expect(filled(sentence, known)).toBe("Le service est : Commissariat de Cergy, pour Pontoise.");
  });

  test("is said in its other form when one of them is not known: nobody is ever sent a hole", () => {
    expect(filled(sentence, { ...known, commune: null })).toBe("Je cherche le service avec vous.");
    expect(filled({ ...sentence, say: "Bonjour." }, { ...known, unit: null })).toBe("Bonjour.");
  });

  test("a name that looks like a gap is not filled again", () => {
    expect(filled(sentence, { ...known, unit: "{commune}" })).toContain("{commune}, pour Pontoise");
  });
});

test("a list has its heading and one line for each", () => {
  expect(listed("À garder :", [{ say: "Les messages.", from: ["x"] }, { say: "Les photos.", from: ["x"] }])).toBe(
    "À garder :\n– Les messages.\n– Les photos.",
  );
});
