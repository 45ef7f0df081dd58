import { useCallback, useEffect, useState } from "preact/hooks";
import type { Snapshot } from "../desk/console";
import { lineOf } from "../desk/desk";
import { ring, soundWanted } from "../lib/sound";
import { hour } from "../lib/time";
import { patrols, type Patrol, referenceOf, sayCalled, underWay } from "./patrols";
import { d } from "./say";

const EVERY_MS = 3_000;
const AGAIN_MS = 20_000;
/** Said by whoever has just asked for one: look now. */
export const PATROL_ASKED = "havre:patrol";

/** Above the work: every patrol that was asked for here, until it is settled and put away; an alarm until somebody calls. */
export function PatrolBoard({ snapshot }: { snapshot: Snapshot }) {
  const danger = snapshot.desk.lines.some((line) => line.held.danger);
  const [found, look] = usePatrols(danger && snapshot.mode === "desk");
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
  number: number | null;
  onCalled: () => void;
  onHide: () => void;
}

function Row({ patrol, number, onCalled, onHide }: RowProps) {
  const reference = useReference(patrol);
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

function statusWords({ status, at, taken_at: taken, reason }: Patrol): string {
  if (status === "taken") return d("patrolTaken", { time: hour(taken) });
  if (status === "refused") return d("patrolRefused", { reason: reason ?? "?" });
  return status === "withdrawn" ? d("patrolWithdrawn") : d("patrolWaits", { time: hour(at) });
}

function useReference(patrol: Patrol): string | null {
  const [reference, setReference] = useState<string | null>(null);
  useEffect(() => {
    void referenceOf(patrol).then(setReference);
  }, [patrol.answer]);
  return reference;
}

/** The patrols of this operator; asked for again while somebody is in danger, or one is under way. */
function usePatrols(danger: boolean): [readonly Patrol[], () => void] {
  const [found, setFound] = useState<readonly Patrol[]>([]);
  const look = useCallback(() => void patrols().then((some) => some && setFound(some)), []);
  const turning = danger || found.some(underWay);
  useEffect(() => {
    look();
    addEventListener(PATROL_ASKED, look);
    return () => removeEventListener(PATROL_ASKED, look);
  }, [look]);
  useEffect(() => {
    if (!turning) return undefined;
    look();
    const again = setInterval(look, EVERY_MS);
    return () => clearInterval(again);
  }, [turning, look]);
  return [found, look];
}
