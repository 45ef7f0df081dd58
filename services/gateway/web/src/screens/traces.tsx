import type { Say } from "../words";

const BROWSERS = ["Android", "Safari", "Samsung", "Firefox", "Edge", "Computer"] as const;
type Browser = (typeof BROWSERS)[number];

/** Which browser this seems to be, from what it says of itself: good enough to open the right line first. */
export function browserOf(agent: string): Browser | null {
  if (agent.includes("SamsungBrowser")) return "Samsung";
  if (/Edg(A|iOS)?\//.test(agent)) return "Edge";
  if (/Firefox|FxiOS/.test(agent)) return "Firefox";
  if (/iPhone|iPad/.test(agent)) return agent.includes("CriOS") ? null : "Safari";
  if (agent.includes("Android")) return agent.includes("Chrome/") ? "Android" : null;
  return /Chrome\/|Safari\//.test(agent) ? "Computer" : null;
}

/** What only the visitor can erase, browser by browser, and what nobody can (V8): said plainly. */
export function Traces({ t }: { t: Say }) {
  const here = browserOf(navigator.userAgent);
  const hereFirst = [...BROWSERS].sort((one, other) => Number(other === here) - Number(one === here));
  return (
    <>
      <h2>{t("history")}</h2>
      <p>{t("historyLead")}</p>
      <p>
        <strong>{t("historyOne")}</strong>
      </p>
      {hereFirst.map((browser) => (
        <details key={browser} open={browser === here}>
          <summary>
            {t(`history${browser}`)} {browser === here && t("historyHere")}
          </summary>
          <p>{t(`history${browser}How`)}</p>
        </details>
      ))}
      <h2>{t("historyCannot")}</h2>
      <ul class="steps">
        <li>{t("historyLimits")}</li>
        <li>{t("historySync")}</li>
        <li>{t("historyNetwork")}</li>
        <li>{t("historyKeyboard")}</li>
      </ul>
    </>
  );
}
