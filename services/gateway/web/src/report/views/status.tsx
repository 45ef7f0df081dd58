import type { Answer, ServiceStatus } from "@shared/report";
import { type Status, underWay } from "../cards";
import type { ReportRoom, View } from "../room";
import type { Key, Say } from "../words";
import { clock, day, moment } from "./times";
import { Withdraw } from "./withdraw";

const REASONS: Readonly<Record<string, Key>> = {
  not_competent: "refused_not_competent",
  duplicate: "refused_duplicate",
  unreadable: "refused_unreadable",
  tampered: "refused_tampered",
  incomplete: "refused_incomplete",
};
const NOW = ["refusedAsk", "refusedGo", "refusedCall"] as const;

/** Where a report stands, in few words. */
export function titleOf({ status, overdue }: Pick<ServiceStatus, "status" | "overdue">): Key {
  return status === "submitted" && overdue ? "overdue" : status;
}

interface Props {
  t: Say;
  room: ReportRoom;
  status: Status;
  /** Its card; undefined when the report was not proposed here. */
  view: View | undefined;
}

/** A word of the service in the chat: one line once there is a newer one. It is nobody's voice. */
export function StatusCard({ t, room, status, view }: Props) {
  const title = t(titleOf(status));
  const time = clock(t.locale, status.at);
  const last = !view || view.card.statuses.at(-1)?.seq === status.seq;
  if (!last) {
    return (
      <p class="soft">
        {title} · {time}
      </p>
    );
  }
  return (
    <div class="report-card" role="group" aria-label={title}>
      <h2>{title}</h2>
      <p class="soft">{time}</p>
      <Standing t={t} status={status} answer={view?.answer ?? null} here />
      {view?.card.agreed && canTakeBack(status, view) && <Withdraw t={t} room={room} view={view} />}
      {view?.card.agreed && underWay(view.card) && <Lead t={t} room={room} view={view} />}
    </div>
  );
}

/** Whether there is something to take back, or to say of what she took back too late. */
function canTakeBack({ status }: Status, { card }: View): boolean {
  return status === "submitted" || (status === "taken" && card.decided?.decision === "withdrawn");
}

interface StandingProps {
  t: Say;
  status: Pick<ServiceStatus, "status" | "overdue" | "answer" | "reason">;
  answer: Answer | "closed" | null;
  /** Whether there is a conversation in which one can ask. */
  here?: boolean;
}

/** What the status means, and what can be done now. */
export function Standing({ t, status, answer, here = false }: StandingProps) {
  switch (status.status) {
    case "submitted":
      if (!here) return null;
      return status.overdue ? (
        <>
          <p>{t("overdueLead")}</p>
          <p>{t("overdueDanger")}</p>
        </>
      ) : (
        <p>{t("submittedLead")}</p>
      );
    case "taken":
      return status.answer ? <Answered t={t} answer={answer} here={here} /> : <p>{t("takenLead")}</p>;
    case "refused":
      return (
        <>
          <p>{t(REASONS[status.reason ?? ""] ?? "refused_other")}</p>
          {status.answer && <Answered t={t} answer={answer} here={here} />}
          <p>{t("refusedNow")}</p>
          <ul class="steps">
            {NOW.filter((key) => here || key !== "refusedAsk").map((key) => (
              <li key={key}>{t(key)}</li>
            ))}
          </ul>
        </>
      );
    case "withdrawn":
      return <p>{t("withdrawnLead")}</p>;
  }
}

/** The service's answer, opened on this page (V11 S2). */
function Answered({ t, answer, here }: { t: Say; answer: Answer | "closed" | null; here: boolean }) {
  if (answer === null) return null;
  if (answer === "closed") return here ? <p>{t("closed")}</p> : <p>{t("closedElsewhere")}</p>;
  const { reference, appointment, message } = answer;
  return (
    <>
      <dl class="report-answer">
        {reference !== null && (
          <div>
            <dt>{t("reference")}</dt>
            <dd class="reference">{reference}</dd>
            <dd class="soft">{t("referenceHow")}</dd>
          </div>
        )}
        {appointment !== null && (
          <div>
            <dt>{t("appointment")}</dt>
            <dd>
              <strong>{moment(t.locale, appointment.at)}</strong>
            </dd>
            {appointment.place !== "" && <dd>{appointment.place}</dd>}
            {appointment.with !== "" && (
              <dd>
                {t("appointmentWith")} {appointment.with}
              </dd>
            )}
          </div>
        )}
        {message !== null && (
          <div>
            <dt>{t("message")}</dt>
            <dd class="body">{message}</dd>
          </div>
        )}
      </dl>
    </>
  );
}

/** Words lead to the answer after the conversation is gone: that they do, or how to have some. */
function Lead({ t, room, view }: { t: Say; room: ReportRoom; view: View }) {
  if (view.followed !== null) return <p class="soft">{t("led", { date: day(t.locale, view.followed) })}</p>;
  if (!view.offered) return null;
  return (
    <>
      <p>{t("offer")}</p>
      <button type="button" class="plain-button" onClick={() => room.draw()}>
        {t("offerGo")}
      </button>
    </>
  );
}
