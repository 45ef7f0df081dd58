import type { Field, FieldName } from "@shared/report";

/** What stands in the form of a proposal: what the operator wrote, as the visitor has changed it. */
export interface Form {
  readonly values: readonly Field[];
  /** What she does not want to send. */
  readonly struck: readonly FieldName[];
  /** What she is changing at this moment. */
  readonly editing: FieldName | null;
}

export type FormAct =
  | { readonly type: "edit"; readonly name: FieldName }
  | { readonly type: "typed"; readonly name: FieldName; readonly value: string }
  | { readonly type: "edited" }
  | { readonly type: "strike"; readonly name: FieldName }
  | { readonly type: "restore"; readonly name: FieldName };

/** The form of a proposal. What was struck from the proposal that it replaces stays struck: she has said so. */
export function formOf(fields: readonly Field[], before?: Form): Form {
  const struck = fields.map(([name]) => name).filter((name) => before?.struck.includes(name));
  return { values: fields, struck, editing: null };
}

/** Return the form after she did something in it. */
export function filled(form: Form, act: FormAct): Form {
  switch (act.type) {
    case "edit":
      return { ...form, editing: act.name };
    case "typed":
      return { ...form, values: form.values.map((field) => (field[0] === act.name ? [act.name, act.value] : field)) };
    case "edited":
      return { ...form, editing: null };
    case "strike":
      return { ...form, struck: [...form.struck, act.name], editing: form.editing === act.name ? null : form.editing };
    case "restore":
      return { ...form, struck: form.struck.filter((name) => name !== act.name) };
  }
}

/** Return exactly what would be sent: what stands on screen, without what is struck or empty. */
export function sent(form: Form): Field[] {
  return form.values.filter(([name, value]) => !form.struck.includes(name) && value.trim() !== "");
}
