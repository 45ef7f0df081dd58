import { translator } from "@shared/i18n";
import { fr } from "./fr";

/** Every sentence of the dialog at the console. */
export const t = translator("fr", fr);

const FAILURES = ["not_held", "asked", "gone", "no_magistrate", "unverified", "unavailable"] as const;

/** Why a request was not taken, in words. */
export function failure(why: string): string {
  const known = FAILURES.find((one) => one === why);
  return known ? t(`failed_${known}`) : t("failed_other", { why });
}
