import type { Ending } from "../state";
import type { Key } from "../words/fr";
import type { Say } from "../words";
import { Heading } from "./parts";
import { Traces } from "./traces";

interface ConfirmProps {
  t: Say;
  erasing: boolean;
  /** What the end does not end. */
  goesOn: string | null;
  onEnd: () => void;
  onStay: () => void;
}

/** Ending cannot be undone, so it is asked once. The red button asks nothing. */
export function Confirm({ t, erasing, goesOn, onEnd, onStay }: ConfirmProps) {
  return (
    <div class="sheet">
      <Heading>{t("ending")}</Heading>
      <p>{t("endingLead")}</p>
      {goesOn && <p>{goesOn}</p>}
      <p role="status">{erasing ? t("erasing") : ""}</p>
      <div class="pair">
        <button type="button" class="main-button" disabled={erasing} onClick={onEnd}>
          {t("endingYes")}
        </button>
        <button type="button" class="plain-button" disabled={erasing} onClick={onStay}>
          {t("endingNo")}
        </button>
      </div>
    </div>
  );
}

const WORDS: Readonly<Record<Ending, readonly [title: Key, lead: Key | null]>> = {
  visitor: ["endedVisitor", null],
  red_button: ["endedVisitor", null],
  operator: ["endedOperator", "endedOperatorLead"],
  silence: ["endedSilence", "endedSilenceLead"],
  gone: ["endedGone", "endedGoneLead"],
  unsure: ["endedUnsure", "endedUnsureLead"],
  elsewhere: ["endedElsewhere", "endedElsewhereLead"],
};

interface EndedProps {
  t: Say;
  why: Ending;
  goesOn: string | null;
  onLeave: () => void;
  onAgain: () => void;
}

/** All is erased here; what only the visitor can erase is said plainly (V8). */
export function Ended({ t, why, goesOn, onLeave, onAgain }: EndedProps) {
  const [title, lead] = WORDS[why];
  return (
    <div class="sheet">
      <Heading>{t(title)}</Heading>
      {lead && <p>{t(lead)}</p>}
      {goesOn && <p>{goesOn}</p>}
      <Traces t={t} />
      <div class="pair">
        <button type="button" class="main-button" onClick={onLeave}>
          {t("leave")}
        </button>
        <button type="button" class="plain-button" onClick={onAgain}>
          {t("again")}
        </button>
      </div>
    </div>
  );
}
