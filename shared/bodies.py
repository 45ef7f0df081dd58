"""Reading the body of an HTTP call: what is hostile is told apart from what is right in one way, at one place."""

from typing import TypeVar

import msgspec

T = TypeVar("T")

_UNREADABLE = (msgspec.MsgspecError, RecursionError, ValueError)
"""What the codec raises: broken JSON, endless nesting, text that is no UTF-8."""


class UnreadableBody(Exception):
    """A body that is not what it should be; it says nothing of what was sent."""


def read_body(raw: bytes, kind: type[T]) -> T:
    """Read a JSON body. Raises ``UnreadableBody`` and nothing else, whatever the bytes."""
    try:
        return msgspec.json.decode(raw, type=kind)
    except _UNREADABLE:
        raise UnreadableBody from None
