// Generated from shared/chat/frames by `python -m shared.chat.typescript`. Change it there.
// A field that holds its default value is left out on the wire: hence the optional fields.

export const MAX_BODY = 16_384;

export const MAX_FRAME = 65_536;

/** The three chats (V2). */
export type Category = "sexual" | "domestic" | "discrimination";

/** Who the visitor says they are (V3). */
export type Audience = "victim" | "witness" | "relative" | "professional";

/** Who speaks. Visitors learn roles, never names. */
export type Role = "visitor" | "operator" | "psychologist" | "service";

/** Whose act, or what, ended a conversation. */
export type EndedBy = "visitor" | "red_button" | "operator" | "silence";

/** What was wrong. The connection lives on unless the text of the code says otherwise. */
export type ErrorCode =
  | "not_json"
  | "unknown_frame"
  | "invalid"
  | "too_large"
  | "out_of_order"
  | "not_found"
  | "forbidden"
  | "too_fast"
  | "unavailable"
  | "superseded"
  | "taken";

/** Where a conversation stands, as both ends see it. */
export type Stage = "routing" | "waiting" | "active";

/** What became of a report. */
export type ReportStatus = "received" | "submitted" | "taken" | "refused" | "withdrawn";

/** Who answers, by territorial competence (V4). */
export type Force = "police" | "gendarmerie";

/** One commune of a postal code. */
export interface CommuneChoice {
  insee: string;
  name: string;
}

/** A key for which the conversation's keys are to be sealed, once the page has verified it. */
export interface Holder {
  /** Name of a key: its RFC 7638 SHA-256 thumbprint in base64url. */
  kid: string;
  role: "duty" | "operator" | "psychologist";
  /** An account's certificate and its statement about a key. */
  credential: string;
}

/** Who of the staff has seen a conversation, since when, and why. */
export interface Turn {
  role: "operator" | "psychologist";
  account: string;
  at: number;
  why: string;
}

/** One queue as the console shows it. */
export interface QueueLine {
  force: Force;
  category: Category;
  waiting: number;
  oldest_s: number;
}

/** The shift key of another console on duty. */
export interface Peer {
  /** Name of a key: its RFC 7638 SHA-256 thumbprint in base64url. */
  kid: string;
  /** An account's certificate and its statement about a key. */
  credential: string;
}

/** A conversation that its operator offers to another, or to anyone of a queue. */
export interface Offer {
  /** UUID in lower case. */
  conversation: string;
  giver: string;
  force: Force;
  category: Category;
  until: number;
  to?: string | null;
  refused?: boolean;
}

/** That a psychologist is waited for in a conversation. */
export interface Call {
  /** UUID in lower case. */
  conversation: string;
  force: Force;
  category: Category;
  place: number;
  since: number;
  operator?: string | null;
  again?: boolean;
}

/** That an operator asked to talk about what they heard. */
export interface Debrief {
  operator: string;
  since: number;
}

/**
 * Ask for a specialist. Answered by `opened`, or first by `ask_commune`, or by `challenge`: then it is said
 * again, with `work`. `signer` names the key with which the page will sign for this conversation: a consent counts
 * only when it is signed by that key. `minor`: who asks says that they are under 18.
 */
export interface OpenFrame {
  t: "open";
  category: Category;
  audience: Audience;
  postal_code?: string | null;
  /** BCP 47 tag of the page. */
  language?: string;
  work?: string | null;
  signer?: string | null;
  minor?: boolean;
}

/** Answer `ask_commune`: an INSEE code of the list, or null for "I don't know / I'd rather not say". */
export interface ChooseCommuneFrame {
  t: "commune";
  insee?: string | null;
}

/** Come back to a conversation after a lost connection. Answered by `resumed` and all messages after `seq`. */
export interface ResumeFrame {
  t: "resume";
  /** UUID in lower case. */
  conversation: string;
  /** Secret that proves whose conversation it is. */
  token: string;
  /** Sequence number; 0 is before the first message. */
  seq: number;
}

/**
 * Make resume words count. First without `proof` and `box`: answered by `kept` with the installation's share
 * of the key that closes the box, or by `error taken`. Then with both: answered by `kept` with the time until
 * which the words work. Other words replace those before; the same again renews their box and nothing else.
 */
export interface KeepFrame {
  t: "keep";
  /** UUID in lower case. */
  conversation: string;
  /** 256 bits in hexadecimal, derived slowly by the page. */
  locator: string;
  proof?: string | null;
  box?: string | null;
}

/** Come back by resume words, on any device. Answered by `found`, by `wrong`, or by `error not_found`. */
export interface FindFrame {
  t: "find";
  /** 256 bits in hexadecimal, derived slowly by the page. */
  locator: string;
  /** 256 bits in hexadecimal, derived slowly by the page. */
  proof: string;
}

