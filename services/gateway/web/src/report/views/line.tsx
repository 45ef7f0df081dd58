import type { Stored } from "@shared/conversation";
import { statusOf } from "@shared/report";
import type { ReportRoom } from "../room";
import { ProposalCard } from "./proposal";
import { referralAloud } from "./referral";
import { StatusCard, titleOf } from "./status";

/** What stands in the chat for a message about a signalement; null: nothing that can be shown. */
export function reportLine(room: ReportRoom, message: Stored) {
  const { t, views } = room;
  if (message.kind === "proposal") {
    const view = views.find(({ card }) => card.seq === message.seq);
    return view ? <ProposalCard t={t} room={room} view={view} /> : null;
  }
  const status = message.kind === "service" ? statusOf(message.body) : null;
  if (!status) return null;
  const view = views.find(({ card }) => card.statuses.some(({ seq }) => seq === message.seq));
  return <StatusCard t={t} room={room} status={{ ...status, seq: message.seq, at: message.at }} view={view} />;
}

/** What a screen reader is told of it; null: nothing. */
export function aloud({ t }: ReportRoom, message: Stored, who: string): string | null {
  if (message.kind === "card") return referralAloud(t, who, message.body);
  if (message.kind === "proposal") return t("aloudProposed");
  const status = statusOf(message.body);
  return status && t("aloudStatus", { status: t(titleOf(status)) });
}
