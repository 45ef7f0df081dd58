import { useState } from "preact/hooks";
import type { BackFault } from "../return/search";
import type { Say } from "../words";

interface Props {
  t: Say;
  typed: string;
  fault: BackFault | null;
  onBack: (typed: string) => void;
}

/** The field in which four words are typed, on any device. */
export function ComeBack({ t, typed, fault, onBack }: Props) {
  const [text, setText] = useState(typed);
  const go = (event: Event): void => {
    event.preventDefault();
    if (text.trim() !== "") onBack(text);
  };
  return (
    <details class="come-back" open={fault !== null}>
      <summary>{t("backSummary")}</summary>
      <form class="field" onSubmit={go} autocomplete="off" noValidate>
        <label for="back">{t("backLabel")}</label>
        <input
          id="back"
          class="long-field"
          type="text"
          maxLength={120}
          autocomplete="off"
          autocapitalize="none"
          spellcheck={false}
          value={text}
          aria-invalid={fault !== null}
          aria-describedby={fault ? "back-fault back-hint" : "back-hint"}
          onInput={(event) => setText(event.currentTarget.value)}
        />
        {fault && (
          <p class="fault" id="back-fault" role="alert">
            {inWords(t, fault)}
          </p>
        )}
        <p class="soft" id="back-hint">
          {t("backHint")}
        </p>
        <button type="submit" class="plain-button">
          {t("backGo")}
        </button>
      </form>
    </details>
  );
}

function inWords(t: Say, fault: BackFault): string {
  switch (fault.why) {
    case "unknown":
      return t("backUnknown", { words: fault.words.join(", ") });
    case "count":
      return t("backCount", { n: fault.count });
    case "wrong":
      return t("backWrong", { n: fault.left });
    case "dead":
      return t("backDead");
    case "nothing":
      return t("backNothing");
    case "failed":
      return t("backFailed");
  }
}
