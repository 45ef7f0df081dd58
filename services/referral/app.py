"""Referral: help near a place. ``python -m services.referral``."""

import asyncio
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path

from services.referral import directory, handlers, metrics
from services.referral.domain import Directory
from services.referral.settings import ReferralSettings
from shared import streams, subjects
from shared.broker import broker_answers, make_broker, publish
from shared.clock import utc_now
from shared.contracts.envelope import Event
from shared.geography import table as communes
from shared.geography.memory import no_collection
from shared.health import Check, ops_server
from shared.logs import get_logger
from shared.run import background, forever, run
from shared.tables.watched import Announcer, Watched

SERVICE = "referral"


def watched_directory(settings: ReferralSettings) -> Watched[Directory]:
    """Return the directory in force, with the helplines that are shipped."""
    country = communes.load()
    lines, _ = directory.read(directory.SHIPPED_HELPLINES)

    def load(path: Path) -> Directory:
        with no_collection():
            entries, digest = directory.read(path)
            return Directory(country, [*lines, *entries], digest)

    return Watched("structures", settings.imported_table, directory.SHIPPED, load)


def taken(watched: Watched[Directory]) -> Event:
    """Set the gauges; return the fact that the directory was taken."""
    now = utc_now()
    metrics.STRUCTURES.set(len(watched.value.structures))
    metrics.TABLE_TAKEN.set(now.timestamp())
    return handlers.refreshed(watched, now)


async def main(settings: ReferralSettings, stop: asyncio.Event) -> None:
    """Serve until ``stop``."""
    watched = watched_directory(settings)
    async with AsyncExitStack() as stack:
        broker = make_broker(settings, SERVICE)
        broker.subscriber(subjects.NEARBY, queue=SERVICE)(handlers.Referral(watched, utc_now).nearby)
        await broker.start()
        stack.push_async_callback(broker.stop)
        announcer = Announcer(watched, taken, partial(publish, broker, stream=streams.REFERENCE))
        stack.enter_context(background(forever("refresh_directory", settings.look_for_tables_s, announcer.turn)))
        checks: dict[str, Check] = {"nats": partial(broker_answers, broker)}
        port = await stack.enter_async_context(ops_server(settings.ops_host, settings.ops_port, checks))
        get_logger().info("ready", ops_port=port, structures=len(watched.value.structures))
        await stop.wait()


def serve() -> None:
    """Entry point."""
    settings = ReferralSettings()
    run(SERVICE, settings.log_level, partial(main, settings))
