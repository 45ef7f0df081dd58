"""``/health/live``, ``/health/ready`` and ``/metrics`` on the ops port of a service, apart from anything public."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager

import nats.errors
import nats.js.errors
import redis.exceptions
from aiohttp import web

from shared import metrics

Check = Callable[[], Awaitable[None]]
"""Returns when all is well, raises a connection, timeout or not-found error of its driver otherwise."""

CHECK_TIMEOUT_S = 2.0
_FAILURES = (
    OSError,
    TimeoutError,
    RuntimeError,
    nats.errors.Error,
    nats.js.errors.Error,
    redis.exceptions.RedisError,
)


async def _outcome(check: Check) -> str:
    try:
        await asyncio.wait_for(check(), CHECK_TIMEOUT_S)
    except _FAILURES as error:
        return f"failing: {type(error).__name__}"
    return "ok"


async def examine(checks: Mapping[str, Check]) -> dict[str, str]:
    """Run every check at the same time; return ``{name: "ok" | "failing: <error type>"}``."""
    outcomes = await asyncio.gather(*(_outcome(check) for check in checks.values()))
    return dict(zip(checks, outcomes, strict=True))


@asynccontextmanager
async def ops_server(host: str, port: int, checks: Mapping[str, Check]) -> AsyncIterator[int]:
    """Serve health and metrics while the context lasts; yields the port. Ready is 503 when any check fails."""

    async def live(_request: web.Request) -> web.Response:
        return web.json_response({"live": True})

    async def ready(_request: web.Request) -> web.Response:
        results = await examine(checks)
        well = all(result == "ok" for result in results.values())
        return web.json_response({"ready": well, "checks": results}, status=200 if well else 503)

    async def show_metrics(_request: web.Request) -> web.Response:
        return web.Response(body=metrics.render(), headers={"Content-Type": metrics.CONTENT_TYPE})

    app = web.Application()
    app.add_routes([web.get("/health/live", live), web.get("/health/ready", ready), web.get("/metrics", show_metrics)])
    runner = web.AppRunner(app, access_log=None, handle_signals=False)
    await runner.setup()
    try:
        site = web.TCPSite(runner, host, port)
        await site.start()
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()
