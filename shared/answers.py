"""Answers other than 2xx that the HTTP library makes itself, in the form of all others: a code and a sentence."""

from collections.abc import Awaitable, Callable

from aiohttp import web

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

CODES = {
    400: ("invalid", "this request cannot be read"),
    404: ("not_found", "nothing is here"),
    405: ("wrong_method", "this is asked for in another way"),
    413: ("too_large", "this is more than is taken here"),
    415: ("unsupported", "this is no form of the page's own"),
}
KEPT = ("Allow",)


def refused(status: int, code: str, detail: str) -> web.Response:
    """Return a typed refusal."""
    return web.json_response({"error": code, "detail": detail}, status=status)


@web.middleware
async def typed_refusals(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Give the library's own refusals a code and a sentence, which quote nothing of what was sent."""
    try:
        return await handler(request)
    except web.RequestPayloadError:  # packed, but not as its header says
        return refused(400, *CODES[400])
    except web.HTTPClientError as error:
        code, detail = CODES.get(error.status, ("refused", "this is not taken here"))
        answer = refused(error.status, code, detail)
        answer.headers.update({name: error.headers[name] for name in KEPT if name in error.headers})
        return answer
