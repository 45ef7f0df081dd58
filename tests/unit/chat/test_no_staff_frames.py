"""No frame of either socket has room for what staff write to each other, and none of it is taken for one (O10)."""

from typing import Any, get_args

import msgspec
import pytest

from services.dispatcher.backroom.door import Found, Stored, Writing
from services.dispatcher.backroom.store import EphemeralKey, KeyHeader, SealedFor, SealedLine, StaffLine
from shared.chat.frames import OperatorFrame, ServerFrame, VisitorFrame, decode_server, read_operator, read_visitor
from shared.chat.frames.codec import FrameError

FRAMES = sorted(
    {kind for union in (VisitorFrame, OperatorFrame, ServerFrame) for kind in get_args(union)},
    key=lambda kind: str(kind.__name__),
)
WORDS = ("note", "staff", "sealed", "recipients", "room", "channel", "colleagues", "backroom")
HEADER = KeyHeader(alg="ECDH-ES+A256KW", kid="k" * 43, epk=EphemeralKey(kty="EC", crv="P-256", x="x", y="y"))
TRACES = ("cHJvdGVjdGVk", "ZW5jcnlwdGVk", "Y2lwaGVydGV4dA")
SEALED = SealedLine(TRACES[0], [SealedFor(HEADER, TRACES[1])], "x", TRACES[2], "x")
LINE = StaffLine(1, "0" * 32, "police1", 1, "m" * 43, SEALED)
SAID = (LINE, SEALED, Found(1, [LINE]), Stored(1), Writing("police.colleagues", "0" * 32, "m" * 43, SEALED))


def test_there_are_frames_to_look_at() -> None:
    assert {"Say", "Message", "State", "Resumed", "Held"} <= {kind.__name__ for kind in FRAMES}


@pytest.mark.parametrize("kind", FRAMES, ids=lambda kind: kind.__name__)
def test_no_frame_has_a_field_for_it(kind: Any) -> None:
    """At whatever depth: field names, names of types and closed sets of values, as the schema says them."""
    schema, parts = msgspec.json.schema_components([kind])
    assert schema
    names: set[str] = set()

    def gather(of: Any) -> None:
        if isinstance(of, dict):
            for name, inner in of.items():
                if name not in {"description", "pattern"}:
                    names.add(str(name))
                    gather(inner)
        elif isinstance(of, list):
            for inner in of:
                gather(inner)
        elif isinstance(of, str):
            names.add(of)

    gather(parts)
    assert {name for name in names if set(WORDS) & set(name.lower().split("_"))} == set()


@pytest.mark.parametrize("said", SAID, ids=lambda said: type(said).__name__)
@pytest.mark.parametrize("tag", ["", *sorted(str(kind.__struct_config__.tag) for kind in FRAMES)])
def test_nothing_that_staff_write_is_read_as_a_frame(said: msgspec.Struct, tag: str) -> None:
    """Not even with the name of a frame put on it."""
    fields = {**msgspec.to_builtins(said), **({"t": tag} if tag else {})}
    raw = msgspec.json.encode(fields).decode()
    for read in (read_visitor, read_operator, decode_server):
        try:
            frame = read(raw)
        except (FrameError, msgspec.MsgspecError):
            continue
        came = msgspec.json.encode(frame).decode()
        assert not [trace for trace in TRACES if trace in came], f"{kind_of(frame)} carried what was sealed"


def kind_of(frame: object) -> str:
    return type(frame).__name__
