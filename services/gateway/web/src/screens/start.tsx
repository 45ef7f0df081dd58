import type { Audience, Category } from "@shared/frames";
import { useRef, useState } from "preact/hooks";
import type { BackFault } from "../return/search";
import type { Choice } from "../state";
import { LANGUAGES, type Language, type Say } from "../words";
import { ComeBack } from "./back";
import { Heading, Helplines } from "./parts";

const CATEGORIES: readonly Category[] = ["sexual", "domestic", "discrimination"];
const AUDIENCES: readonly Audience[] = ["victim", "witness", "relative", "professional"];

interface Props {
  t: Say;
  choice: Choice;
  refused: boolean;
  /** Whether this page can seal what is written: without it there is no chat. */
  able: boolean;
  /** Whether resume words are offered here; what was typed of them, and why it did not lead back. */
  resumable: boolean;
  typed: string;
  fault: BackFault | null;
  language: Language;
  onLanguage: (language: Language) => void;
  onAsk: (choice: Choice) => void;
  onBack: (typed: string) => void;
}

type Fault = "about" | "postal" | null;

/** First screen: which chat, who, where. Only the chat is needed. Or back to a conversation, by words. */
export function Start(props: Props) {
  const { t, able, resumable, typed, fault, language, onLanguage, onBack } = props;
  return (
    <div class="sheet">
      <Heading>{t("title")}</Heading>
      <p class="lead">{t("lead")}</p>
      {able ? (
        <Ask {...props} />
      ) : (
        <>
          <p class="notice" role="alert">
            {t("insecure")}
          </p>
          <Helplines t={t} />
        </>
      )}
      <p class="start-more">
        <a class="plain-button" href={language === "fr" ? "/aide" : `/aide?langue=${language}`} onClick={replace}>
          {t("helpNear")}
        </a>
        <Languages t={t} language={language} onLanguage={onLanguage} />
      </p>
      {able && resumable && <ComeBack t={t} typed={typed} fault={fault} onBack={onBack} />}
      <p class="soft">{t("hideHow")}</p>
      <p class="soft keyboard-only">
        {t("hideKeys")} {t("shift")}
      </p>
    </div>
  );
}

function Ask({ t, choice, refused, onAsk }: Props) {
  const [category, setCategory] = useState(choice.category);
  const [audience, setAudience] = useState(choice.audience);
  const [postalCode, setPostalCode] = useState(choice.postalCode);
  const [minor, setMinor] = useState(choice.minor);
  const [fault, setFault] = useState<Fault>(null);
  const form = useRef<HTMLFormElement>(null);

  const ask = (event: Event): void => {
    event.preventDefault();
    const code = postalCode.replace(/\s/g, "");
    const found = !category ? "about" : code !== "" && !/^\d{5}$/.test(code) ? "postal" : null;
    setFault(found);
    if (found) form.current?.querySelector<HTMLElement>(found === "about" ? "[name=about]" : "#postal")?.focus();
    else onAsk({ category, audience, postalCode: code, minor });
  };

  return (
    <form ref={form} onSubmit={ask} autocomplete="off" noValidate>
      {refused && (
        <p class="notice" role="alert">
          {t("refused")}
        </p>
      )}
      <About t={t} chosen={category} faulty={fault === "about"} onChoose={setCategory} />
      <fieldset class="chips">
        <legend>{t("you")}</legend>
        {AUDIENCES.map((each) => (
          <label key={each}>
            <input type="radio" name="you" checked={audience === each} onChange={() => setAudience(each)} />
            <span>{t(each)}</span>
          </label>
        ))}
      </fieldset>
      <div class="choices">
        <label>
          <input type="checkbox" checked={minor} onChange={() => setMinor(!minor)} />
          <span>
            <strong>{t("minor")}</strong>
            <small>{t("minorWhy")}</small>
          </span>
        </label>
      </div>
      <Postal t={t} value={postalCode} faulty={fault === "postal"} onInput={setPostalCode} />
      <button class="main-button" type="submit">
        {t("begin")}
      </button>
    </form>
  );
}

/** Go there in place of this page: the whole visit stays one line of the history (V8). */
function replace(event: MouseEvent): void {
  event.preventDefault();
  location.replace((event.currentTarget as HTMLAnchorElement).href);
}

interface AboutProps {
  t: Say;
  chosen: Category | null;
  faulty: boolean;
  onChoose: (category: Category) => void;
}

function About({ t, chosen, faulty, onChoose }: AboutProps) {
  return (
    <fieldset class="choices" aria-describedby={faulty ? "about-fault" : undefined}>
      <legend>{t("about")}</legend>
      {faulty && (
        <p class="fault" id="about-fault">
          {t("aboutMissing")}
        </p>
      )}
      {CATEGORIES.map((each) => (
        <label key={each}>
          <input type="radio" name="about" value={each} checked={chosen === each} onChange={() => onChoose(each)} />
          <span>
            <strong>{t(each)}</strong>
            <small>{t(`${each}Hint`)}</small>
          </span>
        </label>
      ))}
    </fieldset>
  );
}

interface PostalProps {
  t: Say;
  value: string;
  faulty: boolean;
  onInput: (value: string) => void;
}

function Postal({ t, value, faulty, onInput }: PostalProps) {
  return (
    <div class="field">
      <label for="postal">
        {t("postal")} <small>{t("postalOptional")}</small>
      </label>
      <input
        id="postal"
        class="short"
        type="text"
        inputMode="numeric"
        maxLength={12}
        autocomplete="off"
        value={value}
        aria-invalid={faulty}
        aria-describedby={faulty ? "postal-fault postal-hint" : "postal-hint"}
        onInput={(event) => onInput(event.currentTarget.value)}
      />
      {faulty && (
        <p class="fault" id="postal-fault">
          {t("postalWrong")}
        </p>
      )}
      <p class="soft" id="postal-hint">
        {t("postalHint")}
      </p>
    </div>
  );
}

interface LanguagesProps {
  t: Say;
  language: Language;
  onLanguage: (language: Language) => void;
}

function Languages({ t, language, onLanguage }: LanguagesProps) {
  return (
    <label class="languages">
      <span class="hidden">{t("language")}</span>
      <select value={language} onChange={(event) => onLanguage(event.currentTarget.value as Language)}>
        {Object.entries(LANGUAGES).map(([tag, name]) => (
          <option key={tag} value={tag} lang={tag}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}
