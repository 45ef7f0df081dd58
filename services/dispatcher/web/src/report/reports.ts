import { backoff } from "@shared/backoff";
import type { Stored } from "@shared/conversation";
import {
  type Answer,
  type Consent,
  openAnswer,
  type Partner,
  type Proposal,
  readConsent,
  sealReport,
  verifyRecipient,
} from "@shared/report";
import type { PublicJwk } from "@shared/sealing/keys";
import type { Line } from "../desk/line";
import { submit, type Submission } from "./api";
import { type Case, casesOf, type Change, changesOf, isDue } from "./cases";
import { type Draft, newDraft } from "./draft";
import { type Sending, type Stage, stageOf } from "./stage";

/** What the signalements need from the console. */
export interface ReportsHost {
  readonly lines: () => readonly Line[];
  /** Thumbprint of a conversation's signing key; null while it is not known. */
  readonly signerOf: (conversation: string) => string | null;
  readonly authority: () => PublicJwk | null;
  /** The server's time, in milliseconds. */
  readonly now: () => number;
  readonly propose: (conversation: string, body: string) => void;
  readonly changed: () => void;
}

/** One signalement as the console shows it. */
export interface View {
  readonly one: Case;
  readonly stage: Stage;
  /** What the visitor changed of what was proposed; empty until her yes is verified. */
  readonly changes: readonly Change[];
  /** The partner's answer, opened. `closed`: it does not open. */
  readonly answer: Answer | "closed" | null;
  /** A code: why it is refused. */
  readonly reason: string | null;
}

type Proof = { readonly state: "checking" | "bad" } | { readonly state: "good"; readonly consent: Consent; readonly partner: Partner };

/**
 * The signalements of this console's conversations: what is being prepared, and what becomes of what was proposed.
 *
 * What is agreed to stands in the transcript, so nothing here has to outlive the page: whoever holds a conversation with
 * a verified yes that the service has not got hands it in; the same report twice is one report.
 */
export class Reports {
  readonly #host: ReportsHost;
  readonly #drafts = new Map<string, Draft>();
  readonly #proofs = new Map<string, Proof>();
  readonly #sendings = new Map<string, Sending>();
  readonly #answers = new Map<string, Answer | "closed" | null>();
  readonly #timers = new Map<string, ReturnType<typeof setTimeout>>();
  #life = 0;

  constructor(host: ReportsHost) {
    this.#host = host;
  }

