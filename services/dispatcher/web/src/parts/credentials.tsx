import type { Ref } from "preact";
import type { Failure } from "../lib/api";
import { t } from "../lib/say";
import { Code } from "./code";

type Word = Parameters<typeof t>[0];

/** What is said of a login that failed: the same for an unknown login and a wrong password. */
export const WHY_NOT: Record<Failure, Word> = {
  unauthenticated: "loginRefused",
  refused: "loginRefused",
  invalid: "loginRefused",
  too_fast: "loginTooFast",
  unavailable: "loginUnavailable",
  code_wanted: "loginRefused",
  code_wrong: "loginCodeWrong",
  no_second_factor: "loginNoSecondFactor",
  local_login_off: "loginLocalOff",
  provider_away: "loginProviderAway",
};

interface Props {
  name: string;
  password: string;
  /** The six digits, once they are asked for: then they alone. */
  code: string | null;
  /** The id of what says that something was wrong. */
  described: string | undefined;
  /** Whose password it is, is known already. */
  known?: boolean;
  focused?: boolean;
  secret: Ref<HTMLInputElement>;
  onName: (name: string) => void;
  onPassword: (password: string) => void;
  onCode: (digits: string) => void;
}

/** The fields of a login: name and password, then the code of the moment. */
export function Credentials({ name, password, code, described, known, focused, secret, onName, onPassword, onCode }: Props) {
  if (code !== null) return <Code value={code} described={described} onInput={onCode} />;
  return (
    <>
      <label>
        {t("loginName")}
        <input
          name="login"
          autocomplete="username"
          autocapitalize="none"
          spellcheck={false}
          autofocus={focused === true}
          readOnly={known === true}
          value={name}
          aria-describedby={described}
          onInput={(event) => onName(event.currentTarget.value)}
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
          aria-describedby={described}
          onInput={(event) => onPassword(event.currentTarget.value)}
        />
      </label>
    </>
  );
}
