import { useState } from "preact/hooks";
import { Modal } from "../parts/modal";
import type { Decision, Floor, Talk } from "./api";
import { queueName, shortId, standing, t } from "./words";

/** What a supervisor is asked before it is done. */
export type Asking =
  | { what: "hand"; talk: Talk }
  | { what: "close"; queue: string }
  | { what: "overflow"; queue: string };

interface Props {
  asking: Asking;
  floor: Floor;
  onAct: (decision: Decision) => void;
  onClose: () => void;
}

const LONGEST = 300;
const USUAL_MINUTES = 5;

export function Dialog({ asking, floor, onAct, onClose }: Props) {
  switch (asking.what) {
    case "hand":
      return <Hand talk={asking.talk} floor={floor} onAct={onAct} onClose={onClose} />;
    case "close":
      return <CloseQueue queue={asking.queue} onAct={onAct} onClose={onClose} />;
    case "overflow":
      return <Overflow queue={asking.queue} floor={floor} onAct={onAct} onClose={onClose} />;
  }
}

type HandProps = Omit<Props, "asking"> & { talk: Talk };

function Hand({ talk, floor, onAct, onClose }: HandProps) {
  const held = floor.operators.some(
    (one) => one.psychologist.length === 0 && one.held.some(({ conversation }) => conversation === talk.conversation),
  );
  const able = floor.operators.filter((one) => one.queues.includes(talk.queue));
  const [to, setTo] = useState(able[0]?.operator ?? "");
  const { conversation } = talk;
  return (
    <Modal title={t("handTitle", { id: shortId(conversation) })} onClose={onClose}>
      <p class="soft">{queueName(talk.queue)}</p>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (to) onAct({ do: "hand", conversation, operator: to });
        }}
      >
        <label>
          {t("handTo")}
          <select value={to} onChange={(event) => setTo(event.currentTarget.value)}>
            {able.map((one) => (
              <option key={one.operator} value={one.operator}>
                {one.operator} ({one.held.length}/{one.limit}, {standing(one, floor.at)})
              </option>
            ))}
          </select>
        </label>
        <div class="choices">
          <button type="submit" class="primary" disabled={!to}>
            {t("handSubmit")}
          </button>
          {held && (
            <button type="button" onClick={() => onAct({ do: "hand", conversation })}>
              {t("handQueue")}
            </button>
          )}
          <button type="button" onClick={onClose}>
            {t("cancel")}
          </button>
        </div>
      </form>
    </Modal>
  );
}

type QueueProps = Omit<Props, "asking" | "floor"> & { queue: string };

function CloseQueue({ queue, onAct, onClose }: QueueProps) {
  const [fr, setFr] = useState("");
  const [en, setEn] = useState("");
  return (
    <Modal title={t("closeTitle", { queue: queueName(queue) })} onClose={onClose}>
      <p>{t("closeLead")}</p>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          const words = { fr: fr.trim(), ...(en.trim() ? { en: en.trim() } : {}) };
          if (words.fr) onAct({ do: "close", queue, words });
        }}
      >
        <label>
          {t("closeFr")}
          <textarea
            required
            rows={3}
            maxLength={LONGEST}
            value={fr}
            aria-describedby="close-example"
            onInput={(event) => setFr(event.currentTarget.value)}
          />
        </label>
        <p id="close-example" class="soft small">
          {t("closeExample")}
        </p>
        <label>
          {t("closeEn")}
          <textarea
            rows={3}
            lang="en"
            maxLength={LONGEST}
            value={en}
            onInput={(event) => setEn(event.currentTarget.value)}
          />
        </label>
        <div class="choices">
          <button type="submit" class="danger firm" disabled={!fr.trim()}>
            {t("closeSubmit")}
          </button>
          <button type="button" onClick={onClose}>
            {t("cancel")}
          </button>
        </div>
      </form>
    </Modal>
  );
}

function Overflow({ queue, floor, onAct, onClose }: QueueProps & { floor: Floor }) {
  const mine = floor.queues.find((one) => one.queue === queue);
  const others = floor.queues.filter((one) => one.queue !== queue);
  const [to, setTo] = useState(mine?.overflow_to ?? others[0]?.queue ?? "");
  const [minutes, setMinutes] = useState((mine?.overflow_after_s ?? USUAL_MINUTES * 60) / 60);
  return (
    <Modal title={t("overflowTitle", { queue: queueName(queue) })} onClose={onClose}>
      <p>{t("overflowLead")}</p>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          onAct({ do: "overflow", queue, to, after_s: Math.round(minutes * 60) });
        }}
      >
        <label>
          {t("overflowTo")}
          <select value={to} onChange={(event) => setTo(event.currentTarget.value)}>
            {others.map((one) => (
              <option key={one.queue} value={one.queue}>
                {queueName(one.queue)}
              </option>
            ))}
          </select>
        </label>
        <label>
          {t("overflowAfter")}
          <input
            type="number"
            min={0.5}
            max={1_440}
            step={0.5}
            value={minutes}
            onInput={(event) => setMinutes(Number(event.currentTarget.value) || USUAL_MINUTES)}
          />
        </label>
        <div class="choices">
          <button type="submit" class="primary">
            {t("overflowSubmit")}
          </button>
          {mine?.overflow_to && (
            <button type="button" onClick={() => onAct({ do: "overflow", queue })}>
              {t("overflowStop")}
            </button>
          )}
          <button type="button" onClick={onClose}>
            {t("cancel")}
          </button>
        </div>
      </form>
    </Modal>
  );
}
