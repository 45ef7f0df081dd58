import { useCallback, useEffect, useState } from "preact/hooks";
import { patrols, type Patrol, underWay } from "./patrols";

const EVERY_MS = 3_000;
/** Said by whoever has just asked for one: look now. */
export const PATROL_ASKED = "havre:patrol";

/** The patrols that concern this operator; asked for again while somebody is in danger, or one is under way. `here`: the
 * conversations that they have, since one that comes may bring a patrol along. */
export function usePatrols(danger: boolean, here: string): [readonly Patrol[], () => void] {
  const [found, setFound] = useState<readonly Patrol[]>([]);
  const look = useCallback(() => void patrols().then((some) => some && setFound(some)), []);
  const turning = danger || found.some(underWay);
  useEffect(() => {
    look();
    addEventListener(PATROL_ASKED, look);
    return () => removeEventListener(PATROL_ASKED, look);
  }, [look, here]);
  useEffect(() => {
    if (!turning) return undefined;
    look();
    const again = setInterval(look, EVERY_MS);
    return () => clearInterval(again);
  }, [turning, look]);
  return [found, look];
}
