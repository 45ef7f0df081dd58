import type { Force } from "@shared/frames";
import { FIELDS, type FieldName, MAX_VALUE } from "@shared/report";
import type { RefObject } from "preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";
import type { Line } from "../../desk/line";
import { t } from "../../lib/say";
import type { Told } from "../../report/api";
import { type Draft, type Fault, faultsOf, proposalOf } from "../../report/draft";
import { useConsole } from "../context";
import type { Recipients } from "./use-recipients";
import { addressOf, useUnits } from "./use-units";

interface Props {
  line: Line;
  shown: boolean;
  /** Who can receive it, and how to ask again. */
  told: Recipients;
  onRetry: () => void;
  first: RefObject<HTMLSelectElement | null>;
  /** There is something else to show instead. */
  onClose: (() => void) | null;
  onShown: () => void;
}

/** What is prepared for one conversation: to whom, and what. Nothing of it leaves this page before it is shown. */
export function ReportForm({ line, shown, told, onRetry, first, onClose, onShown }: Props) {
  const desk = useConsole();
  const draft = desk.reports.draft(line);
  const list = told.state === "found" ? told.list : [];
  const chosen = list.find(({ partner }) => partner === draft.partner) ?? null;
  const faults = faultsOf(draft, chosen);
  const [tried, setTried] = useState(false);
  const seen = (fault: Fault): boolean => faults.includes(fault) && (tried || fault === "long");
  const write = (part: Partial<Draft>): void => desk.reports.write(line, part);

  // One competent service and nothing chosen: it is the one.
  const competent = list.filter(({ force }) => force === line.held.force);
  const only = competent.length === 1 ? competent[0] : undefined;
  useEffect(() => {
    if (only && draft.partner === "") write({ partner: only.partner });
  }, [only]);

  const form = useRef<HTMLFormElement>(null);
  const show = (): void => {
    setTried(true);
    if (!chosen || faults.length > 0) {
      requestAnimationFrame(() => form.current?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus());
      return;
    }
    desk.reports.propose(line, proposalOf(draft, crypto.randomUUID(), chosen));
    setTried(false);
    onShown();
  };
  return (
    <form ref={form} class="report-form" noValidate onSubmit={(event) => event.preventDefault()}>
      <fieldset>
        <legend>{t("reportTo")}</legend>
        <WhoTakes draft={draft} told={told} first={first} wrong={seen("recipient")} onWrite={write} onRetry={onRetry} line={line} />
        <Unit draft={draft} line={line} force={chosen?.force ?? line.held.force} shown={shown} wrong={seen("unit")} onWrite={write} />
      </fieldset>
      <fieldset>
        <legend>{t("reportWhat")}</legend>
        {BEFORE.map((name) => (
          <Written key={name} name={name} draft={draft} wrong={name === "facts" && seen("facts")} onWrite={write} />
        ))}
        <div class="report-choice">
          <Chosen name="complaint" draft={draft} onWrite={write} />
          <Chosen name="callback" draft={draft} onWrite={write} />
        </div>
        {AFTER.map((name) => (
          <Written key={name} name={name} draft={draft} wrong={false} onWrite={write} />
        ))}
      </fieldset>
      <div class="report-foot">
        {faults.some(seen) && (
          <p class="error small" role="alert">
            {tried && t("reportFaults")} {faults.filter(seen).map((fault) => t(`reportFault_${fault}`)).join(" ")}
          </p>
        )}
        {!line.keyed && <p class="small soft">{t("keyMissing")}</p>}
        <button type="button" class="primary" disabled={!line.keyed} onClick={show}>
          {t("reportShow")}
        </button>
        {onClose && (
          <button type="button" onClick={onClose}>
            {t("reportClose")}
          </button>
        )}
        <p class="small soft">{t("reportShowHint")}</p>
      </div>
    </form>
  );
}

interface WhoProps {
  draft: Draft;
  line: Line;
  told: Recipients;
  first: RefObject<HTMLSelectElement | null>;
  wrong: boolean;
  onWrite: (part: Partial<Draft>) => void;
  onRetry: () => void;
}

/** Which service receives it: the competent one, or another that the person prefers. */
function WhoTakes({ draft, line, told, first, wrong, onWrite, onRetry }: WhoProps) {
  const list = told.state === "found" ? told.list : [];
  const { force } = line.held;
  const choose = (partner: string): void => {
    const next = list.find((one) => one.partner === partner);
    const before = list.find((one) => one.partner === draft.partner);
    // The unit that is known is one of the competent force: another force has others.
    const other = (next?.force ?? force) !== (before?.force ?? force);
    onWrite({ partner, touched: true, ...(other ? { unit: "", address: "" } : {}) });
  };
  const options = (same: boolean) =>
    list
      .filter((one) => (one.force === force) === same)
      .map((one) => (
        <option key={one.partner} value={one.partner}>
          {one.name}
        </option>
      ));
  return (
    <>
      <div class="report-pair">
        <label class="narrow">
          {t("reportDepartment")}
          <input
            value={draft.department}
            autocomplete="off"
            maxLength={3}
            onInput={(event) => onWrite({ department: event.currentTarget.value.trim().toUpperCase(), partner: "" })}
          />
        </label>
        <label>
          {t("reportRecipient")}
          <select
            ref={first}
            value={draft.partner}
            aria-invalid={wrong}
            onChange={(event) => choose(event.currentTarget.value)}
          >
            <option value="">{t("reportRecipientChoose")}</option>
            {options(true).length > 0 && <optgroup label={t("reportHere")}>{options(true)}</optgroup>}
            {options(false).length > 0 && <optgroup label={t("reportElsewhere")}>{options(false)}</optgroup>}
          </select>
        </label>
      </div>
      <p class="small" role="status">
        {told.state === "unasked" && t("reportDepartmentWanted")}
        {told.state === "busy" && t("reportRecipientsBusy")}
        {told.state === "found" && list.length === 0 && t("reportRecipientsNone")}
        {told.state === "found" && told.bad > 0 && <span class="late-words">{t("reportRecipientsBad", { n: told.bad })}</span>}
        {told.state === "failed" && (
          <>
            {t("reportRecipientsFailed")}{" "}
            <button type="button" onClick={onRetry}>
              {t("reportRecipientsRetry")}
            </button>
          </>
        )}
      </p>
    </>
  );
}

