import { content } from "../content";

/** How long what is kept for a stated time is kept: a sealed address and resume words in seconds, a request in days. */
export interface Kept {
  readonly addressS: number;
  readonly liftingDays: number;
  readonly resumeS: number;
}

export function readKept(): Kept {
  const [addressS = 0, liftingDays = 0] = content("address").split(" ").map(Number);
  return { addressS: addressS || 0, liftingDays: liftingDays || 0, resumeS: Number(content("resume-seconds")) || 0 };
}
