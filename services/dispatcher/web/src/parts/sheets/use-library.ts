import { useCallback, useEffect, useState } from "preact/hooks";
import * as api from "../../lib/api";
import type { Library } from "../../sheets/library";

/** What came of asking for the desk. */
export type Loaded = { state: "busy" } | { state: "failed" } | { state: "loaded"; library: Library };

/** The desk, asked for once while the page is open; and how to ask again after it did not come. */
export function useLibrary(): [Loaded, () => void] {
  const [loaded, setLoaded] = useState<Loaded>({ state: "busy" });
  const [tries, setTries] = useState(0);
  useEffect(() => {
    const controller = new AbortController();
    void api.library(controller.signal).then((outcome) => {
      if (controller.signal.aborted) return;
      setLoaded(outcome.ok ? { state: "loaded", library: outcome.value } : { state: "failed" });
    });
    return () => controller.abort();
  }, [tries]);
  const again = useCallback(() => {
    setLoaded({ state: "busy" });
    setTries((before) => before + 1);
  }, []);
  return [loaded, again];
}
