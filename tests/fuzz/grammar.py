"""Values that a JSON schema allows, and values that look like them.

The schemas are the ones that msgspec and pydantic derive from frames and contracts: a frame that is added tomorrow is
fuzzed tomorrow.
"""

import copy
import json
import string
from collections.abc import Mapping, Sequence
from functools import cache
from random import Random
from typing import Any
from uuid import UUID

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

Schema = Mapping[str, Any]

MARK = "OISEAUBLEU"
"""Stands for what a person wrote: no refusal may repeat it."""
DEEPEST = 6
_HEX = "0123456789abcdef"
_WORD = string.ascii_letters + string.digits + "-_"


def uuid(rng: Random) -> str:
    """Return a UUID in lower case."""
    return str(UUID(int=rng.getrandbits(128)))


def letters(rng: Random, alphabet: str, low: int, high: int) -> str:
    """Return ``low`` to ``high`` letters of an alphabet."""
    return "".join(rng.choices(alphabet, k=rng.randint(low, high)))


HOSTILE_TEXTS = (
    "", " ", "\x00", "\n", "null", "0", MARK, MARK * 400, "é" * 50, "\u202e\u200f" + MARK, "\ud800", "\U0001f4a5" * 20,
    "' or 1=1 --", "<script>alert(1)</script>", "{{7*7}}", "${jndi:x}", "../../etc/passwd", "%00%0a%0d", "a" * 17_000,
    "\r\nX-Injected: 1", "{dispatch}", "*", ">", "chat.>", "$JS.API.>", "95300\n", "95300", "-1", "1e400", "NaN",
)  # fmt: skip
HOSTILE_VALUES: tuple[Any, ...] = (
    None, True, False, 0, -1, 1, 2**31, 2**53, 2**63, 2**64, 10**30, -(10**30), 0.5, -0.0, 1e308, [], {}, [[]],
    {"": {}}, [MARK], {MARK: MARK}, {"t": "open"}, *HOSTILE_TEXTS,
)  # fmt: skip
HOSTILE_KEYS = ("", "t", "type", "id", "__proto__", "__class__", MARK, MARK + "\n", "conversation", "\ud800", "a" * 300)


def hostile(rng: Random) -> Any:
    """Return a value that nobody asked for; the caller may change it."""
    return copy.deepcopy(rng.choice(HOSTILE_VALUES))


@cache
def texts_like(pattern: str) -> Sequence[str]:
    """Return texts that a pattern allows, always the same ones: Hypothesis knows how, but is slow at it."""
    found: list[str] = []

    @settings(
        max_examples=20,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(st.from_regex(pattern))
    def collect(text: str) -> None:
        found.append(text)

    collect()
    return found


class Grammar:
    """Makes values of one set of schemas."""

    def __init__(self, components: Mapping[str, Schema]) -> None:
        self._components = components

    def make(self, schema: Schema, rng: Random, depth: int = 0) -> Any:
        """Return a value that the schema allows, or nearly."""
        if "$ref" in schema:
            return self.make(self._components[schema["$ref"].rsplit("/", 1)[-1]], rng, depth)
        for choice in ("anyOf", "oneOf"):
            if choice in schema:
                return self.make(rng.choice(schema[choice]), rng, depth)
        if "allOf" in schema:
            return self.make(schema["allOf"][0], rng, depth)
        if "enum" in schema:
            return rng.choice(schema["enum"])
        if "const" in schema:
            return schema["const"]
        maker = getattr(self, f"_{schema.get('type', 'anything')}")
        return maker(schema, rng, depth)

    def _object(self, schema: Schema, rng: Random, depth: int) -> dict[str, Any]:
        required = set(schema.get("required", ()))
        made = {
            name: self.make(part, rng, depth + 1)
            for name, part in schema.get("properties", {}).items()
            if name in required or rng.random() < 0.6
        }
        extra = schema.get("additionalProperties")
        if isinstance(extra, Mapping) and depth < DEEPEST:
            names = schema.get("propertyNames", {"type": "string"})
            for _ in range(rng.choice((0, 1, 1, 2, 5))):
                made[str(self.make(names, rng, depth + 1))] = self.make(extra, rng, depth + 1)
        return made

    def _array(self, schema: Schema, rng: Random, depth: int) -> list[Any]:
        if depth >= DEEPEST:
            return []
        low = schema.get("minItems", 0)
        return [self.make(schema.get("items", {}), rng, depth + 1) for _ in range(low + rng.choice((0, 1, 2, 3)))]

    def _string(self, schema: Schema, rng: Random, _depth: int) -> str:
        if "pattern" in schema:
            return rng.choice(texts_like(schema["pattern"]))
        if schema.get("format") == "uuid":
            return uuid(rng)
        if schema.get("format") == "date-time":
            return f"20{rng.randint(20, 40)}-{rng.randint(1, 12):02}-{rng.randint(1, 28):02}T22:30:00Z"
        low, high = schema.get("minLength", 0), schema.get("maxLength", 40)
        return letters(rng, _WORD + " éàù", low, min(high, low + 40))

    def _integer(self, schema: Schema, rng: Random, _depth: int) -> int:
        low = int(schema.get("minimum", -5))
        return rng.choice(
            (low, low + 1, low + rng.randint(0, 100), min(int(schema.get("maximum", 10**12)), low + 10**6))
        )

    def _number(self, _schema: Schema, rng: Random, _depth: int) -> float:
        return rng.choice((0.0, 1.5, -3.25, 1e9))

    def _boolean(self, _schema: Schema, rng: Random, _depth: int) -> bool:
        return rng.random() < 0.5

    def _null(self, _schema: Schema, _rng: Random, _depth: int) -> None:
        return None

    def _anything(self, _schema: Schema, rng: Random, _depth: int) -> Any:
        return hostile(rng)


def as_json(value: Any, rng: Random) -> str:
    """Write a value as JSON: with or without escapes, in any order, sometimes with space."""
    if isinstance(value, dict) and rng.random() < 0.3:
        names = list(value)
        rng.shuffle(names)
        value = {name: value[name] for name in names}
    return json.dumps(value, ensure_ascii=rng.random() < 0.5, indent=1 if rng.random() < 0.05 else None)
