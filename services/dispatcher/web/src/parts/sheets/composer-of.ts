import type { Line } from "../../desk/line";

/** What a conversation's composer is called in the page, by the conversation's number on this screen. */
export function composerId({ number }: Line): string {
  return `compose-${number}`;
}

/** The composer of a conversation that is open; null when it is not. */
export function composerOf(line: Line): HTMLTextAreaElement | null {
  const found = document.getElementById(composerId(line));
  return found instanceof HTMLTextAreaElement ? found : null;
}

/** Whether a key press comes from a composer in which nothing is written yet. */
export function inBlankComposer(target: EventTarget | null): boolean {
  return target instanceof HTMLTextAreaElement && target.id.startsWith("compose-") && target.value === "";
}
