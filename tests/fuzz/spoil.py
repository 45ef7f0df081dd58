"""Spoiling what is right: a value in its structure, or its text letter by letter."""

import copy
import json
from random import Random
from typing import Any

from tests.fuzz.grammar import HOSTILE_KEYS, HOSTILE_TEXTS, MARK, as_json, hostile

NESTED = (10, 900, 5_000, 20_000)
"""How deep: within reason, around what a codec allows, far beyond."""


def value(good: Any, rng: Random) -> Any:
    """Return a copy with one to three things in it changed."""
    bad = copy.deepcopy(good)
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        bad = _once(bad, rng)
    return bad


def text(good: str, rng: Random) -> str:
    """Return the text with something in it cut, doubled, swapped or put in."""
    at = rng.randint(0, len(good))
    match rng.randrange(9):
        case 0:
            return good[:at]
        case 1:
            return good[:at] + rng.choice(HOSTILE_TEXTS) + good[at:]
        case 2:
            return good[:at] + chr(rng.choice((0, 7, 31, 34, 92, 127, 160, 0xD800, 0xFFFF, 0x1F600))) + good[at + 1 :]
        case 3:
            return good + good[at:]
        case 4:
            return good[: at // 2] + good[at:]
        case 5:
            depth = rng.choice(NESTED)
            return good[:at] + rng.choice(("[", '{"a":', '[{"t":')) * depth + good[at:]
        case 6:
            return good.replace(rng.choice('",:{}[]'), rng.choice('",:{}[]\\'), rng.randint(1, 3))
        case 7:
            return good.replace("0", rng.choice(("9" * 400, "-", "1e999", "0x1", "00", "\\u0000")), 1)
        case _:
            return f" \n{good}\t" + rng.choice(("", "{}", "\x00", "//", MARK))


def blob(good: bytes, rng: Random) -> bytes:
    """Return the bytes with some flipped, cut or put in: what is no UTF-8, too."""
    bad = bytearray(good)
    for _ in range(rng.choice((1, 1, 2, 5, 20))):
        at = rng.randint(0, len(bad))
        match rng.randrange(4):
            case 0:
                bad[at : at + 1] = bytes([rng.randrange(256)])
            case 1:
                del bad[at : at + rng.randint(1, 9)]
            case 2:
                bad[at:at] = rng.randbytes(rng.randint(1, 9))
            case _:
                bad[at:at] = bad[max(0, at - 8) : at]
    return bytes(bad)


def hostile_json(good: Any, rng: Random) -> str:
    """Return JSON or nearly: as it should be (a third), spoilt in its structure, in its text, or never any good."""
    fate = rng.random()
    if fate < 0.33:
        return as_json(good, rng)
    if fate < 0.7:
        return as_json(value(good, rng), rng)
    if fate < 0.95:
        return text(as_json(good if rng.random() < 0.5 else value(good, rng), rng), rng)
    return rng.choice((as_json(hostile(rng), rng), rng.choice(HOSTILE_TEXTS), json.dumps(MARK)))


def utf8(hostile: str) -> bytes:
    """Return the text as bytes; lone surrogates as the bytes that a careless sender would make of them."""
    return hostile.encode("utf-8", "surrogatepass")


def _once(bad: Any, rng: Random) -> Any:
    if isinstance(bad, dict) and bad and rng.random() < 0.9:
        name = rng.choice(list(bad))
        match rng.randrange(5):
            case 0:
                del bad[name]
            case 1:
                bad[rng.choice(HOSTILE_KEYS)] = hostile(rng)
            case 2:
                bad[name] = hostile(rng)
            case 3:
                bad[rng.choice((name.upper(), name + MARK))] = bad.pop(name)
            case _:
                bad[name] = _once(bad[name], rng)
        return bad
    if isinstance(bad, list) and bad and rng.random() < 0.9:
        at = rng.randrange(len(bad))
        bad[at] = _once(bad[at], rng)
        return (bad * 70)[:100] if not isinstance(bad[0], dict | list) and rng.random() < 0.05 else bad
    if isinstance(bad, str) and rng.random() < 0.7:
        return text(bad, rng)
    return hostile(rng)
