"""Answers other than 2xx, typed: how the dispatcher's HTTP says no."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

import nats.errors
import nats.js.errors
from aiohttp import web

from services.dispatcher.staff.sealed import NoStaffKey, Unsealable
from shared import bodies
from shared.chat.store import STORE_FAILURES
from shared.logs import get_logger
from shared.pages import same_origin

OURS = "X-Havre"
"""A header that no other site's page can make a browser send without asking first."""
BROKER_FAILURES = (nats.errors.Error, nats.js.errors.Error)
KEY_FAILURES = (NoStaffKey, Unsealable)
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Body = TypeVar("Body")


class Refused(Exception):
    """An answer other than 2xx: status, code, sentence, headers."""

    def __init__(self, status: int, code: str, detail: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(code)
        self.response = web.json_response({"error": code, "detail": detail}, status=status, headers=headers)


def from_our_page(request: web.Request, origins: str) -> None:
    """Return if a call that changes something comes from the console's own page. Raises ``Refused``."""
    if OURS not in request.headers or not same_origin(request, origins):
        raise Refused(403, "forbidden", "this call must come from the console's own page")


def read_body(raw: bytes, kind: type[Body]) -> Body:
    """Return the body of a call. Raises ``Refused``: 400, without a word of what was sent."""
    try:
        return bodies.read_body(raw, kind)
    except bodies.UnreadableBody:
        raise Refused(400, "invalid", "the body is not what this call takes") from None


@web.middleware
async def refusals(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turn refusals, and a store, broker or key that is away, into typed answers."""
    try:
        return await handler(request)
    except Refused as refused:
        return refused.response
    except (*STORE_FAILURES, *BROKER_FAILURES, *KEY_FAILURES) as error:
        get_logger().warning("request_not_served", path=request.path, error=error)
        return Refused(503, "unavailable", "try again in a moment").response
