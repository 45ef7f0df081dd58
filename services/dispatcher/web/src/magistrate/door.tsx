import { useEffect, useRef, useState } from "preact/hooks";
import * as api from "../lib/api";
import { t as words } from "../lib/say";
import { Credentials, WHY_NOT } from "../parts/credentials";
import { t } from "./words";

interface Props {
  /** Whose session is open already: only the key is closed; null when nobody is logged in. */
  open: string | null;
  /** What else was wrong. */
  fault: string | null;
  onPassword: (password: string) => void;
}

/** Coming in: both factors, and the password stays in this page until it has opened the key. */
export function Door({ open, fault, onPassword }: Props) {
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const [code, setCode] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const [wrong, setWrong] = useState<string | null>(fault);
  const secret = useRef<HTMLInputElement>(null);
  useEffect(() => {
    setWrong(fault);
    setBusy(false);
  }, [fault]);
  const submit = async (): Promise<void> => {
    if (open !== null) {
      onPassword(password);
      return;
    }
    setBusy(true);
    const outcome = await api.login(name.trim(), password, code ?? undefined);
    setBusy(false);
    if (outcome.ok) {
      onPassword(password);
      return;
    }
    const { failure } = outcome;
    setWrong(failure === "code_wanted" ? null : words(WHY_NOT[failure]));
    if (failure === "code_wanted" || failure === "code_wrong") setCode("");
    else secret.current?.focus();
  };
  return (
    <main class="stage">
      <div class="sheet">
        <h1>{t("doorTitle")}</h1>
        <p class="soft">{t(open === null ? "doorLead" : "unlockLead")}</p>
        <div role="alert">
          {wrong !== null && (
            <p class="error" id="door-error">
              {wrong}
            </p>
          )}
        </div>
        <form
          onSubmit={(event) => {
            event.preventDefault();
            if (!busy) void submit();
          }}
        >
          <Credentials
            name={open ?? name}
            password={password}
            code={code}
            described={wrong === null ? undefined : "door-error"}
            known={open !== null}
            secret={secret}
            onName={setName}
            onPassword={setPassword}
            onCode={setCode}
          />
          <button type="submit" class="primary" aria-disabled={busy}>
            {busy ? words("loginBusy") : open === null ? words("loginSubmit") : t("unlock")}
          </button>
        </form>
      </div>
    </main>
  );
}
