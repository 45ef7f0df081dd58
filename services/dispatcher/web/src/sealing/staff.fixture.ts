import type { Force } from "@shared/frames";
import type { Office } from "@shared/sealing/office.fixture";
import { CompactEncrypt } from "jose";
import type { KeyedAccount } from "./keyring";

/** For tests: an account as the login answers it, whose key opens with `password`. */
export async function keyedAccount(
  office: Office,
  operator: string,
  password: string,
  force: Force = "police",
): Promise<KeyedAccount> {
  const { key, certificate } = await office.account(force);
  const jwk = new TextEncoder().encode(JSON.stringify(await crypto.subtle.exportKey("jwk", key)));
  const account_key = await new CompactEncrypt(jwk)
    .setProtectedHeader({ alg: "PBES2-HS512+A256KW", enc: "A256GCM" })
    .setKeyManagementParameters({ p2c: 1_000 })
    .encrypt(new TextEncoder().encode(password));
  return { operator, force, roles: ["operator"], certificate, account_key, authority: office.authority };
}
