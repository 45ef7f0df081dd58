import { useId, useState } from "preact/hooks";
import type { Snapshot } from "../desk/console";
import { placeOf } from "../desk/announce";
import type { Line } from "../desk/line";
import { hour, span, useNow } from "../lib/time";
import { LiftingButton } from "../lifting/button";
import { closeMissing, type End, ENDS } from "./missing";
import { PatrolButton } from "./patrol-button";
import { statusWords } from "./patrols";
import { d } from "./say";
import { usePatrols } from "./use-patrols";

/** Somebody in danger vanished: what is known, and what is to be done, in order. It goes by itself when they are back. */
export function MissingStrip({ line, snapshot }: { line: Line; snapshot: Snapshot }) {
  const heading = useId();
  const { held } = line;
  const gone = held.missing_at ?? 0;
  const now = useNow() + snapshot.skew;
  const known = Boolean(held.postal_code ?? held.commune_name);
  return (
    <section class="missing" aria-labelledby={heading}>
      <p class="spread">
        <strong id={heading}>{d("missing")}</strong>
        <span class="numeric">{d("missingSince", { time: hour(gone), span: span(now - gone) })}</span>
      </p>
      <Known line={line} />
      <ol>
        <li>
          <span>{d(known ? "missingStepPatrol" : "missingStepNoPlace")}</span>
          <PatrolButton line={line} />
        </li>
        <li>
          <span>{d("missingStepLift")}</span>
          <LiftingButton conversation={line.id} disabled={line.ending} />
        </li>
        <li>
          <span>
            {d("missingStepWait", { time: hour(held.kept_until ?? gone) })}{" "}
            {d(held.resumable_until ? "missingStepWords" : "missingStepNoWords")}
          </span>
        </li>
        <li>
          <Close conversation={line.id} disabled={line.ending} />
        </li>
      </ol>
    </section>
  );
}

function Known({ line }: { line: Line }) {
  const { held, id } = line;
  const [found] = usePatrols(true, id);
  const patrol = found.find((one) => one.conversation === id);
  const at = hour(held.danger_at ?? 0);
  const by = held.danger === "visitor" ? "byVisitor" : held.danger === "operator" ? "byOperator" : "byPsychologist";
  const facts: [string, string][] = [
    [d("missingPlace"), placeOf(line)],
    [d("missingUnit"), held.unit ?? d("missingUnitUnknown")],
    [d("missingDanger"), d(by, { time: at })],
    [d("missingSeen"), held.danger_seen_by ? d("seenBy", { who: held.danger_seen_by }) : d("missingNotSeen")],
    [d("missingPatrol"), patrol ? statusWords(patrol) : d("missingNoPatrol")],
  ];
  return (
    <dl aria-label={d("missingKnown")}>
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function Close({ conversation, disabled }: { conversation: string; disabled: boolean }) {
  const select = useId();
  const [why, setWhy] = useState<End | "">("");
  const [failed, setFailed] = useState(false);
  const close = (): void => {
    if (why) void closeMissing(conversation, why).then((done) => setFailed(!done));
  };
  return (
    <>
      <label for={select}>{d("missingStepClose")}</label>
      <span class="row">
        <select
          id={select}
          value={why}
          onChange={(event) => setWhy(ENDS.find((one) => one === event.currentTarget.value) ?? "")}
        >
          <option value="">{d("missingChoose")}</option>
          {ENDS.map((one) => (
            <option key={one} value={one}>
              {d(`missingWhy_${one}`)}
            </option>
          ))}
        </select>
        <button type="button" disabled={disabled || why === ""} onClick={close}>
          {d("missingClose")}
        </button>
      </span>
      {failed && (
        <span class="error small" role="alert">
          {d("missingNotClosed")}
        </span>
      )}
    </>
  );
}
