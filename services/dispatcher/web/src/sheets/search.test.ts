import { describe, expect, test } from "vitest";
import type { Fact, Library, ReadySentence, Sheet } from "./library";
import { fold, indexed, search, type About, type Group, type Wanted } from "./search";

const fact = (say: string): Fact => ({ say, from: ["law"] });
const sentence = (key: string, fields: Partial<ReadySentence>): ReadySentence => ({
  key,
  moment: "safety",
  title: key,
  say: key,
  ...fields,
});
const sheet = (title: string, fields: Partial<Sheet> = {}): Sheet => ({
  kind: "offence",
  title,
  categories: ["domestic"],
  plain: fact("…"),
  ...fields,
});

const LIBRARY: Library = {
  sentences: [
    sentence("bonjour", { moment: "greeting", title: "Bonjour", say: "Bonjour, je vous lis." }),
    sentence("seul", { title: "Quelqu’un près de vous ?", say: "Répondez oui ou non.", words: ["menace"] }),
    sentence("laver", { moment: "evidence", title: "Avant l’examen", categories: ["sexual"], say: "Ne vous lavez pas." }),
    sentence("temoin", { moment: "facts", title: "Ce que vous avez vu", audiences: ["witness"] }),
  ],
  sheets: {
    menaces: sheet("Menaces par conjoint", { words: ["me tuer"], plain: fact("Menacer la personne avec qui l’on vit.") }),
    viol: sheet("Viol", { categories: ["sexual"], articles: ["C. pén. art. 222-23"] }),
    breach: sheet("Non-respect d’une ordonnance de protection"),
    ordonnance: sheet("Ordonnance de protection", { kind: "procedure", plain: fact("Contre des menaces.") }),
  },
  sources: {},
  problems: [],
};

const INDEX = indexed(LIBRARY, (label) => (label === "sheet_offence" ? "Infraction" : label));
const VICTIM: About = { category: "domestic", audience: "victim" };

const find = (typed: string, about = VICTIM, wanted: Wanted = "all"): Group[] => search(INDEX, typed, about, wanted);
const ids = (groups: readonly Group[]): string[] => groups.flatMap((group) => group.entries.map((entry) => entry.id));

test("accents, case, ligatures and French apostrophes make no difference", () => {
  expect(fold("L’Été, c’est ŒUVRE — déjà !")).toBe("l ete c est oeuvre deja");
  expect(ids(find("TEMOIN", { ...VICTIM, audience: "witness" }))).toEqual(ids(find("vu", { ...VICTIM, audience: "witness" })));
});

describe("with nothing typed", () => {
  test("all that is meant for this conversation is there, in the order of a conversation, and nothing else", () => {
    expect(find("").map((group) => group.label)).toEqual([
      "sentence_greeting",
      "sentence_safety",
      "sheet_offence",
      "sheet_procedure",
    ]);
    expect(ids(find(""))).toEqual(["sentence-bonjour", "sentence-seul", "sheet-menaces", "sheet-breach", "sheet-ordonnance"]);
  });

  test("a witness has what is for witnesses, the other chat what is for it", () => {
    expect(ids(find("", { ...VICTIM, audience: "witness" }))).toContain("sentence-temoin");
    expect(ids(find("", { ...VICTIM, category: "sexual" }))).toContain("sentence-laver");
  });
});

describe("with words typed", () => {
  test("the title goes before the words that people use, and these before the text", () => {
    expect(ids(find("menace"))).toEqual(["sheet-menaces", "sentence-seul", "sheet-ordonnance"]);
    expect(ids(find("menaces"))).toEqual(ids(find("menace")));
  });

  test("the beginning of a word is enough, and every word must be there", () => {
    expect(ids(find("ord prot"))).toEqual(["sheet-ordonnance", "sheet-breach"]);
    expect(ids(find("ord inconnu"))).toEqual([]);
    expect(find("zzz")).toEqual([]);
  });

  test("of two titles that hold the words, the shorter goes first, wherever they stand in it", () => {
    expect(ids(find("protection ordonnance"))).toEqual(["sheet-ordonnance", "sheet-breach"]);
  });

  test("what is of another chat or for someone else comes last, under its own heading", () => {
    expect(find("viol").map((group) => group.label)).toEqual(["other"]);
    expect(find("viol", { ...VICTIM, category: "sexual" }).map((group) => group.label)).toEqual(["fitting"]);
    expect(ids(find("vu"))).toEqual(["sentence-temoin"]);
  });

  test("an article's number and the name of a kind find it too", () => {
    expect(ids(find("222-23"))).toEqual(["sheet-viol"]);
    expect(ids(find("infraction menace"))).toEqual(["sheet-menaces"]);
  });
});

test("sentences alone, or sheets alone", () => {
  expect(ids(find("menace", VICTIM, "sentence"))).toEqual(["sentence-seul"]);
  expect(ids(find("", VICTIM, "sheet"))).toEqual(["sheet-menaces", "sheet-breach", "sheet-ordonnance"]);
});
