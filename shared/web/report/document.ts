import { base64url } from "jose";
import { fits } from "../sealing/plain";
import { type Field, isUuid, json, MAX_DOCUMENT, readFields, type Recipient } from "./fields";

/** The exact content and recipient that a visitor agrees to. */
export interface Content {
  readonly report: string;
  readonly conversation: string;
  readonly recipient: Omit<Recipient, "certificate"> & { readonly kid: string };
  readonly fields: readonly Field[];
  /** What the partner seals its answer with: base64url of 32 bytes, made by the visitor's page. */
  readonly answerKey: string;
}

const VERSION = 1;
const KEY_BYTES = 32;
/** Room for a consent's signature, in characters. */
const MAX_CONSENT = 1_024;

/** Return a fresh key for the answer to one report. */
export function makeAnswerKey(): string {
  return base64url.encode(crypto.getRandomValues(new Uint8Array(KEY_BYTES)));
}

/**
 * Return the document: the JSON text that is shown, digested, signed over and sealed.
 *
 * From then on it is that text, character for character: nobody writes it anew.
 */
export function documentOf({ report, conversation, recipient, fields, answerKey }: Content): string {
  const { partner, name, unit, address, kid } = recipient;
  const to = { partner, name, unit, address, kid };
  return JSON.stringify({ v: VERSION, report, conversation, recipient: to, fields, answer_key: answerKey });
}

/** Return what a document says, or null when it is none. */
export function readDocument(document: string): Content | null {
  if (bytes(document) > MAX_DOCUMENT) return null;
  const found = json(document);
  const { report, conversation, answer_key: answerKey } = found ?? {};
  const fields = readFields(found?.["fields"]);
  const recipient = readRecipient(found?.["recipient"]);
  if (found?.["v"] !== VERSION || !isUuid(report) || !isUuid(conversation)) return null;
  if (!fields?.length || !recipient || !isKey(answerKey)) return null;
  return { report, conversation, recipient, fields, answerKey };
}

/** Whether a document is short enough, and a message holds it with its consent. */
export function documentFits(document: string): boolean {
  const consent = "-".repeat(MAX_CONSENT);
  return bytes(document) <= MAX_DOCUMENT && fits(JSON.stringify({ report: "-".repeat(36), decision: "yes", document, consent }));
}

/** Return what a consent says of a document: base64url of the SHA-256 of its UTF-8 bytes. */
export async function digestOf(document: string): Promise<string> {
  return base64url.encode(new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(document))));
}

/** Return the bytes of an answer key, or null when it is none. */
export function keyBytes(answerKey: string): Uint8Array | null {
  try {
    const raw = base64url.decode(answerKey);
    return raw.length === KEY_BYTES ? raw : null;
  } catch {
    return null;
  }
}

function isKey(found: unknown): found is string {
  return typeof found === "string" && keyBytes(found) !== null;
}

function bytes(text: string): number {
  return new TextEncoder().encode(text).length;
}

function readRecipient(found: unknown): Content["recipient"] | null {
  if (typeof found !== "object" || found === null) return null;
  const { partner, name, unit, address, kid } = found as Readonly<Record<string, unknown>>;
  if (typeof partner !== "string" || typeof name !== "string" || typeof kid !== "string") return null;
  return typeof unit === "string" && typeof address === "string" ? { partner, name, unit, address, kid } : null;
}
