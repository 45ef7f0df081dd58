/** A sentence, or one for each plural form that the language has (`Intl.PluralRules`); chosen by the value `n`. */
export type Sentence = string | (Partial<Record<Intl.LDMLPluralRule, string>> & { other: string });

export type Values = Readonly<Record<string, string | number>>;

export interface Translator<Key extends string> {
  (key: Key, values?: Values): string;
  /** BCP 47 tag of the catalogue. */
  readonly locale: string;
}

/**
 * Return the function that says a sentence of this catalogue.
 *
 * `{name}` in a sentence is replaced by the value of that name; numbers are written as the language writes them. The
 * result is plain text: whoever shows it sets it as text.
 */
export function translator<Key extends string>(
  locale: string,
  catalogue: Readonly<Record<Key, Sentence>>,
): Translator<Key> {
  const plural = new Intl.PluralRules(locale);
  const number = new Intl.NumberFormat(locale);
  const say = (key: Key, values: Values = {}): string => {
    const sentence: Sentence = catalogue[key];
    const form = typeof sentence === "string" ? sentence : (sentence[plural.select(Number(values["n"]))] ?? sentence.other);
    return form.replace(/\{(\w+)\}/g, (whole, name: string) => {
      const value = values[name];
      if (value === undefined) return whole;
      return typeof value === "number" ? number.format(value) : value;
    });
  };
  return Object.assign(say, { locale });
}
