import { CardView, distanceInWords } from "@shared/card";
import type { Category } from "@shared/frames";
import { KINDS, readCard, type Nearby, type Structure, type StructureKind } from "@shared/referral";
import type { RefObject } from "preact";
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import type { Line } from "../desk/line";
import * as api from "../lib/api";
import { t } from "../lib/say";
import { useConsole } from "./context";

const CATEGORIES: readonly Category[] = ["sexual", "domestic", "discrimination"];

type Found = { state: "busy" } | { state: "failed"; failure: api.Failure } | { state: "found"; nearby: Nearby };

interface Props {
  line: Line;
  field: RefObject<HTMLInputElement | null>;
  onSent: (words: string) => void;
}

/** Help near the visitor, or near any other place; one of it goes to the conversation as a card. */
export function Help({ line, field, onSent }: Props) {
  const desk = useConsole();
  const { held, id, number } = line;
  const [search, setSearch] = useState<api.Search>({
    place: held.postal_code ?? "",
    insee: held.commune ?? "",
    category: held.category,
    kind: "",
    text: "",
  });
  const [found, ask] = useSearch(search);
  const [shown, setShown] = useState<Structure | null>(null);

  const send = (structure: Structure): void => {
    if (!line.keyed) return;
    desk.say(id, JSON.stringify(structure), "card");
    setShown(null);
    onSent(t("helpSent", { number, name: structure.name }));
  };
  const change = (part: Partial<api.Search>, now: boolean): void => {
    const next = { ...search, ...part };
    setSearch(next);
    if (now) ask(next);
  };

  return (
    <div class="help">
      <h2 class="section-title">
        {t("help")} <span class="small">{t("helpFor", { number })}</span>
      </h2>
      {shown ? (
        <Preview structure={shown} number={number} onSend={send} onBack={() => setShown(null)} />
      ) : (
        <>
          <SearchForm search={search} field={field} change={change} onSubmit={() => ask(search)} />
          <Results found={found} onShow={setShown} onSend={send} onRetry={() => ask(search)} />
        </>
      )}
    </div>
  );
}

/** The last search asked for and what came of it; an older one that answers late is left aside. */
function useSearch(first: api.Search): [Found, (search: api.Search) => void] {
  const [found, setFound] = useState<Found>({ state: "busy" });
  const running = useRef<AbortController | null>(null);
  const ask = useCallback((search: api.Search): void => {
    running.current?.abort();
    const controller = new AbortController();
    running.current = controller;
    setFound({ state: "busy" });
    void api.help(search, controller.signal).then((outcome) => {
      if (controller.signal.aborted) return;
      setFound(outcome.ok ? { state: "found", nearby: outcome.value } : { state: "failed", failure: outcome.failure });
    });
  }, []);
  const start = useRef(first);
  useEffect(() => {
    ask(start.current);
    return () => running.current?.abort();
  }, [ask]);
  return [found, ask];
}

interface FormProps {
  search: api.Search;
  field: RefObject<HTMLInputElement | null>;
  change: (part: Partial<api.Search>, now: boolean) => void;
  onSubmit: () => void;
}

function SearchForm({ search, field, change, onSubmit }: FormProps) {
  return (
    <form
      role="search"
      onSubmit={(event) => {
        event.preventDefault();
        onSubmit();
      }}
    >
      <label>
        {t("helpPlace")}
        <input
          ref={field}
          value={search.place}
          autocomplete="off"
          inputMode="numeric"
          onInput={(event) => change({ place: event.currentTarget.value.trim(), insee: "" }, false)}
        />
      </label>
      <label>
        {t("helpText")}
        <input
          value={search.text}
          autocomplete="off"
          maxLength={100}
          onInput={(event) => change({ text: event.currentTarget.value }, false)}
        />
      </label>
      <label>
        {t("helpKind")}
        <select
          value={search.kind}
          onChange={(event) => change({ kind: event.currentTarget.value as StructureKind | "" }, true)}
        >
          <option value="">{t("helpAnyKind")}</option>
          {KINDS.map((kind) => (
            <option key={kind} value={kind}>
              {t(`card_${kind}`)}
            </option>
          ))}
        </select>
      </label>
      <label>
        {t("helpCategory")}
        <select
          value={search.category}
          onChange={(event) => change({ category: event.currentTarget.value as Category | "" }, true)}
        >
          <option value="">{t("helpAnyCategory")}</option>
          {CATEGORIES.map((category) => (
            <option key={category} value={category}>
              {t(`category_${category}`)}
            </option>
          ))}
        </select>
      </label>
      <button type="submit" class="wide">
        {t("helpSubmit")}
      </button>
    </form>
  );
}

