import type { StateFrame } from "@shared/frames";
import type { LinkStatus } from "@shared/socket";
import { useEffect, useRef, useState } from "preact/hooks";
import { standingOf, words } from "./said";
import type { Say } from "./words";

interface Props {
  t: Say;
  state: StateFrame | null;
  link: LinkStatus;
  /** Say it, or take it back. */
  onSay: (on: boolean) => void;
  /** Have a screen reader say it. */
  onTold: (words: string) => void;
}

/** That the visitor is in danger now: one press, one line that asks, and what holds from then on. */
export function DangerBar({ t, state, link, onSay, onTold }: Props) {
  const [asking, setAsking] = useState(false);
  const [wanted, setWanted] = useState<boolean | null>(null);
  const question = useRef<HTMLParagraphElement>(null);
  const standing = standingOf(state, wanted);
  useEffect(() => setWanted(null), [state?.danger]);
  useEffect(() => {
    if (asking) question.current?.focus();
  }, [asking]);
  const told = standing === "none" ? null : t(words(standing, link));
  useEffect(() => {
    if (told) onTold(told);
  }, [told]);
  const say = (on: boolean): void => {
    setAsking(false);
    setWanted(on);
    onSay(on);
  };

  if (told) {
    return (
      <div class="danger-said">
        <p>{told}</p>
        <Numbers t={t} />
        {standing === "visitor" && (
          <button type="button" class="link-button" onClick={() => say(false)}>
            {t("over")}
          </button>
        )}
      </div>
    );
  }
  if (!asking) {
    return (
      <button type="button" class="plain-button danger-declare" onClick={() => setAsking(true)}>
        {t("declare")}
      </button>
    );
  }
  return (
    <div class="danger-said" role="group" aria-labelledby="danger-ask">
      <p ref={question} tabIndex={-1}>
        <strong id="danger-ask">{t("ask")}</strong> {t("fastest")} {t("also")}
      </p>
      <Numbers t={t} />
      <p class="danger-choice">
        <button type="button" class="main-button" onClick={() => say(true)}>
          {t("yes")}
        </button>
        <button type="button" class="plain-button" onClick={() => setAsking(false)}>
          {t("no")}
        </button>
      </p>
    </div>
  );
}

/** The numbers that are faster than any chat. */
function Numbers({ t }: { t: Say }) {
  return (
    <p class="danger-numbers">
      {["17", "112"].map((number) => (
        <a key={number} href={`tel:${number}`} aria-label={t("call", { number })}>
          {number}
        </a>
      ))}
      <a href="sms:114">{t("sms")}</a>
    </p>
  );
}
