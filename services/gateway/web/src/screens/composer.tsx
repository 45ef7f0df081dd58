import { fits } from "@shared/sealing/plain";
import { useEffect, useRef } from "preact/hooks";
import type { Say } from "../words";

interface Props {
  t: Say;
  draft: string;
  onDraft: (text: string) => void;
  onSay: () => void;
}

/**
 * Where the visitor writes.
 *
 * Nothing helps to write: a spelling checker may send the words to its maker, and a browser may offer again what was
 * typed. On a touch screen Enter starts a line; with a keyboard it sends, and Shift + Enter starts a line.
 */
export function Composer({ t, draft, onDraft, onSay }: Props) {
  const area = useRef<HTMLTextAreaElement>(null);
  useEffect(() => fit(area.current), [draft]);
  const say = (event: Event): void => {
    event.preventDefault();
    onSay();
    area.current?.focus();
  };
  const key = (event: KeyboardEvent): void => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    if (!matchMedia("(pointer: coarse)").matches) say(event);
  };
  const tooLong = !fits(draft.trim());
  return (
    <form class="composer" onSubmit={say} autocomplete="off">
      {tooLong && (
        <p class="fault" id="too-long" role="alert">
          {t("tooLong")}
        </p>
      )}
      <label class="hidden" for="compose">
        {t("compose")}
      </label>
      <textarea
        id="compose"
        ref={area}
        rows={1}
        placeholder={t("composeHint")}
        autocomplete="off"
        spellcheck={false}
        value={draft}
        aria-invalid={tooLong}
        aria-describedby={tooLong ? "too-long" : undefined}
        onInput={(event) => onDraft(event.currentTarget.value)}
        onKeyDown={key}
      />
      <button type="submit" class="send" disabled={tooLong} aria-label={t("send")}>
        <svg viewBox="0 0 24 24" width="24" height="24" aria-hidden="true">
          <path d="M4 4l17 8-17 8 3-8z" fill="currentColor" />
        </svg>
      </button>
    </form>
  );
}

/** As high as the text, within the bounds that the style sheet sets. */
function fit(area: HTMLTextAreaElement | null): void {
  if (!area) return;
  area.style.height = "auto";
  area.style.height = `${area.scrollHeight + area.offsetHeight - area.clientHeight}px`;
}
