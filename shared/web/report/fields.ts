import { object } from "../sealing/plain";

/** What a report may say, in this order wherever it is shown or written. */
export const FIELDS = [
  "facts",
  "when",
  "where",
  "persons",
  "danger",
  "complaint",
  "callback",
  "safe_times",
  "identity",
  "contact",
] as const;

export type FieldName = (typeof FIELDS)[number];

/** One thing that a report says: plain text, never empty. */
export type Field = readonly [name: FieldName, value: string];

/** The longest value, in UTF-16 units as a form counts them, and the longest document, in bytes of UTF-8. */
export const MAX_VALUE = 2_000;
export const MAX_DOCUMENT = 8_000;

/** Who is to receive a report, as it is shown to the visitor: believed only once its certificate is verified. */
export interface Recipient {
  readonly partner: string;
  /** The partner's name, as its certificate says it. */
  readonly name: string;
  /** The unit that is to read it, and where that is: as the operator wrote them. */
  readonly unit: string;
  readonly address: string;
  /** Compact JWS of the staff authority. */
  readonly certificate: string;
}

/** What the operator proposes to transmit: nothing of it has gone anywhere. */
export interface Proposal {
  /** UUID in lower case, made by the console. */
  readonly report: string;
  readonly recipient: Recipient;
  readonly fields: readonly Field[];
}

export type Decision = "yes" | "no" | "later" | "withdrawn";

/** What the visitor decided, as her page said it: a `yes` is believed only once it is verified. */
export interface Decided {
  readonly report: string;
  readonly decision: Decision;
  /** With `yes`: the exact text that she agreed to, and her signature. */
  readonly document?: string;
  readonly consent?: string;
}

const DECISIONS: readonly unknown[] = ["yes", "no", "later", "withdrawn"] satisfies Decision[];
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Read the words of a `proposal`; null when they are none. */
export function readProposal(data: string): Proposal | null {
  const found = json(data);
  const fields = readFields(found?.["fields"]);
  const recipient = found?.["recipient"];
  if (!isUuid(found?.["report"]) || !isRecipient(recipient) || !fields) return null;
  const { partner, name, unit, address, certificate } = recipient;
  return { report: found["report"], recipient: { partner, name, unit, address, certificate }, fields };
}

/** Read the words of a `consent`; null when they are none. */
export function readDecided(data: string): Decided | null {
  const { report, decision, document, consent } = json(data) ?? {};
  if (!isUuid(report) || !isDecision(decision)) return null;
  if (decision !== "yes") return { report, decision };
  return typeof document === "string" && typeof consent === "string" ? { report, decision, document, consent } : null;
}

/** Read fields: known names in their order, each once, none empty or too long. Null when one is otherwise. */
export function readFields(found: unknown): Field[] | null {
  if (!Array.isArray(found)) return null;
  const fields: Field[] = [];
  let last = -1;
  for (const one of found as unknown[]) {
    const [name, value, ...more] = Array.isArray(one) ? (one as unknown[]) : [];
    const place = FIELDS.indexOf(name as FieldName);
    if (place <= last || typeof value !== "string" || more.length > 0) return null;
    if (value.trim() === "" || value.length > MAX_VALUE) return null;
    fields.push([name as FieldName, value]);
    last = place;
  }
  return fields;
}

/** Return what of a form's values goes into a report: in order, without what is empty. */
export function fieldsOf(values: Readonly<Partial<Record<FieldName, string>>>): Field[] {
  return FIELDS.flatMap((name) => {
    const value = values[name] ?? "";
    return value.trim() === "" ? [] : [[name, value] as const];
  });
}

/** Return the JSON object that a text is, or null. */
export function json(text: string): Readonly<Record<string, unknown>> | null {
  return object(new TextEncoder().encode(text));
}

export function isUuid(found: unknown): found is string {
  return typeof found === "string" && UUID.test(found);
}

function isDecision(found: unknown): found is Decision {
  return DECISIONS.includes(found);
}

function isRecipient(found: unknown): found is Recipient {
  if (typeof found !== "object" || found === null) return false;
  const { partner, name, unit, address, certificate } = found as Readonly<Record<string, unknown>>;
  return [partner, name, unit, address, certificate].every((each) => typeof each === "string");
}