interface UnitProps {
  draft: Draft;
  line: Line;
  force: Force;
  shown: boolean;
  wrong: boolean;
  onWrite: (part: Partial<Draft>) => void;
}

/** The unit that is to read it: the one of the conversation, one nearby, or as it is written. */
function Unit({ draft, line, force, shown, wrong, onWrite }: UnitProps) {
  const units = useUnits(line, force, shown);
  const known = units.find(({ name }) => name.toLowerCase() === draft.unit.trim().toLowerCase());
  useEffect(() => {
    if (known && draft.address === "") onWrite({ address: addressOf(known) });
  }, [known]);
  const hint = useId();
  return (
    <>
      {units.length > 0 && (
        <label>
          {t("reportUnitNear")}
          <select
            value=""
            onChange={(event) => {
              const unit = units.find(({ id }) => id === event.currentTarget.value);
              if (unit) onWrite({ unit: unit.name, address: addressOf(unit), touched: true });
            }}
          >
            <option value="">{t("reportUnitNearChoose")}</option>
            {units.map((unit) => (
              <option key={unit.id} value={unit.id}>
                {unit.commune_name ? `${unit.name} (${unit.commune_name})` : unit.name}
              </option>
            ))}
          </select>
        </label>
      )}
      <label>
        {t("reportUnit")} <span id={hint}>{t("reportUnitHint")}</span>
        <input
          value={draft.unit}
          autocomplete="off"
          maxLength={200}
          aria-invalid={wrong}
          onInput={(event) => onWrite({ unit: event.currentTarget.value, touched: true })}
        />
      </label>
      <label>
        {t("reportAddress")}
        <input
          value={draft.address}
          autocomplete="off"
          maxLength={200}
          onInput={(event) => onWrite({ address: event.currentTarget.value, touched: true })}
        />
      </label>
    </>
  );
}

type ChoiceName = "complaint" | "callback";
type TextName = Exclude<FieldName, ChoiceName>;

const isText = (name: FieldName): name is TextName => name !== "complaint" && name !== "callback";
const BEFORE = FIELDS.slice(0, FIELDS.indexOf("complaint")).filter(isText);
const AFTER = FIELDS.slice(FIELDS.indexOf("callback")).filter(isText);
const CHOICES = {
  complaint: ["reportComplaint_yes", "reportComplaint_no", "reportComplaint_open"],
  callback: ["reportCallback_yes", "reportCallback_no"],
} as const;

interface FieldProps<Name extends FieldName> {
  name: Name;
  draft: Draft;
  onWrite: (part: Partial<Draft>) => void;
}

/** A wish: one of a few answers, which the person may put in other words. */
function Chosen({ name, draft, onWrite }: FieldProps<ChoiceName>) {
  const value = draft.values[name] ?? "";
  const said: readonly string[] = CHOICES[name].map((key) => t(key));
  return (
    <label>
      {t(`reportField_${name}`)}
      <select
        value={value}
        onChange={(event) => onWrite({ values: { ...draft.values, [name]: event.currentTarget.value }, touched: true })}
      >
        <option value="">{t("reportUnsaid")}</option>
        {[...said, ...(value !== "" && !said.includes(value) ? [value] : [])].map((text) => (
          <option key={text} value={text}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
}

function Written({ name, draft, wrong, onWrite }: FieldProps<TextName> & { wrong: boolean }) {
  const id = useId();
  return (
    <div class="report-field">
      <label for={id}>{t(`reportField_${name}`)}</label>
      <span id={`${id}-hint`} class="small soft">
        {t(`reportHint_${name}`)}
      </span>
      <textarea
        id={id}
        class={name === "facts" ? "long" : ""}
        rows={1}
        value={draft.values[name] ?? ""}
        maxLength={MAX_VALUE}
        autocomplete="off"
        aria-describedby={`${id}-hint`}
        aria-invalid={wrong}
        onInput={(event) => onWrite({ values: { ...draft.values, [name]: event.currentTarget.value }, touched: true })}
      />
    </div>
  );
}

/** The draft as it was before another proposal is made of it. */
export function reopened(told: Pick<Told, "partner">, unit: string, address: string, values: Draft["values"]): Partial<Draft> {
  return { partner: told.partner, unit, address, values, open: true, touched: false };
}
