// What a conversation needs beside words (structures that help, signalements), in one file that is fetched once somebody
// answers.
import type { AnswerFrame } from "@shared/frames";
import type { Phrase } from "../return/phrase";
import { type Found, foundBy } from "./found";
import address from "./report.css?url";
import { ReportRoom, type RoomHost } from "./room";
import { speak } from "./words";

export { FoundScreen } from "./views/found";
export { aloud, reportLine } from "./views/line";
export { referral } from "./views/referral";

/** Open the room of a conversation, in the language of its page. */
export async function openRoom(locale: string, host: Omit<RoomHost, "t">): Promise<ReportRoom> {
  const [t] = await Promise.all([speak(locale), styled()]);
  return new ReportRoom({ ...host, t });
}

/** Open what words found once the conversation was gone. Throws when they do not open it. */
export async function openFound(phrase: Phrase, frame: AnswerFrame, locale: string): Promise<Found> {
  const [found] = await Promise.all([foundBy(phrase, frame, locale), styled()]);
  return found;
}

/** Have the style sheet of the cards, once. Without it they are plain, but they work. */
async function styled(): Promise<void> {
  if (document.querySelector(`link[href="${address}"]`)) return;
  const link = document.createElement("link");
  link.rel = "stylesheet";
  link.href = address;
  await new Promise((done) => {
    link.onload = link.onerror = done;
    document.head.append(link);
  });
}
