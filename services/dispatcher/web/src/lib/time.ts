import { useEffect, useState } from "preact/hooks";
import { t } from "./say";

const SECOND_MS = 1_000;
const clock = new Intl.DateTimeFormat(t.locale, { hour: "2-digit", minute: "2-digit" });

/** `02:15`, in the time zone of this machine; `at` in milliseconds since 1970. */
export function hour(at: number): string {
  return clock.format(at);
}

/** `0:42`, `12:05`, `1:02:05`; `ms` below zero counts as zero. */
export function span(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / SECOND_MS));
  const pad = (value: number): string => String(value).padStart(2, "0");
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}:${pad(seconds % 60)}`;
  return `${Math.floor(minutes / 60)}:${pad(minutes % 60)}:${pad(seconds % 60)}`;
}

/** This machine's time, in milliseconds, told again every second. */
export function useNow(): number {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    const ticking = setInterval(() => setNow(Date.now()), SECOND_MS);
    return () => clearInterval(ticking);
  }, []);
  return now;
}
