import type { Alarm, Decision, Floor } from "./api";
import { hour, queueName, shortId, span, t } from "./words";

interface Props {
  floor: Floor;
  onAct: (decision: Decision) => void;
}

/** Who is in danger: above all else, without a sound, until it is over; and who sees to each. */
export function Alarms({ floor, onAct }: Props) {
  const unseen = floor.dangers.filter((one) => !one.seen_by).length;
  return (
    <>
      <p class="unseen" role="alert">
        {unseen > 0 && t("alarmTold", { n: unseen })}
      </p>
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
