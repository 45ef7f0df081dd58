import { begin, type Stored } from "@shared/conversation";
import {
  type Content,
  documentOf,
  makeAnswerKey,
  type Proposal,
  signConsent,
  verifyRecipient,
} from "@shared/report";
import { answered, FIELDS_SAID, NOW, PartnerOffice, REPORT } from "@shared/report/office.fixture";
import { keyBytes } from "@shared/report/document";
import { ID } from "@shared/sealing/office.fixture";
import { VisitorKeys } from "@shared/sealing/visitor";
import { compactDecrypt } from "jose";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { heldFrame } from "../desk/frames.fixture";
import { type Line, newLine } from "../desk/line";
import { Reports, type View } from "./reports";

// What a console does with what it reads; the server's answers are played.

const held = heldFrame({ conversation: ID, opened_at: NOW, assigned_at: NOW, department: "67" });

let office: PartnerOffice;
let keys: VisitorKeys;
let signer: string;
let proposal: Proposal;
let content: Content;
let messages: Stored[];
let lines: Line[];
let posted: Record<string, string>[];
let answers: [status: number, body: object][];

function put(kind: Stored["kind"], body: object, by: Stored["by"] = "visitor"): void {
  const seq = messages.length + 1;
  messages = [...messages, { seq, cid: `cid-${seq}`, by, at: NOW + seq, kind, body: JSON.stringify(body) }];
  const line = newLine(held, 1, false, NOW);
  lines = [{ ...line, chat: { ...begin(ID, "operator"), messages } }];
}

async function agree(fields = FIELDS_SAID, key = keys): Promise<void> {
  const document = documentOf({ ...content, fields });
  put("consent", { report: REPORT, decision: "yes", document, consent: await signConsent(key, document) });
}

function reports(): Reports {
  return new Reports({
    lines: () => lines,
    signerOf: () => signer,
    authority: () => office.authority.jwk,
    now: () => NOW,
    propose: () => undefined,
    changed: () => undefined,
  });
}

function viewIn(page: Reports): View | undefined {
  const [line] = lines;
  return line && page.views(line)[0];
}

async function becomes(page: Reports, stage: View["stage"]): Promise<View | undefined> {
  await vi.waitFor(() => expect(viewIn(page)?.stage).toBe(stage));
  return viewIn(page);
}

