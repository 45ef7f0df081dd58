import type { Say } from "../words";
import { Heading } from "./parts";

interface Props {
  t: Say;
  words: readonly string[] | null;
  failed: boolean;
  until: number | null;
  /** What else they lead to; null: to the conversation alone. */
  leads: string | null;
  onAgain: () => void;
  onDone: () => void;
}

/** The four words that bring a visitor back (V14): shown once, on request, and honest about what they are worth. */
export function ResumeWordsScreen({ t, words, failed, until, leads, onAgain, onDone }: Props) {
  if (!words) {
    return (
      <div class="sheet">
        <Heading>{t("words")}</Heading>
        <p role="status">{t(failed ? "wordsFailed" : "wordsDrawing")}</p>
        <div class="pair">
          {failed && (
            <button type="button" class="main-button" onClick={onAgain}>
              {t("retry")}
            </button>
          )}
          <button type="button" class="plain-button" onClick={onDone}>
            {t("endingNo")}
          </button>
        </div>
      </div>
    );
  }
  return (
    <div class="sheet" key="drawn">
      <Heading>{t("words")}</Heading>
      <ul class="four-words" lang="fr">
        {words.map((word) => (
          <li key={word}>{word.normalize("NFC")}</li>
        ))}
      </ul>
      {until !== null && <p>{t("wordsUntil", { time: clock(t.locale, until) })}</p>}
      <p>{leads ?? t("wordsAfter")}</p>
      <p>{t("wordsCare")}</p>
      <p>{t("wordsClosing")}</p>
      <button type="button" class="main-button" onClick={onDone}>
        {t("wordsDone")}
      </button>
    </div>
  );
}

/** A time of today, as one reads it on a clock. */
export function clock(locale: string, at: number): string {
  return new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit" }).format(at);
}
