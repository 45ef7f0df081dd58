import type { Outgoing, Stored } from "@shared/conversation";
import { documentOf, makeAnswerKey } from "@shared/report";
import { describe, expect, test } from "vitest";
import { cardsOf, standing, underWay } from "./cards";

const CONVERSATION = "0190b2f0-0000-7000-8000-000000000001";
const REPORTS = ["11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222"] as const;
const TO = { partner: "police-69", name: "Police du Rhône", unit: "Commissariat", address: "1 rue Un", certificate: "c" };

let seq = 0;
const message = (by: Stored["by"], kind: Stored["kind"], body: object): Stored => {
  seq += 1;
  return { seq, cid: `cid-${seq}`, at: seq, by, kind, body: JSON.stringify(body) };
};
const proposal = (report: string, facts = "MARKER") =>
  message("operator", "proposal", { report, recipient: TO, fields: [["facts", facts]] });
const yes = (report: string, facts = "MARKER") => {
  const recipient = { ...TO, kid: "k".repeat(43) };
  const document = documentOf({ report, conversation: CONVERSATION, recipient, fields: [["facts", facts]], answerKey: makeAnswerKey() });
  return message("visitor", "consent", { report, decision: "yes", document, consent: "a.b.c" });
};
const said = (report: string, decision: string) => message("visitor", "consent", { report, decision });
const status = (report: string, state: string, more = {}) => message("service", "service", { v: 1, report, status: state, ...more });
const sending = ({ cid, body }: Stored, refused: Outgoing["refused"] = null): Outgoing => ({ cid, body, kind: "consent", refused });
const [FIRST, SECOND] = REPORTS;

describe("the cards of a conversation", () => {
  test("a proposal waits for an answer, and no or later can be changed", () => {
    const log = [proposal(FIRST), said(FIRST, "later"), said(FIRST, "no")];
    expect(cardsOf(log.slice(0, 1))[0]).toMatchObject({ decided: null, agreed: null, replaced: false });
    expect(cardsOf(log)[0]?.decided).toMatchObject({ decision: "no", way: "stored" });
    expect(cardsOf([...log, yes(FIRST)])[0]?.agreed?.fields).toEqual([["facts", "MARKER"]]);
  });

  test("a newer proposal replaces what was not agreed to, and nothing else", () => {
    const unanswered = [proposal(FIRST), said(FIRST, "no"), proposal(SECOND)];
    expect(cardsOf(unanswered).map(({ replaced }) => replaced)).toEqual([true, false]);
    const agreed = [proposal(FIRST), yes(FIRST), proposal(SECOND)];
    expect(cardsOf(agreed).map(({ replaced }) => replaced)).toEqual([false, false]);
  });

  test("a yes that was on its way while a newer proposal came counts", () => {
    const [card] = cardsOf([proposal(FIRST), proposal(SECOND), yes(FIRST)]);
    expect(card).toMatchObject({ replaced: false, decided: { decision: "yes" } });
    expect(card?.agreed).not.toBeNull();
  });

  test("what was agreed to is not overwritten by a proposal of the same name, nor by a no", () => {
    const log = [proposal(FIRST), yes(FIRST), proposal(FIRST, "OTHER"), said(FIRST, "no")];
    const cards = cardsOf(log);
    expect(cards).toHaveLength(1);
    expect(cards[0]?.agreed?.fields).toEqual([["facts", "MARKER"]]);
    expect(cards[0]?.decided?.decision).toBe("yes");
  });

  test("a decision is leaving until it is stored, and is none once it is refused", () => {
    const shown = proposal(FIRST);
    expect(cardsOf([shown], [sending(yes(FIRST))])[0]).toMatchObject({ decided: { way: "leaving" } });
    const [refused] = cardsOf([shown], [sending(yes(FIRST), "too_large")]);
    expect(refused).toMatchObject({ agreed: null, decided: { way: "refused" } });
  });

  test("the last word of the service holds; nobody else's is one", () => {
    const log = [proposal(FIRST), yes(FIRST), status(FIRST, "submitted"), status(FIRST, "submitted", { overdue: true })];
    const [late] = cardsOf(log);
    expect(late && standing(late)).toMatchObject({ status: "submitted", overdue: true });
    expect(late && underWay(late)).toBe(true);
    const forged = { ...status(FIRST, "taken"), by: "operator" as const };
    expect(cardsOf([...log, forged])[0]?.statuses).toHaveLength(2);
    const [withdrawn] = cardsOf([...log, status(FIRST, "withdrawn")]);
    expect(withdrawn && underWay(withdrawn)).toBe(false);
  });

  test("a proposal of somebody else, a decision of somebody else and a broken one count for nothing", () => {
    const strange = [
      { ...proposal(FIRST), by: "psychologist" as const },
      { ...proposal(FIRST), body: "{" },
      { ...said(FIRST, "no"), by: "operator" as const },
    ];
    expect(cardsOf(strange)).toEqual([]);
    expect(cardsOf([proposal(SECOND), { ...yes(SECOND), by: "operator" as const }])[0]?.agreed).toBeNull();
  });
});