beforeEach(async () => {
  office = await PartnerOffice.make();
  keys = await VisitorKeys.make(office.authority.jwk);
  signer = await keys.signer();
  proposal = { report: REPORT, recipient: await office.recipient(), fields: FIELDS_SAID };
  const { kid } = await verifyRecipient(proposal.recipient, office.authority.jwk, NOW);
  const recipient = { ...proposal.recipient, kid };
  content = { report: REPORT, conversation: ID, recipient, fields: FIELDS_SAID, answerKey: makeAnswerKey() };
  messages = [];
  lines = [];
  posted = [];
  answers = [];
  put("proposal", proposal, "operator");
  vi.stubGlobal("fetch", (path: string, init: RequestInit) => {
    expect(path).toBe("/api/reports");
    posted.push(JSON.parse(init.body as string) as Record<string, string>);
    const [status, body] = answers.shift() ?? [200, { status: "submitted", reason: null }];
    return Promise.resolve(new Response(JSON.stringify(body), { status }));
  });
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

test("a verified yes is sealed for the partner alone, and handed in once", async () => {
  await agree(FIELDS_SAID.slice(0, 1));
  const page = reports();
  page.read();
  const view = await becomes(page, "submitted");
  page.read();
  expect(posted).toHaveLength(1);
  const [{ sealed, ...rest } = { sealed: "" }] = posted;
  expect(rest).toMatchObject({ conversation: ID, report: REPORT, kind: "report", partner: "ddsp-67", force: "police", department: "67" });
  expect(JSON.stringify(rest)).not.toContain("frappée");
  const { plaintext } = await compactDecrypt(sealed, office.partner.privateKey);
  expect(new TextDecoder().decode(plaintext)).toContain("frappée");
  expect(view?.changes.map(({ name, after }) => [name, after])).toEqual([["when", null], ["contact", null]]);
});

test("a yes that does not verify is shown as such, and never handed in", async () => {
  await agree(FIELDS_SAID, await VisitorKeys.make(office.authority.jwk));
  const page = reports();
  page.read();
  await becomes(page, "bad");
  page.read();
  expect(posted).toEqual([]);
});

test("a yes is not judged before it is known who signs for the conversation", async () => {
  const known = signer;
  signer = null as unknown as string;
  await agree();
  const page = reports();
  page.read();
  expect(viewIn(page)?.stage).toBe("checking");
  signer = known;
  page.read();
  await becomes(page, "submitted");
});

test("no, later and taken back hand nothing in", async () => {
  for (const decision of ["no", "later"]) put("consent", { report: REPORT, decision });
  await agree();
  put("consent", { report: REPORT, decision: "withdrawn" });
  const page = reports();
  page.read();
  await vi.waitFor(() => expect(viewIn(page)?.changes).toEqual([]));
  expect(viewIn(page)?.stage).toBe("dropped");
  expect(posted).toEqual([]);
});

test("while the service is away it is tried again with the same id, until it is taken back", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  answers = [[503, { error: "unavailable" }], [401, { error: "unauthenticated" }], [503, {}]];
  await agree();
  const page = reports();
  page.read();
  await becomes(page, "waiting");
  for (const count of [2, 3]) {
    await vi.advanceTimersByTimeAsync(10_000);
    await vi.waitFor(() => expect(posted).toHaveLength(count));
  }
  expect(new Set(posted.map(({ report }) => report))).toEqual(new Set([REPORT]));
  put("consent", { report: REPORT, decision: "withdrawn" });
  page.read();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(posted).toHaveLength(3);
  expect(viewIn(page)?.stage).toBe("dropped");
});

test("what the platform does not take says why, and can be tried again", async () => {
  answers = [[409, { error: "partner_revoked", detail: "not taken" }]];
  await agree();
  const page = reports();
  page.read();
  expect((await becomes(page, "declined"))?.reason).toBe("partner_revoked");
  page.retry(REPORT);
  await becomes(page, "submitted");
  expect(posted).toHaveLength(2);
});

test("whoever takes the conversation over hands in what is due, and nothing that the service has", async () => {
  await agree();
  const first = reports();
  first.read();
  await becomes(first, "submitted");
  const second = reports();
  second.read();
  await becomes(second, "submitted");
  expect(posted.map(({ report }) => report)).toEqual([REPORT, REPORT]);
  put("service", { v: 1, report: REPORT, status: "submitted" }, "service");
  const third = reports();
  third.read();
  await vi.waitFor(() => expect(viewIn(third)?.stage).toBe("submitted"));
  expect(posted).toHaveLength(2);
});

test("the partner's answer is opened with the key of her document, also after a takeover", async () => {
  await agree();
  const said = { v: 1, report: REPORT, reference: "2026/001234", appointment: null, message: null };
  const sealed = await answered(keyBytes(content.answerKey) ?? new Uint8Array(), said);
  put("service", { v: 1, report: REPORT, status: "taken", answer: sealed }, "service");
  const page = reports();
  page.read();
  await vi.waitFor(() => expect(viewIn(page)?.answer).toMatchObject({ reference: "2026/001234" }));
  expect(viewIn(page)?.stage).toBe("taken");
  expect(posted).toEqual([]);
  put("service", { v: 1, report: REPORT, status: "taken", answer: "no.answer.at.all.x" }, "service");
  page.read();
  await vi.waitFor(() => expect(viewIn(page)?.answer).toBe("closed"));
});

test("a draft is kept for its conversation, and gone with it", () => {
  const page = reports();
  const [line] = lines as [Line];
  expect(page.draft(line)).toMatchObject({ department: "67", values: {} });
  page.write(line, { values: { facts: "x" }, touched: true });
  expect(page.unsaved).toBe(true);
  expect(page.draft(line).values).toEqual({ facts: "x" });
  page.forget(line.id, messages);
  expect(page.unsaved).toBe(false);
  expect(page.draft(line).values).toEqual({});
});
