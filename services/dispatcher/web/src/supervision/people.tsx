import type { Decision, Floor, Person } from "./api";
import type { Asking } from "./dialogs";
import { TalkButton } from "./queues";
import { shortId, span, standing, t } from "./words";

interface Props {
  floor: Floor;
  onAsk: (asking: Asking) => void;
  onAct: (decision: Decision) => void;
}

/** Who is on duty, with how much, since when. */
export function People({ floor, onAsk, onAct }: Props) {
  if (floor.operators.length === 0) {
    return (
      <section aria-labelledby="people">
        <h2 id="people">{t("people")}</h2>
        <p class="soft">{t("nobody")}</p>
      </section>
    );
  }
  return (
    <section aria-labelledby="people">
      <h2 id="people">{t("people")}</h2>
      <table>
        <thead>
          <tr>
            <th scope="col">{t("person")}</th>
            <th scope="col">{t("state")}</th>
            <th scope="col">{t("load")}</th>
            <th scope="col">{t("since")}</th>
            <th scope="col">{t("conversations")}</th>
            <th scope="col">{t("actions")}</th>
          </tr>
        </thead>
        <tbody>
          {floor.operators.map((person) => (
            <Row key={person.operator} person={person} at={floor.at} onAsk={onAsk} onAct={onAct} />
          ))}
        </tbody>
      </table>
    </section>
  );
}

interface RowProps {
  person: Person;
  at: number;
  onAsk: (asking: Asking) => void;
  onAct: (decision: Decision) => void;
}

function Row({ person, at, onAsk, onAct }: RowProps) {
  const { operator: who, drained } = person;
  const attends = person.psychologist.length > 0;
  const force = person.psychologist[0] ?? (person.queues[0] ?? "").split(".")[0];
  const free = person.present && person.status === "available" && !drained && person.rests_until <= at;
  return (
    <tr>
      <th scope="row">
        {who}{" "}
        <span class="soft small">
          {attends && `${t("psychologist")} · `}
          {force === "gendarmerie" ? t("force_gendarmerie") : t("force_police")}
        </span>
      </th>
      <td>
        <span class={free ? "on" : person.present ? "off" : "late"}>{standing(person, at)}</span>
        {person.hard_in_a_row > 0 && (
          <span class="soft small"> · {t("inARow", { n: person.hard_in_a_row })}</span>
        )}
      </td>
      <td class="numeric load">
        <span>
          {person.held.length}/{person.limit}
        </span>
        <meter min={0} max={person.limit} value={person.held.length} aria-label={`${t("load")}, ${who}`} />
      </td>
      <td class="numeric">{span(at - person.since)}</td>
      <td class="talks">
        {person.held.map((talk) =>
          attends ? (
            <span key={talk.conversation} class="soft numeric">
              {t("isIn", { id: shortId(talk.conversation) })}
            </span>
          ) : (
            <TalkButton key={talk.conversation} talk={talk} onAsk={onAsk} />
          ),
        )}
      </td>
      <td class="acts">
        <button
          type="button"
          aria-label={t(drained ? "undrainThis" : "drainThis", { who })}
          onClick={() => onAct({ do: "drain", operator: who, drained: !drained })}
        >
          {t(drained ? "undrain" : "drain")}
        </button>
      </td>
    </tr>
  );
}