/**
 * Take consent to a report back. Answered by `withdrawn`, or by `error`: `not_found`, `forbidden` when the
 * withdrawal is not what the conversation's key signed, `unavailable`.
 */
export interface WithdrawFrame {
  t: "withdraw";
  /** UUID in lower case. */
  conversation: string;
  /** UUID in lower case. */
  report: string;
  /** Compact JWS by the conversation's own signing key. */
  withdrawal: string;
}

/**
 * Let words lead to what becomes of a report, after the conversation is gone. Twice, as `keep`: first without
 * `proof` and `box`, answered by `following` with the installation's share; then with both, answered by
 * `following` with the time until which the words work. Or by `error`: `taken`, `not_found`, `forbidden`,
 * `unavailable`.
 */
export interface FollowFrame {
  t: "follow";
  /** UUID in lower case. */
  conversation: string;
  /** UUID in lower case. */
  report: string;
  /** 256 bits in hexadecimal, derived slowly by the page. */
  locator: string;
  proof?: string | null;
  box?: string | null;
}

/**
 * Ask by words what became of a report, from any device and without a conversation. Answered by `answer`, by
 * `wrong`, or by `error`: `not_found`, `too_fast`, `unavailable`.
 */
export interface AskAnswerFrame {
  t: "ask_answer";
  /** 256 bits in hexadecimal, derived slowly by the page. */
  locator: string;
  /** 256 bits in hexadecimal, derived slowly by the page. */
  proof: string;
}

/** Send a message. Answered by `ack` once it is stored, or by `error` with the same `cid`. */
export interface SayFrame {
  t: "say";
  /** UUID in lower case. */
  conversation: string;
  /** Chosen by the client; the same again in a resend. */
  cid: string;
  /** Sealed: opaque to every server. */
  body: string;
}

/**
 * The person is writing; sent at most every 3 s, shown for 5 s. Also sent by the server, with `by`.
 *
 * The body is sealed as a message's is: who made it holds the conversation's key.
 */
export interface TypingFrame {
  t: "typing";
  /** UUID in lower case. */
  conversation: string;
  /** Sealed: opaque to every server. */
  body: string;
  by?: Role | null;
}

/** What has arrived on the page and what has been on screen. Also sent by the server, with `by`. */
export interface ReceiptFrame {
  t: "receipt";
  /** UUID in lower case. */
  conversation: string;
  /** Sequence number; 0 is before the first message. */
  delivered: number;
  /** Sequence number; 0 is before the first message. */
  seen: number;
  by?: Role | null;
}

/** Sign of life, every 10 s. `seqs`: last sequence number received of each conversation; gaps are filled. */
export interface PingFrame {
  t: "ping";
  seqs?: Readonly<Record<string, number>>;
}

/**
 * Somebody is in danger at this moment, or no longer. Answered by what both ends are told of the conversation:
 * `state` and `held`. Saying again what is so changes nothing. What a specialist has said, the visitor's page
 * cannot take back: somebody else may hold the phone.
 */
export interface DangerFrame {
  t: "danger";
  /** UUID in lower case. */
  conversation: string;
  on: boolean;
}

/** End the conversation and destroy it everywhere. Answered by `erased`. */
export interface EndFrame {
  t: "end";
  /** UUID in lower case. */
  conversation: string;
}

/**
 * First frame of a console: the last sequence number it holds of each conversation (empty after a reload).
 *
 * `credential` proves its shift key, for which the keys of its conversations are sealed.
 */
export interface SyncFrame {
  t: "sync";
  seqs?: Readonly<Record<string, number>>;
  credential?: string;
}

/** Take new conversations, or take none; running ones go on. Also sent by the server, in answer: what holds now. */
export interface SetStatusFrame {
  t: "status";
  status: "available" | "paused";
}

/**
 * Make the duty key of the own force, or replace the one named. Answered by `duty` to every console of the force.
 *
 * Another console was quicker: `error out_of_order`, then `duty` as it stands. Boxes beyond the limit of one frame
 * follow by `share_duty`.
 */
export interface MakeDutyFrame {
  t: "make_duty";
  /** An account's certificate and its statement about a key. */
  credential: string;
  /** By shift key, the box that only it opens. */
  boxes: Readonly<Record<string, string>>;
  replaces?: string | null;
}

/** Hand the duty key on to consoles that want it, each verified before. */
export interface ShareDutyFrame {
  t: "share_duty";
  /** Name of a key: its RFC 7638 SHA-256 thumbprint in base64url. */
  kid: string;
  /** By shift key, the box that only it opens. */
  boxes: Readonly<Record<string, string>>;
}

