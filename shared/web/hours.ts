/**
 * Put OpenStreetMap opening hours into words: `Mo-Fr 09:00-17:30; PH off` → `lun. à ven…`.
 *
 * `days`: the words of the language, as `Mo=lun. Tu=mar. ... PH=... off=...`. `always`: what 24/7 is called. A rule that
 * uses more of the syntax than that is shown as it is: never a wrong time.
 */
export function hoursInWords(hours: string, days: string, always: string): string {
  if (hours.trim() === "24/7") return always;
  const words = new Map(days.split(" ").map((pair) => pair.split("=") as [string, string]));
  return hours
    .replace(/\b(Mo|Tu|We|Th|Fr|Sa|Su|PH|off)\b/g, (token) => words.get(token) ?? token)
    .replace(/(\d\d:\d\d)-(\d\d:\d\d)/g, "$1 – $2")
    .replace(/\s*;\s*/g, " · ");
}
