import { useEffect } from "preact/hooks";
import { t } from "../lib/say";
import { Modal } from "./modal";
import { inBlankComposer } from "./sheets/composer-of";

/** What the keyboard can ask for. */
export type Command =
  | { readonly do: "open"; readonly number: number; readonly beside: boolean }
  | { readonly do: "pressing" | "swap" | "pause" | "help" | "sheets" | "report" | "notes" | "chat" | "end" | "escape" | "shortcuts" };

const BY_LETTER: Readonly<Record<string, "pressing" | "swap" | "pause" | "help" | "report" | "notes" | "chat" | "end">> = {
  j: "pressing",
  s: "swap",
  p: "pause",
  f: "help",
  g: "report",
  n: "notes",
  m: "chat",
  t: "end",
};

/**
 * What a key press means, or null. Letters by what is printed on them, digits by their place (AZERTY shifts them).
 *
 * `typing`: in a field, where characters are characters; `blank`: in a composer with nothing in it yet.
 */
export function commandOf(event: KeyboardEvent, typing: boolean, blank = false): Command | null {
  if (event.ctrlKey && !event.altKey && !event.shiftKey && event.key.toLowerCase() === "k") return { do: "sheets" };
  if (event.ctrlKey || event.metaKey || event.getModifierState("AltGraph")) return null;
  if (event.key === "Escape") return { do: "escape" };
  if (event.key === "?" && (event.altKey || !typing)) return { do: "shortcuts" };
  if (event.key === "/" && !event.altKey && (blank || !typing)) return { do: "sheets" };
  if (!event.altKey) return null;
  const digit = /^(?:Digit|Numpad)([1-9])$/.exec(event.code)?.[1];
  if (digit) return { do: "open", number: Number(digit), beside: event.shiftKey };
  const named = BY_LETTER[event.key.toLowerCase()];
  return named && !event.shiftKey ? { do: named } : null;
}

/** Hand every command of the keyboard to `obey`, unless a dialog is open. */
export function useCommands(obey: (command: Command) => void): void {
  useEffect(() => {
    const listen = (event: KeyboardEvent): void => {
      if (document.querySelector("dialog[open]") || event.isComposing) return;
      const command = commandOf(event, isField(event.target), inBlankComposer(event.target));
      if (!command) return;
      event.preventDefault();
      obey(command);
    };
    document.addEventListener("keydown", listen);
    return () => document.removeEventListener("keydown", listen);
  }, [obey]);
}

function isField(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);
}

const ROWS = [
  { keys: ["Alt + 1", "9"], says: "keysOpen" },
  { keys: ["Alt + Maj + 1", "9"], says: "keysBeside" },
  { keys: ["Alt + J"], says: "keysPressing" },
  { keys: ["Alt + S"], says: "keysSwap" },
  { keys: ["Ctrl + K", "/"], says: "keysSheets" },
  { keys: ["↑ ↓", "Entrée"], says: "keysChoose" },
  { keys: ["Alt + F"], says: "keysHelp" },
  { keys: ["Alt + G"], says: "keysReport" },
  { keys: ["Alt + N"], says: "keysNotes" },
  { keys: ["Alt + M"], says: "keysChat" },
  { keys: ["Alt + P"], says: "keysPause" },
  { keys: ["Alt + T"], says: "keysEnd" },
  { keys: ["Entrée", "Maj + Entrée"], says: "keysSend" },
  { keys: ["Échap"], says: "keysEscape" },
  { keys: ["?"], says: "keysShow" },
] as const;

export function Shortcuts({ onClose }: { onClose: () => void }) {
  return (
    <Modal title={t("keysTitle")} onClose={onClose}>
      <dl class="shortcuts">
        {ROWS.map(({ keys, says }) => (
          <>
            <dt>
              {keys.map((key, place) => (
                <>
                  {place > 0 && " … "}
                  <kbd>{key}</kbd>
                </>
              ))}
            </dt>
            <dd>{t(says)}</dd>
          </>
        ))}
      </dl>
      <div class="choices">
        <button type="button" class="primary" onClick={onClose}>
          {t("close")}
        </button>
      </div>
    </Modal>
  );
}
