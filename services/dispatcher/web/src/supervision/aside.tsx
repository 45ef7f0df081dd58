import type { Force } from "@shared/frames";
import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { forecast, type Decision, type Floor, type Forecast, type HourAhead } from "./api";
import { Figures } from "./figures";
import { hour, patrolStanding, percent, shortId, span, t, weekday } from "./words";

const AGAIN_MS = 60_000;
const FORCES: readonly Force[] = ["police", "gendarmerie"];

interface Props {
  floor: Floor;
  onAct: (decision: Decision) => void;
  /** What stands above it. */
  children: ComponentChildren;
}

/** What is not decided at every moment: the hours to come, who wants to talk, when psychologists are there. */
export function Aside({ floor, onAct, children }: Props) {
  return (
    <aside>
      {floor.patrols.length > 0 && <Patrols floor={floor} />}
      {children}
      <Debriefs floor={floor} onAct={onAct} />
      <Psychologists floor={floor} />
      <Ahead />
      <Figures />
    </aside>
  );
}

/** Every patrol of the last day, and where each stands: never what was written, nor the service's sealed answer. */
function Patrols({ floor }: { floor: Floor }) {
  return (
    <section aria-labelledby="patrols">
      <h2 id="patrols">{t("patrols")}</h2>
      <ul class="patrols">
        {floor.patrols.map((one) => (
          <li key={one.report}>
            <strong>
              <code>{shortId(one.conversation)}</code> {patrolStanding(one)}
            </strong>{" "}
            <span class="soft">
              {t("patrolBy", { who: one.operator, time: hour(one.at), partner: one.partner })}
            </span>
          </li>
        ))}
      </ul>
      <p class="soft small">{t("patrolsNote")}</p>
    </section>
  );
}

function Debriefs({ floor, onAct }: { floor: Floor; onAct: (decision: Decision) => void }) {
  const asked = Object.entries(floor.debriefs).sort(([, one], [, other]) => one - other);
  return (
    <section aria-labelledby="debriefs">
      <h2 id="debriefs">{t("debriefs")}</h2>
      {asked.length === 0 && <p class="soft">{t("debriefNone")}</p>}
      <ul class="debriefs">
        {asked.map(([who, since]) => (
          <li key={who}>
            <span class="numeric">{t("debriefSince", { who, time: span(floor.at - since) })}</span>
            <button
              type="button"
              aria-label={t("debriefTickThis", { who })}
              onClick={() => onAct({ do: "debrief", operator: who })}
            >
              {t("debriefTick")}
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Psychologists({ floor }: { floor: Floor }) {
  return (
    <section aria-labelledby="psychologists">
      <h2 id="psychologists">{t("psychologists")}</h2>
      {floor.psychologists.length === 0 && <p class="soft">{t("psychologistNone")}</p>}
      {floor.psychologists.map((one) => {
        const force = t(`force_${one.force}`);
        const there = one.closes_at
          ? t("psychologistOpen", { force, time: hour(one.closes_at) })
          : t("psychologistAlways", { force });
        const away = one.opens_at
          ? t("psychologistShut", { force, time: weekday(one.opens_at) })
          : t("psychologistNever", { force });
        return (
          <div key={one.force}>
            <p>
              {one.open ? there : away}
              {one.present > 0 && ` · ${t("psychologistsPresent", { n: one.present, free: one.free })}`}
            </p>
            <ul class="debriefs">
              {one.calls.map((call) => (
                <li key={call.conversation} class="numeric">
                  {t(call.again ? "callAgain" : "call", {
                    id: shortId(call.conversation),
                    who: call.operator ?? t("callNobody"),
                    time: span(floor.at - call.since),
                  })}
                </li>
              ))}
            </ul>
          </div>
        );
      })}
    </section>
  );
}

function Ahead() {
  const [force, setForce] = useState<Force>("police");
  const [operators, setOperators] = useState<number | null>(null);
  const [found, setFound] = useState<Forecast | null | undefined>(undefined);
  useEffect(() => {
    let wanted = true;
    const look = (): void => {
      void forecast(force, operators).then((outcome) => wanted && setFound(outcome.ok ? outcome.value : null));
    };
    look();
    const turning = setInterval(look, AGAIN_MS);
    return () => {
      wanted = false;
      clearInterval(turning);
    };
  }, [force, operators]);
  return (
    <section class="ahead" aria-labelledby="ahead">
      <h2 id="ahead">{t("forecast")}</h2>
      <div class="choice">
        <label>
          {t("forecastForce")}
          <select
            value={force}
            onChange={(event) => {
              setOperators(null);
              setForce(event.currentTarget.value as Force);
            }}
          >
            {FORCES.map((one) => (
              <option key={one} value={one}>
                {t(`force_${one}`)}
              </option>
            ))}
          </select>
        </label>
        <label>
          {t("forecastOperators")}
          <input
            type="number"
            min={0}
            max={999}
            value={operators ?? found?.operators ?? ""}
            onInput={(event) => {
              const { value } = event.currentTarget;
              setOperators(value === "" ? null : Math.min(999, Math.max(0, Number(value))));
            }}
          />
        </label>
      </div>
      {found === null && <p role="status">{t("forecastUnavailable")}</p>}
      {found && <Hours found={found} />}
    </section>
  );
}

function Hours({ found }: { found: Forecast }) {
  if (found.hours.every((one) => one.an_hour === null)) return <p class="soft">{t("forecastNone")}</p>;
  const lead = { limit: found.limit, share: percent(found.promise_share), seconds: found.promise_s };
  return (
    <>
      <p class="soft small">{t("forecastLead", lead)}</p>
      <table>
        <thead>
          <tr>
            <th scope="col">{t("hour")}</th>
            <th scope="col" class="number">
              {t("arrivals")}
            </th>
            <th scope="col" class="number">
              {t("within")}
            </th>
            <th scope="col" class="number">
              {t("leave")}
            </th>
            <th scope="col" class="number">
              {t("needed")}
            </th>
          </tr>
        </thead>
        <tbody>
          {found.hours.map((one) => (
            <HourRow key={one.at} one={one} promise={found.promise_share} />
          ))}
        </tbody>
      </table>
    </>
  );
}

function HourRow({ one, promise }: { one: HourAhead; promise: number }) {
  const known = one.weeks ? t("weeks", { n: one.weeks }) : t("estimateFromOtherDays");
  return (
    <tr class={one.within !== null && one.within < promise ? "late" : undefined}>
      <th scope="row" class="numeric">
        {hour(one.at)}
      </th>
      <td class="number numeric" title={known}>
        {one.an_hour === null ? "—" : Math.round(one.an_hour)}
      </td>
      <td class="number numeric">{one.within === null ? "—" : percent(one.within)}</td>
      <td class="number numeric">{one.leave === null ? "—" : percent(one.leave)}</td>
      <td class="number numeric">{one.needed ?? "—"}</td>
    </tr>
  );
}
