import { useEffect, useRef, useState } from "preact/hooks";
import type { LoginReason } from "../desk/console";
import type { Failure } from "../lib/api";
import { t } from "../lib/say";
import { useConsole } from "./context";

const WORDS = {
  unauthenticated: "loginRefused",
  refused: "loginRefused",
  invalid: "loginRefused",
  too_fast: "loginTooFast",
  unavailable: "loginUnavailable",
} as const;

const REASONS = { expired: "loginExpired", ended: "loginEnded", left: "loginLeft" } as const;

/** The login. What was wrong is said in words, the same for an unknown login and a wrong password. */
export function Login({ reason }: { reason: LoginReason }) {
  const desk = useConsole();
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Failure | "missing" | null>(null);
  const secret = useRef<HTMLInputElement>(null);

  useEffect(() => {
    document.title = t("title");
  }, []);

  const submit = async (): Promise<void> => {
    if (name.trim() === "" || password === "") {
      setFailure("missing");
      return;
    }
    setBusy(true);
    const refused = await desk.login(name.trim(), password);
    if (refused === null) return;
    setBusy(false);
    setFailure(refused);
    if (refused !== "unavailable") {
      setPassword("");
      secret.current?.focus();
    }
  };

  return (
    <main class="stage">
      <div class="sheet">
        <h1>{t("loginTitle")}</h1>
        <p class="soft">{t("loginLead")}</p>
        {reason !== "start" && failure === null && (
          <p class="error calm" role="status">
            {t(REASONS[reason])}
          </p>
        )}
        <div role="alert">
          {failure !== null && (
            <p class="error" id="login-error">
              {t(failure === "missing" ? "loginMissing" : WORDS[failure])}
            </p>
          )}
        </div>
        <form
          onSubmit={(event) => {
            event.preventDefault();
            if (!busy) void submit();
          }}
        >
          <label>
            {t("loginName")}
            <input
              name="login"
              autocomplete="username"
              autocapitalize="none"
              spellcheck={false}
              autofocus
              value={name}
              aria-describedby={failure ? "login-error" : undefined}
              onInput={(event) => setName(event.currentTarget.value)}
            />
          </label>
          <label>
            {t("loginPassword")}
            <input
              ref={secret}
              name="password"
              type="password"
              autocomplete="current-password"
              value={password}
              aria-describedby={failure ? "login-error" : undefined}
              onInput={(event) => setPassword(event.currentTarget.value)}
            />
          </label>
          <button type="submit" class="primary" aria-disabled={busy}>
            {t(busy ? "loginBusy" : "loginSubmit")}
          </button>
        </form>
      </div>
    </main>
  );
}
