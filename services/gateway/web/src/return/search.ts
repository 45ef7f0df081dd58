import type { FindFrame, FoundFrame } from "@shared/frames";
import { VisitorKeys, type PublicJwk } from "@shared/sealing/visitor";
import { fetchList, understand } from "./list";
import { Phrase } from "./phrase";

/** What one needs to speak for a conversation. */
export interface Secret {
  readonly conversation: string;
  readonly token: string;
}

/** Why words did not lead back. `left`: tries, when they are known. */
export type BackFault =
  | { readonly why: "unknown"; readonly words: readonly string[] }
  | { readonly why: "count"; readonly count: number }
  | { readonly why: "nothing" | "dead" | "failed" }
  | { readonly why: "wrong"; readonly left: number };

/** A try to come back by words: what to ask the gateway, and how to read its answer. */
export class Search {
  readonly phrase: Phrase;

  private constructor(phrase: Phrase) {
    this.phrase = phrase;
  }

  /** Read typed words. Returns the fault when they cannot be words of the list. */
  static async of(typed: string): Promise<Search | BackFault> {
    const understood = understand(typed, await fetchList());
    if ("unknown" in understood) return { why: "unknown", words: understood.unknown };
    if ("count" in understood) return { why: "count", count: understood.count };
    return new Search(await Phrase.of(understood.words));
  }

  get frame(): FindFrame {
    return { t: "find", locator: this.phrase.locator, proof: this.phrase.proof };
  }

  /** Open what was found. Throws when the box is not what right words open. */
  async open(found: FoundFrame, authority: PublicJwk): Promise<{ secret: Secret; keys: VisitorKeys }> {
    const text = await this.phrase.open(found.box, found.share);
    const { conversation, token, keys } = JSON.parse(text) as Secret & { keys: string };
    return { secret: { conversation, token }, keys: await VisitorKeys.imported(keys, authority) };
  }
}

/** Put into a box what `Search.open` takes out. */
export async function boxed(secret: Secret, keys: VisitorKeys): Promise<string> {
  return JSON.stringify({ ...secret, keys: await keys.exported() });
}
