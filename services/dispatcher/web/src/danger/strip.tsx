import { useEffect, useRef, useState } from "preact/hooks";
import type { Snapshot } from "../desk/console";
import type { Line } from "../desk/line";
import { hour } from "../lib/time";
import { useConsole } from "../parts/context";
import { dangerNews } from "./news";
import { PatrolButton } from "./patrol-button";
import { d } from "./say";

/** In the head of a conversation: that somebody is in danger, since when, who sees to it; or the way to say so. */
export function DangerStrip({ line }: { line: Line }) {
  const desk = useConsole();
  const { danger, danger_at: at, danger_seen_by: seen } = line.held;
  // A patrol is the operator's to ask for; that somebody is in danger, anybody's to say.
  const asks = line.held.part !== "psychologist";
  if (!danger || danger === "service") {
    return (
      <div class="danger-strip">
        <button type="button" title={d("raiseHint")} disabled={line.ending} onClick={() => desk.sayDanger(line.id, true)}>
          ⚠ {d("raise")}
        </button>
        {asks && <PatrolButton line={line} />}
      </div>
    );
  }
  const time = hour(at ?? 0);
  const by = danger === "visitor" ? "byVisitor" : danger === "operator" ? "byOperator" : "byPsychologist";
  return (
    <div class="danger-strip on">
      <span>
        <strong>⚠ {d("flag")}.</strong> {d(by, { time })} {seen ? d("seenBy", { who: seen }) : d("notSeen")}
      </span>
      <span class="row acts">
        {danger === "visitor" && (
          <button type="button" title={d("confirmHint")} onClick={() => desk.sayDanger(line.id, true)}>
            {d("confirm")}
          </button>
        )}
        <button type="button" onClick={() => desk.sayDanger(line.id, false)}>
          {d("lower")}
        </button>
        {asks && <PatrolButton line={line} />}
      </span>
    </div>
  );
}

/** Says at once, over whatever is being read, that somebody is in danger. */
export function DangerTeller({ snapshot }: { snapshot: Snapshot }) {
  const before = useRef(snapshot.desk.lines);
  const [words, setWords] = useState("");
  useEffect(() => {
    const said = dangerNews(before.current, snapshot.desk.lines);
    before.current = snapshot.desk.lines;
    if (said !== null) setWords(said);
  }, [snapshot.desk.lines]);
  return (
    <p class="unseen" role="alert">
      {words}
    </p>
  );
}
