import type { Force } from "@shared/frames";
import type { Structure } from "@shared/referral";
import { useEffect, useState } from "preact/hooks";
import type { Line } from "../../desk/line";
import * as api from "../../lib/api";

const KIND = { police: "commissariat", gendarmerie: "brigade" } as const;
const MOST = 12;

/** The nearest units of a force, for their names and addresses; none while nothing is known or asked. */
export function useUnits({ held }: Line, force: Force, shown: boolean): readonly Structure[] {
  const [units, setUnits] = useState<readonly Structure[]>([]);
  const { postal_code, commune } = held;
  useEffect(() => {
    if (!shown || !(postal_code ?? commune)) return undefined;
    const controller = new AbortController();
    const search = { place: postal_code ?? "", insee: commune ?? "", category: "", kind: KIND[force], text: "" } as const;
    void api.help(search, controller.signal).then((outcome) => {
      if (outcome.ok && !controller.signal.aborted) setUnits(outcome.value.structures.slice(0, MOST));
    });
    return () => controller.abort();
  }, [shown, force, postal_code, commune]);
  return units;
}

/** What one writes under a unit's name. */
export function addressOf({ address, commune_name }: Structure): string {
  if (!address) return commune_name ?? "";
  return commune_name && !address.includes(commune_name) ? `${address}, ${commune_name}` : address;
}
