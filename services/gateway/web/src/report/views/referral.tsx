import { CardView } from "@shared/card";
import { readCard } from "@shared/referral";
import type { Say } from "../words";

/** A structure that helps, as the specialist sent it; null: the message holds none. */
export function referral(t: Say, body: string) {
  const card = readCard(body);
  return card && <CardView card={card} t={t} />;
}

/** What a screen reader is told of it; null: nothing. */
export function referralAloud(t: Say, who: string, body: string): string | null {
  const card = readCard(body);
  return card && t("saidCard", { who, body: card.name });
}
