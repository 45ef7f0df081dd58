import { documentFits, documentOf, type FieldName, fieldsOf } from "@shared/report";
import type { Line } from "../desk/line";
import { placeOf } from "../desk/announce";
import { hour } from "../lib/time";
import { d } from "./say";

/** What an operator says of a patrol. */
export interface Wanted {
  readonly facts: string;
  readonly where: string;
  readonly persons: string;
  readonly danger: string;
  readonly approach: string;
  readonly phone: string;
}

/** What is known before anything is written. */
export function known(line: Line): Wanted {
  const { commune_name: commune, postal_code: code, missing_at: gone, danger_at: at } = line.held;
  const where = [code, commune].filter(Boolean).join(" ");
  const facts = gone ? d("missingFacts", { time: hour(gone), danger: hour(at ?? gone) }) : "";
  return { facts, where, persons: "", danger: "", approach: "", phone: "" };
}

/** The same as the fields of a report; how to come near stands with the danger. */
export function patrolFields({ facts, where, persons, danger, approach, phone }: Wanted): [FieldName, string][] {
  const near = approach.trim() && `${d("patrolApproach")} : ${approach.trim()}`;
  const values = { facts, where, persons, danger: [danger.trim(), near].filter(Boolean).join("\n"), contact: phone };
  return fieldsOf(values).map(([name, value]) => [name, value]);
}

/** What somebody on the telephone is to be told, on one line. */
export function byTelephone(line: Line, wanted: Wanted): string {
  return [wanted.where.trim() || placeOf(line), line.held.unit, wanted.danger.trim()].filter(Boolean).join(", ");
}

/** Whom it is for: the partner, and the unit that is competent. */
export interface To {
  readonly partner: string;
  readonly name: string;
  readonly kid: string;
  readonly unit: string;
}

/** Return the document that is sealed; null when it is too long. */
export function patrolDocument(report: string, line: Line, to: To, wanted: Wanted, answerKey: string): string | null {
  const recipient = { partner: to.partner, name: to.name, unit: to.unit, address: "", kid: to.kid };
  const content = { report, conversation: line.id, recipient, fields: patrolFields(wanted), answerKey };
  const document = documentOf(content);
  return documentFits(document) ? document : null;
}
