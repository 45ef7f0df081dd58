"""The one codec of the frames: which side takes which, and how everything else is refused."""

from collections.abc import Callable

import msgspec

from shared.chat.frames.both import Ack, Danger, End, Erased, Error, Message, Ping, Pong, Receipt, Say, Typing
from shared.chat.frames.console import (
    Board,
    Duty,
    Held,
    MakeDuty,
    Offers,
    Psychologists,
    Released,
    SetStatus,
    ShareDuty,
    Sync,
    Welcome,
)
from shared.chat.frames.visitor import (
    Admitted,
    Answer,
    AskAnswer,
    AskCommune,
    Challenge,
    ChooseCommune,
    Find,
    Follow,
    Following,
    Found,
    Keep,
    Kept,
    Open,
    Opened,
    Resume,
    Resumed,
    State,
    Withdraw,
    Withdrawn,
    Wrong,
)
from shared.chat.frames.words import MAX_FRAME, ErrorCode

VisitorFrame = (
    Open
    | ChooseCommune
    | Resume
    | Keep
    | Find
    | Withdraw
    | Follow
    | AskAnswer
    | Say
    | Typing
    | Receipt
    | Ping
    | Danger
    | End
)
OperatorFrame = Sync | SetStatus | MakeDuty | ShareDuty | Say | Typing | Receipt | Ping | Danger | End
ServerFrame = (
    Ack | Message | Erased | Pong | Error | Typing | Receipt
    | Challenge | AskCommune | Opened | Resumed | Kept | Found | Wrong | State | Admitted
    | Withdrawn | Following | Answer
    | Welcome | SetStatus | Held | Released | Board | Duty | Offers | Psychologists
)  # fmt: skip

encode = msgspec.json.Encoder().encode
decode_visitor: Callable[[bytes | str], VisitorFrame] = msgspec.json.Decoder(VisitorFrame).decode
decode_operator: Callable[[bytes | str], OperatorFrame] = msgspec.json.Decoder(OperatorFrame).decode
decode_server: Callable[[bytes | str], ServerFrame] = msgspec.json.Decoder(ServerFrame).decode

KNOWN_TAGS = frozenset(
    str(frame.__struct_config__.tag) for union in (VisitorFrame, OperatorFrame, ServerFrame) for frame in union.__args__
)
_UNREADABLE = (msgspec.MsgspecError, RecursionError, ValueError)
"""What the codec raises on hostile text: broken JSON, endless nesting, text that is no UTF-8."""
_WITHOUT_INPUT = ("Expected ", "Object missing ")
"""How the codec's sentences begin that name only what the contract says; the others quote what was sent."""


class FrameError(Exception):
    """A frame that cannot be read; ``error`` is what the client is told."""

    def __init__(self, error: Error) -> None:
        super().__init__(error.code)
        self.error = error


def read_visitor(raw: str) -> VisitorFrame:
    """Read what a visitor's page sent. Raises ``FrameError`` and nothing else, whatever the text."""
    _check_size(raw)
    try:
        return decode_visitor(raw)
    except _UNREADABLE as cause:
        raise refuse(raw, cause) from None


def read_operator(raw: str) -> OperatorFrame:
    """Read what a console sent. Raises ``FrameError`` and nothing else, whatever the text."""
    _check_size(raw)
    try:
        return decode_operator(raw)
    except _UNREADABLE as cause:
        raise refuse(raw, cause) from None


def refuse(raw: bytes | str, cause: Exception) -> FrameError:
    """Turn a decoding failure into the typed error that says which kind it was, without a word of what was sent."""
    try:
        tag = msgspec.json.decode(raw, type=dict[str, object]).get("t")
    except msgspec.ValidationError:
        return _refusal(ErrorCode.INVALID, "a frame is a JSON object")
    except RecursionError:
        return _refusal(ErrorCode.INVALID, "a frame is nested less deeply")
    except (msgspec.DecodeError, ValueError):
        return _refusal(ErrorCode.NOT_JSON, "a frame is JSON text in UTF-8")
    if not isinstance(tag, str) or tag not in KNOWN_TAGS:
        return _refusal(ErrorCode.UNKNOWN_FRAME, "no frame has this name in field t")
    detail = str(cause)
    if detail.startswith(f"Invalid value {tag!r}"):
        return _refusal(ErrorCode.UNKNOWN_FRAME, "this side does not take this frame")
    if detail.startswith(_WITHOUT_INPUT):
        return _refusal(ErrorCode.INVALID, detail)
    if detail.startswith("Object contains unknown field"):
        return _refusal(ErrorCode.INVALID, "the frame has a field that is not its own")
    return _refusal(ErrorCode.INVALID, "a field of the frame holds a value that it may not have")


def _check_size(raw: str) -> None:
    if len(raw) > MAX_FRAME:
        raise _refusal(ErrorCode.TOO_LARGE, f"a frame has at most {MAX_FRAME} characters")


def _refusal(code: ErrorCode, detail: str) -> FrameError:
    return FrameError(Error(code=code, detail=detail))
