import { type Field, type FieldName, MAX_VALUE } from "@shared/report";
import { useEffect, useRef } from "preact/hooks";
import type { Form, FormAct } from "../form";
import type { Key, Say } from "../words";

const REVEALS: Partial<Record<FieldName, Key>> = { identity: "revealsIdentity", contact: "revealsContact" };

interface Props {
  t: Say;
  /** Tells one card's fields from another's. */
  card: number;
  field: Field;
  form: Form;
  onAct: (act: FormAct) => void;
}

/**
 * One line of what would be sent: as it stands, being changed, or struck out.
 *
 * Each part has a key: whatever else comes and goes, the button that was pressed stays the same, and keeps the focus.
 */
export function FieldRow({ t, card, field: [name, value], form, onAct }: Props) {
  const id = `report-${card}-${name}`;
  const editing = form.editing === name;
  const struck = form.struck.includes(name);
  const empty = value.trim() === "";
  const note = struck ? "struck" : empty ? "empty" : REVEALS[name];
  const field = t(name);
  return (
    <li class={struck ? "struck" : undefined}>
      <h4 id={id}>{field}</h4>
      {editing ? (
        <Editor key="text" name={name} value={value} labelled={id} onAct={onAct} />
      ) : (
        !empty && <p key="text" class="body">{struck ? <s>{value}</s> : value}</p>
      )}
      {note && <p key="note" class="soft">{t(note)}</p>}
      <p key="acts" class="acts">
        <Act key="strike" t={t} say={struck ? "restore" : "strike"} field={field} onPress={() => onAct({ type: struck ? "restore" : "strike", name })} />
        {!struck && (
          <Act
            key="edit"
            t={t}
            say={editing ? "edited" : "edit"}
            field={field}
            onPress={() => onAct(editing ? { type: "edited" } : { type: "edit", name })}
          />
        )}
      </p>
    </li>
  );
}

interface ActProps {
  t: Say;
  say: "edit" | "edited" | "strike" | "restore";
  field: string;
  onPress: () => void;
}

/** The same button under another name keeps the focus. */
function Act({ t, say, field, onPress }: ActProps) {
  return (
    <button type="button" class="link-button" aria-label={t(`${say}Field`, { field })} onClick={onPress}>
      {t(say)}
    </button>
  );
}

interface EditorProps {
  name: FieldName;
  value: string;
  labelled: string;
  onAct: (act: FormAct) => void;
}

/** As the composer: nothing helps to write, and nothing learns what is written. */
function Editor({ name, value, labelled, onAct }: EditorProps) {
  const area = useRef<HTMLTextAreaElement>(null);
  useEffect(() => {
    area.current?.focus();
    area.current?.setSelectionRange(value.length, value.length);
  }, []);
  useEffect(() => {
    const box = area.current;
    if (!box) return;
    box.style.height = "auto";
    box.style.height = `${box.scrollHeight + box.offsetHeight - box.clientHeight}px`;
  }, [value]);
  return (
    <textarea
      ref={area}
      rows={2}
      maxLength={MAX_VALUE}
      autocomplete="off"
      spellcheck={false}
      aria-labelledby={labelled}
      value={value}
      onInput={(event) => onAct({ type: "typed", name, value: event.currentTarget.value })}
    />
  );
}
