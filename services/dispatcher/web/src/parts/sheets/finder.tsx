import type { RefObject } from "preact";
import { useEffect, useId, useMemo, useRef } from "preact/hooks";
import { t } from "../../lib/say";
import { filled, type Known } from "../../sheets/insert";
import { search, type About, type Entry, type Group, type Index, type Wanted } from "../../sheets/search";

const WANTED: readonly Wanted[] = ["all", "sentence", "sheet"];
/** How far Page Up and Page Down go. */
const LEAP = 5;
const STEPS: Readonly<Record<string, number>> = { ArrowDown: 1, ArrowUp: -1, PageDown: LEAP, PageUp: -LEAP };

/** Where one is in the search; kept while a sheet is read. */
export interface Looking {
  readonly typed: string;
  readonly wanted: Wanted;
  /** Which of all that was found is the one that Enter takes. */
  readonly at: number;
}

export const NOTHING_TYPED: Looking = { typed: "", wanted: "all", at: 0 };

interface Props {
  index: Index;
  about: About;
  known: Known;
  looking: Looking;
  /** Whether the list is on screen, rather than a sheet. */
  open: boolean;
  field: RefObject<HTMLInputElement | null>;
  onLook: (looking: Looking) => void;
  onChoose: (entry: Entry) => void;
}

/** The search over sentences and sheets: a combobox, whose arrows walk the list while the words stay in reach. */
export function Finder({ index, about, known, looking, open, field, onLook, onChoose }: Props) {
  const id = useId();
  const { typed, wanted } = looking;
  const { category, audience } = about;
  const groups = useMemo(
    () => search(index, typed, { category, audience }, wanted),
    [index, typed, category, audience, wanted],
  );
  const entries = groups.flatMap((group) => group.entries);
  const at = Math.min(looking.at, entries.length - 1);
  const chosen = entries[at];
  const name = (entry: Entry): string => `${id}-${entry.id}`;
  const press = (event: KeyboardEvent): void => {
    if (event.isComposing || event.altKey || event.ctrlKey || event.metaKey) return;
    const step = STEPS[event.key];
    if (step !== undefined) {
      event.preventDefault();
      onLook({ ...looking, at: moved(at, step, entries.length) });
    } else if (event.key === "Enter") {
      event.preventDefault();
      if (open && chosen) onChoose(chosen);
    }
  };
  return (
    <>
      <div class="finder">
        <label class="small" for={`${id}-field`}>
          {t("sheetsSearch")}
        </label>
        <input
          ref={field}
          id={`${id}-field`}
          role="combobox"
          aria-expanded={open && entries.length > 0}
          aria-controls={`${id}-list`}
          aria-autocomplete="list"
          aria-activedescendant={open && chosen ? name(chosen) : undefined}
          autocomplete="off"
          spellcheck={false}
          maxLength={100}
          value={typed}
          onInput={(event) => onLook({ ...looking, typed: event.currentTarget.value, at: 0 })}
          onKeyDown={press}
        />
        {open && <WantedChoice wanted={wanted} onWant={(one) => onLook({ ...looking, wanted: one, at: 0 })} />}
      </div>
      <p class={entries.length > 0 ? "unseen" : "status"} role="status">
        {open && (entries.length > 0 ? t("sheetsFound", { n: entries.length }) : t("sheetsNone"))}
      </p>
      <Found
        id={`${id}-list`}
        hidden={!open}
        groups={groups}
        chosen={chosen}
        known={known}
        name={name}
        onChoose={onChoose}
      />
    </>
  );
}

function moved(at: number, step: number, length: number): number {
  if (length === 0) return 0;
  if (Math.abs(step) === 1) return (at + step + length) % length;
  return Math.min(Math.max(at + step, 0), length - 1);
}

function WantedChoice({ wanted, onWant }: { wanted: Wanted; onWant: (wanted: Wanted) => void }) {
  return (
    <div class="wanted" role="group" aria-label={t("sheetsWanted")}>
      {WANTED.map((one) => (
        <button key={one} type="button" aria-pressed={one === wanted} onClick={() => onWant(one)}>
          {t(`sheetsWanted_${one}`)}
        </button>
      ))}
    </div>
  );
}

interface FoundProps {
  id: string;
  hidden: boolean;
  groups: readonly Group[];
  chosen: Entry | undefined;
  known: Known;
  name: (entry: Entry) => string;
  onChoose: (entry: Entry) => void;
}

function Found({ id, hidden, groups, chosen, known, name, onChoose }: FoundProps) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    box.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: "nearest" });
  }, [chosen]);
  return (
    <div ref={box} id={id} class="results" role="listbox" aria-label={t("sheetsList")} hidden={hidden}>
      {groups.map(({ label, entries }) => (
        <div key={label} role="group" aria-label={t(`sheetsGroup_${label}`)}>
          <p class="heading" aria-hidden="true">
            {t(`sheetsGroup_${label}`)}
          </p>
          {entries.map((entry) => (
            <div
              key={entry.id}
              id={name(entry)}
              class={`option of-${entry.what}`}
              role="option"
              aria-selected={entry === chosen}
              onClick={() => onChoose(entry)}
            >
              <Option entry={entry} known={known} labelled={label === "fitting" || label === "other"} />
            </div>
          ))}
        </div>
      ))}
    </div>
  );
}

function Option({ entry, known, labelled }: { entry: Entry; known: Known; labelled: boolean }) {
  const sentence = entry.what === "sentence";
  return (
    <>
      <span class="name">
        {!sentence && <span class="kind">{t("sheetsSheet")}</span>}
        {sentence ? entry.sentence.title : entry.sheet.title}
        {labelled && <span class="label"> · {t(`sheetsGroup_${entry.label}`)}</span>}
      </span>
      <span class="text">{sentence ? filled(entry.sentence, known) : entry.sheet.plain.say}</span>
      <span class="does" aria-hidden="true">
        <kbd>↵</kbd> {t(sentence ? "sheetsInsert" : "sheetsRead")}
      </span>
    </>
  );
}
