import { useEffect, useState } from "preact/hooks";
import type { Backroom } from "./backroom";

/** Show this part of the page anew whenever something in the back room has changed. */
export function useBackroom(room: Backroom): void {
  const [, turn] = useState(0);
  useEffect(() => {
    const again = (): void => turn((count) => count + 1);
    again();
    return room.watch(again);
  }, [room]);
}
