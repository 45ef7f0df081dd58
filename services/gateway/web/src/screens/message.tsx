import { CardView } from "@shared/card";
import { mark, type Outgoing, type Stored, type Conversation } from "@shared/conversation";
import type { Role } from "@shared/frames";
import { readCard } from "@shared/referral";
import type { Say } from "../words";

/** Who speaks, as a visitor reads it: roles, never names. */
export function who(t: Say, role: Role): string {
  return role === "visitor" ? t("me") : t(role);
}

/** What a screen reader is told of a message that arrives. */
export function aloud(t: Say, message: Stored): string {
  const speaker = who(t, message.by);
  if (message.kind === "text") return t("said", { who: speaker, body: message.body });
  const card = message.kind === "card" ? readCard(message.body) : null;
  if (card) return t("saidCard", { who: speaker, body: card.name });
  return t("said", { who: speaker, body: t(message.kind === "sealed" ? "stillSealed" : "unreadable") });
}

export function Line({ t, message, conversation }: { t: Say; message: Stored; conversation: Conversation }) {
  const mine = message.by === "visitor";
  const at = new Date(message.at);
  return (
    <li class={mine ? "mine" : "theirs"}>
      <span class="hidden">{who(t, message.by)} : </span>
      <Body t={t} message={message} />
      <p class="meta">
        {message.by === "psychologist" && <span>{t("psychologist")}</span>}
        <time dateTime={at.toISOString()}>{clock(t.locale, at)}</time>
        {mine && <span class="mark">{t(mark(conversation, message))}</span>}
      </p>
    </li>
  );
}

function Body({ t, message }: { t: Say; message: Stored }) {
  if (message.kind === "text") return <p class="body">{message.body}</p>;
  const card = message.kind === "card" ? readCard(message.body) : null;
  if (card) return <CardView card={card} t={t} />;
  return (
    <p class="body">
      <em>{t(message.kind === "sealed" ? "stillSealed" : "unreadable")}</em>
    </p>
  );
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
