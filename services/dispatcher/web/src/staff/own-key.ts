import type { Force } from "@shared/frames";
import { dropShift, findShift, keepShift } from "@shared/sealing/shifts";
import { openAccountKey, type ShiftKey } from "@shared/sealing/staff";
import { makeSupervisionKey } from "@shared/sealing/supervision";

/** What is needed of an account to make its key. */
export interface Account {
  readonly operator: string;
  readonly force: Force;
  readonly roles: readonly string[];
  readonly certificate: string | null;
  readonly account_key: string | null;
}

/** Under this name the browser keeps a supervisor's key, beside the shift key of their console. */
const nameOf = (operator: string): string => `${operator}#supervision`;

export const supervises = ({ roles }: Pick<Account, "roles">): boolean => roles.includes("supervisor");

/** The key of this shift that the browser keeps; null: the secret of the account is needed, or the browser keeps nothing. */
export async function keptKey(account: Account, nowMs: number): Promise<ShiftKey | null> {
  const found = await quietly(findShift(nameOf(account.operator), nowMs));
  const { certificate } = found ? (JSON.parse(found.credential) as { certificate?: string }) : {};
  return certificate !== undefined && certificate === account.certificate ? found : null;
}

/** Make a supervisor's key for a shift with the secret of their account. Throws `Unverified` for a wrong one. */
export async function newKey(account: Account, secret: string, nowMs: number): Promise<ShiftKey> {
  const { certificate, account_key: sealed, force, operator } = account;
  if (certificate === null || sealed === null) throw new TypeError("an account without a key");
  const made = await makeSupervisionKey(await openAccountKey(sealed, secret), certificate, force, nowMs);
  await quietly(keepShift(nameOf(operator), made));
  return made;
}

/** Remove it: the shift is over. */
export async function dropKey(operator: string): Promise<void> {
  await quietly(dropShift(nameOf(operator)));
}

async function quietly<T>(work: Promise<T>): Promise<T | null> {
  try {
    return await work;
  } catch {
    return null;
  }
}
