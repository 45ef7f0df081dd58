import { type Translator, translator } from "@shared/i18n";
import { fr, type Key } from "./fr";

export type Say = Translator<Key>;

/** Return the words of danger in the language of the page. */
export async function speak(locale: string): Promise<Say> {
  return locale === "en" ? translator("en", (await import("./en")).en) : translator("fr", fr);
}
