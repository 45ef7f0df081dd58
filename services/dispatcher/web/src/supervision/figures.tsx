import { useEffect, useState } from "preact/hooks";
import { published, type Cell, type Published } from "./api";
import { count, figureOf, month, outcomeOf, t, whose } from "./words";

const AGAIN_MS = 300_000;
const TOTAL = "total";

/** Figures by month, as they may be passed on: no identity, no small number, and the same as a file. */
export function Figures() {
  const [found, setFound] = useState<Published | null | undefined>(undefined);
  useEffect(() => {
    let wanted = true;
    const look = (): void => {
      void published().then((outcome) => wanted && setFound(outcome.ok ? outcome.value : null));
    };
    look();
    const turning = setInterval(look, AGAIN_MS);
    return () => {
      wanted = false;
      clearInterval(turning);
    };
  }, []);
  return (
    <section class="figures" aria-labelledby="figures">
      <h2 id="figures">{t("figures")}</h2>
      {found === null && <p role="status">{t("figuresUnavailable")}</p>}
      {found && <p class="soft small">{t("figuresLead", { smallest: found.smallest })}</p>}
      {found?.cells.length === 0 && <p class="soft">{t("figuresNone")}</p>}
      {found && <Months cells={found.cells} />}
      {found && found.cells.length > 0 && (
        <p>
          <a href="/api/figures.csv" download>
            {t("figuresFile")}
          </a>
        </p>
      )}
    </section>
  );
}

function Months({ cells }: { cells: readonly Cell[] }) {
  const names = [...new Set(cells.map((cell) => cell.month))].sort().reverse();
  return (
    <>
      {names.map((name) => (
        <Month key={name} name={name} cells={cells.filter((cell) => cell.month === name)} />
      ))}
    </>
  );
}

function Month({ name, cells }: { name: string; cells: readonly Cell[] }) {
  const totals = cells.filter((cell) => cell.category === TOTAL);
  return (
    <>
      <h3>{month(name)}</h3>
      <ul>
        {totals.map((cell) => (
          <li key={cell.figure}>
            {figureOf(cell)} : <span class="numeric">{count(cell.count)}</span>
          </li>
        ))}
      </ul>
      <details>
        <summary>{t("figuresShow", { month: month(name) })}</summary>
        <table>
          <thead>
            <tr>
              <th scope="col">{t("figuresWhat")}</th>
              <th scope="col" class="number">
                {t("figuresNumber")}
              </th>
            </tr>
          </thead>
          <tbody>
            {cells
              .filter((cell) => cell.category !== TOTAL)
              .map((cell) => (
                <tr key={[cell.figure, cell.category, cell.force, cell.outcome].join()}>
                  <th scope="row">
                    {figureOf(cell)}, {whose(cell)}, {outcomeOf(cell)}
                  </th>
                  <td class="number">{count(cell.count)}</td>
                </tr>
              ))}
          </tbody>
        </table>
      </details>
    </>
  );
}
