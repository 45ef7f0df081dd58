import type { AskCommuneFrame } from "@shared/frames";
import type { Say } from "../words";
import { Heading, Helplines } from "./parts";

interface ConnectingProps {
  t: Say;
  busy: boolean;
  lost: boolean;
  /** The device computes, because very many ask. */
  working: boolean;
  /** Whether a conversation is being looked for, and none opened. */
  back: boolean;
  onCancel: () => void;
}

/** Between the first screen and the conversation: usually unseen. */
export function Connecting({ t, busy, lost, working, back, onCancel }: ConnectingProps) {
  const usual = back ? "searchingLead" : "connectingLead";
  const lead = busy ? "connectingBusy" : lost ? "connectingLost" : working ? "connectingWork" : usual;
  return (
    <div class="sheet">
      <Heading>{t(back ? "searching" : "connecting")}</Heading>
      <p role="status">{t(lead)}</p>
      <button type="button" class="plain-button" onClick={onCancel}>
        {t("cancel")}
      </button>
      <h2>{t("meanwhile")}</h2>
      <p>
        <a href="/aide" target="_blank" rel="noopener noreferrer">
          {t("helpNewTab")}
        </a>
      </p>
      <Helplines t={t} />
    </div>
  );
}

interface CommuneProps {
  t: Say;
  question: AskCommuneFrame;
  onAnswer: (insee: string | null) => void;
}

/** The postal code spans both forces (V4): one press answers, and not answering is an answer. */
export function Commune({ t, question, onAnswer }: CommuneProps) {
  return (
    <div class="sheet">
      <Heading>{t("commune")}</Heading>
      <p>{t("communeLead", { code: question.postal_code })}</p>
      <ul class="answers">
        <li>
          <button type="button" class="plain-button" onClick={() => onAnswer(null)}>
            {t("communeUnknown")}
          </button>
        </li>
        {question.communes.map(({ insee, name }) => (
          <li key={insee}>
            <button type="button" class="plain-button" onClick={() => onAnswer(insee)}>
              {name}
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}
