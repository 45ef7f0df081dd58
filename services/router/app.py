"""The router: postal code to commune, force, unit and queue. ``python -m services.router``."""

import asyncio
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path

from services.router import handlers, metrics, table
from services.router.domain import Territory
from services.router.settings import RouterSettings
from shared import streams, subjects
from shared.broker import (
    broker_answers,
    consumer,
    consumers_exist,
    make_broker,
    many_at_once,
    publish,
)
from shared.clock import utc_now
from shared.contracts.envelope import Event
from shared.contracts.gateway import ConversationOpened
from shared.geography import table as communes
from shared.geography.memory import no_collection
from shared.health import Check, ops_server
from shared.logs import get_logger
from shared.run import background, forever, run
from shared.tables.watched import Announcer, Watched

SERVICE = "router"


def watched_territory(settings: RouterSettings) -> Watched[Territory]:
    """Return the territory with the table in force."""
    country = communes.load()

    def load(path: Path) -> Territory:
        with no_collection():
            return Territory(country, table.read(path), settings.default_force)

    return Watched("competence", settings.imported_table, table.SHIPPED, load)


def taken(watched: Watched[Territory]) -> Event:
    """Set the gauges; return the fact that the table was taken."""
    now = utc_now()
    metrics.TABLE_COMMUNES.set(len(watched.value.table.rows))
    metrics.TABLE_TAKEN.set(now.timestamp())
    return handlers.refreshed(watched, now)


async def main(settings: RouterSettings, stop: asyncio.Event) -> None:
    """Serve until ``stop``."""
    territory = watched_territory(settings)
    async with AsyncExitStack() as stack:
        broker = make_broker(settings, SERVICE)
        router = handlers.Router(territory, partial(publish, broker))
        opened = subjects.event(ConversationOpened)
        consumer(broker, settings, opened, streams.ROUTER_OPENED, many_at_once())(router.opened)
        broker.subscriber(subjects.PLACE, queue=SERVICE)(router.place)
        await broker.start()
        stack.push_async_callback(broker.stop)
        announcer = Announcer(territory, taken, partial(publish, broker, stream=streams.REFERENCE))
        stack.enter_context(background(forever("refresh_territory", settings.look_for_tables_s, announcer.turn)))
        checks: dict[str, Check] = {
            "nats": partial(broker_answers, broker),
            "consumer": partial(consumers_exist, broker, streams.CONVERSATIONS, [streams.ROUTER_OPENED]),
        }
        port = await stack.enter_async_context(ops_server(settings.ops_host, settings.ops_port, checks))
        get_logger().info("ready", ops_port=port, edition=territory.value.table.edition)
        await stop.wait()


def serve() -> None:
    """Entry point."""
    settings = RouterSettings()
    run(SERVICE, settings.log_level, partial(main, settings))
