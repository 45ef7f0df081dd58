"""Signalement: reports to the competent services, and the figures. ``python -m services.signalement``."""

import asyncio
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial
from secrets import token_hex

from faststream.nats import NatsBroker

from services.signalement.adapters import BucketFigures
from services.signalement.buckets import FollowBucket, ReportBucket
from services.signalement.commands import Commands
from services.signalement.following import Following
from services.signalement.handlers import Counting
from services.signalement.partners.callout import admit_partners
from services.signalement.partners.registry import Registry
from services.signalement.queueing import StreamQueue
from services.signalement.reports import Reports
from services.signalement.settings import SignalementSettings
from services.signalement.sweeping import Changes, Sweeper
from services.signalement.telling import Teller
from shared import streams, subjects
from shared.audit.writing import Audit
from shared.broker import broker_answers, consumer, consumers_exist, make_broker, one_by_one
from shared.contracts.signalement_reports import ReportChanged
from shared.health import Check, ops_server
from shared.logs import get_logger
from shared.run import background, forever, run

SERVICE = "signalement"
SWEEP_EVERY_S = 1.0
LAST_WORDS_S = 3.0
"""At the end, how long entries of the audit may take."""


@dataclass(frozen=True, slots=True)
class Rooms:
    """What a running instance is made of."""

    counting: Counting
    reports: Reports
    commands: Commands
    following: Following
    sweeper: Sweeper
    audit: Audit


async def main(settings: SignalementSettings, stop: asyncio.Event) -> None:
    """Serve until ``stop``."""
    async with AsyncExitStack() as stack:
        broker = make_broker(settings, SERVICE)
        await broker.connect()
        rooms = await furnish(broker, settings)
        subscribe(broker, settings, rooms)
        await broker.start()
        stack.push_async_callback(broker.stop)
        stack.enter_context(background(rooms.audit.run(), forever("sweep", SWEEP_EVERY_S, rooms.sweeper.sweep)))
        stack.push_async_callback(rooms.audit.drained, LAST_WORDS_S)
        await rooms.commands.serve(broker.connection, SERVICE)
        stack.push_async_callback(rooms.commands.close)
        await admit_partners(broker.connection, settings, SERVICE)
        checks: dict[str, Check] = {
            "nats": partial(broker_answers, broker),
            "consumer": partial(consumers_exist, broker, streams.CONVERSATIONS, [streams.SIGNALEMENT_FIGURES]),
            "reports": partial(consumers_exist, broker, streams.SIGNALEMENT_FACTS, [streams.SIGNALEMENT_REPORTS]),
        }
        port = await stack.enter_async_context(ops_server(settings.ops_host, settings.ops_port, checks))
        get_logger().info("ready", ops_port=port)
        await stop.wait()


async def furnish(broker: NatsBroker, settings: SignalementSettings) -> Rooms:
    """Return the rooms over what ``infra.streams`` declared; raises when something of it is missing."""
    jetstream = broker.connection.jetstream()
    figures, partners = await BucketFigures.open(jetstream), await Registry.open(jetstream)
    store = await ReportBucket.open(jetstream)
    audit = Audit(f"{SERVICE}.{token_hex(4)}", lambda: broker.connection)
    reports = Reports(store, StreamQueue(jetstream), Teller(broker, audit), partners, figures, audit)
    return Rooms(
        Counting(figures),
        reports,
        Commands(reports, partners, audit),
        Following(await FollowBucket.open(jetstream), store, settings.follow_days),
        Sweeper(Changes(jetstream), reports, settings.deadlines),
        audit,
    )


def subscribe(broker: NatsBroker, settings: SignalementSettings, rooms: Rooms) -> None:
    """Hear facts, questions and commands."""
    every_fact = subjects.events_of(subjects.ANY, "conversation")
    consumer(broker, settings, every_fact, streams.SIGNALEMENT_FIGURES, one_by_one())(rooms.counting.fact)
    reported, name = subjects.event(ReportChanged), streams.SIGNALEMENT_REPORTS
    consumer(broker, settings, reported, name, one_by_one(), streams.SIGNALEMENT_FACTS)(rooms.counting.report)
    broker.subscriber(subjects.FIGURES, queue=SERVICE)(rooms.counting.figures)
    broker.subscriber(subjects.RECIPIENTS, queue=SERVICE)(rooms.reports.recipients)
    broker.subscriber(subjects.SUBMIT, queue=SERVICE)(rooms.reports.submit)
    broker.subscriber(subjects.WITHDRAW, queue=SERVICE)(rooms.reports.withdraw)
    broker.subscriber(subjects.FOLLOW, queue=SERVICE)(rooms.following.follow)
    broker.subscriber(subjects.FOLLOWED, queue=SERVICE)(rooms.following.followed)


def serve() -> None:
    """Entry point."""
    settings = SignalementSettings()
    run(SERVICE, settings.log_level, partial(main, settings))
