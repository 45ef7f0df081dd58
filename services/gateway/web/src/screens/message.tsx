import { mark, type Outgoing, type Stored, type Conversation } from "@shared/conversation";
import type { Role } from "@shared/frames";
import type { Reports } from "../state";
import type { Say } from "../words";

/** Who speaks, as a visitor reads it: roles, never names. */
export function who(t: Say, role: Role): string {
  return role === "visitor" ? t("me") : t(role);
}

/** Whether a message is shown by what is fetched once somebody answers. */
function isFetched({ kind }: Stored): boolean {
  return kind === "card" || kind === "proposal" || kind === "service";
}

/** What a screen reader is told of a message that arrives. */
export function aloud(t: Say, message: Stored, reports: Reports | null): string {
  const speaker = who(t, message.by);
  const told = reports && isFetched(message) ? reports.parts.aloud(reports.room, message, speaker) : null;
  if (told) return told;
  if (message.kind === "text") return t("said", { who: speaker, body: message.body });
  return t("said", { who: speaker, body: t(unshown(message, reports)) });
}

interface LineProps {
  t: Say;
  message: Stored;
  conversation: Conversation;
  reports: Reports | null;
}

export function Line({ t, message, conversation, reports }: LineProps) {
  const report = reports?.parts.reportLine(reports.room, message);
  if (report) return <li class="report">{report}</li>;
  const mine = message.by === "visitor";
  const at = new Date(message.at);
  return (
    <li class={mine ? "mine" : "theirs"}>
      <span class="hidden">{who(t, message.by)} : </span>
      <Body t={t} message={message} reports={reports} />
      <p class="meta">
        {message.by === "psychologist" && <span>{t("psychologist")}</span>}
        <time dateTime={at.toISOString()}>{clock(t.locale, at)}</time>
        {mine && <span class="mark">{t(mark(conversation, message))}</span>}
      </p>
    </li>
  );
}

function Body({ t, message, reports }: Omit<LineProps, "conversation">) {
  if (message.kind === "text") return <p class="body">{message.body}</p>;
  const card = message.kind === "card" && reports?.parts.referral(reports.room.t, message.body);
  if (card) return card;
  return (
    <p class="body">
      <em>{t(unshown(message, reports))}</em>
    </p>
  );
}

/** Why there is nothing to show: it may still come, or it never will. */
function unshown(message: Stored, reports: Reports | null): "stillSealed" | "unreadable" {
  return message.kind === "sealed" || (!reports && isFetched(message)) ? "stillSealed" : "unreadable";
}

interface PendingProps {
  t: Say;
  message: Outgoing;
  lost: boolean;
  onRetry: () => void;
  onRemove: () => void;
}

/** A message of the visitor that the server does not have (yet). */
export function Pending({ t, message, lost, onRetry, onRemove }: PendingProps) {
  return (
    <li class="mine pending">
      <span class="hidden">{t("me")} : </span>
      <p class="body">{message.body}</p>
      {message.refused === null ? (
        <p class="meta">{t(lost ? "heldBack" : "sending")}</p>
      ) : (
        <p class="meta" role="alert">
          {t("notSent")} {message.refused === "too_large" && t("tooLong")}
          <button type="button" class="link-button" onClick={onRetry}>
            {t("retry")}
          </button>
          <button type="button" class="link-button" onClick={onRemove}>
            {t("remove")}
          </button>
        </p>
      )}
    </li>
  );
}

function clock(locale: string, at: Date): string {
  return new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit" }).format(at);
}
