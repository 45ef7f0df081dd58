import type { Outgoing, Stored } from "@shared/conversation";
import {
  type Content,
  type Decided,
  type Decision,
  type Proposal,
  readDecided,
  readDocument,
  readProposal,
  type ServiceStatus,
  statusOf,
} from "@shared/report";

/** What became of a report, as one message of the service says it. */
export interface Status extends ServiceStatus {
  readonly seq: number;
  /** Milliseconds since 1970, by the server's clock. */
  readonly at: number;
}

/** What the visitor decided about a proposal. `way`: whether the server has it yet, or will not take it. */
export interface Said {
  readonly decision: Decision;
  readonly way: "stored" | "leaving" | "refused";
  /** Client id of the message that says it. */
  readonly cid: string;
}

/** What was agreed to, as the document of a `yes` says it. */
export type Agreed = Pick<Content, "fields" | "answerKey">;

/** One proposal and everything that came of it, as the conversation's messages tell it. */
export interface Card {
  /** Number of the message that proposes it. */
  readonly seq: number;
  readonly proposal: Proposal;
  readonly decided: Said | null;
  /** There was a `yes`: it is never overwritten by another proposal. */
  readonly agreed: Agreed | null;
  /** A newer proposal took its place before it was agreed to. */
  readonly replaced: boolean;
  /** In order of arrival; the last one holds. */
  readonly statuses: readonly Status[];
}

type Message = Pick<Stored, "seq" | "at" | "cid" | "by" | "kind" | "body">;

/** Return the cards of a conversation, in order. Messages that are no proposal, no decision and no status count for nothing. */
export function cardsOf(messages: readonly Message[], outgoing: readonly Outgoing[] = []): Card[] {
  let cards: Card[] = [];
  for (const message of messages) cards = told(cards, message);
  for (const { kind, body, cid, refused } of outgoing) {
    const decided = kind === "consent" ? readDecided(body) : null;
    if (decided) cards = decide(cards, decided, { cid, way: refused === null ? "leaving" : "refused" });
  }
  return cards;
}

/** The last status of a report; undefined while there is none. */
export function standing(card: Card): Status | undefined {
  return card.statuses.at(-1);
}

/** Whether the report is with the service, and the service may still act on it. */
export function underWay(card: Card): boolean {
  const status = standing(card)?.status;
  return status === "submitted" || status === "taken";
}

function told(cards: Card[], message: Message): Card[] {
  if (message.by === "operator" && message.kind === "proposal") return propose(cards, message);
  if (message.by === "visitor" && message.kind === "consent") {
    const decided = readDecided(message.body);
    return decided ? decide(cards, decided, { cid: message.cid, way: "stored" }) : cards;
  }
  const status = message.by === "service" ? statusOf(message.body) : null;
  if (!status) return cards;
  const { seq, at } = message;
  return changed(cards, status.report, (card) => ({ ...card, statuses: [...card.statuses, { ...status, seq, at }] }));
}

function propose(cards: Card[], { seq, body }: Message): Card[] {
  const proposal = readProposal(body);
  // What was agreed to under this id stays what it was.
  if (!proposal || cards.some((card) => card.proposal.report === proposal.report && card.agreed)) return cards;
  const before = cards.map((card) => (card.agreed ? card : { ...card, replaced: true }));
  return [...before, { seq, proposal, decided: null, agreed: null, replaced: false, statuses: [] }];
}

function decide(cards: Card[], said: Decided, how: Pick<Said, "cid" | "way">): Card[] {
  const { report, decision, document } = said;
  return changed(cards, report, (card) => {
    if (how.way === "refused") return card.agreed ? card : { ...card, decided: { decision, ...how } };
    const decided = { decision, ...how };
    if (card.agreed) return decision === "withdrawn" ? { ...card, decided } : card;
    if (decision !== "yes") return card.replaced ? card : { ...card, decided };
    const content = readDocument(document ?? "");
    // On its way while the newer proposal came: it was said, and it counts.
    return content ? { ...card, decided, agreed: content, replaced: false } : card;
  });
}

/** Change the newest card of a report. */
function changed(cards: Card[], report: string, change: (card: Card) => Card): Card[] {
  const last = cards.filter((card) => card.proposal.report === report).at(-1);
  return cards.map((card) => (card === last ? change(card) : card));
}
