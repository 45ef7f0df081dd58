import { useEffect, useState } from "preact/hooks";
import type { Snapshot } from "../desk/console";
import { lineOf } from "../desk/desk";
import { ring, soundWanted } from "../lib/sound";
import { useConsole } from "../parts/context";
import { type Patrol, referenceOf, sayCalled, statusWords, underWay } from "./patrols";
import { d } from "./say";
import { usePatrols } from "./use-patrols";

const AGAIN_MS = 20_000;

/** Above the work: every patrol that was asked for here, until it is settled and put away; an alarm until somebody calls. */
export function PatrolBoard({ snapshot }: { snapshot: Snapshot }) {
  const danger = snapshot.desk.lines.some((line) => line.held.danger);
  const here = snapshot.desk.lines.map((line) => line.id).join();
  const [found, look] = usePatrols(danger && snapshot.mode === "desk", here);
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const shown = found.filter((one) => underWay(one) || !hidden.has(one.report));
  const alarms = shown.filter((one) => one.alarm).length;
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    if (alarms === 0) return undefined;
    if (soundWanted()) ring();
    const again = setTimeout(() => setTurn((before) => before + 1), AGAIN_MS);
    return () => clearTimeout(again);
  }, [alarms, turn]);
  return (
    <>
      {/* Said again and again, as long as nobody has called. */}
      <p class="unseen" role="alert" key={turn}>
        {alarms > 0 && d("patrolAlarm")}
      </p>
      {shown.length > 0 && (
        <section class="alarms" aria-label={d("patrols")}>
          <ul>
            {shown.map((patrol) => (
              <Row
                key={patrol.report}
                patrol={patrol}
                snapshot={snapshot}
                number={lineOf(snapshot.desk, patrol.conversation)?.number ?? null}
                onCalled={() => void sayCalled(patrol.report).then(look)}
                onHide={() => setHidden((before) => new Set([...before, patrol.report]))}
              />
            ))}
          </ul>
        </section>
      )}
    </>
  );
}

interface RowProps {
  patrol: Patrol;
  snapshot: Snapshot;
  number: number | null;
  onCalled: () => void;
  onHide: () => void;
}

function Row({ patrol, snapshot, number, onCalled, onHide }: RowProps) {
  const reference = useReference(patrol, snapshot);
  const { alarm, called_by: called, status } = patrol;
  return (
    <li>
      <strong>{number === null ? d("patrolOfGone") : d("patrolOf", { number })}</strong>
      <span>{statusWords(patrol)}</span>
      {reference && <span>{d("patrolReference", { reference })}</span>}
      {called && <span>{d("patrolCalledBy", { who: called })}</span>}
      {alarm && (
        <>
          <strong class="alarm">⚠ {d(status === "refused" ? "patrolAlarmRefused" : "patrolAlarm")}</strong>
          <button type="button" class="firm" onClick={onCalled}>
            {d("patrolCalled")}
          </button>
        </>
      )}
      {!underWay(patrol) && (
        <button type="button" onClick={onHide}>
          {d("patrolHide")}
        </button>
      )}
    </li>
  );
}

/** The duty key that opens it may come later than the patrol: it is tried again whenever something changes. */
function useReference(patrol: Patrol, snapshot: Snapshot): string | null {
  const { keyring } = useConsole();
  const [reference, setReference] = useState<string | null>(null);
  useEffect(() => {
    if (reference === null) void referenceOf(patrol, (sealed) => keyring.openForDuty(sealed)).then(setReference);
  }, [patrol.answer, patrol.answer_key, snapshot.desk.queuesAt, keyring, reference]);
  return reference;
}
