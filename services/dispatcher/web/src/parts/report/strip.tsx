import type { Answer } from "@shared/report";
import { t } from "../../lib/say";
import { hour } from "../../lib/time";
import type { Change } from "../../report/cases";
import type { View } from "../../report/reports";
import { toneOf } from "../../report/stage";

/** Where one signalement stands: what it is, since when, and what there is to do. */
export function Strip({ view, onRetry }: { view: View; onRetry: () => void }) {
  const { one, stage, changes, reason } = view;
  const { recipient } = one.proposal;
  const at = sinceOf(view);
  return (
    <div class={`report-strip ${toneOf(stage)}`}>
      <p class="report-stage">
        <strong>{t(`reportStage_${stage}`)}</strong> {at !== null && <span class="numeric">{t("reportSince", { time: hour(at) })}</span>}
      </p>
      <p class="small">{t("reportWho", { name: recipient.name, unit: recipient.unit })}</p>
      {reason !== null && <p class="small">{reasonWords(reason)}</p>}
      <p class="small">{t(`reportNext_${stage}`)}</p>
      <AnswerView view={view} />
      {one.yes && stage !== "bad" && stage !== "checking" && <Changes changes={changes} />}
      {stage === "declined" && (
        <button type="button" onClick={onRetry}>
          {t("reportRetry")}
        </button>
      )}
    </div>
  );
}

/** The partner's answer: what one says at the desk, and when one is expected. */
export function AnswerView({ view: { answer } }: { view: View }) {
  if (answer === null) return null;
  if (answer === "closed") return <p class="small">{t("reportAnswerClosed")}</p>;
  return <Opened answer={answer} />;
}

function Opened({ answer: { reference, appointment, message } }: { answer: Answer }) {
  return (
    <dl class="report-answer">
      {reference !== null && <Fact name={t("reportReference")} value={reference} />}
      {appointment && <Fact name={t("reportAppointment")} value={whenWords(appointment.at)} />}
      {appointment?.place && <Fact name={t("reportAppointmentPlace")} value={appointment.place} />}
      {appointment?.with && <Fact name={t("reportAppointmentWith")} value={appointment.with} />}
      {message !== null && <Fact name={t("reportMessage")} value={message} />}
    </dl>
  );
}

/** What she made of what was proposed, field by field. */
export function Changes({ changes }: { changes: readonly Change[] }) {
  if (changes.length === 0) return <p class="small">{t("reportUnchanged")}</p>;
  return (
    <details class="report-changes small">
      <summary>{t("reportChanges", { n: changes.length })}</summary>
      <dl>
        {changes.map(({ name, before, after }) => (
          <div key={name}>
            <dt>{t(`reportField_${name}`)}</dt>
            <dd>
              <span class="soft">{t("reportBefore")} :</span> {before === null ? <em>{t("reportAdded")}</em> : <del>{before}</del>}
            </dd>
            <dd>
              <span class="soft">{t("reportAfter")} :</span> {after === null ? <em>{t("reportStruck")}</em> : <ins>{after}</ins>}
            </dd>
          </div>
        ))}
      </dl>
    </details>
  );
}

function Fact({ name, value }: { name: string; value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}

/** Why it is refused; a code that this page has no words for is shown as it is. */
export function reasonWords(code: string): string {
  const key = `reportReason_${code}`;
  return isReason(key) ? t(key) : t("reportReason_other", { code });
}

const REASONS = [
  "reportReason_not_competent",
  "reportReason_duplicate",
  "reportReason_unreadable",
  "reportReason_tampered",
  "reportReason_incomplete",
  "reportReason_partner_revoked",
  "reportReason_partner_not_competent",
  "reportReason_key_not_in_force",
  "reportReason_consent_too_old",
] as const;

function isReason(key: string): key is (typeof REASONS)[number] {
  return (REASONS as readonly string[]).includes(key);
}

function sinceOf({ one, stage }: View): number | null {
  if (stage === "shown" || stage === "replaced") return one.at;
  return one.statusAt ?? one.decidedAt;
}

/** A day and an hour as they are read off the wall where the appointment is, whatever this machine's time zone. */
export function whenWords(at: string): string {
  const [date = "", time = ""] = at.split("T");
  const day = new Intl.DateTimeFormat(t.locale, { weekday: "long", day: "numeric", month: "long", year: "numeric", timeZone: "UTC" });
  return `${day.format(new Date(`${date}T12:00:00Z`))}, ${time.slice(0, 5)}`;
}
