"""Reading the body of an HTTP call: what is hostile is told apart from what is right in one way, at one place."""

from collections.abc import Mapping
from typing import TypeVar
from urllib.parse import parse_qsl

import msgspec
from aiohttp import web

T = TypeVar("T")

_UNREADABLE = (msgspec.MsgspecError, RecursionError, ValueError)
"""What the codec raises: broken JSON, endless nesting, text that is no UTF-8."""


FORM = "application/x-www-form-urlencoded"
MOST_FIELDS = 20


class UnreadableBody(Exception):
    """A body that is not what it should be; it says nothing of what was sent."""


def read_body(raw: bytes, kind: type[T]) -> T:
    """Read a JSON body. Raises ``UnreadableBody`` and nothing else, whatever the bytes."""
    try:
        return msgspec.json.decode(raw, type=kind)
    except _UNREADABLE:
        raise UnreadableBody from None


def read_form(raw: bytes) -> Mapping[str, str]:
    """Read the fields of a form as browsers send them; of one that comes twice, the last. Raises ``UnreadableBody``.

    What is no UTF-8 is replaced. The library's own reader also takes files, which it writes to the disk.
    """
    try:
        return dict(parse_qsl(raw.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=MOST_FIELDS))
    except ValueError:
        raise UnreadableBody from None


async def form_of(request: web.Request) -> Mapping[str, str]:
    """Return the form of a call; raises the refusal (415, 413, 400) of one that is none."""
    if request.content_type != FORM:
        raise web.HTTPUnsupportedMediaType
    try:
        return read_form(await request.read())
    except UnreadableBody:
        raise web.HTTPBadRequest from None