/** Stored: no crash of a service can lose it now. */
export interface AckFrame {
  t: "ack";
  /** UUID in lower case. */
  conversation: string;
  /** Chosen by the client; the same again in a resend. */
  cid: string;
  /** Sequence number; 0 is before the first message. */
  seq: number;
  at: number;
}

/** A message of the conversation, in order of `seq`, each once. */
export interface MessageFrame {
  t: "message";
  /** Sequence number; 0 is before the first message. */
  seq: number;
  /** UUID in lower case. */
  conversation: string;
  by: Role;
  at: number;
  /** Chosen by the client; the same again in a resend. */
  cid: string;
  /** Sealed: opaque to every server. */
  body: string;
}

/** The conversation is destroyed; the client forgets what it holds of it. */
export interface ErasedFrame {
  t: "erased";
  /** UUID in lower case. */
  conversation: string;
  ended_by: EndedBy;
}

/** Answer to `ping`. */
export interface PongFrame {
  t: "pong";
  at: number;
}

/** What was wrong with a frame. Nothing was changed by it. `cid` names the message that was not stored. */
export interface ErrorFrame {
  t: "error";
  code: ErrorCode;
  detail: string;
  conversation?: string | null;
  cid?: string | null;
  retry_after_ms?: number | null;
}

/**
 * Very many conversations are being opened: the device computes for a moment, then says `open` again with what it
 * found. `puzzle` is the JSON text of an ALTCHA challenge (version 2, PBKDF2/SHA-256, `uint32` counter); it works
 * once, for five minutes, on any connection.
 */
export interface ChallengeFrame {
  t: "challenge";
  puzzle: string;
}

/** The postal code spans both forces; communes in order of population. */
export interface AskCommuneFrame {
  t: "ask_commune";
  postal_code: string;
  communes: readonly CommuneChoice[];
}

/** The conversation exists. `token` is kept in the page's memory only, for `resume` and the erase call. */
export interface OpenedFrame {
  t: "opened";
  /** UUID in lower case. */
  conversation: string;
  /** Secret that proves whose conversation it is. */
  token: string;
}

/** Welcome back. The messages after the given `seq` follow; `seq` is the last one stored. */
export interface ResumedFrame {
  t: "resumed";
  /** UUID in lower case. */
  conversation: string;
  /** Sequence number; 0 is before the first message. */
  seq: number;
}

/** Answer to `keep`: `share` to its first half, `until` to its second. */
export interface KeptFrame {
  t: "kept";
  /** UUID in lower case. */
  conversation: string;
  share?: string | null;
  until?: number | null;
}

/** The words are right: the box, and the installation's share of the key that opens it. `resume` follows. */
export interface FoundFrame {
  t: "found";
  share: string;
  box: string;
  until: number;
}

/** Some of the words are right and some are not; after as many more tries as `left` they are dead. */
export interface WrongFrame {
  t: "wrong";
  left: number;
}

/**
 * The whole of what a visitor may know of where the conversation stands; each replaces the one before.
 *
 * `position` is 1 for the next to be answered; `estimate_s` is seconds, absent when nothing honest can be said.
 * `notice`: why nobody new is answered for now, in the visitor's language where that is known.
 * `peer_connected`: the specialist's console is on line at this moment. `handover`: one specialist hands the
 * conversation over to another, and both are there. `turn`: how many have answered here, one after the other.
 * `psychologist`: one is in it, at the specialist's request, or has been.
 * `resumable_until`: until when the visitor's resume words work.
 * `danger`: who said that somebody is in danger now; those go before all others.
 */
export interface StateFrame {
  t: "state";
  /** UUID in lower case. */
  conversation: string;
  stage: Stage;
  force?: Force | null;
  unit?: string | null;
  position?: number | null;
  estimate_s?: number | null;
  notice?: string | null;
  peer_connected?: boolean | null;
  handover?: boolean;
  turn?: number | null;
  psychologist?: "here" | "left" | null;
  resumable_until?: number | null;
  danger?: Role | null;
}

/** Who may read from now on: the whole set. Sent after `opened` and `resumed`, and whenever it changes. */
export interface AdmittedFrame {
  t: "admitted";
  /** UUID in lower case. */
  conversation: string;
  holders: readonly Holder[];
}

/** Answer to `withdraw`: what holds now. Only `withdrawn` was in time. */
export interface WithdrawnFrame {
  t: "withdrawn";
  /** UUID in lower case. */
  conversation: string;
  /** UUID in lower case. */
  report: string;
  status: ReportStatus;
}

/** Answer to `follow`: `share` to its first half, `until` to its second. */
export interface FollowingFrame {
  t: "following";
  /** UUID in lower case. */
  conversation: string;
  /** UUID in lower case. */
  report: string;
  share?: string | null;
  until?: number | null;
}

/**
 * The words are right: what became of the report, the box, and the share of the key that opens it.
 *
 * The box holds the key that opens `answer`.
 */
