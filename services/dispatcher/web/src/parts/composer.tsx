import { MAX_BODY } from "@shared/frames";
import type { RefObject } from "preact";
import type { Line } from "../desk/line";
import { t } from "../lib/say";
import { useConsole } from "./context";

/** What I am writing to this conversation; kept per conversation, in memory. */
export function Composer({ line, field }: { line: Line; field: RefObject<HTMLTextAreaElement | null> }) {
  const desk = useConsole();
  const { id, number, draft } = line;
  const over = Array.from(draft).length - MAX_BODY;
  const send = (): void => {
    if (draft.trim() === "" || over > 0 || line.ending) return;
    desk.say(id, draft.trim());
    field.current?.focus();
  };
  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <div class="write">
        <textarea
          ref={field}
          rows={2}
          value={draft}
          aria-label={t("compose", { number })}
          placeholder={t("composePlaceholder", { number })}
          aria-invalid={over > 0}
          autocomplete="off"
          onInput={(event) => desk.draft(id, event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key !== "Enter" || event.shiftKey || event.altKey || event.isComposing) return;
            event.preventDefault();
            send();
          }}
        />
        <button type="submit" class="primary">
          {t("send")}
        </button>
      </div>
      <p class="hint" role={over > 0 ? "alert" : undefined}>
        {over > 0 ? t("tooLong", { n: over }) : <span class="keys">{t("hintKeys")}</span>}
      </p>
    </form>
  );
}
