import type { Outgoing, Stored } from "@shared/conversation";
import {
  type Decided,
  type Decision,
  type Field,
  type FieldName,
  FIELDS,
  type Proposal,
  readDecided,
  readProposal,
  type ServiceStatus,
  statusOf,
} from "@shared/report";

/** One proposal and everything that came of it, as the conversation's messages tell it. */
export interface Case {
  readonly proposal: Proposal;
  /** Number of the message that proposes it; null while the server does not have it. */
  readonly seq: number | null;
  /** When it was shown, in milliseconds of the server's clock; null as `seq`. */
  readonly at: number | null;
  /** The server will not take the message that proposes it. */
  readonly unsaid: boolean;
  /** Another proposal came after it, before there was a yes. */
  readonly replaced: boolean;
  /** The visitor's last word, and when. */
  readonly decision: Decision | null;
  readonly decidedAt: number | null;
  /** The first `yes`: no later word changes what was agreed to. */
  readonly yes: Decided | null;
  /** The last thing that the service said of it, and when. */
  readonly status: ServiceStatus | null;
  readonly statusAt: number | null;
}

/** What the visitor changed of one field; null: it was not there, or is not there any more. */
export interface Change {
  readonly name: FieldName;
  readonly before: string | null;
  readonly after: string | null;
}

type Message = Pick<Stored, "seq" | "at" | "kind" | "body">;

const UNDECIDED = { decision: null, decidedAt: null, yes: null, status: null, statusAt: null, replaced: false };
const known = new WeakMap<readonly Message[], Case[]>();

/** Return the signalements of a conversation, in order. What cannot be read counts for nothing. */
export function casesOf(messages: readonly Message[], outgoing: readonly Outgoing[] = []): readonly Case[] {
  const told = known.get(messages) ?? messages.reduce(heard, []);
  known.set(messages, told);
  return outgoing.reduce(leaving, told);
}

/** Whether it is this console's to hand in: she agreed, did not take it back, and the service has not got it. */
export function isDue({ yes, decision, status }: Case): boolean {
  return yes !== null && decision !== "withdrawn" && status === null;
}

/** What is agreed to against what was proposed, in the order of fields. */
export function changesOf(proposed: readonly Field[], agreed: readonly Field[]): Change[] {
  const [before, after] = [new Map(proposed), new Map(agreed)];
  return FIELDS.flatMap((name) => {
    const change = { name, before: before.get(name) ?? null, after: after.get(name) ?? null };
    return change.before === change.after ? [] : [change];
  });
}

function heard(cases: Case[], { kind, body, seq, at }: Message): Case[] {
  switch (kind) {
    case "proposal": {
      const proposal = readProposal(body);
      return proposal ? proposed(cases, { ...UNDECIDED, proposal, seq, at, unsaid: false }) : cases;
    }
    case "consent": {
      const decided = readDecided(body);
      return decided ? change(cases, decided.report, (one) => decide(one, decided, at)) : cases;
    }
    case "service": {
      const status = statusOf(body);
      return status ? change(cases, status.report, (one) => ({ ...one, status, statusAt: at })) : cases;
    }
    default:
      return cases;
  }
}

function leaving(cases: Case[], { kind, body, refused }: Outgoing): Case[] {
  const proposal = kind === "proposal" ? readProposal(body) : null;
  return proposal ? proposed(cases, { ...UNDECIDED, proposal, seq: null, at: null, unsaid: refused !== null }) : cases;
}

/** A report is proposed once: another text under its id is nothing that anybody could agree to. */
function proposed(cases: Case[], one: Case): Case[] {
  if (cases.some(({ proposal }) => proposal.report === one.proposal.report)) return cases;
  const before = one.unsaid ? cases : cases.map((each) => (each.yes ? each : { ...each, replaced: true }));
  return [...before, one];
}

function decide(one: Case, decided: Decided, at: number): Case {
  const { decision } = decided;
  // After a yes there is one word left to say.
  if (one.yes) return decision === "withdrawn" ? { ...one, decision, decidedAt: at } : one;
  if (decision === "withdrawn") return one;
  return { ...one, decision, decidedAt: at, yes: decision === "yes" ? decided : null };
}

function change(cases: Case[], report: string, to: (one: Case) => Case): Case[] {
  return cases.map((one) => (one.proposal.report === report ? to(one) : one));
}
