"""Both sockets' frames, and what the servers send."""

from collections.abc import Callable
from random import Random
from typing import Any

import msgspec

from shared.chat.frames import (
    FrameError,
    OperatorFrame,
    ServerFrame,
    VisitorFrame,
    decode_server,
    encode,
    read_operator,
    read_visitor,
    refuse,
)
from tests.fuzz import spoil
from tests.fuzz.grammar import Grammar
from tests.fuzz.target import Target, Violation


def _maker(union: Any) -> Callable[[Random], str]:
    schema, components = msgspec.json.schema(union), {}
    components = schema.pop("$defs")
    grammar = Grammar(components)

    def make(rng: Random) -> str:
        return spoil.hostile_json(grammar.make(schema, rng), rng)

    return make


def _feeder(read: Callable[[str], Any]) -> Callable[[str], tuple[str, str]]:
    def feed(raw: str) -> tuple[str, str]:
        try:
            frame = read(raw)
        except FrameError as refused:
            told = encode(refused.error)  # an answer that cannot be sent is no answer
            return refused.error.code.value, told.decode()
        if read(encode(frame).decode()) != frame:
            raise Violation("what was read and written reads otherwise")
        return "accepted", ""

    return feed


def _read_server(raw: str) -> Any:
    """Read as a client does: the same codec, the same kinds of failure."""
    try:
        return decode_server(raw)
    except (msgspec.MsgspecError, RecursionError, ValueError) as cause:
        raise refuse(raw, cause) from None


visitors_frame = _maker(VisitorFrame)
"""Make a hostile visitor's frame, for a real socket too."""


def targets() -> list[Target]:
    """Return them."""
    return [
        Target("visitor's frames", visitors_frame, _feeder(read_visitor), weight=6),
        Target("operator's frames", _maker(OperatorFrame), _feeder(read_operator), weight=6),
        Target("servers' frames", _maker(ServerFrame), _feeder(_read_server), weight=3),
    ]
