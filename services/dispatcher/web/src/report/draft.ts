import { documentFits, documentOf, type FieldName, fieldsOf, makeAnswerKey, type Proposal, type Recipient } from "@shared/report";
import { fits } from "@shared/sealing/plain";
import type { HeldFrame } from "@shared/frames";

/** What an operator is preparing for one conversation; in memory only. */
export interface Draft {
  readonly department: string;
  /** Id of the partner chosen; empty: none yet. */
  readonly partner: string;
  readonly unit: string;
  readonly address: string;
  readonly values: Readonly<Partial<Record<FieldName, string>>>;
  /** It is on screen even though there is a proposal already. */
  readonly open: boolean;
  /** Something was written in it since it was last shown. */
  readonly touched: boolean;
}

/** Why a draft cannot be shown yet. */
export type Fault = "recipient" | "unit" | "facts" | "long";

const DEPARTMENT = /^[0-9][0-9AB][0-9]?$/;
const ID = "-".repeat(36);
const KID = "-".repeat(43);

/** What is known before anything is written. */
export function newDraft(held: HeldFrame): Draft {
  const { department, unit } = held;
  return { department: department ?? "", partner: "", unit: unit ?? "", address: "", values: {}, open: false, touched: false };
}

/** Whether it can be the code of a department: 95, 2A, 974. */
export function isDepartment(code: string): boolean {
  return DEPARTMENT.test(code);
}

/** Return what the draft proposes to a recipient. */
export function proposalOf(draft: Draft, report: string, to: Pick<Recipient, "partner" | "name" | "certificate">): Proposal {
  const { partner, name, certificate } = to;
  const recipient = { partner, name, unit: draft.unit.trim(), address: draft.address.trim(), certificate };
  return { report, recipient, fields: fieldsOf(draft.values) };
}

/** Return what is missing or too much, in the order of the form. */
export function faultsOf(draft: Draft, to: Pick<Recipient, "partner" | "name" | "certificate"> | null): Fault[] {
  const faults: Fault[] = [];
  if (!to) faults.push("recipient");
  if (draft.unit.trim() === "") faults.push("unit");
  if ((draft.values.facts ?? "").trim() === "") faults.push("facts");
  if (to && isLong(draft, to)) faults.push("long");
  return faults;
}

/** Whether no message holds the proposal, or none would hold her yes to it. */
function isLong(draft: Draft, to: Pick<Recipient, "partner" | "name" | "certificate">): boolean {
  const proposal = proposalOf(draft, ID, to);
  const { fields, recipient } = proposal;
  const content = { report: ID, conversation: ID, recipient: { ...recipient, kid: KID }, fields, answerKey: makeAnswerKey() };
  return !fits(JSON.stringify(proposal)) || !documentFits(documentOf(content));
}
