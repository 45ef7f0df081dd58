import type { RefObject } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Line } from "../../desk/line";
import { t } from "../../lib/say";
import { filled, insertInto, knownOf } from "../../sheets/insert";
import type { Library, Problem } from "../../sheets/library";
import { indexed, type Entry, type Label } from "../../sheets/search";
import { useConsole } from "../context";
import { composerOf } from "./composer-of";
import { Finder, NOTHING_TYPED, type Looking } from "./finder";
import { SheetView } from "./sheet";
import type { Loaded } from "./use-library";

interface Props {
  line: Line;
  loaded: Loaded;
  onRetry: () => void;
  field: RefObject<HTMLInputElement | null>;
  /** Say what was done to someone who does not see it. */
  onDone: (words: string) => void;
}

/** Sheets and ready sentences for one conversation. Who waits for them here has the search once they have come. */
export function SheetsPanel({ line, loaded, onRetry, field, onDone }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (loaded.state === "loaded" && box.current?.contains(document.activeElement)) field.current?.focus();
  }, [loaded.state, field]);
  const retry = (): void => {
    heading.current?.focus(); // the button goes while it is tried, and the keyboard with it
    onRetry();
  };
  return (
    <div ref={box} class="sheets">
      <h2 ref={heading} class="section-title" tabIndex={-1}>
        {t("sheetsFor", { number: line.number })}
      </h2>
      {loaded.state === "busy" && (
        <p class="status" role="status">
          {t("sheetsBusy")}
        </p>
      )}
      {loaded.state === "failed" && (
        <div class="status" role="alert">
          <p class="error">{t("sheetsUnavailable")}</p>
          <button type="button" onClick={retry}>
            {t("sheetsRetry")}
          </button>
        </div>
      )}
      {loaded.state === "loaded" && <Desk line={line} library={loaded.library} field={field} onDone={onDone} />}
    </div>
  );
}

function Desk({ line, library, field, onDone }: Omit<Props, "loaded" | "onRetry"> & { library: Library }) {
  const desk = useConsole();
  const { held, number } = line;
  const [looking, setLooking] = useState<Looking>(NOTHING_TYPED);
  const [reading, setReading] = useState<string | null>(null);
  const index = useMemo(() => indexed(library, named), [library]);
  const known = knownOf(held, t(`forceOf_${held.force}`));
  const sheet = reading === null ? undefined : library.sheets[reading];

  const insert = (text: string): void => {
    desk.act({ type: "view", view: "chat" });
    requestAnimationFrame(() => {
      const composer = composerOf(line);
      if (composer && insertInto(composer, text)) onDone(t("sheetsInserted", { number }));
    });
  };
  const choose = (entry: Entry): void => {
    if (entry.what === "sheet") setReading(entry.key);
    else insert(filled(entry.sentence, known));
  };
  const look = (next: Looking): void => {
    setLooking(next);
    setReading(null);
  };

  return (
    <>
      <Problems problems={library.problems} />
      <Finder
        index={index}
        about={held}
        known={known}
        looking={looking}
        open={!sheet}
        field={field}
        onLook={look}
        onChoose={choose}
      />
      {sheet && (
        <SheetView
          sheet={sheet}
          library={library}
          onInsert={insert}
          onRead={setReading}
          onBack={() => {
            setReading(null);
            field.current?.focus();
          }}
        />
      )}
    </>
  );
}

/** The words that a moment or a kind is found by: `fiche` alone finds the sheets. */
function named(label: Label): string {
  const words = t(`sheetsGroup_${label}`);
  return label.startsWith("sheet_") ? `${t("sheetsSheet")} ${words}` : words;
}

/** What the service left out of this installation's own files. */
function Problems({ problems }: { problems: readonly Problem[] }) {
  if (problems.length === 0) return null;
  return (
    <details class="problems small">
      <summary>⚠ {t("sheetsProblems", { n: problems.length })}</summary>
      <p>{t("sheetsProblemsDetail")}</p>
      <ul>
        {problems.map((problem) => (
          <li key={`${problem.file} ${problem.field}`}>{problemWords(problem)}</li>
        ))}
      </ul>
    </details>
  );
}

function problemWords({ file, field, fault, line }: Problem): string {
  const words = t(`sheetsFault_${fault}`);
  if (line !== undefined) return t("sheetsProblemLine", { file, line, fault: words });
  return field ? t("sheetsProblemField", { file, field, fault: words }) : t("sheetsProblem", { file, fault: words });
}
