/** A time of today, as one reads it on a clock. */
export function clock(locale: string, at: number): string {
  return new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit" }).format(at);
}

/** A day, in words. */
export function day(locale: string, at: number): string {
  return new Intl.DateTimeFormat(locale, { day: "numeric", month: "long" }).format(at);
}

/** Day and time of an appointment (RFC 3339), by the clocks of the place where it is, wherever this page is. */
export function moment(locale: string, at: string): string {
  const [, sign, hours, minutes] = /([+-])(\d{2}):(\d{2})$/.exec(at) ?? [];
  const offset = (Number(hours ?? 0) * 60 + Number(minutes ?? 0)) * (sign === "-" ? -60_000 : 60_000);
  const parts = { weekday: "long", day: "numeric", month: "long", hour: "2-digit", minute: "2-digit" } as const;
  return new Intl.DateTimeFormat(locale, { ...parts, timeZone: "UTC" }).format(Date.parse(at) + offset);
}
