import type { Outgoing } from "@shared/conversation";
import type { Reading } from "@shared/sealed-link";
import { describe, expect, test } from "vitest";
import { type Case, casesOf, changesOf, isDue } from "./cases";
import { stageOf } from "./stage";

const FIRST = "5a0c1f0e-7a55-4f0b-8a3f-0d6a4c1b2e90";
const SECOND = "6b0c1f0e-7a55-4f0b-8a3f-0d6a4c1b2e91";
const recipient = { partner: "ddsp-67", name: "Police", unit: "Commissariat", address: "", certificate: "c.c.c" };

type Heard = [kind: Reading, body: object | string];

function proposal(report = FIRST): Heard {
  return ["proposal", { report, recipient, fields: [["facts", "x"]] }];
}
function said(decision: string, report = FIRST): Heard {
  return ["consent", { report, decision, ...(decision === "yes" ? { document: "{}", consent: "a.b.c" } : {}) }];
}
function status(word: string, more: object = {}, report = FIRST): Heard {
  return ["service", { v: 1, report, status: word, ...more }];
}
function cases(...heard: Heard[]): readonly Case[] {
  return casesOf(
    heard.map(([kind, body], at) => ({ seq: at + 1, at, kind, body: typeof body === "string" ? body : JSON.stringify(body) })),
  );
}
function stage(...heard: Heard[]): string {
  const one = cases(...heard)[0];
  return one ? stageOf(one, "good", undefined) : "none";
}

describe("a signalement stands where the transcript says", () => {
  test.each<[string, Heard[]]>([
    ["shown", [proposal()]],
    ["later", [proposal(), said("later")]],
    ["no", [proposal(), said("later"), said("no")]],
    ["sending", [proposal(), said("no"), said("yes")]],
    ["sending", [proposal(), said("yes"), said("no")]],
    ["dropped", [proposal(), said("yes"), said("withdrawn")]],
    ["shown", [proposal(), said("withdrawn")]],
    ["submitted", [proposal(), said("yes"), status("submitted")]],
    ["overdue", [proposal(), said("yes"), status("submitted", { overdue: true })]],
    ["taken", [proposal(), said("yes"), status("submitted"), status("taken")]],
    ["late", [proposal(), said("yes"), status("taken"), said("withdrawn")]],
    ["withdrawn", [proposal(), said("yes"), status("submitted"), said("withdrawn"), status("withdrawn")]],
    ["refused", [proposal(), said("yes"), status("refused", { reason: "duplicate" })]],
    ["replaced", [proposal(), proposal(SECOND)]],
    ["sending", [proposal(), proposal(SECOND), said("yes")]],
    ["none", [["proposal", "no JSON"], said("yes"), status("taken")]],
  ])("as %s", (expected, heard) => {
    expect(stage(...heard)).toBe(expected);
  });

  test("and another text under its id is nothing that anybody agrees to", () => {
    const [one, ...more] = cases(proposal(), ["proposal", { report: FIRST, recipient, fields: [["when", "y"]] }]);
    expect(one?.proposal.fields).toEqual([["facts", "x"]]);
    expect(more).toEqual([]);
  });
});

test("a report is due from the yes until the service has it or she takes it back", () => {
  const due = (...heard: Heard[]): boolean => cases(...heard).some(isDue);
  expect(due(proposal())).toBe(false);
  expect(due(proposal(), said("later"))).toBe(false);
  expect(due(proposal(), said("yes"))).toBe(true);
  expect(due(proposal(), said("yes"), said("withdrawn"))).toBe(false);
  expect(due(proposal(), said("yes"), status("submitted"))).toBe(false);
});

test("a proposal that has not left, or will not, shows as such", () => {
  const body = JSON.stringify(proposal()[1]);
  const sent = (refused: Outgoing["refused"]): Outgoing => ({ cid: "c", body, kind: "proposal", refused });
  const stages = [null, "too_large"] as const;
  expect(stages.flatMap((refused) => casesOf([], [sent(refused)]).map((one) => stageOf(one, "checking", undefined)))).toEqual(["leaving", "unsaid"]);
});

test("what she changed is told field by field, in their order", () => {
  const proposed = [["facts", "a"], ["when", "b"], ["where", "c"]] as const;
  const agreed = [["facts", "a"], ["when", "B"], ["contact", "06"]] as const;
  expect(changesOf(proposed, agreed)).toEqual([
    { name: "when", before: "b", after: "B" },
    { name: "where", before: "c", after: null },
    { name: "contact", before: null, after: "06" },
  ]);
});
