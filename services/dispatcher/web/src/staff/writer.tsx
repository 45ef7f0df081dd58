import type { RefObject } from "preact";
import { useState } from "preact/hooks";
import { s } from "./say";
import { fits } from "./seal";

interface Props {
  field: RefObject<HTMLTextAreaElement | null>;
  label: string;
  placeholder: string;
  button: string;
  keys: string;
  onWrite: (text: string) => void;
}

/**
 * Where staff write to staff. It is made so that nobody takes it for the answer to a visitor: it has another place, colour
 * and button, never the keyboard by itself, and Enter in it sends nothing to anybody.
 */
export function Writer({ field, label, placeholder, button, keys, onWrite }: Props) {
  const [text, setText] = useState("");
  const long = !fits(text.trim());
  const write = (): void => {
    if (text.trim() === "" || long) return;
    onWrite(text.trim());
    setText("");
    field.current?.focus();
  };
  return (
    <form
      class="staff-writer"
      onSubmit={(event) => {
        event.preventDefault();
        write();
      }}
    >
      <textarea
        ref={field}
        rows={2}
        value={text}
        aria-label={label}
        aria-invalid={long}
        placeholder={placeholder}
        autocomplete="off"
        onInput={(event) => setText(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key !== "Enter" || event.isComposing || !(event.ctrlKey || event.metaKey)) return;
          event.preventDefault();
          write();
        }}
      />
      <div class="spread">
        <p class="hint" role={long ? "alert" : undefined}>
          {long ? s("tooLong") : keys}
        </p>
        <button type="submit">{button}</button>
      </div>
    </form>
  );
}
