/** How many words bring a visitor back. */
export const COUNT = 4;
/** The list names each of its words by as many letters. */
const PREFIX = 4;
const LIST_LENGTH = 2_048;

/** Fetch the 2,048 French words (BIP 39), each told from all others by its first four letters. */
export async function fetchList(): Promise<readonly string[]> {
  return (await import("@scure/bip39/wordlists/french.js")).wordlist;
}

/** Draw four different words; every four are as likely as any other. */
export function draw(list: readonly string[]): string[] {
  const drawn = new Set<string>();
  while (drawn.size < COUNT) {
    // 2,048 divides 65,536: no word is likelier than another.
    for (const chance of crypto.getRandomValues(new Uint16Array(COUNT))) {
      const word = list[chance % LIST_LENGTH];
      if (word !== undefined && drawn.size < COUNT) drawn.add(word);
    }
  }
  return [...drawn];
}

/** What was understood of typed words: the words of the list, or those that are in no list, as they were typed. */
export type Understood =
  | { readonly words: readonly string[] }
  | { readonly unknown: readonly string[] }
  | { readonly count: number };

/** Read what a person typed: accents, capitals, order, separators and what follows the fourth letter do not matter. */
export function understand(typed: string, list: readonly string[]): Understood {
  const known = new Map(list.map((word) => [plain(word).slice(0, PREFIX), word]));
  const tokens = typed.split(/[^\p{L}\p{M}]+/u).filter((token) => token !== "");
  const found = tokens.map((token) => known.get(plain(token).slice(0, PREFIX)));
  const unknown = tokens.filter((_, index) => found[index] === undefined);
  if (unknown.length > 0) return { unknown };
  const words = found.filter((word) => word !== undefined);
  return words.length === COUNT ? { words } : { count: words.length };
}

/** A word as it is compared and derived from: lower case, without accents. */
export function plain(word: string): string {
  return word
    .normalize("NFD")
    .replace(/\p{M}/gu, "")
    .toLowerCase();
}
