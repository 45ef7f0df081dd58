import { useState } from "preact/hooks";
import type { Snapshot } from "../desk/console";
import * as api from "../lib/api";
import { t } from "../lib/say";
import { hour, useNow } from "../lib/time";
import { Code } from "./code";
import { useConsole } from "./context";
import { Modal } from "./modal";
import { useDoor } from "./provider";

/** From so long before the end of the session on, the console asks for another login. */
export const WARN_MS = 20 * 60_000;

const WORDS = {
  code_wrong: "loginCodeWrong",
  too_fast: "loginTooFast",
  unavailable: "loginUnavailable",
  provider_away: "loginProviderAway",
} as const;

/** Whether it is time to ask. */
export function endsSoon(endsAt: number, now: number): boolean {
  return endsAt - now < WARN_MS;
}

/** The session ends soon: say so, and let one log in again here, with the conversations where they are. */
export function Renewal({ snapshot }: { snapshot: Snapshot }) {
  const now = useNow() + snapshot.skew;
  const [asking, setAsking] = useState(false);
  const endsAt = snapshot.account?.session_ends_at ?? Infinity;
  if (!endsSoon(endsAt, now)) return null;
  return (
    <div class="lost">
      <p role="alert">{t("renewSoon", { time: hour(endsAt - snapshot.skew) })}</p>
      <button type="button" onClick={() => setAsking(true)}>
        {t("renewOpen")}
      </button>
      {asking && <Again onClose={() => setAsking(false)} />}
    </div>
  );
}

function Again({ onClose }: { onClose: () => void }) {
  const door = useDoor();
  const provider = door?.provider ?? null;
  return (
    <Modal title={t("renewTitle")} onClose={onClose}>
      <p>{t("renewLead")}</p>
      {provider !== null && <Elsewhere name={provider} />}
      {door?.local && <Here onClose={onClose} />}
    </Modal>
  );
}

/** Through the identity provider, in a window of its own, because this one must not leave. */
function Elsewhere({ name }: { name: string }) {
  const [away, setAway] = useState(false);
  const go = async (): Promise<void> => {
    const outcome = await api.throughProvider(true);
    setAway(!outcome.ok);
    if (outcome.ok) window.open(outcome.value.go, "_blank", "noopener");
  };
  return (
    <>
      <div role="alert">{away && <p class="error">{t("loginProviderAway")}</p>}</div>
      <button type="button" class="primary" onClick={() => void go()}>
        {t("loginProvider", { name })}
      </button>
    </>
  );
}

function Here({ onClose }: { onClose: () => void }) {
  const desk = useConsole();
  const [password, setPassword] = useState("");
  const [code, setCode] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<api.Failure | null>(null);
  const submit = async (): Promise<void> => {
    setBusy(true);
    const refused = await desk.session.renew(password, code ?? undefined);
    setBusy(false);
    if (refused === null) {
      onClose();
      return;
    }
    if (refused === "code_wanted" || refused === "code_wrong") setCode("");
    setFailure(refused === "code_wanted" ? null : refused);
  };
  const words = failure !== null && failure in WORDS ? WORDS[failure as keyof typeof WORDS] : "loginRefused";
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (!busy && password !== "" && code !== "") void submit();
      }}
    >
      <div role="alert">
        {failure !== null && (
          <p class="error" id="renewal-error">
            {t(words)}
          </p>
        )}
      </div>
      <label>
        {t("loginPassword")}
        <input
          name="password"
          type="password"
          autocomplete="current-password"
          value={password}
          onInput={(event) => setPassword(event.currentTarget.value)}
        />
      </label>
      {code !== null && <Code value={code} described={failure ? "renewal-error" : undefined} onInput={setCode} />}
      <button type="submit" class="primary" aria-disabled={busy}>
        {t(busy ? "loginBusy" : "renewOpen")}
      </button>
    </form>
  );
}
