import { Unverified } from "@shared/sealing/credential";
import type { ShiftKey } from "@shared/sealing/staff";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { me, type Account } from "../lib/api";
import { Backroom } from "./backroom";
import { Chat, type Subject } from "./chat";
import { keptKey, newKey } from "./own-key";
import { roomsOf } from "./place";
import { s } from "./say";
import { StaffTeller } from "./teller";

const FORCES = ["police", "gendarmerie"] as const;
const NONE = new Map<string, number>();

/** What staff say to each other, on the supervisors' page: with a key of its own, which opens no conversation. */
export function OfSupervisor({ subjects }: { subjects: readonly Subject[] }) {
  const [account, setAccount] = useState<Account | null>(null);
  const [key, setKey] = useState<ShiftKey | null | undefined>(undefined);
  useEffect(() => {
    void me().then(async (found) => {
      if (!found.ok) return;
      setAccount(found.value);
      setKey(await keptKey(found.value, found.value.at));
    });
  }, []);
  if (!account || key === undefined) return null;
  if (key === null) return <Closed account={account} onKey={setKey} />;
  return <Open account={account} own={key} subjects={subjects} />;
}

function Open({ account, own, subjects }: { account: Account; own: ShiftKey; subjects: readonly Subject[] }) {
  const field = useRef<HTMLTextAreaElement>(null);
  const room = useMemo(() => {
    const skew = account.at - Date.now();
    const { protocol, host } = location;
    return new Backroom({
      url: `${protocol === "https:" ? "wss" : "ws"}://${host}/ws/staff`,
      me: () => account,
      readers: () => [own],
      credential: () => own.credential,
      now: () => Date.now() + skew,
    });
  }, [account, own]);
  useEffect(() => {
    room.open();
    room.follow(roomsOf(FORCES));
    return () => room.close();
  }, [room]);
  return (
    <>
      <Chat room={room} forces={account.force === "police" ? FORCES : [...FORCES].reverse()} first="colleagues" subjects={subjects} field={field} />
      <StaffTeller room={room} held={NONE} />
    </>
  );
}

/** The browser kept no key of this shift: the account's secret makes one. */
function Closed({ account, onKey }: { account: Account; onKey: (key: ShiftKey) => void }) {
  const [secret, setSecret] = useState("");
  const [wrong, setWrong] = useState(false);
  const open = async (): Promise<void> => {
    try {
      onKey(await newKey(account, secret, account.at));
    } catch (error) {
      if (!(error instanceof Unverified)) throw error;
      setWrong(true);
      setSecret("");
    }
  };
  return (
    <section class="staff" aria-label={s("keyTitle")}>
      <h2>{s("keyTitle")}</h2>
      {account.certificate === null ? (
        <p>{s("keyNone")}</p>
      ) : (
        <form
          class="staff-key"
          onSubmit={(event) => {
            event.preventDefault();
            void open();
          }}
        >
          <p class="small">{s("keyLead")}</p>
          <label>
            {s("keyLabel")}
            <input
              type="password"
              autocomplete="current-password"
              value={secret}
              onInput={(event) => setSecret(event.currentTarget.value)}
            />
          </label>
          <div role="alert">{wrong && <p class="error">{s("keyWrong")}</p>}</div>
          <button type="submit">{s("keyOpen")}</button>
        </form>
      )}
    </section>
  );
}
