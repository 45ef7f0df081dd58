/**
 * Keep the page as high as what is really visible.
 *
 * Where an on-screen keyboard covers the page instead of shrinking it (iOS), the red button and the composer would lie
 * beneath it. When the visitor has zoomed with two fingers the page is left alone.
 */
export function fitVisible(): void {
  const viewport = window.visualViewport;
  if (!viewport) return;
  const root = document.documentElement.style;
  const fit = (): void => {
    const zoomed = Math.abs(viewport.scale - 1) > 0.01;
    root.setProperty("--height", zoomed ? "" : `${viewport.height}px`);
    root.setProperty("--top", zoomed ? "" : `${viewport.offsetTop}px`);
  };
  viewport.addEventListener("resize", fit);
  viewport.addEventListener("scroll", fit);
  fit();
}
