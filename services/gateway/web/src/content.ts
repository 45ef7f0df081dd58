/** Return what the gateway wrote into the page under this name; empty when it did not. */
export function content(name: string): string {
  return document.querySelector<HTMLMetaElement>(`meta[name="${name}"]`)?.content ?? "";
}
