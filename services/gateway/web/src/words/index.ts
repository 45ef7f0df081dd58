import { type Translator, translator } from "@shared/i18n";
import { type Key, fr } from "./fr";

export type Say = Translator<Key>;

/** The languages of the page, as each calls itself. */
export const LANGUAGES = { fr: "Français", en: "English" } as const;
export type Language = keyof typeof LANGUAGES;

export const french: Say = translator("fr", fr);

/** Return the catalogue of a language; all but French are fetched when asked for. */
export async function speak(language: Language): Promise<Say> {
  switch (language) {
    case "fr":
      return french;
    case "en":
      return translator("en", (await import("./en")).en);
  }
}
