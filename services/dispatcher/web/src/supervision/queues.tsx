import type { Decision, Floor, Queue, Talk } from "./api";
import type { Asking } from "./dialogs";
import { queueName, shortId, span, t } from "./words";

const LATE_S = 120;
const LONGEST_S = 600;

interface Props {
  floor: Floor;
  onAsk: (asking: Asking) => void;
  onAct: (decision: Decision) => void;
}

/** Every queue of both forces: who waits, for how long, who serves, and what can be decided. */
export function Queues({ floor, onAsk, onAct }: Props) {
  return (
    <section aria-labelledby="queues">
      <h2 id="queues">{t("queues")}</h2>
      <table>
        <thead>
          <tr>
            <th scope="col">{t("queue")}</th>
            <th scope="col" class="number">
              {t("waiting")}
            </th>
            <th scope="col">{t("oldest")}</th>
            <th scope="col">{t("estimate")}</th>
            <th scope="col" class="number">
              {t("serving")}
            </th>
            <th scope="col">{t("state")}</th>
            <th scope="col">{t("actions")}</th>
          </tr>
        </thead>
        <tbody>
          {floor.queues.map((queue) => (
            <Row key={queue.queue} queue={queue} at={floor.at} onAsk={onAsk} onAct={onAct} />
          ))}
        </tbody>
      </table>
    </section>
  );
}

interface RowProps {
  queue: Queue;
  at: number;
  onAsk: (asking: Asking) => void;
  onAct: (decision: Decision) => void;
}

function Row({ queue, at, onAsk, onAct }: RowProps) {
  const name = queueName(queue.queue);
  return (
    <tr class={queue.oldest_s > LATE_S ? "late" : undefined}>
      <th scope="row">
        {name}
        {queue.first.length > 0 && <Waiting first={queue.first} at={at} onAsk={onAsk} />}
      </th>
      <td class="number numeric">{queue.waiting}</td>
      <td class="numeric oldest">
        {queue.waiting > 0 && (
          <>
            <span>{span(queue.oldest_s * 1000)}</span>
            <meter
              min={0}
              max={LONGEST_S}
              low={LATE_S}
              high={LONGEST_S / 2}
              optimum={0}
              value={Math.min(queue.oldest_s, LONGEST_S)}
              aria-label={`${t("oldest")}, ${name}`}
            />
          </>
        )}
      </td>
      <td>{queue.waiting > 0 && (queue.estimate_s === null ? t("noEstimate") : about(queue.estimate_s))}</td>
      <td class="number numeric">{queue.serving || t("nobodyServes")}</td>
      <td class="state">
        <State queue={queue} />
      </td>
      <td class="acts">
        {queue.closed ? (
          <button
            type="button"
            aria-label={t("reopenThis", { queue: name })}
            onClick={() => onAct({ do: "reopen", queue: queue.queue })}
          >
            {t("reopen")}
          </button>
        ) : (
          <button
            type="button"
            aria-label={t("closeThis", { queue: name })}
            onClick={() => onAsk({ what: "close", queue: queue.queue })}
          >
            {t("close")}
          </button>
        )}
        <button
          type="button"
          aria-label={t("overflowThis", { queue: name })}
          onClick={() => onAsk({ what: "overflow", queue: queue.queue })}
        >
          {t("overflow")}
        </button>
      </td>
    </tr>
  );
}

function State({ queue }: { queue: Queue }) {
  return (
    <>
      {queue.closed ? (
        <span class="shut">
          {t("closedBy", { who: queue.closed.by, words: queue.closed.words["fr"] ?? "" })}
        </span>
      ) : (
        <span class="soft">{t("open")}</span>
      )}
      {queue.overflow_to && (
        <span class="flows">
          {t("overflows", {
            to: queueName(queue.overflow_to),
            n: Math.round((queue.overflow_after_s ?? 0) / 6) / 10,
          })}
        </span>
      )}
    </>
  );
}

function Waiting({ first, at, onAsk }: { first: Talk[]; at: number; onAsk: (asking: Asking) => void }) {
  return (
    <details>
      <summary>{t("show", { n: first.length })}</summary>
      <ul class="talks">
        {first.map((talk) => (
          <li key={talk.conversation}>
            <TalkButton talk={talk} onAsk={onAsk} />{" "}
            <span class="soft small numeric">{t("waitsSince", { time: span(at - talk.since) })}</span>
          </li>
        ))}
      </ul>
    </details>
  );
}

/** A conversation by its short id; pressing it asks to whom it goes. */
export function TalkButton({ talk, onAsk }: { talk: Talk; onAsk: (asking: Asking) => void }) {
  const flag = talk.danger && `⚑ ${t("danger")}`;
  const turn = talk.turn > 1 && t("takeover", { turn: talk.turn });
  const seen = [flag, shortId(talk.conversation), turn].filter(Boolean).join(" ");
  return (
    <button
      type="button"
      class={talk.danger ? "talk danger" : "talk"}
      aria-label={t("handTitle", { id: seen })}
      onClick={() => onAsk({ what: "hand", talk })}
    >
      {flag && <span class="flag">{flag} </span>}
      <code>{shortId(talk.conversation)}</code>
      {turn && <span class="small"> {turn}</span>}
    </button>
  );
}

function about(seconds: number): string {
  return t("aboutMinutes", { n: Math.max(1, Math.round(seconds / 60)) });
}
