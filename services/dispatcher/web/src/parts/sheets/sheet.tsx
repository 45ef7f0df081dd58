import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { t } from "../../lib/say";
import { listed } from "../../sheets/insert";
import type { Fact, Library, Sheet, Source } from "../../sheets/library";

interface Props {
  sheet: Sheet;
  library: Library;
  onInsert: (text: string) => void;
  onRead: (key: string) => void;
  onBack: () => void;
}

/** One sheet, read beside the conversation. What is worded for the visitor can be put into the draft. */
export function SheetView({ sheet, library, onInsert, onRead, onBack }: Props) {
  const top = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    top.current?.focus();
    top.current?.scrollIntoView({ block: "end" });
  }, [sheet]);
  const cited = citations(sheet);
  const about = { cited, onInsert };
  const { evidence = [], steps = [] } = sheet;
  return (
    <article class="sheet-view">
      <button type="button" class="plain back" onClick={onBack}>
        ← {t("sheetsBack")}
      </button>
      <p class="label">
        {t(`sheetsGroup_sheet_${sheet.kind}`)}
        {sheet.nature && ` · ${sheet.nature.join(", ")}`}
      </p>
      <h3 ref={top} tabIndex={-1}>
        {sheet.title}
      </h3>
      <p>
        <Cited fact={sheet.plain} cited={cited} />
      </p>
      <Facts title={t("sheetPenalty")} facts={sheet.penalty ? [sheet.penalty] : []} cited={cited} />
      <Part title={t("sheetArticles")} shown={sheet.articles !== undefined}>
        <p>{sheet.articles?.join(" ; ")}</p>
      </Part>
      <Facts title={t("sheetLimitation")} facts={sheet.limitation ?? []} cited={cited} />
      <Questions questions={sheet.questions ?? []} onInsert={onInsert} />
      <Facts title={t("sheetEvidence")} facts={evidence} {...about}>
        <button type="button" onClick={() => onInsert(listed(t("sheetEvidenceHeading"), evidence))}>
          {t("sheetInsertEvidence")}
        </button>
      </Facts>
      <Facts title={t("sheetSteps")} facts={steps} {...about}>
        <button type="button" onClick={() => onInsert(listed(t("sheetStepsHeading"), steps))}>
          {t("sheetInsertSteps")}
        </button>
      </Facts>
      <Facts title={t("sheetTell")} facts={sheet.tell ?? []} {...about} />
      <Facts title={t("sheetGoodToKnow")} facts={sheet.good_to_know ?? []} cited={cited} />
      <See keys={sheet.see ?? []} library={library} onRead={onRead} />
      <Sources cited={cited} library={library} />
    </article>
  );
}

/** The sources of a sheet in the order of its text; their place is their number. */
function citations(sheet: Sheet): string[] {
  const { plain, penalty, limitation = [], evidence = [], steps = [], tell = [], good_to_know = [] } = sheet;
  const facts = [plain, ...(penalty ? [penalty] : []), ...limitation, ...evidence, ...steps, ...tell, ...good_to_know];
  return [...new Set(facts.flatMap((fact) => fact.from))];
}

function Part({ title, shown, children }: { title: string; shown: boolean; children: ComponentChildren }) {
  if (!shown) return null;
  return (
    <section>
      <h4>{title}</h4>
      {children}
    </section>
  );
}

function Cited({ fact, cited }: { fact: Fact; cited: readonly string[] }) {
  return (
    <>
      {fact.say} <span class="cite">[{fact.from.map((key) => cited.indexOf(key) + 1).join(", ")}]</span>
    </>
  );
}

interface FactsProps {
  title: string;
  facts: readonly Fact[];
  cited: readonly string[];
  /** There when what these say is worded for the visitor. */
  onInsert?: (text: string) => void;
  children?: ComponentChildren;
}

function Facts({ title, facts, cited, onInsert, children }: FactsProps) {
  return (
    <Part title={title} shown={facts.length > 0}>
      <ul>
        {facts.map((fact) => (
          <li key={fact.say}>
            <span>
              <Cited fact={fact} cited={cited} />
            </span>
            {onInsert && <Insert text={fact.say} onInsert={onInsert} />}
          </li>
        ))}
      </ul>
      {children}
    </Part>
  );
}

function Questions({ questions, onInsert }: { questions: readonly string[]; onInsert: (text: string) => void }) {
  return (
    <Part title={t("sheetQuestions")} shown={questions.length > 0}>
      <ul>
        {questions.map((question) => (
          <li key={question}>
            <span>{question}</span>
            <Insert text={question} onInsert={onInsert} />
          </li>
        ))}
      </ul>
    </Part>
  );
}

function Insert({ text, onInsert }: { text: string; onInsert: (text: string) => void }) {
  return (
    <button type="button" class="insert" aria-label={t("sheetsInsertThis", { text })} onClick={() => onInsert(text)}>
      {t("sheetsInsert")}
    </button>
  );
}

function See({ keys, library, onRead }: { keys: readonly string[]; library: Library; onRead: (key: string) => void }) {
  return (
    <Part title={t("sheetSee")} shown={keys.length > 0}>
      <ul class="see">
        {keys.map((key) => (
          <li key={key}>
            <button type="button" class="plain" onClick={() => onRead(key)}>
              {library.sheets[key]?.title}
            </button>
          </li>
        ))}
      </ul>
    </Part>
  );
}

function Sources({ cited, library }: { cited: readonly string[]; library: Library }) {
  return (
    <Part title={t("sheetSources")} shown>
      <p class="small soft">{t("sheetCheck")}</p>
      <ol class="sources small soft">
        {cited.map((key) => {
          const source = library.sources[key];
          return <li key={key}>{source && <Where source={source} />}</li>;
        })}
      </ol>
    </Part>
  );
}

function Where({ source }: { source: Source }) {
  const words = t("sheetSource", { name: source.name, dated: age(source) });
  if (!source.url) return <>{words}</>;
  return (
    <a href={source.url} target="_blank" rel="noopener noreferrer">
      {words}
    </a>
  );
}

function age({ dated, recalled }: Source): string {
  if (recalled) return t("sheetRecalled");
  return dated ? t("sheetDated", { date: dayOf(dated) }) : t("sheetUndated");
}

/** `2025`, `07/2025` or `09/07/2025`. */
function dayOf(dated: string): string {
  return dated.split("-").reverse().join("/");
}
