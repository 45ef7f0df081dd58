import { fits } from "@shared/sealing/plain";
import type { RefObject } from "preact";
import type { Line } from "../desk/line";
import { t } from "../lib/say";
import { useConsole } from "./context";
import { composerId } from "./sheets/composer-of";

/** What I am writing to this conversation; kept per conversation, in memory. */
export function Composer({ line, field }: { line: Line; field: RefObject<HTMLTextAreaElement | null> }) {
  const desk = useConsole();
  const { id, number, draft, keyed } = line;
  const long = !fits(draft.trim());
  const send = (): void => {
    if (draft.trim() === "" || long || line.ending || !keyed) return;
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
          id={composerId(line)}
          rows={2}
          value={draft}
          aria-label={t("compose", { number })}
          placeholder={t(keyed ? "composePlaceholder" : "composeClosed", { number })}
          aria-invalid={long}
          readOnly={!keyed}
          autocomplete="off"
          onInput={(event) => desk.draft(id, event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key !== "Enter" || event.shiftKey || event.altKey || event.isComposing) return;
            event.preventDefault();
            send();
          }}
        />
        <button type="submit" class="primary" disabled={!keyed}>
          {t("send")}
        </button>
      </div>
      <p class="hint" role={long ? "alert" : undefined}>
        {!keyed ? t("keyMissing") : long ? t("tooLong") : <span class="keys">{t("hintKeys")}</span>}
      </p>
    </form>
  );
}
