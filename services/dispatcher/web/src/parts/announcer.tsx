import { useEffect, useRef, useState } from "preact/hooks";
import { announcement } from "../desk/announce";
import type { Snapshot } from "../desk/console";

/** What changes far from the reader's place is said here, politely. */
export function Announcer({ snapshot, aside }: { snapshot: Snapshot; aside: string }) {
  const before = useRef(snapshot);
  const [words, setWords] = useState("");
  useEffect(() => {
    const said = announcement(before.current, snapshot);
    before.current = snapshot;
    if (said !== null) setWords(said);
  }, [snapshot]);
  useEffect(() => {
    if (aside) setWords(aside);
  }, [aside]);
  return (
    <p class="unseen" role="status">
      {words}
    </p>
  );
}
