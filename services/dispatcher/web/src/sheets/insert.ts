import type { HeldFrame } from "@shared/frames";
import type { Fact, ReadySentence } from "./library";

/** What a conversation may know of `{unit}`, `{commune}` and `{force}`, in words. */
export interface Known {
  readonly unit: string | null;
  readonly commune: string | null;
  readonly force: string | null;
}

/** What is known of a conversation; `force`: its force in words, with its article. */
export function knownOf({ unit, commune_name }: HeldFrame, force: string): Known {
  return { unit: unit ?? null, commune: commune_name ?? null, force };
}

/** Return the sentence as it is sent: filled, or in its other form when something it needs is not known. Never a hole. */
export function filled({ say, otherwise }: ReadySentence, known: Known): string {
  const names = [...say.matchAll(/\{(\w+)\}/g)].map(([, name]) => name as keyof Known);
  if (names.some((name) => !known[name])) return otherwise ?? "";
  return say.replace(/\{(\w+)\}/g, (_whole, name: string) => known[name as keyof Known] ?? "");
}

/** Return facts as a text of one line each under a heading. */
export function listed(heading: string, facts: readonly Fact[]): string {
  return [heading, ...facts.map(({ say }) => `– ${say}`)].join("\n");
}

/**
 * Return what must be written between `start` and `end` of a draft so that `text` stands apart from what is around it.
 *
 * A text of several lines begins on a line of its own.
 */
export function fitted(draft: string, start: number, end: number, text: string): string {
  const before = draft.slice(0, start);
  const after = draft.slice(end);
  const block = text.includes("\n");
  const lead = before === "" || before.endsWith("\n") ? "" : block ? "\n" : /\s$/.test(before) ? "" : " ";
  const tail = after === "" || after.startsWith("\n") ? "" : block ? "\n" : /^\s/.test(after) ? "" : " ";
  return lead + text + tail;
}

/**
 * Write into a field at its cursor, in the place of what is selected, as if it were typed; it can be undone.
 *
 * Returns whether it was written: a field that takes no words now only gets the focus, and says why by itself.
 */
export function insertInto(field: HTMLTextAreaElement, text: string): boolean {
  const { value, selectionStart, selectionEnd } = field;
  const written = fitted(value, selectionStart, selectionEnd, text);
  field.focus();
  if (field.readOnly) return false;
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- nothing else leaves Ctrl+Z able to undo what was inserted
  if (document.execCommand("insertText", false, written)) return true;
  field.setRangeText(written, selectionStart, selectionEnd, "end");
  field.dispatchEvent(new Event("input", { bubbles: true }));
  return true;
}
