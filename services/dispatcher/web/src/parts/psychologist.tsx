import type { PsychologistsFrame } from "@shared/frames";
import { useState } from "preact/hooks";
import type { Snapshot } from "../desk/console";
import type { Line } from "../desk/line";
import { calling, type Calling } from "../lib/calling";
import { t } from "../lib/say";
import { span, useNow } from "../lib/time";

const day = new Intl.DateTimeFormat(t.locale, {
  weekday: "long",
  day: "numeric",
  month: "long",
  hour: "2-digit",
  minute: "2-digit",
});

/** How it stands with a psychologist in this conversation, and what can be done about it; nothing where there are none. */
export function Psychologist({ line, snapshot }: { line: Line; snapshot: Snapshot }) {
  const now = useNow() + snapshot.skew;
  const [failed, setFailed] = useState<string | null>(null);
  const { part = "operator", psychologist, beside, turns = [] } = line.held;
  const { psychologists: known } = snapshot.desk;
  const call = known?.calls.find((one) => one.conversation === line.id);
  const act = { id: line.id, onFailed: setFailed };
  const shown = part === "psychologist" || Boolean(psychologist) || (part === "operator" && known?.ever === true);
  if (!shown) return null;
  return (
    <div class={psychologist ? "attending there" : "attending"} role="status">
      {part === "psychologist" ? (
        <>
          <span>{beside ? t("psyWith", { other: beside }) : t("psyAlone")}</span>
          <Act what="leave" {...act}>
            {t("handoverLeave")}
          </Act>
        </>
      ) : psychologist ? (
        <span>{t("psyThere", { who: psychologist })}</span>
      ) : known && call ? (
        <>
          <span>
            {call.again && `${t("psyLost")} `}
            {t(call.place === 1 ? "psyNext" : "psyPlace", { place: call.place, time: span(now - call.since) })}{" "}
            <span class="soft">{t("psyPresent", { n: known.present })}</span>
          </span>
          <Act what="take-back" {...act}>
            {t("psyTakeBack")}
          </Act>
        </>
      ) : (
        known && (
          <>
            {turns.some((turn) => turn.role === "psychologist") && <span>{t("psyLeft")}</span>}
            {known.open && (
              <Act what="call" {...act}>
                {t("psyCall")}
              </Act>
            )}
            <span class="soft">{standing(known)}</span>
          </>
        )
      )}
      {failed !== null && <span class="bad">{failed}</span>}
    </div>
  );
}

/** Whether one could come now, and otherwise from when on. */
function standing({ open, opens_at: opens, free, waiting, present }: PsychologistsFrame): string {
  if (!open) return opens ? t("psyOpens", { time: day.format(opens) }) : t("psyClosed");
  if (free > 0) return t("psyFree", { n: free });
  if (waiting > 0) return t("psyBusyWaiting", { n: waiting });
  return present > 0 ? t("psyBusy") : t("psyNobody");
}

interface ActProps {
  what: Calling;
  id: string;
  onFailed: (words: string | null) => void;
  children: string;
}

function Act({ what, id, onFailed, children }: ActProps) {
  const [busy, setBusy] = useState(false);
  const act = async (): Promise<void> => {
    setBusy(true);
    const answer = await calling(what, id);
    onFailed(answer.ok ? null : t(answer.why === "closed" || answer.why === "none" ? "psyClosed" : "psyFailed"));
    setBusy(false);
  };
  return (
    <button type="button" disabled={busy} onClick={() => void act()}>
      {children}
    </button>
  );
}
