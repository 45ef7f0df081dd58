"""The gateway: visitors' pages and sockets. ``python -m services.gateway``."""

import asyncio
from collections.abc import Mapping
from contextlib import AsyncExitStack
from functools import partial
from html import escape
from pathlib import Path

from aiohttp import web

from services.gateway.desk import Desk
from services.gateway.doors import Doors
from services.gateway.erasing import Erasures
from services.gateway.http import make_app
from services.gateway.settings import GatewaySettings
from shared.broker import broker_answers, make_broker
from shared.chat.batch import Batcher
from shared.chat.hub import new_instance
from shared.chat.store import ConversationStore, connect
from shared.chat.wire import NatsWire
from shared.clock import now_ms
from shared.health import Check, ops_server
from shared.logs import get_logger
from shared.pages import Pages
from shared.run import background, forever, run
from shared.sealing.authority import BadAuthority, load_public, public_text
from shared.sealing.magistrates import BadMagistrateKeys, MagistrateKey, load

SERVICE = "gateway"
FOLLOWED_A_SILENCE = 4
"""How often, in the time after which a silent conversation ends, it is looked when it will end."""
PAGE = Path(__file__).parent / "web" / "dist"


async def main(settings: GatewaySettings, stop: asyncio.Event) -> None:
    """Serve until ``stop``; then send every page to another instance and finish what was promised."""
    async with AsyncExitStack() as stack:
        client = connect(settings.store)
        stack.push_async_callback(client.aclose)
        broker = make_broker(settings, SERVICE)
        await broker.start()
        stack.push_async_callback(broker.stop)
        link = await NatsWire.connect(settings, f"{SERVICE}-chat")
        stack.push_async_callback(link.close)
        batcher = Batcher(client, settings.silence_s, settings.most_messages)
        stack.push_async_callback(batcher.close)
        store = ConversationStore(client, settings.silence_s)
        desk = Desk(settings, new_instance(SERVICE), broker, store, batcher, link, magistrates(settings))
        stack.push_async_callback(desk.facts.close)
        erasures = Erasures(desk)
        await desk.hub.start()

        async def mend() -> None:
            desk.hub.mend_gaps()

        stack.enter_context(
            background(
                desk.show_changes(),
                desk.addresses.run(),
                forever("follow_addresses", settings.silence_s / FOLLOWED_A_SILENCE, desk.follow_addresses),
                forever("refresh_holders", 2.0, desk.refresh_holders),
                forever("refresh_waiting", settings.waiting_refresh_s, desk.refresh_waiting),
                forever("mend_gaps", 1.0, mend),
                forever("close_lost", 5.0, desk.close_lost),
                forever("pay_erasures", 1.0, erasures.pay),
                forever("retry_facts", 2.0, desk.facts.retry),
                forever("restate_unrouted", 5.0, lambda: desk.restate_unrouted(now_ms())),
            )
        )
        checks: dict[str, Check] = {"nats": partial(broker_answers, broker), "chat": link.ping, "store": store.ping}
        await stack.enter_async_context(ops_server(settings.ops_host, settings.ops_port, checks))
        pages = Pages.load(settings.page_dir or PAGE, marks(settings))
        runner = web.AppRunner(
            make_app(desk, erasures, pages, Doors(client, settings)),
            access_log=None,
            handle_signals=False,
            shutdown_timeout=3,
        )
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        await web.TCPSite(runner, settings.host, settings.port, backlog=4096).start()
        get_logger().info("ready", instance=desk.hub.instance, port=runner.addresses[0][1])
        await stop.wait()
        await desk.close_all()


def marks(settings: GatewaySettings) -> Mapping[str, str]:
    """Return what stands in the page instead of its marks: data in attributes, never script.

    Raises ``BadAuthority`` when the staff authority's key is missing or is none.
    """
    if not settings.staff_authority:
        raise BadAuthority("HAVRE_STAFF_AUTHORITY is empty: no page could tell who is staff")
    try:
        authority = public_text(load_public(settings.staff_authority))
    except OSError as error:
        raise BadAuthority(f"HAVRE_STAFF_AUTHORITY names a file that cannot be read ({error.strerror})") from None
    address_s = settings.address_s if settings.magistrate_keys.strip() else 0
    return {
        "__EXIT_URL__": settings.exit_url,
        "__STAFF_AUTHORITY__": escape(authority, quote=True),
        "__RESUME_SECONDS__": str(settings.resume_s if settings.resume_pepper.get_secret_value() else 0),
        "__ADDRESS__": " ".join(map(str, (address_s, settings.lifting_days, settings.vanished_kept_s))),
    }


def magistrates(settings: GatewaySettings) -> tuple[MagistrateKey, ...]:
    """Return the keys for which addresses are sealed. Raises ``BadMagistrateKeys`` with a sentence."""
    try:
        return load(settings.magistrate_keys, load_public(settings.staff_authority))
    except OSError as error:
        raise BadMagistrateKeys(f"HAVRE_MAGISTRATE_KEYS names a file that cannot be read ({error.strerror})") from None
    except BadMagistrateKeys as error:
        raise BadMagistrateKeys(f"HAVRE_MAGISTRATE_KEYS: {error}") from None


def start() -> None:
    """Entry point."""
    settings = GatewaySettings()
    try:
        marks(settings)
        magistrates(settings)
    except (BadAuthority, BadMagistrateKeys) as error:
        raise SystemExit(f"{SERVICE} does not start: {error}") from None
    run(SERVICE, settings.log_level, partial(main, settings))
