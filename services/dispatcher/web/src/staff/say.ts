import { translator } from "@shared/i18n";
import { fr } from "./fr";

/** Every sentence of what staff write to each other. */
export const s = translator("fr", fr);

const clock = new Intl.DateTimeFormat(s.locale, { hour: "2-digit", minute: "2-digit" });

/** `22:04`, of a moment in milliseconds. */
export const hour = (at: number): string => clock.format(at);

const FAILURES = ["forbidden", "gone", "full", "nobody", "unavailable", "too_fast"] as const;

/** Why something was not stored, in words. */
export function failure(why: string): string {
  const known = FAILURES.find((one) => one === why);
  return known ? s(`failed_${known}`) : s("failed", { why });
}
