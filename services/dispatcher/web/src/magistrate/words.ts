import { translator } from "@shared/i18n";
import { fr } from "./fr";

/** Every sentence of the magistrates' page. */
export const t = translator("fr", fr);

const moment = new Intl.DateTimeFormat(t.locale, {
  day: "2-digit",
  month: "2-digit",
  year: "numeric",
  hour: "2-digit",
  minute: "2-digit",
});

/** `22/11/2026 10:35`, in the time zone of this machine. */
export const day = (at: number): string => moment.format(at);

/** `2026-11-22 09:35:07Z`: what an operator of a network is asked with. */
export const utc = (at: number): string => new Date(at).toISOString().replace("T", " ").replace(/\.\d+/, "");

const FAILURES = [
  "same_person",
  "decided",
  "not_yours",
  "over",
  "nothing_kept",
  "wrong_motive",
  "unavailable",
] as const;

/** Why a decision was not carried out, in words. */
export function failure(why: string): string {
  const known = FAILURES.find((one) => one === why);
  return known ? t(`failed_${known}`) : t("failed_other", { why });
}
