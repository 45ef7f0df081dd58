import { useState } from "preact/hooks";
import { type End, ENDS } from "../danger/missing";
import type { Decision, Floor, Missing } from "./api";
import { hour, queueName, shortId, span, t } from "./words";

interface Props {
  floor: Floor;
  onAct: (decision: Decision) => void;
  onClosed: (conversation: string, why: End) => void;
}

/** Who vanished while in danger: until a named person has seen it, and until it is over. */
export function MissingAlarms({ floor, onAct, onClosed }: Props) {
  const unseen = floor.missing.filter((one) => !one.seen_by).length;
  return (
    <>
      <p class="unseen" role="alert">
        {unseen > 0 && t("missingTold", { n: unseen })}
      </p>
      {floor.missing.length > 0 && (
        <section class="alarms missing" aria-labelledby="missing">
          <h2 id="missing">{t("missing", { n: floor.missing.length })}</h2>
          <ul>
            {floor.missing.map((one) => (
              <Row key={one.conversation} missing={one} at={floor.at} onAct={onAct} onClosed={onClosed} />
            ))}
          </ul>
        </section>
      )}
    </>
  );
}

function Row({ missing, at, onAct, onClosed }: { missing: Missing; at: number } & Omit<Props, "floor">) {
  const { conversation, operator, over, seen_by: seen } = missing;
  const id = shortId(conversation);
  return (
    <li>
      <strong>
        <code>{id}</code> {queueName(missing.queue)}
      </strong>
      <span class="numeric">{t("missingSince", { hour: hour(missing.sign), time: span(at - missing.sign) })}</span>
      {over ? (
        <strong class="late">{t(overKey(over), { time: hour(missing.over_at) })}</strong>
      ) : (
        <>
          <span class={operator ? undefined : "late"}>
            {operator ? t("alarmHeld", { who: operator }) : t("alarmWaits")}
          </span>
          <span>{t("missingKept", { time: hour(missing.kept_until) })}</span>
        </>
      )}
      {seen ? (
        <span class="seen">✓ {t("missingSeen", { who: seen, time: hour(missing.seen_at) })}</span>
      ) : (
        <button
          type="button"
          class="firm"
          aria-label={t("missingSeeThis", { id })}
          onClick={() => onAct({ do: "missing", conversation })}
        >
          {t("missingSee")}
        </button>
      )}
      {!over && seen && <Close id={id} onClose={(why) => onClosed(conversation, why)} />}
    </li>
  );
}

const overKey = (over: string): "missingOver_erased" | "missingOver_ended" | "missingOver_expired" =>
  over === "erased" ? "missingOver_erased" : over === "ended" ? "missingOver_ended" : "missingOver_expired";

function Close({ id, onClose }: { id: string; onClose: (why: End) => void }) {
  const [why, setWhy] = useState<End | "">("");
  return (
    <span class="row">
      <select
        aria-label={t("missingWhyThis", { id })}
        value={why}
        onChange={(event) => setWhy(ENDS.find((one) => one === event.currentTarget.value) ?? "")}
      >
        <option value="">{t("missingWhy")}</option>
        {ENDS.map((one) => (
          <option key={one} value={one}>
            {t(`missingWhy_${one}`)}
          </option>
        ))}
      </select>
      <button type="button" disabled={why === ""} onClick={() => why && onClose(why)}>
        {t("missingClose")}
      </button>
    </span>
  );
}
