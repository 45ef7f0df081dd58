import { useEffect, useRef, useState } from "preact/hooks";
import type { Snapshot } from "../desk/console";
import { waitingSince, type Line } from "../desk/line";
import { overdue, patienceOf, type Patience, type Told } from "../desk/patience";
import { t } from "../lib/say";
import { span, useNow } from "../lib/time";

/** What stands before the time, so that a step is seen without its colour. */
const SIGNS: Readonly<Record<Patience, string>> = { calm: "", soon: "", late: "⚠ ", long: "⚠⚠ " };

/** How long someone has waited at `now`, and which step that is; null when it is their turn. */
export function waitOf(line: Line, now: number): { waited: number; patience: Patience } | null {
  const since = waitingSince(line);
  return since === null ? null : { waited: now - since, patience: patienceOf(now - since) };
}

/** How long someone has waited; it changes its look at 30 seconds, 1 minute and 3, and never moves or blinks. */
export function Timer({ waited, patience }: { waited: number; patience: Patience }) {
  const time = span(waited);
  return (
    <span class={`timer ${patience}`} title={t("waits", { time })}>
      <span class="unseen">{t("waits", { time: "" })}</span>
      <span aria-hidden="true">{SIGNS[patience]}</span>
      {time}
    </span>
  );
}

/** Says once, politely, that someone has waited a minute, and three. */
export function OverdueTeller({ snapshot }: { snapshot: Snapshot }) {
  const now = useNow() + snapshot.skew;
  const told = useRef<Told>(new Map());
  const [words, setWords] = useState("");
  useEffect(() => {
    const [fresh, after] = overdue(told.current, snapshot.desk.lines, now);
    told.current = after;
    if (fresh.length > 0) setWords(fresh.map(({ number, patience }) => t(`overdue_${patience}`, { number })).join(" "));
  }, [now, snapshot.desk.lines]);
  return (
    <p class="unseen" role="status">
      {words}
    </p>
  );
}