  /** What a conversation's signalements show, in order. */
  views({ chat }: Pick<Line, "chat">): readonly View[] {
    return casesOf(chat.messages, chat.outgoing).map((one) => this.#view(one));
  }

  draft({ id, held }: Line): Draft {
    return this.#drafts.get(id) ?? newDraft(held);
  }

  /** Change what is being prepared. */
  write(line: Line, part: Partial<Draft>): void {
    this.#drafts.set(line.id, { ...this.draft(line), ...part });
    this.#host.changed();
  }

  /** Show a proposal to the person: the first thing that leaves this page. */
  propose(line: Line, proposal: Proposal): void {
    this.write(line, { open: false, touched: false });
    this.#host.propose(line.id, JSON.stringify(proposal));
  }

  /** Try again to hand in what was refused without a reason of its own. */
  retry(report: string): void {
    this.#sendings.delete(report);
    this.read();
  }

  /** Whether something is being prepared that nobody has been shown. */
  get unsaved(): boolean {
    return [...this.#drafts.values()].some((draft) => draft.touched);
  }

  /** The conversations have changed: act on what is new in them. */
  read(): void {
    for (const line of this.#host.lines()) {
      for (const one of casesOf(line.chat.messages)) this.#act(line.id, one);
    }
  }

  /** Drop what is held of one conversation; `messages` are what it had. */
  forget(id: string, messages: readonly Stored[]): void {
    this.#drafts.delete(id);
    for (const { proposal, status } of casesOf(messages)) {
      clearTimeout(this.#timers.get(proposal.report));
      for (const known of [this.#timers, this.#proofs, this.#sendings]) known.delete(proposal.report);
      if (status?.answer) this.#answers.delete(status.answer);
    }
  }

  /** Drop everything. */
  clear(): void {
    this.#life += 1;
    for (const timer of this.#timers.values()) clearTimeout(timer);
    for (const known of [this.#drafts, this.#proofs, this.#sendings, this.#answers, this.#timers]) known.clear();
  }

  #act(id: string, one: Case): void {
    const { report } = one.proposal;
    if (!one.yes) return;
    const proof = this.#proofs.get(report);
    if (!proof) void this.#prove(id, one);
    if (proof?.state !== "good") return;
    if (isDue(one) && !this.#sendings.has(report)) void this.#send(id, one, proof, 0);
    const sealed = one.status?.answer;
    if (sealed && !this.#answers.has(sealed)) void this.#open(sealed, proof.consent);
  }

  async #prove(conversation: string, { proposal, yes }: Case): Promise<void> {
    const { report, recipient } = proposal;
    const [signer, authority, life] = [this.#host.signerOf(conversation), this.#host.authority(), this.#life];
    if (!yes || signer === null || !authority) return;
    this.#proofs.set(report, { state: "checking" });
    let proof: Proof;
    try {
      const partner = await verifyRecipient(recipient, authority, this.#host.now());
      proof = { state: "good", partner, consent: await readConsent(yes, { conversation, signer, proposal, partner }) };
    } catch {
      proof = { state: "bad" }; // whatever is wrong with it: it is shown as such, and nothing is sent
    }
    if (!this.#holds(conversation, life)) return;
    this.#proofs.set(report, proof);
    this.read();
    this.#host.changed();
  }

  async #send(conversation: string, one: Case, proof: Proof & { state: "good" }, attempt: number): Promise<void> {
    const { report } = one.proposal;
    const life = this.#life;
    this.#become(report, { state: attempt === 0 ? "sending" : "waiting" });
    const handed = await submit(await this.#submission(conversation, one, proof));
    if (!this.#holds(conversation, life)) return;
    if (handed.state !== "away") {
      this.#become(report, handed);
      return;
    }
    this.#become(report, { state: "waiting" });
    const again = (): void => this.#again(conversation, one, proof, attempt + 1);
    this.#timers.set(report, setTimeout(again, backoff(attempt, Math.random())));
  }

  /** Try again, unless it was taken back or came to be known meanwhile. */
  #again(conversation: string, { proposal }: Case, proof: Proof & { state: "good" }, attempt: number): void {
    const line = this.#host.lines().find(({ id }) => id === conversation);
    const one = line && casesOf(line.chat.messages).find((each) => each.proposal.report === proposal.report);
    if (one && isDue(one)) void this.#send(conversation, one, proof, attempt);
  }

  async #submission(conversation: string, { proposal }: Case, { partner, consent }: Proof & { state: "good" }): Promise<Submission> {
    const { force, departments, kid } = partner;
    const place = this.#host.lines().find(({ id }) => id === conversation)?.held.department;
    const department = place && departments.includes(place) ? place : (departments[0] ?? "");
    const sealed = await sealReport(partner, consent);
    return {
      conversation,
      report: proposal.report,
      kind: "report",
      partner: partner.partner,
      kid,
      force,
      department,
      sealed,
      consent: consent.consent,
    };
  }

  async #open(sealed: string, { content }: Consent): Promise<void> {
    const life = this.#life;
    this.#answers.set(sealed, null);
    const answer = (await openAnswer(sealed, content.answerKey, content.report)) ?? "closed";
    if (!this.#holds(content.conversation, life)) return;
    this.#answers.set(sealed, answer);
    this.#host.changed();
  }

  #view(one: Case): View {
    const { proposal, status } = one;
    const proof = this.#proofs.get(proposal.report);
    const sending = this.#sendings.get(proposal.report);
    const agreed = proof?.state === "good" ? proof.consent.content.fields : null;
    const sealed = status?.answer ?? null;
    return {
      one,
      stage: stageOf(one, proof?.state ?? "checking", sending),
      changes: agreed ? changesOf(proposal.fields, agreed) : [],
      answer: sealed === null ? null : (this.#answers.get(sealed) ?? null),
      reason: status?.reason ?? (sending?.state === "declined" ? sending.reason : null),
    };
  }

  #become(report: string, sending: Sending): void {
    this.#sendings.set(report, sending);
    this.#host.changed();
  }

  #holds(conversation: string, life: number): boolean {
    return life === this.#life && this.#host.lines().some(({ id }) => id === conversation);
  }
}
