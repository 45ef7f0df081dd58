"""``python -m infra.docs.protocol [--check]``: ``docs/protocol.md``, from the frames as they are.

The words around the frames are in ``protocol.template.md`` beside this file; a line ``<!-- name -->`` there is replaced
by what ``PARTS`` makes. Every JSON line of the document, the template's own included, is read back by the real
decoder of its direction before anything is written.
"""

import json
import re
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import get_args

import msgspec

from infra.docs import output
from infra.docs.frame_examples import text_of
from infra.docs.frame_fields import FrameClass, fields_of, referenced_structs
from infra.docs.frame_meanings import ERRORS
from services.gateway.domain import OutOfOrder, Phase, check
from services.gateway.visitor import MAX_RECEIVED
from shared.chat import frames
from shared.chat.frames import OperatorFrame, ServerFrame, VisitorFrame
from shared.chat.socket import CLOSE_TOO_SLOW

TARGET = output.ROOT / "docs" / "protocol.md"
TEMPLATE = Path(__file__).with_name("protocol.template.md")
MARK = re.compile(r"^<!-- ([a-z-]+) -->$", re.MULTILINE)
VALUE = re.compile(r"\{\{([A-Z_]+)\}\}")
SPOKEN = re.compile(r"^(→|←) (\{.*\})$", re.MULTILINE)
SOCKET = re.compile(r"^```(visitor|console)\n(.*?)^```$", re.MULTILINE | re.DOTALL)

VISITOR_SAYS: tuple[FrameClass, ...] = get_args(VisitorFrame)
CONSOLE_SAYS: tuple[FrameClass, ...] = get_args(OperatorFrame)
GATEWAY_ALONE: tuple[FrameClass, ...] = (
    frames.Challenge,
    frames.AskCommune,
    frames.Opened,
    frames.Resumed,
    frames.State,
    frames.Kept,
    frames.Found,
    frames.Wrong,
    frames.Admitted,
    frames.Withdrawn,
    frames.Following,
    frames.Answer,
)
DISPATCHER_ALONE: tuple[FrameClass, ...] = (
    frames.Welcome,
    frames.SetStatus,
    frames.Held,
    frames.Released,
    frames.Board,
    frames.Duty,
    frames.Offers,
    frames.Psychologists,
)
BOTH_HEAR: tuple[FrameClass, ...] = tuple(
    cls for cls in get_args(ServerFrame) if cls not in (*GATEWAY_ALONE, *DISPATCHER_ALONE)
)

VALUES: Mapping[str, str] = MappingProxyType(
    {
        "MAX_BODY": f"{frames.MAX_BODY:,}",
        "MAX_FRAME": f"{frames.MAX_FRAME:,}",
        "MAX_RECEIVED": f"{MAX_RECEIVED:,}",
        "CLOSE_TOO_SLOW": str(CLOSE_TOO_SLOW),
    }
)
"""Figures of the code that the template names."""


def render() -> str:
    """Return the whole document. Raises ``msgspec.ValidationError`` when an example is not what a decoder takes."""
    text = MARK.sub(lambda mark: PARTS[mark[1]](), TEMPLATE.read_text(encoding="utf-8"))
    text = VALUE.sub(lambda value: VALUES[value[1]], text)
    for speaker, line in spoken_lines(text):
        decode(speaker, line)
    return text


def spoken_lines(document: str) -> list[tuple[str, str]]:
    """Return every frame that the document shows, as (who says it: visitor, console or server; its JSON)."""
    found = []
    for side, block in SOCKET.findall(document):
        found += [("server" if arrow == "←" else side, line) for arrow, line in SPOKEN.findall(block)]
    return found


def decode(speaker: str, line: str) -> object:
    """Read one frame as its receiver would. Raises ``msgspec.MsgspecError``."""
    if speaker == "visitor":
        return frames.decode_visitor(line)
    return frames.decode_operator(line) if speaker == "console" else frames.decode_server(line)


# ---- the parts

_HEADS = ("field", "type", "present", "meaning")


