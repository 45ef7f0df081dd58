import type { Call, Debrief } from "@shared/frames";
import { useState } from "preact/hooks";
import type { Snapshot } from "../desk/console";
import { seeTo } from "../lib/calling";
import { t } from "../lib/say";
import { hour, span, useNow } from "../lib/time";

/** What a psychologist finds beside their conversations: who waits for one, their hours, and who wants to talk. */
export function Requests({ snapshot }: { snapshot: Snapshot }) {
  const now = useNow() + snapshot.skew;
  const known = snapshot.desk.psychologists;
  if (!known) return null;
  const { calls, debriefs = [], open, closes_at: closes } = known;
  return (
    <>
      <section class="requests" aria-label={t("requests")}>
        <h2 class="section-title">{t("requests")}</h2>
        {calls.length === 0 && <p class="empty">{t("requestsNone")}</p>}
        <ol>
          {calls.map((call) => (
            <Request key={call.conversation} call={call} now={now} />
          ))}
        </ol>
        {calls.length > 0 && <p class="soft small">{t("requestsLead")}</p>}
        <p class="soft small">{open ? (closes ? t("requestsUntil", { time: hour(closes) }) : "") : t("requestsClosed")}</p>
      </section>
      <section class="requests" aria-label={t("debriefs")}>
        <h2 class="section-title">{t("debriefs")}</h2>
        {debriefs.length === 0 && <p class="empty">{t("debriefsNone")}</p>}
        <ul>
          {debriefs.map((one) => (
            <Wish key={one.operator} wish={one} now={now} />
          ))}
        </ul>
      </section>
    </>
  );
}

function Request({ call, now }: { call: Call; now: number }) {
  const { category, force, operator, since, again } = call;
  return (
    <li>
      <span>
        {t(`categoryShort_${category}`)} · {t(`force_${force}`)}
        <span class="soft"> · {operator ? t("requestBy", { who: operator }) : t("requestNobody")}</span>
        {again && <strong> · {t("requestAgain")}</strong>}
      </span>
      <span class="timer">{span(now - since)}</span>
    </li>
  );
}

function Wish({ wish, now }: { wish: Debrief; now: number }) {
  const [failed, setFailed] = useState(false);
  const see = async (): Promise<void> => setFailed(!(await seeTo(wish.operator)).ok);
  return (
    <li>
      <span>{t("debriefSince", { who: wish.operator, time: span(now - wish.since) })}</span>
      <button type="button" aria-label={t("debriefSeeThis", { who: wish.operator })} onClick={() => void see()}>
        {t("debriefSee")}
      </button>
      {failed && <span role="alert">{t("psyFailed")}</span>}
    </li>
  );
}
