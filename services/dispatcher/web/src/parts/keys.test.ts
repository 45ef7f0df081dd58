import { describe, expect, test } from "vitest";
import { commandOf } from "./keys";

const press = (key: string, code: string, held: Partial<KeyboardEvent> & { altGraph?: boolean } = {}): KeyboardEvent =>
  ({
    key,
    code,
    altKey: false,
    shiftKey: false,
    ctrlKey: false,
    metaKey: false,
    getModifierState: (name: string) => name === "AltGraph" && held.altGraph === true,
    ...held,
  }) as KeyboardEvent;

describe("the keyboard", () => {
  test("Alt and a digit's key opens that conversation, on AZERTY too", () => {
    expect(commandOf(press("&", "Digit1", { altKey: true }), true)).toEqual({ do: "open", number: 1, beside: false });
    expect(commandOf(press("2", "Digit2", { altKey: true, shiftKey: true }), true)).toEqual({
      do: "open",
      number: 2,
      beside: true,
    });
  });

  test("AltGr writes a character and is never a shortcut", () => {
    expect(commandOf(press("~", "Digit2", { altKey: true, ctrlKey: true }), true)).toBeNull();
    expect(commandOf(press("~", "Digit2", { altKey: true, altGraph: true }), true)).toBeNull();
  });

  test("a question mark in a sentence is a question mark", () => {
    expect(commandOf(press("?", "KeyM", { shiftKey: true }), true)).toBeNull();
    expect(commandOf(press("?", "KeyM", { shiftKey: true }), false)).toEqual({ do: "shortcuts" });
    expect(commandOf(press("?", "KeyM", { shiftKey: true, altKey: true }), true)).toEqual({ do: "shortcuts" });
  });

  test("a letter without Alt is writing", () => {
    expect(commandOf(press("p", "KeyP"), false)).toBeNull();
    expect(commandOf(press("p", "KeyP", { altKey: true }), true)).toEqual({ do: "pause" });
  });

  test("Ctrl+K searches the desk from anywhere; a slash does where it would begin a text", () => {
    expect(commandOf(press("k", "KeyK", { ctrlKey: true }), true)).toEqual({ do: "sheets" });
    expect(commandOf(press("k", "KeyK", { ctrlKey: true, altKey: true }), true)).toBeNull();
    expect(commandOf(press("/", "Period", { shiftKey: true }), true, true)).toEqual({ do: "sheets" });
    expect(commandOf(press("/", "Period", { shiftKey: true }), true)).toBeNull();
    expect(commandOf(press("/", "NumpadDivide"), false)).toEqual({ do: "sheets" });
  });
});

describe("the keys to colleagues", () => {
  test("lead to their own fields, from anywhere, and are never letters in a text", () => {
    expect(commandOf(press("n", "KeyN", { altKey: true }), true)).toEqual({ do: "notes" });
    expect(commandOf(press("m", "KeyM", { altKey: true }), true)).toEqual({ do: "chat" });
    expect(commandOf(press("n", "KeyN"), true)).toBeNull();
  });
});
