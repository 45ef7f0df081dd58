import type { AnswerFrame } from "@shared/frames";
import { type Answer, openAnswer, type ServiceStatus } from "@shared/report";
import type { Phrase } from "../return/phrase";
import type { Box } from "./following";
import { type Say, speak } from "./words";

/** What words led to after the conversation was gone. */
export interface Found {
  readonly t: Say;
  readonly status: Pick<ServiceStatus, "status" | "overdue" | "answer" | "reason">;
  readonly answer: Answer | "closed" | null;
  /** When the words die, in ms since 1970. */
  readonly until: number;
}

/** Open what words found. Throws when the box is not what right words open. */
export async function foundBy(phrase: Phrase, frame: AnswerFrame, locale: string): Promise<Found> {
  const box = JSON.parse(await phrase.open(frame.box, frame.share)) as Box;
  if (box.report !== frame.report) throw new TypeError("another report");
  const answer = frame.answer ? ((await openAnswer(frame.answer, box.answer_key, box.report)) ?? "closed") : null;
  const { overdue = false, reason = null } = frame;
  // What is on its way into the queue is on its way for certain.
  const status = frame.status === "received" ? "submitted" : frame.status;
  return { t: await speak(locale), status: { status, overdue, answer: frame.answer ?? null, reason }, answer, until: frame.until };
}
