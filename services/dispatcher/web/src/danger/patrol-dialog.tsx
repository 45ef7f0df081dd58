import { makeAnswerKey, sealPatrol, verifyPartner } from "@shared/report";
import { useRef, useState } from "preact/hooks";
import type { Line } from "../desk/line";
import { useConsole } from "../parts/context";
import { Modal } from "../parts/modal";
import { useRecipients } from "../parts/report/use-recipients";
import { submit, type Told } from "../report/api";
import { isDepartment } from "../report/draft";
import { byTelephone, known, patrolDocument, type Wanted } from "./patrol-form";
import { remember } from "./patrols";
import { d } from "./say";

const LONGEST = 2_000;
const FIELDS = [
  ["facts", "patrolFacts"],
  ["where", "patrolWhere"],
  ["persons", "patrolPersons"],
  ["danger", "patrolDanger"],
  ["approach", "patrolApproach"],
  ["phone", "patrolPhone"],
] as const;

export interface Props {
  line: Line;
  /** It was handed in. */
  onAsked: () => void;
  onClose: () => void;
}

/** Ask for a patrol, filled with what is known; sealed here for the competent service alone. */
export function PatrolDialog({ line, onAsked, onClose }: Props) {
  const desk = useConsole();
  const { account, skew } = desk.snapshot;
  const now = (): number => Date.now() + desk.snapshot.skew;
  const [wanted, setWanted] = useState(() => known(line));
  const [department, setDepartment] = useState(line.held.department ?? "");
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState<string | null>(null);
  // The same patrol however often it has to be sent.
  const id = useRef({ report: crypto.randomUUID(), answerKey: makeAnswerKey() });
  const authority = account?.authority ?? null;
  const [found] = useRecipients({ force: line.held.force, department, authority, shown: true, now });
  const to = found.state === "found" ? found.list.find(({ force }) => force === line.held.force) : undefined;
  const place = byTelephone(line, wanted);

  const send = async (told: Told): Promise<void> => {
    if (!wanted.facts.trim() || !wanted.where.trim()) {
      setFault(d("patrolMissing"));
      return;
    }
    setBusy(true);
    setFault(await handIn(told));
    setBusy(false);
  };
  const handIn = async (told: Told): Promise<string | null> => {
    if (!authority) return d("patrolAway", { place });
    const { report, answerKey } = id.current;
    const partner = await verifyPartner(told.certificate, authority, Date.now() + skew);
    const unit = line.held.unit ?? partner.name;
    const document = patrolDocument(report, line, { ...partner, unit }, wanted, answerKey);
    if (document === null) return d("patrolLong");
    remember(report, answerKey);
    const { force, kid } = partner;
    const sealed = await sealPatrol(partner, document);
    const shared = await desk.keyring.sealForDuty(answerKey);
    const handed = await submit({
      conversation: line.id, report, kind: "patrol", partner: partner.partner, kid, force, department, sealed,
      ...(shared === null ? {} : { answer_key: shared }),
    }); // prettier-ignore
    if (handed.state === "away") return d("patrolAway", { place });
    if (handed.state === "declined") return d("patrolDeclined", { reason: handed.reason ?? "?" });
    onAsked();
    return null;
  };

  return (
    <Modal title={d("patrolTitle")} onClose={onClose}>
      <form
        class="patrol-form"
        onSubmit={(event) => {
          event.preventDefault();
          if (!busy && to) void send(to);
        }}
      >
        <p class="small">{d("patrolLaw")}</p>
        <Recipient told={to} state={found.state} department={department} place={place} />
        <label class="field">
          {d("patrolDepartment")}
          <input
            type="text"
            maxLength={3}
            value={department}
            onInput={(event) => setDepartment(event.currentTarget.value.trim().toUpperCase())}
          />
        </label>
        {line.held.unit && (
          <p class="small">
            {d("patrolUnit")} : {line.held.unit}
          </p>
        )}
        {FIELDS.map(([name, label]) => (
          <Field key={name} name={name} label={d(label)} wanted={wanted} onChange={setWanted} />
        ))}
        {fault && (
          <p class="error" role="alert">
            {fault}
          </p>
        )}
        <div class="choices">
          <button type="button" onClick={onClose}>
            {d("patrolCancel")}
          </button>
          <button type="submit" class="danger firm" disabled={busy || !to}>
            {d(busy ? "patrolSending" : "patrolSend")}
          </button>
        </div>
      </form>
    </Modal>
  );
}

interface FieldProps {
  name: keyof Wanted;
  label: string;
  wanted: Wanted;
  onChange: (wanted: Wanted) => void;
}

function Field({ name, label, wanted, onChange }: FieldProps) {
  return (
    <label class="field">
      {label}
      <textarea
        rows={name === "facts" ? 3 : 1}
        maxLength={LONGEST}
        value={wanted[name]}
        onInput={(event) => onChange({ ...wanted, [name]: event.currentTarget.value })}
      />
    </label>
  );
}

interface RecipientProps {
  told: Told | undefined;
  state: "unasked" | "busy" | "failed" | "found";
  department: string;
  place: string;
}

/** Who receives it; when nobody does, what to do instead, at once. */
function Recipient({ told, state, department, place }: RecipientProps) {
  if (told) {
    return (
      <p role="status">
        {d("patrolTo")} : <strong>{told.name}</strong>
      </p>
    );
  }
  if (!isDepartment(department)) return <p class="error" role="alert">{d("patrolNoPlace")}</p>;
  if (state === "busy" || state === "unasked") return <p role="status">{d("patrolSearching")}</p>;
  const words = state === "found" ? d("patrolNobody", { place }) : d("patrolAway", { place });
  return (
    <p class="error" role="alert">
      {words}
    </p>
  );
}
