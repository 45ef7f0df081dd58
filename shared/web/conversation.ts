import type { ErrorCode, Role } from "./frames";
import type { Heard, OpenedMessage, Reading, SpokenKind } from "./sealed-link";

/** A message that the server has stored. */
export interface Stored {
  readonly seq: number;
  readonly cid: string;
  readonly by: Role;
  /** Milliseconds since 1970, by the server's clock. */
  readonly at: number;
  /** Plain text; empty unless `kind` is what a person or the service says. */
  readonly body: string;
  readonly kind: Reading;
}

/** A message of this side that the server has not stored yet, or will not (`refused` says why). */
export interface Outgoing {
  readonly cid: string;
  readonly body: string;
  readonly kind: SpokenKind;
  readonly refused: ErrorCode | null;
}

/** How far another participant has come, as sequence numbers. */
export interface Progress {
  readonly delivered: number;
  readonly seen: number;
}

/** What this side knows of one conversation. */
export interface Conversation {
  readonly id: string;
  readonly self: Role;
  /** In order of sequence number, each once. */
  readonly messages: readonly Stored[];
  readonly outgoing: readonly Outgoing[];
  readonly progress: Readonly<Partial<Record<Role, Progress>>>;
  /** Until when each other participant counts as writing, in milliseconds of this side's clock. */
  readonly typing: Readonly<Partial<Record<Role, number>>>;
}

/** What has become of a message of this side. */
export type Mark = "stored" | "delivered" | "seen";

export type Happening =
  | { readonly type: "said"; readonly cid: string; readonly body: string; readonly kind: SpokenKind }
  | { readonly type: "withdrawn"; readonly cid: string }
  | { readonly type: "frame"; readonly frame: Heard; readonly now: number };

/** How long a typing frame counts, in milliseconds. */
export const TYPING_SHOWN_MS = 5_000;
/** At most one typing frame in this time, in milliseconds. */
export const TYPING_SENT_MS = 3_000;

export function begin(id: string, self: Role): Conversation {
  return { id, self, messages: [], outgoing: [], progress: {}, typing: {} };
}

/** Return the conversation after something happened; a frame that is not of this conversation changes nothing. */
export function reduce(before: Conversation, happening: Happening): Conversation {
  switch (happening.type) {
    case "said": {
      const { cid, body, kind } = happening;
      return { ...before, outgoing: [...before.outgoing, { cid, body, kind, refused: null }] };
    }
    case "withdrawn":
      return { ...before, outgoing: before.outgoing.filter((message) => message.cid !== happening.cid) };
    case "frame":
      return heard(before, happening.frame, happening.now);
  }
}

function heard(before: Conversation, frame: Heard, now: number): Conversation {
  if (!("conversation" in frame) || frame.conversation !== before.id) return before;
  switch (frame.t) {
    case "message":
      return stored(before, frame);
    case "typing":
      if (frame.by === before.self) return before;
      return { ...before, typing: { ...before.typing, [frame.by]: now + TYPING_SHOWN_MS } };
    case "receipt":
      if (!frame.by || frame.by === before.self) return before;
      return advanced(before, frame.by, frame.delivered, frame.seen);
    case "error":
      return {
        ...before,
        outgoing: before.outgoing.map((sent) => (sent.cid === frame.cid ? { ...sent, refused: frame.code } : sent)),
      };
    default:
      return before;
  }
}

function stored(before: Conversation, heard: OpenedMessage): Conversation {
  const { seq, cid, by, at, body, kind } = heard;
  const message: Stored = { seq, cid, by, at, body, kind };
  const outgoing = before.outgoing.filter((sent) => by !== before.self || sent.cid !== cid);
  const known = before.messages.find((each) => each.seq === seq);
  if (known) {
    if (known.kind !== "sealed") return { ...before, outgoing };
    // Its key has come.
    return { ...before, outgoing, messages: before.messages.map((each) => (each === known ? message : each)) };
  }
  const messages = [...before.messages, message].sort((one, other) => one.seq - other.seq);
  if (kind === "keys") return { ...before, outgoing, messages };
  // Who has just written is no longer writing, and has this message in front of them.
  return { ...before, outgoing, typing: { ...before.typing, [by]: 0 }, messages };
}

function advanced(before: Conversation, by: Role, delivered: number, seen: number): Conversation {
  const known = before.progress[by] ?? { delivered: 0, seen: 0 };
  const next = { delivered: Math.max(known.delivered, delivered, seen), seen: Math.max(known.seen, seen) };
  return { ...before, progress: { ...before.progress, [by]: next } };
}

/** What there is to read, in order: without the messages that only carry keys. */
export function shown(conversation: Conversation): readonly Stored[] {
  return conversation.messages.filter((message) => message.kind !== "keys");
}

/** The sequence number up to which nothing is missing. */
export function lastSeq(conversation: Conversation): number {
  let last = 0;
  for (const message of conversation.messages) {
    if (message.seq !== last + 1) break;
    last = message.seq;
  }
  return last;
}

/** How far the others have come, at best, with what this side said. */
export function mark(conversation: Conversation, message: Stored): Mark {
  const others = Object.entries(conversation.progress).filter(([role]) => role !== conversation.self);
  if (others.some(([, progress]) => progress.seen >= message.seq)) return "seen";
  return others.some(([, progress]) => progress.delivered >= message.seq) ? "delivered" : "stored";
}

/** Who is writing at `now`, other than this side. */
export function typists(conversation: Conversation, now: number): Role[] {
  const roles: Role[] = ["visitor", "operator", "psychologist"];
  return roles.filter((role) => role !== conversation.self && (conversation.typing[role] ?? 0) > now);
}
