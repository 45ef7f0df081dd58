import { verifyPartner } from "@shared/report";
import type { Force } from "@shared/frames";
import type { PublicJwk } from "@shared/sealing/keys";
import { useCallback, useEffect, useState } from "preact/hooks";
import { recipients, type Told } from "../../report/api";
import { isDepartment } from "../../report/draft";

/** Who can receive a report of a department. `bad`: how many were told of that cannot be verified. */
export type Recipients =
  | { readonly state: "unasked" | "busy" | "failed" }
  | { readonly state: "found"; readonly list: readonly Told[]; readonly bad: number };

interface Wanted {
  readonly force: Force;
  readonly department: string;
  readonly authority: PublicJwk | null;
  /** Nothing is asked before it is looked at. */
  readonly shown: boolean;
  readonly now: () => number;
}

/** The recipients for a department, each verified; and how to ask again. */
export function useRecipients({ force, department, authority, shown, now }: Wanted): [Recipients, () => void] {
  const [found, setFound] = useState<Recipients>({ state: "unasked" });
  const [tries, setTries] = useState(0);
  const asked = shown && authority !== null && isDepartment(department);
  useEffect(() => {
    if (!asked) return undefined;
    const controller = new AbortController();
    setFound({ state: "busy" });
    void recipients(force, department, controller.signal).then(async (outcome) => {
      const told = outcome.ok ? await verified(outcome.value.recipients, authority, now()) : null;
      if (controller.signal.aborted) return;
      setFound(told ?? { state: "failed" });
    });
    return () => controller.abort();
  }, [asked, force, department, authority, tries]);
  useEffect(() => {
    if (!isDepartment(department)) setFound({ state: "unasked" });
  }, [department]);
  const again = useCallback(() => setTries((before) => before + 1), []);
  return [found, again];
}

async function verified(told: readonly Told[], authority: PublicJwk, nowMs: number): Promise<Recipients> {
  const good = await Promise.all(
    told.map(async (one) => {
      try {
        const partner = await verifyPartner(one.certificate, authority, nowMs);
        return partner.partner === one.partner ? [{ ...one, name: partner.name, force: partner.force }] : [];
      } catch {
        return []; // nobody stands for it: it is counted, and not shown as a recipient
      }
    }),
  );
  const list = good.flat();
  return { state: "found", list, bad: told.length - list.length };
}
