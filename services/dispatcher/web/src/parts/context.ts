import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { Console } from "../desk/console";

export const ConsoleContext = createContext<Console | null>(null);

/** The console that this page is; every part of the page stands in one. */
export function useConsole(): Console {
  const found = useContext(ConsoleContext);
  if (!found) throw new Error("no console around this part of the page");
  return found;
}
