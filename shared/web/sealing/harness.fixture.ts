import type { Force, MessageFrame } from "../frames";
import {
  documentOf,
  type Field,
  makeAnswerKey,
  readProposal,
  sealReport,
  signConsent,
  signWithdrawal,
  verifyRecipient,
} from "../report";
import { keyBytes } from "../report/document";
import { answered } from "../report/office.fixture";
import type { Opened } from "./body";
import { type Holder, verify } from "./credential";
import { box, dutyReader, makeDuty, makeShift, type PrivateJwk, type ShiftKey } from "./duty";
import { importPublic, type PublicJwk } from "./keys";
import { Log, NOW, Office } from "./office.fixture";
import type { PlainKind } from "./plain";
import { dropShift, findShift, keepShift } from "./shifts";
import { openAccountKey, StaffKeys } from "./staff";
import { VisitorKeys } from "./visitor";

// What tests/sealing/browser.py runs in a real browser: the page's half of the vectors, the store of shift keys, and
// how long each act takes.

interface Part {
  readonly kid: string;
  readonly credential: string;
  readonly private: PrivateJwk;
}

interface Scene {
  readonly conversation: string;
  readonly force: Force;
  readonly now: number;
  readonly authority: PublicJwk;
  readonly account: { readonly sealed: string; readonly password: string; readonly certificate: string };
  readonly shift: Part;
  readonly duty: Part;
  readonly texts: readonly { readonly kind: PlainKind; readonly data: string }[];
  readonly report: { readonly proposal: string; readonly agreed: readonly Field[]; readonly answer: object };
}

/** A shift key of the vectors, as if this browser had made it. */
export async function shiftOf(part: Part): Promise<ShiftKey> {
  const reader = await dutyReader(part.kid, part.private);
  const publicKey = await importPublic(part.private, "ECDH");
  return { ...reader, credential: part.credential, publicKey, expiresAt: Number.MAX_SAFE_INTEGER };
}

/** Play the scene as the pages do, and return everything that was sealed, for others to open. */
export async function play(scene: Scene): Promise<object> {
  const { conversation, force, authority, shift, duty } = scene;
  const nowMs = scene.now * 1_000;
  const visitor = await VisitorKeys.make(authority);
  const frames: MessageFrame[] = [];
  const put = (body: string, by: "visitor" | "operator", cid: string): number =>
    frames.push({ t: "message", seq: frames.length + 1, conversation, by, at: 0, cid, body });
  const holders: Holder[] = [
    { kid: duty.kid, credential: duty.credential, role: "duty" },
    { kid: shift.kid, credential: shift.credential, role: "operator" },
  ];
  const { body } = await visitor.admit(conversation, force, holders, "cid-keys-1", nowMs);
  put(body ?? "", "visitor", "cid-keys-1");
  const staff = new StaffKeys(await shiftOf(shift));
  for (const frame of frames) await staff.open(frame);
  for (const [index, { kind, data }] of scene.texts.entries()) {
    const by = index % 2 === 0 ? "visitor" : "operator";
    const cid = `cid-text-${index}`;
    const plain = { conversation, cid, by, kind, data } as const;
    put((await (by === "visitor" ? visitor : staff).seal(plain)) ?? "", by, cid);
  }
  const after = await visitor.admit(conversation, force, holders.slice(0, 1), "cid-keys-2", nowMs);
  put(after.body ?? "", "visitor", "cid-keys-2");
  const last = { conversation, cid: "cid-after", by: "visitor", kind: "text", data: "after" } as const;
  put(await visitor.seal(last), "visitor", "cid-after");

  const key = await openAccountKey(scene.account.sealed, scene.account.password);
  const own = await makeShift(key, scene.account.certificate, force, "operator", nowMs);
  const ownDuty = await makeDuty(key, scene.account.certificate, force, nowMs);
  const to = await verify({ kid: shift.kid, credential: shift.credential, role: "operator" }, authority, force, nowMs);
  return {
    frames,
    exported: await visitor.exported(),
    shift: { kid: own.kid, credential: own.credential },
    duty: { kid: ownDuty.kid, credential: ownDuty.credential, private: ownDuty.privateJwk },
    box: await box(ownDuty.privateJwk, to),
    report: await playReport(scene, visitor, nowMs),
  };
}

/** Let a report go its way as the pages do; the answer is sealed as a partner seals it. */
async function playReport({ report: said, conversation, authority }: Scene, keys: VisitorKeys, nowMs: number): Promise<object> {
  const proposal = readProposal(said.proposal);
  if (!proposal) throw new Error("no proposal");
  const { report, recipient } = proposal;
  const partner = await verifyRecipient(recipient, authority, nowMs);
  const content = { report, conversation, fields: said.agreed, answerKey: makeAnswerKey() };
  const document = documentOf({ ...content, recipient: { ...recipient, kid: partner.kid } });
  const consent = await signConsent(keys, document, nowMs);
  return {
    signer: await keys.signer(),
    document,
    consent,
    withdrawal: await signWithdrawal(keys, { report, conversation }, nowMs),
    sealed: await sealReport(partner, { document, consent }),
    answer: await answered(keyBytes(content.answerKey) ?? new Uint8Array(), said.answer),
  };
}

