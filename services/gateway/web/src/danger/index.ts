// That somebody is in danger now: fetched as soon as there is a conversation, by every page.
import address from "./danger.css?url";
import { type Say, speak } from "./words";

export { DangerBar } from "./bar";

/** Have the words, in the language of the page, and the style sheet. Without the sheet it is plain, but it works. */
export async function openDanger(locale: string): Promise<Say> {
  if (!document.querySelector(`link[href="${address}"]`)) {
    const link = document.createElement("link");
    link.rel = "stylesheet";
    link.href = address;
    document.head.append(link);
  }
  return speak(locale);
}
