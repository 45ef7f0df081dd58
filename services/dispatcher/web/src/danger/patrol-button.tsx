import type { FunctionComponent } from "preact";
import { useState } from "preact/hooks";
import type { Line } from "../desk/line";
import { PATROL_ASKED } from "./use-patrols";
import type { Props } from "./patrol-dialog";
import { byTelephone, known } from "./patrol-form";
import { d } from "./say";

/** The way to ask for a patrol; without a network to bring the form, what to do instead. */
export function PatrolButton({ line }: { line: Line }) {
  const [Dialog, setDialog] = useState<FunctionComponent<Props> | null>(null);
  const [failed, setFailed] = useState(false);
  const open = (): void => {
    setFailed(false);
    void import("./patrol-dialog").then(
      (loaded) => setDialog(() => loaded.PatrolDialog),
      () => setFailed(true),
    );
  };
  const close = (): void => setDialog(null);
  const asked = (): void => {
    close();
    dispatchEvent(new Event(PATROL_ASKED));
  };
  return (
    <>
      <button type="button" class="firm danger" disabled={line.ending} onClick={open}>
        {d("patrol")}
      </button>
      {failed && (
        <span class="error small" role="alert">
          {d("patrolAway", { place: byTelephone(line, known(line)) })}
        </span>
      )}
      {Dialog && <Dialog line={line} onAsked={asked} onClose={close} />}
    </>
  );
}
