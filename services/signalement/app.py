"""Signalement, in its first form: counts what the platform publishes of itself. ``python -m services.signalement``."""

import asyncio
from contextlib import AsyncExitStack
from functools import partial

from services.signalement.adapters import BucketFigures
from services.signalement.handlers import Counting
from shared import streams, subjects
from shared.broker import broker_answers, consumer, consumers_exist, make_broker, one_by_one
from shared.health import Check, ops_server
from shared.logs import get_logger
from shared.run import run
from shared.settings import Settings

SERVICE = "signalement"


async def main(settings: Settings, stop: asyncio.Event) -> None:
    """Serve until ``stop``."""
    async with AsyncExitStack() as stack:
        broker = make_broker(settings, SERVICE)
        await broker.connect()
        counting = Counting(await BucketFigures.open(broker.connection.jetstream()))
        every_fact = subjects.events_of(subjects.ANY, "conversation")
        consumer(broker, settings, every_fact, streams.SIGNALEMENT_FIGURES, one_by_one())(counting.fact)
        broker.subscriber(subjects.FIGURES, queue=SERVICE)(counting.figures)
        await broker.start()
        stack.push_async_callback(broker.stop)
        checks: dict[str, Check] = {
            "nats": partial(broker_answers, broker),
            "consumer": partial(consumers_exist, broker, streams.CONVERSATIONS, [streams.SIGNALEMENT_FIGURES]),
        }
        port = await stack.enter_async_context(ops_server(settings.ops_host, settings.ops_port, checks))
        get_logger().info("ready", ops_port=port)
        await stop.wait()


def serve() -> None:
    """Entry point."""
    settings = Settings()
    run(SERVICE, settings.log_level, partial(main, settings))
