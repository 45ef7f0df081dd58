import { useCallback, useEffect, useState } from "preact/hooks";
import type { Line } from "../desk/line";
import { goOn, markHard, standing, wantDebrief, type Standing } from "../lib/care";
import { t } from "../lib/say";
import { hour, useNow } from "../lib/time";

const EVERY_MS = 10_000;

/** Care for whoever answers: this one is hard, a break after several of them, and somebody to talk to. */
export function Care({ active, skew }: { active: Line | undefined; skew: number }) {
  const [now, setNow] = useState<Standing | null>(null);
  const clock = useNow() + skew;
  const take = useCallback((answer: Promise<Standing | null>): void => {
    void answer.then((found) => found && setNow(found));
  }, []);
  useEffect(() => {
    take(standing());
    const turning = setInterval(() => take(standing()), EVERY_MS);
    return () => clearInterval(turning);
  }, [take]);
  if (!now) return null;
  const hard = active !== undefined && now.hard.includes(active.id);
  return (
    <div class="care">
      {now.drained && <p role="status">{t("careDrained")}</p>}
      {now.rests_until > clock && (
        <p role="status">
          {t("careRest", { time: hour(now.rests_until) })}{" "}
          <button type="button" onClick={() => take(goOn())}>
            {t("careGoOn")}
          </button>
        </p>
      )}
      {active && (
        <button type="button" class="plain" aria-pressed={hard} onClick={() => take(markHard(active.id, !hard))}>
          {t("careHard", { number: active.number })}
        </button>
      )}
      <button
        type="button"
        class="plain"
        aria-pressed={now.debrief_asked > 0}
        onClick={() => take(wantDebrief(now.debrief_asked === 0))}
      >
        {t(now.debrief_asked > 0 ? "careDebriefAsked" : "careDebrief")}
      </button>
    </div>
  );
}
