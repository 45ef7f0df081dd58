import { compactDecrypt } from "jose";
import { describe, expect, test } from "vitest";
import { Unverified } from "../sealing/credential";
import { type PublicJwk, thumbprint } from "../sealing/keys";
import { read } from "../sealing/plain";
import vectors from "../sealing/vectors.json";
import {
  type About,
  documentFits,
  openAnswer,
  readConsent,
  readDocument,
  readProposal,
  verifyPartner,
  verifyRecipient,
} from "./index";

// The twin of tests/sealing has made this file with `python -m tests.sealing.vectors`.

const { scene, hostile } = vectors;
const authority = scene.authority as PublicJwk;
const nowMs = scene.now * 1_000;
const said = scene.report;
const { report, reference, appointment, message } = said.answer;

async function about(signer: string): Promise<About> {
  const proposal = readProposal(said.proposal);
  if (!proposal) throw new Error("no proposal");
  const partner = await verifyRecipient(proposal.recipient, authority, nowMs);
  return { conversation: scene.conversation, signer, proposal, partner };
}

async function opensAsPartner(sealed: string): Promise<Uint8Array> {
  const key = await crypto.subtle.importKey("jwk", said.private, { name: "ECDH", namedCurve: "P-256" }, false, ["deriveBits"]);
  return (await compactDecrypt(sealed, key)).plaintext;
}

describe.each(["twin", "pages"] as const)("the report of the scene as played by the %s", (player) => {
  const played = vectors[player].report;

  test("was agreed to by the conversation's key", async () => {
    const { signer } = JSON.parse(vectors[player].exported) as { signer: PublicJwk };
    expect(played.signer).toBe(await thumbprint(signer));
    const consent = await readConsent({ report, decision: "yes", ...played }, await about(played.signer));
    expect(consent.content.fields).toEqual(said.agreed);
    expect(consent.content).toEqual(readDocument(played.document));
    expect(documentFits(played.document)).toBe(true);
  });

  test("is opened by its recipient", async () => {
    const { document, consent } = played;
    const plaintext = await opensAsPartner(played.sealed);
    expect(JSON.parse(new TextDecoder().decode(plaintext))).toEqual({ v: 1, kind: "report", document, consent });
    expect(plaintext.length).toBe(4_096);
  });

  test("is answered for whoever has its document", async () => {
    expect(await openAnswer(played.answer, readDocument(played.document)?.answerKey ?? "", report)).toEqual({ reference, appointment, message });
  });
});

test("a partner of the scene is who its certificate says", async () => {
  await expect(verifyPartner(said.certificate, authority, nowMs)).resolves.toMatchObject({ partner: "ddsp-67", kid: said.kid });
});

describe("what nobody may take", () => {
  test.each(hostile.partners)("a partner: $why", async ({ certificate }) => {
    await expect(verifyPartner(certificate, authority, nowMs)).rejects.toThrow(Unverified);
  });

  test.each(hostile.consents)("a consent: $why", async ({ document, consent }) => {
    const decided = { report, decision: "yes", document, consent } as const;
    await expect(readConsent(decided, await about(vectors.twin.report.signer))).rejects.toThrow(Unverified);
  });

  test.each(hostile.answers)("an answer: $why", async ({ answer }) => {
    const key = readDocument(vectors.twin.report.document)?.answerKey ?? "";
    expect(await openAnswer(answer, key, report)).toBeNull();
  });

  test.each([
    ["proposal", "visitor"],
    ["proposal", "psychologist"],
    ["consent", "operator"],
    ["consent", "service"],
  ] as const)("a %s said as %s", (k, by) => {
    const place = { conversation: scene.conversation, cid: "cid-000001", by };
    const plain = JSON.stringify({ v: 1, c: place.conversation, i: place.cid, b: by, k, d: "{}" });
    expect(read(new TextEncoder().encode(plain), place)).toBeNull();
  });
});