interface ResultsProps {
  found: Found;
  onShow: (structure: Structure) => void;
  onSend: (structure: Structure) => void;
  onRetry: () => void;
}

function Results({ found, onShow, onSend, onRetry }: ResultsProps) {
  if (found.state === "busy") {
    return (
      <p class="status" role="status">
        {t("helpBusy")}
      </p>
    );
  }
  if (found.state === "failed") {
    return (
      <div class="status" role="alert">
        <p class="error">{t(found.failure === "invalid" ? "helpInvalid" : "helpUnavailable")}</p>
        <button type="button" onClick={onRetry}>
          {t("helpRetry")}
        </button>
      </div>
    );
  }
  const { place, structures, helplines } = found.nearby;
  return (
    <div class="found">
      <p class="status" role="status">
        {place === null ? t("helpNowhere") : t("helpNear", { place })} {t("helpFound", { n: structures.length })}
        {place !== null && structures.length === 0 && ` ${t("helpEmpty")}`}
      </p>
      <List structures={structures} onShow={onShow} onSend={onSend} />
      <h3 class="section-title">{t("helpLines")}</h3>
      <List structures={helplines} onShow={onShow} onSend={onSend} />
    </div>
  );
}

function List({ structures, onShow, onSend }: Omit<ResultsProps, "found" | "onRetry"> & { structures: readonly Structure[] }) {
  return (
    <ul>
      {structures.map((structure) => (
        <li key={structure.id}>
          <p class="name">{structure.name}</p>
          <p class="small soft">{summary(structure)}</p>
          <div class="row">
            <span class="phone numeric">{structure.phone}</span>
            <button type="button" aria-label={t("helpPreviewThis", { name: structure.name })} onClick={() => onShow(structure)}>
              {t("helpPreview")}
            </button>
            <button type="button" aria-label={t("helpSendThis", { name: structure.name })} onClick={() => onSend(structure)}>
              {t("helpSend")}
            </button>
          </div>
        </li>
      ))}
    </ul>
  );
}

function summary({ kind, distance_km, approximate, across_the_sea, open_now, commune_name }: Structure): string {
  const parts: string[] = [t(`card_${kind}`)];
  if (commune_name) parts.push(commune_name);
  if (distance_km !== null) parts.push(distanceInWords(t, distance_km, approximate));
  if (across_the_sea) parts.push(t("cardAcrossTheSea"));
  if (open_now !== "unknown") parts.push(t(open_now === "open" ? "helpOpen" : "helpClosed"));
  return parts.join(" · ");
}

interface PreviewProps {
  structure: Structure;
  number: number;
  onSend: (structure: Structure) => void;
  onBack: () => void;
}

function Preview({ structure, number, onSend, onBack }: PreviewProps) {
  const first = useRef<HTMLButtonElement>(null);
  const card = readCard(JSON.stringify(structure));
  useEffect(() => first.current?.focus(), []);
  return (
    <div class="preview">
      <h3 class="small">{t("helpPreviewTitle")}</h3>
      <div class="frame">{card ? <CardView card={card} t={t} /> : t("cardBroken")}</div>
      <button ref={first} type="button" class="primary" disabled={!card} onClick={() => onSend(structure)}>
        {t("helpSendTo", { number })}
      </button>
      <button type="button" onClick={onBack}>
        {t("helpBack")}
      </button>
    </div>
  );
}