def _section(frame: FrameClass, side: str, arrow: str) -> str:
    """Return one frame: name, meaning, fields, example."""
    tag = frame.__struct_config__.tag
    lines = [f"### `{tag}`", "", _prose(frame), ""]
    rows = fields_of(frame)
    lines += _table(_HEADS, ((f"`{r.name}`", r.kind, r.presence, r.meaning) for r in rows))
    lines += ["", f"```{side}", f"{arrow} {text_of(frame)}", "```", ""]
    return "\n".join(lines)


def _prose(cls: type) -> str:
    """Return a docstring as one paragraph of Markdown."""
    return " ".join((cls.__doc__ or "").replace("``", "`").split())


def _table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> list[str]:
    titles = list(heads)
    return [f"| {' | '.join(titles)} |", "|" + " --- |" * len(titles), *(f"| {' | '.join(row)} |" for row in rows)]


def _sections(classes: Iterable[FrameClass], side: str, arrow: str) -> str:
    return "\n".join(_section(cls, side, arrow) for cls in classes)


def _structs() -> str:
    parts = []
    for struct in referenced_structs(get_args(ServerFrame)):
        rows = ((f"`{r.name}`", r.kind, r.presence, r.meaning) for r in fields_of(struct))
        parts.append("\n".join([f"### {struct.__name__}", "", _prose(struct), "", *_table(_HEADS, rows), ""]))
    return "\n".join(parts)


def _overview() -> str:
    """Return which frame goes which way on which socket."""
    marks = {True: "✓", False: ""}
    everything = dict.fromkeys([*VISITOR_SAYS, *CONSOLE_SAYS, *get_args(ServerFrame)])
    rows = (
        (
            f"[`{cls.__struct_config__.tag}`](#{cls.__struct_config__.tag})",
            marks[cls in VISITOR_SAYS],
            marks[cls in BOTH_HEAR or cls in GATEWAY_ALONE],
            marks[cls in CONSOLE_SAYS],
            marks[cls in BOTH_HEAR or cls in DISPATCHER_ALONE],
        )
        for cls in everything
    )
    return "\n".join(_table(("frame", "visitor →", "→ visitor", "console →", "→ console"), rows))


def _phases() -> str:
    """Return what a visitor's socket may say when, by asking the gateway's own rule about every pair."""
    rows = (
        (f"`{cls.__struct_config__.tag}`", *("✓" if _may_say(phase, cls) else "" for phase in Phase))
        for cls in VISITOR_SAYS
    )
    return "\n".join(_table(("frame", *(phase.name.lower() for phase in Phase)), rows))


def _may_say(phase: Phase, frame: FrameClass) -> bool:
    example = frames.decode_visitor(text_of(frame))
    try:
        check(phase, example, json.loads(text_of(frame)).get("conversation"))
    except OutOfOrder:
        return False
    return True


def _errors() -> str:
    rows = ((f"`{code}`", *ERRORS[code]) for code in frames.ErrorCode)
    return "\n".join(_table(("code", "what it says", "what a client does"), rows))


def _shared_frames() -> tuple[FrameClass, ...]:
    return tuple(cls for cls in VISITOR_SAYS if cls in CONSOLE_SAYS)


PARTS: Mapping[str, Callable[[], str]] = MappingProxyType(
    {
        "overview": _overview,
        "phases": _phases,
        "errors": _errors,
        "both-say": lambda: _sections(_shared_frames(), "visitor", "→"),
        "visitor-says": lambda: _sections((c for c in VISITOR_SAYS if c not in CONSOLE_SAYS), "visitor", "→"),
        "console-says": lambda: _sections((c for c in CONSOLE_SAYS if c not in VISITOR_SAYS), "console", "→"),
        "both-hear": lambda: _sections((c for c in BOTH_HEAR if c not in _shared_frames()), "visitor", "←"),
        "visitor-hears": lambda: _sections(GATEWAY_ALONE, "visitor", "←"),
        "console-hears": lambda: _sections(DISPATCHER_ALONE, "console", "←"),
        "structs": _structs,
    }
)


if __name__ == "__main__":
    try:
        sys.exit(output.run("infra.docs.protocol", TARGET, render))
    except msgspec.MsgspecError as broken:
        sys.exit(f"an example is no valid frame: {broken}")
