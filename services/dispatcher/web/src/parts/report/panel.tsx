import type { FieldName } from "@shared/report";
import type { RefObject } from "preact";
import { useRef } from "preact/hooks";
import type { Line } from "../../desk/line";
import { t } from "../../lib/say";
import type { View } from "../../report/reports";
import { isOpenMatter } from "../../report/stage";
import { useConsole } from "../context";
import { ReportForm, reopened } from "./form";
import { Strip } from "./strip";
import { useRecipients } from "./use-recipients";

interface Props {
  line: Line;
  /** Whether the panel is what is looked at. */
  shown: boolean;
  first: RefObject<HTMLSelectElement | null>;
  onDone: (words: string) => void;
}

/** The signalement of one conversation: where it stands, or the form that proposes one. */
export function ReportPanel({ line, shown, first, onDone }: Props) {
  const desk = useConsole();
  const heading = useRef<HTMLHeadingElement>(null);
  const views = desk.reports.views(line).toReversed();
  const draft = desk.reports.draft(line);
  const { snapshot } = desk;
  const [told, again] = useRecipients({
    force: line.held.force,
    department: draft.department,
    authority: snapshot.account?.authority ?? null,
    shown,
    now: () => Date.now() + snapshot.skew,
  });
  const [latest, ...older] = views;
  const matter = latest && isOpenMatter(latest.stage);
  const open = !matter || draft.open;
  const toHeading = (): void => {
    requestAnimationFrame(() => heading.current?.focus());
  };
  return (
    <div class="report">
      <h2 ref={heading} class="section-title" tabIndex={-1}>
        {t("reportFor", { number: line.number })}
      </h2>
      {latest && <Strip view={latest} onRetry={() => desk.reports.retry(latest.one.proposal.report)} />}
      {matter && !open && (
        <p class="report-more">
          <button type="button" onClick={() => desk.reports.write(line, againFrom(latest))}>
            {t(latest.one.yes ? "reportAnother" : "reportAgain")}
          </button>
        </p>
      )}
      {open && (
        <>
          <p class="report-lead small">{t("reportLead")}</p>
          <ReportForm
            line={line}
            shown={shown}
            told={told}
            onRetry={again}
            first={first}
            onClose={matter ? () => desk.reports.write(line, { open: false, touched: false }) : null}
            onShown={() => {
              onDone(t("reportShown", { number: line.number }));
              toHeading();
            }}
          />
        </>
      )}
      {older.length > 0 && (
        <details class="report-older small">
          <summary>{t("reportOlder", { n: older.length })}</summary>
          {older.map((view) => (
            <Strip key={view.one.proposal.report} view={view} onRetry={() => desk.reports.retry(view.one.proposal.report)} />
          ))}
        </details>
      )}
    </div>
  );
}

/** What was proposed last, to make another proposal of. */
function againFrom({ one: { proposal } }: View) {
  const { recipient, fields } = proposal;
  const values: Partial<Record<FieldName, string>> = Object.fromEntries(fields);
  return reopened(recipient, recipient.unit, recipient.address, values);
}
