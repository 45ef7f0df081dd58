import type { End } from "../danger/missing";
import type { Alarm, Decision, Floor } from "./api";
import { MissingAlarms } from "./missing";
import { hour, queueName, shortId, span, t } from "./words";

interface Props {
  floor: Floor;
  onAct: (decision: Decision) => void;
  /** The emergency number was called instead of a patrol. */
  onCalled: (report: string) => void;
  /** It ended so with somebody who had vanished. */
  onClosed: (conversation: string, why: End) => void;
}

/** Who is in danger: above all else, without a sound, until it is over; and who sees to each. */
export function Alarms({ floor, onAct, onCalled, onClosed }: Props) {
  const unseen = floor.dangers.filter((one) => !one.seen_by).length;
  return (
    <>
      <p class="unseen" role="alert">
        {unseen > 0 && t("alarmTold", { n: unseen })}
      </p>
      <MissingAlarms floor={floor} onAct={onAct} onClosed={onClosed} />
      <Late floor={floor} onCalled={onCalled} />
      {floor.dangers.length > 0 && (
        <section class="alarms" aria-labelledby="alarms">
          <h2 id="alarms">{t("alarms", { n: floor.dangers.length })}</h2>
          <ul>
            {floor.dangers.map((alarm) => (
              <Row key={alarm.conversation} alarm={alarm} at={floor.at} onAct={onAct} />
            ))}
          </ul>
        </section>
      )}
    </>
  );
}

/** Patrols that nobody has taken charge of in time: until somebody has called. */
function Late({ floor, onCalled }: Pick<Props, "floor" | "onCalled">) {
  const late = floor.patrols.filter((one) => one.alarm);
  const words = t("patrolsLate", { n: late.length });
  const told = (
    <p class="unseen" role="alert">
      {late.length > 0 && words}
    </p>
  );
  if (late.length === 0) return told;
  return (
    <section class="alarms" aria-label={words}>
      {told}
      <h2>{words}</h2>
      <ul>
        {late.map(({ report, conversation, operator, partner, at }) => (
          <li key={report}>
            <strong>
              <code>{shortId(conversation)}</code> {partner}
            </strong>
            <span class="numeric">{t("alarmSince", { time: span(floor.at - at) })}</span>
            <span>{t("patrolAsked", { who: operator })}</span>
            <button
              type="button"
              class="firm"
              aria-label={t("patrolCalledThis", { id: shortId(conversation) })}
              onClick={() => onCalled(report)}
            >
              {t("patrolCalled")}
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Row({ alarm, at, onAct }: { alarm: Alarm; at: number; onAct: (decision: Decision) => void }) {
  const { conversation, queue, by, operator, seen_by: seen } = alarm;
  const id = shortId(conversation);
  const said = by === "visitor" || by === "psychologist" ? t(`alarmBy_${by}`) : t("alarmBy_operator");
  return (
    <li>
      <strong>
        <code>{id}</code> {queueName(queue)}
      </strong>
      <span class="numeric">{t("alarmSince", { time: span(at - alarm.at) })}</span>
      <span>{said}</span>
      <span class={operator ? undefined : "late"}>{operator ? t("alarmHeld", { who: operator }) : t("alarmWaits")}</span>
      {seen ? (
        <span class="seen">✓ {t("alarmSeen", { who: seen, time: hour(alarm.seen_at) })}</span>
      ) : (
        <button
          type="button"
          class="firm"
          aria-label={t("alarmSeeThis", { id })}
          onClick={() => onAct({ do: "danger", conversation })}
        >
          {t("alarmSee")}
        </button>
      )}
    </li>
  );
}
