import { useEffect, useRef } from "preact/hooks";
import { t } from "../lib/say";

interface Props {
  value: string;
  /** The id of what says that it was wrong. */
  described: string | undefined;
  onInput: (digits: string) => void;
}

/** The field for the six digits of the moment; spaces that people put between them are left out. */
export function Code({ value, described, onInput }: Props) {
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (value === "") field.current?.focus();
  }, [value]);
  return (
    <label>
      {t("loginCode")}
      <input
        ref={field}
        name="code"
        inputMode="numeric"
        autocomplete="one-time-code"
        spellcheck={false}
        maxLength={12}
        value={value}
        aria-describedby={described ? `${described} code-hint` : "code-hint"}
        onInput={(event) => onInput(event.currentTarget.value.replace(/\D/g, "").slice(0, 6))}
      />
      <span class="soft small" id="code-hint">
        {t("loginCodeHint")}
      </span>
    </label>
  );
}
