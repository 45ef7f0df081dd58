import { base64url, compactDecrypt } from "jose";
import { beforeAll, describe, expect, test } from "vitest";
import { Unverified } from "../sealing/credential";
import { ID } from "../sealing/office.fixture";
import { VisitorKeys } from "../sealing/visitor";
import {
  type About,
  type Content,
  type Decided,
  documentFits,
  documentOf,
  fieldsOf,
  makeAnswerKey,
  openAnswer,
  type Proposal,
  readConsent,
  readDecided,
  readDocument,
  readProposal,
  sealReport,
  signConsent,
  signWithdrawal,
  statusOf,
  verifyPartner,
  verifyRecipient,
} from "./index";
import { answered, FIELDS_SAID, NOW, PartnerOffice, REPORT } from "./office.fixture";

let office: PartnerOffice;
let keys: VisitorKeys;
let proposal: Proposal;
let about: About;
let content: Content;

beforeAll(async () => {
  office = await PartnerOffice.make();
  keys = await VisitorKeys.make(office.authority.jwk);
  proposal = { report: REPORT, recipient: await office.recipient(), fields: FIELDS_SAID };
  const partner = await verifyRecipient(proposal.recipient, office.authority.jwk, NOW);
  about = { conversation: ID, signer: await keys.signer(), proposal, partner };
  const recipient = { ...proposal.recipient, kid: partner.kid };
  content = { report: REPORT, conversation: ID, recipient, fields: FIELDS_SAID, answerKey: makeAnswerKey() };
});

async function agreed(changes: Partial<Content> = {}): Promise<Decided> {
  const document = documentOf({ ...content, ...changes });
  return { report: REPORT, decision: "yes", document, consent: await signConsent(keys, document) };
}

describe("a partner", () => {
  test("is who its certificate says", async () => {
    const partner = await verifyPartner(await office.certificate(), office.authority.jwk, NOW);
    expect(partner).toMatchObject({ partner: "ddsp-67", force: "police", departments: ["67"] });
  });

  test.each([
    ["expired", { exp: Math.floor(NOW / 1_000) - 3 * 86_400 }],
    ["not valid yet", { iat: Math.floor(NOW / 1_000) + 3 * 86_400 }],
    ["of another key", { sub: "x".repeat(43) }],
    ["without a key", { cnf: {} }],
    ["without a name", { name: "" }],
    ["with a bad id", { partner: "DDSP 67" }],
    ["of no force", { force: "army" }],
    ["of no department", { departments: "67" }],
  ])("is none when its certificate is %s", async (_why, said) => {
    await expect(verifyPartner(await office.certificate(said), office.authority.jwk, NOW)).rejects.toThrow(Unverified);
  });

  test("is none by another authority, for another use, or by another name", async () => {
    const other = await PartnerOffice.make();
    const { authority } = office;
    await expect(verifyPartner(await other.certificate(), authority.jwk, NOW)).rejects.toThrow(Unverified);
    const account = await office.certificate({}, "havre-account+jwt");
    await expect(verifyPartner(account, authority.jwk, NOW)).rejects.toThrow(Unverified);
    const renamed = { ...proposal.recipient, name: "Un autre service" };
    await expect(verifyRecipient(renamed, authority.jwk, NOW)).rejects.toThrow(Unverified);
  });
});

describe("what is said in the chat", () => {
  test("is read as it was written", () => {
    expect(readProposal(JSON.stringify(proposal))).toEqual(proposal);
    expect(readDecided(JSON.stringify({ report: REPORT, decision: "later" }))).toEqual({ report: REPORT, decision: "later" });
  });

  test.each([
    ["fields in another order", [["when", "x"], ["facts", "x"]]],
    ["a field twice", [["when", "x"], ["when", "y"]]],
    ["a field that there is not", [["name", "x"]]],
    ["an empty field", [["facts", " "]]],
    ["a field that is too long", [["facts", "x".repeat(2_001)]]],
    ["no text", [["facts", 1]]],
    ["more than a value", [["facts", "x", "y"]]],
    ["no fields", {}],
  ])("is no proposal with %s", (_why, fields) => {
    expect(readProposal(JSON.stringify({ ...proposal, fields }))).toBeNull();
  });

  test("is no decision without what it needs", () => {
    for (const text of ["", "[]", "null", JSON.stringify({ report: REPORT, decision: "yes", document: "{}" })]) {
      expect(readDecided(text)).toBeNull();
    }
    expect(readDecided(JSON.stringify({ report: REPORT, decision: "maybe" }))).toBeNull();
    expect(readDecided(JSON.stringify({ report: "r", decision: "no" }))).toBeNull();
  });

  test("takes of a form what is not empty, in order", () => {
    expect(fieldsOf({ contact: "06", facts: "x", when: " \n" })).toEqual([
      ["facts", "x"],
      ["contact", "06"],
    ]);
  });
});

describe("a document", () => {
  test("says what it was made of", () => {
    expect(readDocument(documentOf(content))).toEqual({ ...content, recipient: expect.not.objectContaining({ certificate: "" }) as object });
    expect(documentOf(content)).not.toContain("certificate");
  });

  test("fits as long as a message holds it", () => {
    const filled = (length: number): string => documentOf({ ...content, fields: [["facts", "é".repeat(length)]] });
    expect(documentFits(filled(2_000))).toBe(true);
    expect(documentFits(documentOf({ ...content, fields: [["facts", '"'.repeat(2_000)]] }))).toBe(false);
    expect(documentFits(filled(3_900))).toBe(false);
  });

  test("without anything to say is none, and is not signed", async () => {
    const empty = documentOf({ ...content, fields: [] });
    expect(readDocument(empty)).toBeNull();
    await expect(signConsent(keys, empty)).rejects.toThrow(TypeError);
  });
});

