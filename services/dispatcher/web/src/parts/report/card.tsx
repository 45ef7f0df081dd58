import { type Decided, readDecided, readProposal, type ServiceStatus, statusOf } from "@shared/report";
import { t } from "../../lib/say";
import type { View } from "../../report/reports";
import { stageOf } from "../../report/stage";
import { AnswerView, reasonWords } from "./strip";

interface Props {
  kind: "proposal" | "consent" | "service";
  body: string;
  views: readonly View[];
}

/** A message of a signalement, as it stands in the transcript: what it says, in one look. */
export function ReportCard({ kind, body, views }: Props) {
  if (kind === "proposal") return <Proposed body={body} />;
  if (kind === "service") {
    const status = statusOf(body);
    return status ? <Told status={status} view={viewOf(views, status.report)} /> : <Broken />;
  }
  const decided = readDecided(body);
  return decided ? <Said decided={decided} view={viewOf(views, decided.report)} /> : <Broken />;
}

function Proposed({ body }: { body: string }) {
  const proposal = readProposal(body);
  if (!proposal) return <Broken />;
  const { recipient, fields } = proposal;
  return (
    <div class="body report-card">
      <p class="report-stage">{t("reportCardProposal")}</p>
      <p>{t("reportWho", { name: recipient.name, unit: recipient.unit })}</p>
      <details>
        <summary>{t("reportFieldsProposed", { n: fields.length })}</summary>
        <dl>
          {fields.map(([name, value]) => (
            <div key={name}>
              <dt>{t(`reportField_${name}`)}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      </details>
    </div>
  );
}

/** Her decision; a yes that cannot be verified says so. */
function Said({ decided, view }: { decided: Decided; view: View | undefined }) {
  const counts = decided.decision !== "yes" || (view !== undefined && view.stage !== "bad");
  return (
    <div class="body report-card">
      <p class="report-stage">{t(counts ? `reportCard_${decided.decision}` : "reportStage_bad")}</p>
      {decided.decision === "yes" && view && view.changes.length > 0 && <p>{t("reportChanges", { n: view.changes.length })}</p>}
    </div>
  );
}

/** What the service said, as it was at that moment; its answer stands under the last word of it alone. */
function Told({ status, view }: { status: ServiceStatus; view: View | undefined }) {
  const last = view?.one.status;
  const isLast = last?.status === status.status && last.answer === status.answer && last.overdue === status.overdue;
  const words = t(`reportStage_${view ? stageOf({ ...view.one, status }, "good", undefined) : status.status}`);
  return (
    <div class="body report-card">
      <p class="report-stage">{words}</p>
      {view && <p>{t("reportWho", { name: view.one.proposal.recipient.name, unit: view.one.proposal.recipient.unit })}</p>}
      {status.reason !== null && <p>{reasonWords(status.reason)}</p>}
      {view && isLast && <AnswerView view={view} />}
    </div>
  );
}

function Broken() {
  return <p class="body closed">{t("reportCardBroken")}</p>;
}

function viewOf(views: readonly View[], report: string): View | undefined {
  return views.find(({ one }) => one.proposal.report === report);
}
