import type { Audience, Category } from "@shared/frames";
import { KINDS, MOMENTS, type Kind, type Library, type Moment, type ReadySentence, type Sheet } from "./library";

/** What an entry is: a sentence of a moment, or a sheet of a kind. */
export type Label = `sentence_${Moment}` | `sheet_${Kind}`;

/** Something that can be found. */
export type Entry = { readonly id: string; readonly label: Label } & (
  | { readonly what: "sentence"; readonly sentence: ReadySentence }
  | { readonly what: "sheet"; readonly key: string; readonly sheet: Sheet }
);

/** Which of them are wanted. */
export type Wanted = "all" | "sentence" | "sheet";

/** Whose conversation it is about. */
export interface About {
  readonly category: Category;
  readonly audience: Audience;
}

/** Entries that belong under one heading: a moment, a kind, what fits this chat, or what is of other chats. */
export interface Group {
  readonly label: Label | "fitting" | "other";
  readonly entries: readonly Entry[];
}

/** A library made ready to be searched; `name` says a moment or a kind in words, so that these can be typed too. */
export interface Index {
  readonly rows: readonly Row[];
}

interface Row {
  readonly entry: Entry;
  readonly title: readonly string[];
  readonly words: readonly string[];
  readonly body: readonly string[];
}

const LABELS: readonly Label[] = [
  ...MOMENTS.map((moment) => `sentence_${moment}` as const),
  ...KINDS.map((kind) => `sheet_${kind}` as const),
];

/** How much one typed word counts by where it stands: the whole word, or the beginning of one. */
const WEIGHTS = { title: [10, 8], words: [7, 5], body: [3, 2] } as const;
/** Added when the title begins with all that is typed. */
const BEGINS = 6;
/** Added by how much of the title is typed: of two titles that hold the words, the shorter is meant. */
const COVERS = 4;
/** From this length on, the plural's ending of a typed word is left aside. */
const PLURAL_FROM = 4;

/** Return the text without accents, case and punctuation: `L’Été` is `l ete`. */
export function fold(text: string): string {
  return text
    .toLowerCase()
    .normalize("NFD")
    .replace(/\p{Mn}/gu, "")
    .replace(/œ/g, "oe")
    .replace(/æ/g, "ae")
    .replace(/[^\p{L}\p{N}]+/gu, " ")
    .trim();
}

/** Make a library ready: sentences first, in the order of a conversation, then sheets by kind and title. */
export function indexed(library: Library, name: (label: Label) => string): Index {
  const sentences = library.sentences.map((sentence): Row => {
    const { key, moment, title, say, words = [] } = sentence;
    const entry: Entry = { id: `sentence-${key}`, label: `sentence_${moment}`, what: "sentence", sentence };
    return row(entry, title, [...words, name(entry.label)], say);
  });
  const sheets = KINDS.flatMap((kind) =>
    Object.entries(library.sheets)
      .filter(([, sheet]) => sheet.kind === kind)
      .map(([key, sheet]): Row => {
        const { title, words = [], articles = [], plain } = sheet;
        const entry: Entry = { id: `sheet-${key}`, label: `sheet_${kind}`, what: "sheet", key, sheet };
        return row(entry, title, [...words, ...articles, name(entry.label)], plain.say);
      }),
  );
  return { rows: [...sentences, ...sheets] };
}

/**
 * Return what fits, in groups to be read from top to bottom.
 *
 * Nothing typed: all that is meant for this conversation, by moment and kind. Else every typed word must be the
 * beginning of a word somewhere; what is meant for this conversation comes first, best first, then all the rest.
 */
export function search(index: Index, typed: string, about: About, wanted: Wanted): Group[] {
  const rows = index.rows.filter(({ entry }) => wanted === "all" || entry.what === wanted);
  const query = fold(typed);
  if (query === "") return byLabel(rows.filter(({ entry }) => fits(entry, about)));
  const words = query.split(" ").map(singular);
  const scored = rows
    .map((one) => ({ one, score: scoreOf(one, words, query) }))
    .filter(({ score }) => score > 0)
    .sort((left, right) => right.score - left.score)
    .map(({ one }) => one.entry);
  const groups: Group[] = [
    { label: "fitting", entries: scored.filter((entry) => fits(entry, about)) },
    { label: "other", entries: scored.filter((entry) => !fits(entry, about)) },
  ];
  return groups.filter(({ entries }) => entries.length > 0);
}

function byLabel(rows: readonly Row[]): Group[] {
  return LABELS.flatMap((label) => {
    const entries = rows.filter(({ entry }) => entry.label === label).map(({ entry }) => entry);
    return entries.length > 0 ? [{ label, entries }] : [];
  });
}

function fits(entry: Entry, { category, audience }: About): boolean {
  if (entry.what === "sheet") return entry.sheet.categories.includes(category);
  const { categories, audiences } = entry.sentence;
  return (categories?.includes(category) ?? true) && (audiences?.includes(audience) ?? true);
}

function row(entry: Entry, title: string, words: readonly string[], body: string): Row {
  return { entry, title: wordsOf(title), words: words.flatMap(wordsOf), body: wordsOf(body) };
}

function wordsOf(text: string): string[] {
  return fold(text).split(" ");
}

/** 0 when one of the words is nowhere. */
function scoreOf(one: Row, words: readonly string[], query: string): number {
  let sum = one.title.join(" ").startsWith(query) ? BEGINS : 0;
  for (const word of words) {
    const best = Math.max(
      ...(["title", "words", "body"] as const).map((place) => {
        const [whole, beginning] = WEIGHTS[place];
        if (one[place].some((known) => singular(known) === word)) return whole;
        return one[place].some((known) => known.startsWith(word)) ? beginning : 0;
      }),
    );
    if (best === 0) return 0;
    sum += best;
  }
  const covered = one.title.filter((known) => words.some((word) => known.startsWith(word))).length;
  return sum + (COVERS * covered) / one.title.length;
}

function singular(word: string): string {
  return word.length >= PLURAL_FROM ? word.replace(/[sx]$/, "") : word;
}
