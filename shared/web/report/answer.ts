import { compactDecrypt } from "jose";
import { object } from "../sealing/plain";
import { keyBytes } from "./document";
import { isUuid, json } from "./fields";

/** Where a report stands, as the platform says it in the chat. */
export type ReportStatus = "submitted" | "taken" | "refused" | "withdrawn";

/** What a message of the service says: the platform's words, never a person's. */
export interface ServiceStatus {
  readonly report: string;
  readonly status: ReportStatus;
  /** Whether nobody has taken charge of it in the time that was set. */
  readonly overdue: boolean;
  /** Sealed for the visitor and the specialist: `openAnswer` opens it. */
  readonly answer: string | null;
  /** A code, for `refused`. */
  readonly reason: string | null;
}

export interface Appointment {
  /** RFC 3339 with an offset: the offset is the place's own. */
  readonly at: string;
  readonly place: string;
  readonly with: string;
}

/** What the partner answered. */
export interface Answer {
  /** What one says at the desk in order not to tell it again. */
  readonly reference: string | null;
  readonly appointment: Appointment | null;
  readonly message: string | null;
}

const STATUSES: readonly unknown[] = ["submitted", "taken", "refused", "withdrawn"] satisfies ReportStatus[];
const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})$/;
const ALLOWED = { keyManagementAlgorithms: ["dir"], contentEncryptionAlgorithms: ["A256GCM"], maxDecompressedLength: 0 };

/** Read a message of the service; null when it says nothing that this page knows. */
export function statusOf(body: string): ServiceStatus | null {
  const { v, report, status, overdue, answer, reason } = json(body) ?? {};
  if (v !== 1 || !isUuid(report) || !isStatus(status)) return null;
  return { report, status, overdue: overdue === true, answer: text(answer), reason: text(reason) };
}

/** Open the partner's answer to a report with the key of its document; null when it does not open or is no answer. */
export async function openAnswer(sealed: string, answerKey: string, report: string): Promise<Answer | null> {
  const key = keyBytes(answerKey);
  if (!key) return null;
  try {
    const { plaintext, protectedHeader } = await compactDecrypt(sealed, key, ALLOWED);
    const found = object(plaintext);
    if (protectedHeader.typ !== "havre-answer+jwe" || found?.["v"] !== 1 || found["report"] !== report) return null;
    const appointment = readAppointment(found["appointment"]);
    return { reference: text(found["reference"]), appointment, message: text(found["message"]) };
  } catch {
    return null;
  }
}

function readAppointment(found: unknown): Appointment | null {
  if (typeof found !== "object" || found === null) return null;
  const { at, place, with: whom } = found as Readonly<Record<string, unknown>>;
  if (typeof at !== "string" || !INSTANT.test(at) || Number.isNaN(Date.parse(at))) return null;
  return { at, place: text(place) ?? "", with: text(whom) ?? "" };
}

function isStatus(found: unknown): found is ReportStatus {
  return STATUSES.includes(found);
}

function text(found: unknown): string | null {
  return typeof found === "string" && found !== "" ? found : null;
}