/** Keep a shift key in this browser; return what a later visit finds, and what is left after logging out. */
export async function keeping(): Promise<object> {
  const office = await Office.make();
  const shift = await office.shift();
  await keepShift("police1", shift);
  const found = await findShift("police1", NOW);
  const log = new Log(await VisitorKeys.make(office.authority));
  await log.admit({ kid: shift.kid, credential: shift.credential, role: "operator" });
  const said = await log.say("Il dort.");
  const opened: Opened[] = [];
  if (found) {
    const staff = new StaffKeys(found);
    for (const frame of [...log.messages]) opened.push(await staff.open(frame));
  }
  const exported = await crypto.subtle.exportKey("jwk", found?.privateKey ?? shift.publicKey).then(
    () => true,
    () => false,
  );
  const others = await findShift("police2", NOW);
  const late = await findShift("police1", shift.expiresAt + 1);
  await keepShift("police1", shift);
  await dropShift("police1");
  return { opened, exported, others, late, said: said.seq, dropped: await findShift("police1", NOW) };
}

type Act = () => Promise<unknown>;

/** At least so many acts, for so long, are timed together: a browser's clock is coarse, and a slowed one stops and goes. */
const BATCH = 20;
const TAKEOVER = "take in a takeover (verify two, new epoch, seal for two)";
const BATCH_MS = 60;

/** Return the milliseconds of each act: of `turns` batches the fastest, which others on the machine disturbed least. */
export async function timings(turns: number): Promise<Record<string, number>> {
  const office = await Office.make();
  const [shift, successor, duty] = [await office.shift(), await office.shift(), await office.duty()];
  const holders = (second: ShiftKey): Holder[] => [
    { kid: duty.kid, credential: duty.credential, role: "duty" },
    { kid: second.kid, credential: second.credential, role: "operator" },
  ];
  const log = new Log(await VisitorKeys.make(office.authority));
  await log.admit(...holders(shift));
  const short = await log.say("Il dort, je peux écrire.");
  const long = await log.say("x".repeat(11_000));
  const staff = new StaffKeys(shift);
  const [keyMessage] = log.messages;
  if (!keyMessage) throw new Error("no key message");
  await staff.open(keyMessage);
  const [holder] = holders(shift);
  if (!holder) throw new Error("no holder");
  // A takeover that the page has not seen before, each time: verification and a new epoch are part of it.
  const fresh = await Promise.all(Array.from({ length: BATCH * (turns + 1) }, () => VisitorKeys.make(office.authority)));
  for (const keys of fresh) await keys.admit(short.conversation, "police", holders(shift), "cid-bench", NOW);
  const acts: Record<string, Act> = {
    "seal a message of 256 bytes": () => log.visitor.seal(plainOf(short, "Il dort, je peux écrire.")),
    "open a message of 256 bytes": () => staff.open(short),
    "seal a message of 12,000 bytes": () => log.visitor.seal(plainOf(long, "x".repeat(11_000))),
    "open a message of 12,000 bytes": () => staff.open(long),
    "make a conversation's keys": () => VisitorKeys.make(office.authority),
    "verify a credential": () => verify(holder, office.authority, "police", NOW),
    [TAKEOVER]: () => next(fresh).admit(short.conversation, "police", holders(successor), "cid-bench", NOW),
    "open a key message": () => new StaffKeys(shift).open(keyMessage),
  };
  const found: Record<string, number> = {};
  for (const [name, act] of Object.entries(acts)) found[name] = await fastest(act, turns, name === TAKEOVER);
  return found;
}

function plainOf(frame: MessageFrame, data: string) {
  return { conversation: frame.conversation, cid: frame.cid, by: "visitor", kind: "text", data } as const;
}

function next<T>(prepared: T[]): T {
  const one = prepared.pop();
  if (one === undefined) throw new Error("too few prepared");
  return one;
}

async function fastest(act: Act, turns: number, isScarce: boolean): Promise<number> {
  let best = Number.POSITIVE_INFINITY;
  for (let turn = 0; turn <= turns; turn += 1) {
    const start = performance.now();
    let acts = 0;
    do {
      await act();
      acts += 1;
    } while (acts < BATCH || (!isScarce && performance.now() - start < BATCH_MS));
    best = Math.min(best, (performance.now() - start) / acts);
  }
  return best;
}
