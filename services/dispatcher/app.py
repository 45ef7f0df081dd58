"""The dispatcher: operators' console and sockets, queues, assignment. ``python -m services.dispatcher``."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

from aiohttp import web
from faststream.nats import NatsBroker

from services.dispatcher.assigner import Sweeper
from services.dispatcher.backroom.door import BackroomDoor
from services.dispatcher.backroom.ears import Ears
from services.dispatcher.backroom.places import Places
from services.dispatcher.backroom.store import Lines
from services.dispatcher.calling import Calling
from services.dispatcher.caring import Caring
from services.dispatcher.consumers import Handlers
from services.dispatcher.desk import files as desk_files
from services.dispatcher.desk.door import DeskDoor
from services.dispatcher.doors import Doors
from services.dispatcher.figures import FiguresDoor
from services.dispatcher.floor import Floor
from services.dispatcher.http import Api, make_app
from services.dispatcher.liftings.acting import Ledger
from services.dispatcher.liftings.asking import Asking
from services.dispatcher.liftings.deciding import Deciding
from services.dispatcher.liftings.store import Liftings
from services.dispatcher.missing_door import MissingDoor
from services.dispatcher.patrol_door import PatrolDoor
from services.dispatcher.positions import Positions
from services.dispatcher.provider_door import ProviderDoor, registration
from services.dispatcher.reports import ReportDoor, Reported
from services.dispatcher.settings import DispatcherSettings
from services.dispatcher.staff.accounts import Accounts
from services.dispatcher.staff.codes import Codes
from services.dispatcher.staff.entrance import Entrance
from services.dispatcher.staff.guessing import Guessing
from services.dispatcher.staff.passwords import Passwords
from services.dispatcher.staff.provider import Provider
from services.dispatcher.staff.sealed import Sealer
from services.dispatcher.supervisor import Supervisor
from services.dispatcher.traffic import TrafficKeeper
from services.dispatcher.transferring import Transferring
from shared import streams, subjects
from shared.broker import broker_answers, consumer, consumers_exist, make_broker, many_at_once, one_by_one
from shared.chat.batch import Batcher
from shared.chat.hub import new_instance
from shared.chat.store import ConversationStore, connect
from shared.chat.wire import NatsWire
from shared.clock import utc_now
from shared.contracts.gateway import ConversationEndangered, ConversationErasedByGateway
from shared.contracts.router import ConversationRouted
from shared.contracts.signalement_reports import ReportChanged
from shared.health import Check, ops_server
from shared.logs import get_logger
from shared.pages import Pages
from shared.run import background, forever, run
from shared.sealing.authority import BadAuthority, load_public

SERVICE = "dispatcher"
PAGE = Path(__file__).parent / "web" / "dist"
CONSUMERS = (streams.DISPATCHER_ROUTED, streams.DISPATCHER_ERASED, streams.DISPATCHER_ENDANGERED)
CLEARED_EVERY_S = 20.0
"""How often granted addresses that nobody confirmed in time are looked for."""
LAST_WORDS_S = 3.0
"""At the end, how long decisions under way may take; another instance announces what is left."""


@dataclass(frozen=True, slots=True)
class Running:
    """A started instance: the port of its pages, and its floor."""

    port: int
    floor: Floor


@asynccontextmanager
async def running(
    settings: DispatcherSettings, passwords: Passwords | None = None, clock: Callable[[], datetime] = utc_now
) -> AsyncIterator[Running]:
    """Serve while the context lasts; at its end send every console elsewhere and finish what was decided.

    ``clock``: by which the hours of psychologists are read.
    """
    async with AsyncExitStack() as stack:
        floor, link = await _floor(settings, stack, clock)
        valkey, broker = floor.conversations.client, floor.broker
        sweeper = Sweeper(floor.dispatch, floor.projection, floor.announcer, floor.assigner, floor, settings.sure_ms)
        subscribe(broker, settings, Handlers(floor, sweeper), Reported(floor))
        await broker.start()
        stack.push_async_callback(broker.stop)
        lines = Lines(valkey, settings.staff_chat_s)
        places = Places(floor, lines)
        ears = Ears(floor, places)
        await ears.listen()
        stack.enter_context(background(floor.audit.run()))
        stack.push_async_callback(floor.audit.drained, LAST_WORDS_S)
        stack.push_async_callback(floor.announcer.drained, LAST_WORDS_S)
        traffic = TrafficKeeper(valkey, broker.connection, floor.hub.instance)
        positions = Positions(valkey, floor.dispatch, floor.projection, floor.hub.instance)
        stack.enter_context(
            background(
                floor.show_changes(),
                floor.duties.run(),
                floor.offers.run(),
                floor.psychologists.run(),
                floor.assigner.run(),
                forever("sweep", 1.0, sweeper.sweep),
                forever("forget_gone", 2.0, sweeper.forget_gone),
                forever("show_board", 1.0, floor.show_board),
                forever("watch_dangers", 1.0, floor.dangers.watch),
                forever("tell_positions", 1.0, positions.tell),
                forever("mend_gaps", 1.0, floor.mend_gaps),
                forever("close_lost", 5.0, floor.close_lost),
                forever("keep_traffic", 30.0, traffic.keep),
                forever("trim_staff_lines", 60.0, lines.trim),
            )
        )
        checks: dict[str, Check] = {
            "nats": partial(broker_answers, broker),
            "chat": link.ping,
            "store": floor.conversations.ping,
            "consumers": partial(consumers_exist, broker, streams.CONVERSATIONS, CONSUMERS),
            "reports": partial(consumers_exist, broker, streams.SIGNALEMENT_FACTS, [streams.DISPATCHER_REPORTS]),
        }
        await stack.enter_async_context(ops_server(settings.ops_host, settings.ops_port, checks))
        provider = Provider(registration(settings)) if settings.oidc_issuer else None
        if provider is not None:
            stack.push_async_callback(provider.close)
        doors, provider_door = _doors(floor, passwords or Passwords(), provider)
        asking, deciding = _liftings(floor, doors)
        stack.enter_context(background(forever("clear_liftings", CLEARED_EVERY_S, deciding.clear)))
        app = make_app(
            Pages.load(settings.page_dir or PAGE),
            Api(floor, doors, provider_door),
            Supervisor(floor, doors, traffic),
            Caring(floor, doors),
            ReportDoor(floor, doors),
            PatrolDoor(floor, doors),
            MissingDoor(floor, doors),
            FiguresDoor(floor, doors),
            asking,
            deciding,
            Transferring(floor, doors),
            BackroomDoor(floor, doors, lines, places, ears),
            Calling(floor, doors),
            DeskDoor(desk_files.load(settings.desk_dir), doors.member),
        )
        runner = web.AppRunner(app, access_log=None, handle_signals=False, shutdown_timeout=LAST_WORDS_S)
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        await web.TCPSite(runner, settings.host, settings.port).start()
        stack.push_async_callback(floor.close_all)
        stack.push_async_callback(ears.close_all)
        yield Running(runner.addresses[0][1], floor)


def _doors(floor: Floor, passwords: Passwords, provider: Provider | None) -> tuple[Doors, ProviderDoor | None]:
    settings, valkey = floor.settings, floor.conversations.client
    accounts, sealer = Accounts(floor.broker.connection), Sealer(settings.sealing_key)
    codes = Codes(valkey, sealer)
    entrance = Entrance(accounts, passwords, Guessing(valkey), codes, settings.second_factor, settings.local_login)
    doors = Doors(floor, entrance, provider)
    return doors, ProviderDoor(floor, doors, accounts, provider, sealer) if provider else None


def _liftings(floor: Floor, doors: Doors) -> tuple[Asking, Deciding]:
    client = floor.broker.connection
    liftings, ledger = Liftings(client), Ledger(floor.audit)
    return Asking(floor, doors, Accounts(client), liftings, ledger), Deciding(floor, doors, liftings, ledger)


async def _floor(
    settings: DispatcherSettings, stack: AsyncExitStack, clock: Callable[[], datetime]
) -> tuple[Floor, NatsWire]:
    """Connect to the store and to the wire, and listen."""
    valkey = connect(settings.store)
    stack.push_async_callback(valkey.aclose)
    link = await NatsWire.connect(settings, f"{SERVICE}-chat")
    stack.push_async_callback(link.close)
    batcher = Batcher(valkey, settings.silence_s, settings.most_messages)
    stack.push_async_callback(batcher.close)
    conversations = ConversationStore(valkey, settings.silence_s)
    broker = make_broker(settings, SERVICE)
    floor = Floor(settings, new_instance(SERVICE), broker, conversations, batcher, link, clock)
    await floor.hub.start()
    return floor, link


async def main(settings: DispatcherSettings, stop: asyncio.Event) -> None:
    """Serve until ``stop``."""
    async with running(settings) as instance:
        get_logger().info("ready", instance=instance.floor.hub.instance, port=instance.port)
        await stop.wait()


def subscribe(broker: NatsBroker, settings: DispatcherSettings, handlers: Handlers, reported: Reported) -> None:
    """Hear what the router found out, what the gateway erased, and what became of reports."""
    routed, erased = subjects.event(ConversationRouted), subjects.event(ConversationErasedByGateway)
    consumer(broker, settings, routed, streams.DISPATCHER_ROUTED, many_at_once())(handlers.routed)
    consumer(broker, settings, erased, streams.DISPATCHER_ERASED, many_at_once())(handlers.erased)
    changed, name = subjects.event(ReportChanged), streams.DISPATCHER_REPORTS
    consumer(broker, settings, changed, name, one_by_one(), streams.SIGNALEMENT_FACTS)(reported.changed)
    endangered = subjects.event(ConversationEndangered)
    consumer(broker, settings, endangered, streams.DISPATCHER_ENDANGERED, many_at_once())(handlers.endangered)


def serve() -> None:
    """Entry point."""
    settings = DispatcherSettings()
    try:
        load_public(settings.staff_authority)
    except (BadAuthority, OSError) as error:
        raise SystemExit(f"{SERVICE} does not start: {error}") from None
    run(SERVICE, settings.log_level, partial(main, settings))
