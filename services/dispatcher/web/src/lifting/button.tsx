import type { FunctionComponent } from "preact";
import { useEffect, useState } from "preact/hooks";
import { type Asked, lifting } from "./api";
import type { Props as DialogProps } from "./dialog";
import { label } from "./label";

/** How often it is asked what came of a request, in milliseconds. */
const AGAIN_MS = 5_000;

/** What this page knows of requests, by conversation: ids and decisions, never an address. */
const known = new Map<string, Asked>();

/** In the head of a conversation: the way to ask for its anonymity to be lifted, and what came of it. */
export function LiftingButton({ conversation, disabled }: { conversation: string; disabled: boolean }) {
  const [Dialog, setDialog] = useState<FunctionComponent<DialogProps> | null>(null);
  const [failed, setFailed] = useState(false);
  const [asked, setAsked] = useAsked(conversation);
  const open = (): void => {
    setFailed(false);
    void import("./dialog").then(
      (loaded) => setDialog(() => loaded.LiftingDialog),
      () => setFailed(true),
    );
  };
  return (
    <>
      <button type="button" class="lifting" data-decision={asked?.decision} disabled={disabled} onClick={open}>
        {label(asked ? asked.decision : "lift")}
      </button>
      {failed && (
        <span class="error small" role="alert">
          {label("failed")}
        </span>
      )}
      {Dialog && <Dialog conversation={conversation} onAsked={setAsked} onClose={() => setDialog(null)} />}
    </>
  );
}

/** What is known of the request about a conversation; while it is pending, it is asked for again. */
function useAsked(conversation: string): [Asked | null, (asked: Asked | null) => void] {
  const [asked, set] = useState<Asked | null>(known.get(conversation) ?? null);
  const tell = (found: Asked | null): void => {
    if (found) known.set(conversation, found);
    set(found);
  };
  const pending = asked?.decision === "pending";
  useEffect(() => {
    if (!pending) return undefined;
    const turning = setInterval(() => {
      void lifting(conversation).then((answer) => answer.ok && answer.value.asked && tell(answer.value.asked));
    }, AGAIN_MS);
    return () => clearInterval(turning);
  }, [conversation, pending]);
  return [asked, tell];
}