describe("a consent", () => {
  test("counts for exactly what was signed, after her edits too", async () => {
    const decided = await agreed({ fields: FIELDS_SAID.slice(0, 1) });
    const consent = await readConsent(decided, about);
    expect(consent.document).toBe(decided.document);
    expect(consent.content.fields).toEqual(FIELDS_SAID.slice(0, 1));
  });

  test("does not count for another text", async () => {
    const decided = await agreed();
    for (const document of [`${decided.document} `, documentOf({ ...content, fields: [["facts", "Autre chose"]] })]) {
      await expect(readConsent({ ...decided, document }, about)).rejects.toThrow("to another text");
    }
  });

  test("does not count by another key", async () => {
    const other = await VisitorKeys.make(office.authority.jwk);
    const document = documentOf(content);
    const forged: Decided = { report: REPORT, decision: "yes", document, consent: await signConsent(other, document) };
    await expect(readConsent(forged, about)).rejects.toThrow(Unverified);
    await expect(readConsent({ ...forged, consent: "no.signature.here" }, about)).rejects.toThrow(Unverified);
  });

  test("does not count for another recipient, report or conversation", async () => {
    const { recipient } = content;
    for (const changes of [
      { recipient: { ...recipient, partner: "ddsp-69" } },
      { recipient: { ...recipient, kid: "x".repeat(43) } },
      { recipient: { ...recipient, name: "Un autre" } },
      { recipient: { ...recipient, unit: "Un autre" } },
      { recipient: { ...recipient, address: "Ailleurs" } },
      { report: ID },
      { conversation: REPORT },
    ]) {
      await expect(readConsent(await agreed(changes), about)).rejects.toThrow(Unverified);
    }
    await expect(readConsent({ ...(await agreed()), report: ID }, about)).rejects.toThrow(Unverified);
  });

  test("is no withdrawal, and a withdrawal is no consent", async () => {
    const withdrawal = await signWithdrawal(keys, content);
    await expect(readConsent({ ...(await agreed()), consent: withdrawal }, about)).rejects.toThrow(Unverified);
  });

  test("is not given once the keys are forgotten", async () => {
    const gone = await VisitorKeys.make(office.authority.jwk);
    gone.forget();
    await expect(signConsent(gone, documentOf(content))).rejects.toThrow(RangeError);
  });
});

test("a sealed report is opened by the partner's key, and its length says nothing", async () => {
  const decided = await agreed();
  const consent = await readConsent(decided, about);
  const sealed = await sealReport(about.partner, consent);
  const { plaintext, protectedHeader } = await compactDecrypt(sealed, office.partner.privateKey);
  expect(plaintext.length).toBe(4_096);
  expect(protectedHeader).toMatchObject({ typ: "havre-report+jwe", kid: about.partner.kid });
  const { document } = consent;
  expect(JSON.parse(new TextDecoder().decode(plaintext))).toEqual({ v: 1, kind: "report", document, consent: decided.consent });
  const long = await readConsent(await agreed({ fields: [["facts", "é".repeat(1_900)]] }), about);
  expect((await compactDecrypt(await sealReport(about.partner, long), office.partner.privateKey)).plaintext.length).toBe(16_384);
});

describe("an answer", () => {
  const appointment = { at: "2026-11-24T14:30:00+01:00", place: "Bureau 12", with: "une enquêtrice" };
  const said = { v: 1, report: REPORT, reference: "2026/001234", appointment, message: null };

  test("opens with the key of the document alone", async () => {
    const sealed = await answered(base64url.decode(content.answerKey), said);
    const opened = { reference: "2026/001234", appointment, message: null };
    expect(await openAnswer(sealed, content.answerKey, REPORT)).toEqual(opened);
    expect(await openAnswer(sealed, makeAnswerKey(), REPORT)).toBeNull();
    expect(await openAnswer(sealed, content.answerKey, ID)).toBeNull();
    expect(await openAnswer(sealed, "", REPORT)).toBeNull();
    expect(await openAnswer(`${sealed.slice(0, -2)}AA`, content.answerKey, REPORT)).toBeNull();
  });

  test("is none when it is something else, and has no appointment without a time", async () => {
    const key = base64url.decode(content.answerKey);
    expect(await openAnswer(await answered(key, said, "havre-report+jwe"), content.answerKey, REPORT)).toBeNull();
    const timeless = await answered(key, { ...said, appointment: { ...appointment, at: "demain" } });
    expect(await openAnswer(timeless, content.answerKey, REPORT)).toMatchObject({ appointment: null });
  });
});

test("a message of the service says where a report stands, or nothing", () => {
  const body = JSON.stringify({ v: 1, report: REPORT, status: "submitted", overdue: true });
  expect(statusOf(body)).toEqual({ report: REPORT, status: "submitted", overdue: true, answer: null, reason: null });
  for (const other of ["", "{}", JSON.stringify({ v: 2, report: REPORT, status: "taken" }), body.replace("submitted", "received")]) {
    expect(statusOf(other)).toBeNull();
  }
});
