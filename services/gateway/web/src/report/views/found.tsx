import { Heading } from "../../screens/parts";
import type { Found } from "../found";
import { day } from "./times";
import { Standing, titleOf } from "./status";

/** What became of a report, found by words once the conversation is gone: this, and nothing of the chat (S2). */
export function FoundScreen({ found, onDone }: { found: Found; onDone: () => void }) {
  const { t, status, answer, until } = found;
  const date = day(t.locale, until);
  return (
    <div class="sheet">
      <Heading>{t("found")}</Heading>
      <p>{t("foundLead")}</p>
      <div class="report">
        <div class="report-card" role="group" aria-label={t(titleOf(status))}>
          <h2>{t(titleOf(status))}</h2>
          <Standing t={t} status={status} answer={answer} />
        </div>
      </div>
      <p>{t(status.status === "submitted" ? "foundLater" : "foundUntil", { date })}</p>
      <button type="button" class="plain-button" onClick={onDone}>
        {t("foundOut")}
      </button>
    </div>
  );
}
