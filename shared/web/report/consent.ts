import { compactVerify } from "jose";
import { check, Unverified } from "../sealing/credential";
import { publicJwk, signerKey, thumbprint } from "../sealing/keys";
import { object } from "../sealing/plain";
import { type Content, digestOf, readDocument } from "./document";
import type { Decided, Proposal } from "./fields";
import type { Partner } from "./partner";

/** Whoever signs for a conversation: the keys of the visitor's page. */
export interface Signing {
  sign(claims: object, typ: string): Promise<string>;
}

/** A consent that was verified: what is sealed, and what it says. */
export interface Consent {
  readonly document: string;
  readonly consent: string;
  readonly content: Content;
}

/** What a consent has to agree with. */
export interface About {
  readonly conversation: string;
  /** Thumbprint of the conversation's signing key. */
  readonly signer: string;
  readonly proposal: Proposal;
  /** The partner of the proposal, verified. */
  readonly partner: Partner;
}

const VERSION = 1;
const CONSENT = "havre-consent+jwt";
const WITHDRAWAL = "havre-withdrawal+jwt";

/** Sign a document: the visitor agrees to exactly this text, for exactly this recipient. Throws for any other text. */
export async function signConsent(keys: Signing, document: string, nowMs = Date.now()): Promise<string> {
  const content = readDocument(document);
  if (!content) throw new TypeError("no document to agree to");
  const { report, conversation, recipient } = content;
  const { partner, kid } = recipient;
  const digest = await digestOf(document);
  const said = { v: VERSION, decision: "yes", report, conversation, partner, kid, digest, iat: seconds(nowMs) };
  return keys.sign(said, CONSENT);
}

/** Sign that the consent to a report is withdrawn. */
export function signWithdrawal(
  keys: Signing,
  { report, conversation }: Pick<Content, "report" | "conversation">,
  nowMs = Date.now(),
): Promise<string> {
  return keys.sign({ v: VERSION, report, conversation, iat: seconds(nowMs) }, WITHDRAWAL);
}

/**
 * Verify a `yes`: the conversation's own key signed exactly this text, for the recipient that was proposed.
 *
 * Throws `Unverified`, and says why without quoting anything. What she changed of the fields is hers to change.
 */
export async function readConsent(decided: Decided, about: About): Promise<Consent> {
  const { document = "", consent = "" } = decided;
  const { proposal, partner, conversation } = about;
  check(decided.decision === "yes" && decided.report === proposal.report, "of another report");
  const said = await signed(consent, about.signer);
  check(said["v"] === VERSION && said["decision"] === "yes" && typeof said["iat"] === "number", "no consent");
  check(said["report"] === proposal.report && said["conversation"] === conversation, "to another report");
  check(said["partner"] === partner.partner && said["kid"] === partner.kid, "for another recipient");
  check(said["digest"] === (await digestOf(document)), "to another text");
  const content = readDocument(document);
  if (!content) throw new Unverified("to no report");
  check(content.report === proposal.report && content.conversation === conversation, "to another report");
  const { recipient } = content;
  check(recipient.partner === partner.partner && recipient.kid === partner.kid, "for another recipient");
  const { name, unit, address } = proposal.recipient;
  check(recipient.name === name && recipient.unit === unit && recipient.address === address, "for another recipient");
  return { document, consent, content };
}

async function signed(token: string, signer: string): Promise<Readonly<Record<string, unknown>>> {
  try {
    const { payload, protectedHeader } = await compactVerify(token, ({ jwk }) => signerKey(jwk), { algorithms: ["ES256"] });
    const jwk = publicJwk(protectedHeader.jwk);
    const said = object(payload);
    if (jwk && said && protectedHeader.typ === CONSENT && (await thumbprint(jwk)) === signer) return said;
  } catch {
    throw new Unverified("not signed");
  }
  throw new Unverified("not signed by whom it should be");
}

function seconds(ms: number): number {
  return Math.floor(ms / 1_000);
}
