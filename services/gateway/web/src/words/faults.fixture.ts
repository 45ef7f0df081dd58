import type { Sentence } from "@shared/i18n";

type Catalogue = Readonly<Record<string, Sentence>>;

const forms = (sentence: Sentence): string[] => (typeof sentence === "string" ? [sentence] : Object.values(sentence));
const places = (text: string): string => [...text.matchAll(/\{\w+\}/g)].map(([place]) => place).sort().join();

/** Return the sentences that say other values than the French one, and those that break a line before punctuation. */
export function faults(fr: Catalogue, other: Catalogue): string[] {
  return Object.entries(fr).flatMap(([key, sentence]) => {
    const wanted = places(forms(sentence)[0] ?? "");
    const all = [...forms(sentence), ...forms(other[key] ?? "")];
    const broken = forms(sentence).some((form) => / [:;?!»]|« /.test(form));
    return broken || all.some((form) => places(form) !== wanted) ? [key] : [];
  });
}
