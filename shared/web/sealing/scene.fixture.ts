import type { MessageFrame } from "../frames";
import type { Opened } from "./body";
import type { ShiftKey } from "./duty";
import { ID, Log, Office } from "./office.fixture";
import type { StaffKeys } from "./staff";
import { VisitorKeys } from "./visitor";

// One chat and who is to read it, for tests, and what comes of opening its messages.

export const KEYS = { state: "keys" };
export const SEALED = { state: "sealed" };
export const UNREADABLE = { state: "unreadable" };

export const text = (data: string): Opened => ({ state: "plain", kind: "text", data });

export interface Scene {
  readonly office: Office;
  /** Of an operator of the force that the chat goes to. */
  readonly shift: ShiftKey;
  /** Empty: nobody has been admitted, and nothing said. */
  readonly log: Log;
}

export async function scene(): Promise<Scene> {
  const office = await Office.make();
  return { office, shift: await office.shift(), log: new Log(await VisitorKeys.make(office.authority)) };
}

/** Let a console read the whole log as a page does: what was sealed is tried again once all keys have come. */
export async function read(log: Log, staff: StaffKeys): Promise<Opened[]> {
  for (const message of log.messages) await staff.open(message);
  return Promise.all(log.messages.map((message) => staff.open(message)));
}

/** Say something as an operator; null: this console has no key to say it with. */
export async function answer(log: Log, staff: StaffKeys, data: string): Promise<MessageFrame | null> {
  const cid = log.nextCid();
  const body = await staff.seal({ conversation: ID, cid, by: "operator", kind: "text", data });
  return body === null ? null : log.put(body, "operator", cid);
}
