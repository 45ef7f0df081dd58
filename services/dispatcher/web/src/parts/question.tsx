import { useEffect } from "preact/hooks";
import type { Snapshot } from "../desk/console";
import { lineOf } from "../desk/desk";
import { unsent } from "../desk/line";
import { t } from "../lib/say";
import { useConsole } from "./context";
import { Shortcuts } from "./keys";
import { Modal } from "./modal";
import { Transfer } from "./transfer";

/** Which dialog is open. */
export type Asking = { what: "shortcuts" } | { what: "logout" } | { what: "end" | "transfer"; id: string };

/** The dialog that is open: what cannot be undone is asked once. */
export function Question({ asking, snapshot, onClose }: { asking: Asking; snapshot: Snapshot; onClose: () => void }) {
  const desk = useConsole();
  if (asking.what === "shortcuts") return <Shortcuts onClose={onClose} />;
  if (asking.what === "logout") {
    const lines = [t("logoutHeld"), ...(desk.unsaved ? [t("logoutUnsent")] : [])];
    return <Ask title={t("logoutAsk")} lines={lines} firm={t("logoutFirm")} onFirm={() => void desk.session.logout()} onClose={onClose} />;
  }
  const line = lineOf(snapshot.desk, asking.id);
  if (!line) return <Gone onClose={onClose} />;
  if (asking.what === "transfer") return <Transfer line={line} onClose={onClose} />;
  const lines = [t("endDetail"), ...(unsent(line) ? [t("endDraft")] : [])];
  const title = t("endAsk", { number: line.number });
  return <Ask title={title} lines={lines} firm={t("endFirm")} onFirm={() => desk.end(line.id)} onClose={onClose} />;
}

/** The conversation asked about left meanwhile: there is nothing to ask any more. */
function Gone({ onClose }: { onClose: () => void }) {
  useEffect(onClose, [onClose]);
  return null;
}

interface AskProps {
  title: string;
  lines: readonly string[];
  firm: string;
  onFirm: () => void;
  onClose: () => void;
}

function Ask({ title, lines, firm, onFirm, onClose }: AskProps) {
  return (
    <Modal title={title} onClose={onClose}>
      {lines.map((line) => (
        <p key={line}>{line}</p>
      ))}
      <div class="choices">
        <button type="button" onClick={onClose}>
          {t("cancel")}
        </button>
        <button
          type="button"
          class="danger firm"
          onClick={() => {
            onClose();
            onFirm();
          }}
        >
          {firm}
        </button>
      </div>
    </Modal>
  );
}
