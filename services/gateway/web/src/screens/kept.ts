import { content } from "../content";

/**
 * How long what is kept for a stated time is kept: a sealed address, resume words and a conversation whose visitor
 * vanished in danger in seconds, a request in days.
 */
export interface Kept {
  readonly addressS: number;
  readonly liftingDays: number;
  readonly resumeS: number;
  readonly missingS: number;
}

export function readKept(): Kept {
  const [addressS = 0, liftingDays = 0, missingS = 0] = content("address").split(" ").map(Number);
  const resumeS = Number(content("resume-seconds")) || 0;
  return { addressS: addressS || 0, liftingDays: liftingDays || 0, resumeS, missingS: missingS || 0 };
}