export interface AnswerFrame {
  t: "answer";
  /** UUID in lower case. */
  report: string;
  status: ReportStatus;
  share: string;
  box: string;
  until: number;
  overdue?: boolean;
  answer?: string | null;
  reason?: string | null;
}

/**
 * Answer to `sync`: who the console is, and every conversation that it holds (`held` frames follow).
 *
 * Comes again when the operator's seat was lost and is taken again.
 */
export interface WelcomeFrame {
  t: "welcome";
  operator: string;
  force: Force;
  status: "available" | "paused";
  limit: number;
  conversations: readonly string[];
  at: number;
}

/**
 * A conversation that this operator has, whole; each replaces the one before. `new`: just assigned.
 *
 * `part`: a `colleague` has handed it over and may still read and speak, until `until`; it is the other one's.
 * `beside`: the other operator of a hand-over; for a psychologist, who has it. `psychologist`: who joined it.
 * `missing_at`: the last sign of a visitor who vanished while in danger, for whom the conversation waits until
 * `kept_until`. `back_until`: until when one who is away can come back.
 */
export interface HeldFrame {
  t: "held";
  /** UUID in lower case. */
  conversation: string;
  category: Category;
  audience: Audience;
  force: Force;
  opened_at: number;
  assigned_at: number;
  language: string;
  turn: number;
  commune?: string | null;
  commune_name?: string | null;
  postal_code?: string | null;
  department?: string | null;
  unit?: string | null;
  visitor_connected?: boolean;
  /** Sequence number; 0 is before the first message. */
  delivered?: number;
  /** Sequence number; 0 is before the first message. */
  seen?: number;
  resumable_until?: number | null;
  part?: "colleague" | "operator" | "psychologist";
  beside?: string | null;
  until?: number | null;
  psychologist?: string | null;
  turns?: readonly Turn[];
  new?: boolean;
  minor?: boolean;
  danger?: Role | null;
  danger_at?: number | null;
  danger_seen_by?: string | null;
  missing_at?: number | null;
  kept_until?: number | null;
  back_until?: number | null;
}

/** This operator no longer has the conversation; the console forgets it. */
export interface ReleasedFrame {
  t: "released";
  /** UUID in lower case. */
  conversation: string;
}

/** The queues that this operator serves, sent when they change (at most every second). */
export interface BoardFrame {
  t: "board";
  queues: readonly QueueLine[];
}

/**
 * The duty key of the own force, as it stands; each replaces the one before. Sent after `welcome` and on change.
 *
 * Without `kid` there is none; without `box` this console has not been given it.
 */
export interface DutyFrame {
  t: "duty";
  force: Force;
  wanting: readonly Peer[];
  holders: number;
  kid?: string | null;
  credential?: string | null;
  box?: string | null;
}

/** Every open offer to this operator or of theirs, whole; each replaces the one before. */
export interface OffersFrame {
  t: "offers";
  offers: readonly Offer[];
}

/**
 * How it stands with the psychologists of the own force, whole; each replaces the one before.
 *
 * `calls`: for an operator, those of their own conversations; for a psychologist, all that they may be given, and
 * `debriefs` beside them.
 */
export interface PsychologistsFrame {
  t: "psychologists";
  ever: boolean;
  open: boolean;
  present: number;
  free: number;
  waiting: number;
  calls: readonly Call[];
  closes_at?: number | null;
  opens_at?: number | null;
  debriefs?: readonly Debrief[];
}

export type VisitorFrame =
  | OpenFrame
  | ChooseCommuneFrame
  | ResumeFrame
  | KeepFrame
  | FindFrame
  | WithdrawFrame
  | FollowFrame
  | AskAnswerFrame
  | SayFrame
  | TypingFrame
  | ReceiptFrame
  | PingFrame
  | DangerFrame
  | EndFrame;

export type OperatorFrame =
  | SyncFrame
  | SetStatusFrame
  | MakeDutyFrame
  | ShareDutyFrame
  | SayFrame
  | TypingFrame
  | ReceiptFrame
  | PingFrame
  | DangerFrame
  | EndFrame;

export type ServerFrame =
  | AckFrame
  | MessageFrame
  | ErasedFrame
  | PongFrame
  | ErrorFrame
  | TypingFrame
  | ReceiptFrame
  | ChallengeFrame
  | AskCommuneFrame
  | OpenedFrame
  | ResumedFrame
  | KeptFrame
  | FoundFrame
  | WrongFrame
  | StateFrame
  | AdmittedFrame
  | WithdrawnFrame
  | FollowingFrame
  | AnswerFrame
  | WelcomeFrame
  | SetStatusFrame
  | HeldFrame
  | ReleasedFrame
  | BoardFrame
  | DutyFrame
  | OffersFrame
  | PsychologistsFrame;
