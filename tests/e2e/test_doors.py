"""Staff come in through the doors as they are, in a real browser: the second step, and the identity provider (O9)."""

import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass

import pyotp
import pytest
from argon2 import PasswordHasher
from playwright.async_api import Browser, Page, Route, expect

from infra.local.ports import free_port
from services.dispatcher.app import running
from services.dispatcher.provider_door import WAY_BACK
from services.dispatcher.settings import DispatcherSettings
from services.dispatcher.staff.codes import STEP_S, new_secret
from services.dispatcher.staff.passwords import Passwords
from services.dispatcher.staff.sealed import Purpose, Sealer, new_key
from shared.chat.store import connect
from tests.component.dispatcher import office
from tests.component.dispatcher.people import PASSWORD, Place
from tests.e2e.browsers import Watch
from tests.e2e.people import DESK
from tests.provider.running import TheProvider, running_provider
from tests.servers import NatsServer, ValkeyServer

KEY = new_key()
SECRET = new_secret()
CHEAP = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


def code(away: int = 0) -> str:
    """Return the code of now, or of so many half minutes later."""
    return pyotp.TOTP(SECRET).generate_otp(int(time.time()) // STEP_S + away)


@dataclass
class Door:
    """A running dispatcher and a fresh browser at its login."""

    place: Place
    page: Page
    base: str

    async def fills(self, login: str = "police1", password: str = PASSWORD) -> None:
        await self.page.locator("input[name=login]").fill(login)
        await self.page.locator("input[name=password]").fill(password)
        await self.submits()

    async def submits(self) -> None:
        await self.page.get_by_role("button", name="Se connecter", exact=True).click()

    async def is_at_the_desk(self) -> None:
        await expect(self.page.locator(".segments")).to_be_visible()

    async def who(self) -> dict[str, object]:
        """Return whose session the browser has."""
        found: dict[str, object] = await self.page.evaluate("() => fetch('/api/me').then((answer) => answer.json())")
        return found


Open = Callable[..., Awaitable[Door]]


@pytest.fixture
async def opens(nats: NatsServer, valkey: ValkeyServer, browser: Browser, watch: Watch) -> AsyncIterator[Open]:
    """Start a dispatcher, and open its console in a browser of its own."""
    async with AsyncExitStack() as stack:

        async def one(**settings: object) -> Door:
            port = settings.get("port") or free_port()
            base = f"http://127.0.0.1:{port}"
            own = {**valkey.as_user("dispatcher"), "port": port, "console_url": base, "staff_authority": office.PUBLIC}
            fields = {**own, "staff_key": KEY, **nats.as_user("dispatcher"), **settings}
            await stack.enter_async_context(running(DispatcherSettings.model_validate(fields), CHEAP))
            clients = [await nats.connect(user) for user in ("dispatcher", "router", "gateway")]
            store = connect(valkey.url)
            stack.push_async_callback(store.aclose)
            for client in clients:
                stack.push_async_callback(client.close)
            context = await browser.new_context(viewport=DESK, locale="fr-FR")
            stack.push_async_callback(context.close)
            await watch.over(context)
            page = await context.new_page()
            await page.goto(base)
            return Door(Place(clients[0], clients[1], clients[2], store, CHEAP), page, base)

        yield one


@pytest.fixture
async def provider() -> AsyncIterator[TheProvider]:
    async with running_provider() as one:
        yield one


def sealed() -> str:
    return Sealer(KEY).seal(Purpose.ONE_TIME_CODES, "police1", SECRET)


async def test_the_six_digits_are_asked_for_in_a_second_step(opens: Open) -> None:
    door = await opens()
    await door.place.hire("police1", second_factor=sealed())
    await door.fills()
    field = door.page.locator("input[name=code]")
    await expect(field).to_be_focused()
    await expect(door.page.locator("input[name=password]")).to_have_count(0)
    await field.fill(code(100))
    await door.submits()
    await expect(door.page.locator("#login-error")).to_contain_text("Ce code n’est pas le bon")
    await expect(field).to_have_value("")
    digits = code()
    await field.fill(f"{digits[:3]} {digits[3:]}")
    await door.submits()
    await door.is_at_the_desk()


async def test_one_may_go_back_to_another_login(opens: Open) -> None:
    door = await opens()
    await door.place.hire("police1", second_factor=sealed())
    await door.fills()
    await door.page.get_by_role("button", name="Revenir à l’identifiant").click()
    await expect(door.page.locator("input[name=login]")).to_have_value("police1")
    await expect(door.page.locator("input[name=password]")).to_have_value("")


async def test_before_the_session_ends_one_logs_in_again_and_the_desk_stays(opens: Open, watch: Watch) -> None:
    """The console asks in time; what is being written stays, and the same conversations."""
    door = await opens(session_longest_s=600)
    await door.place.hire("police1", second_factor=sealed())
    await door.fills()
    await door.page.locator("input[name=code]").fill(code())
    await door.submits()
    await door.is_at_the_desk()
    before = await door.who()
    await expect(door.page.get_by_text("Votre session se termine à")).to_be_visible()
    await door.place.visit()
    await door.page.locator(".lines button").first.click()
    await door.page.get_by_role("button", name="Se reconnecter", exact=True).click()
    dialog = door.page.get_by_role("dialog")
    await dialog.locator("input[name=password]").fill(PASSWORD)
    await dialog.get_by_role("button", name="Se reconnecter", exact=True).click()
    await dialog.locator("input[name=code]").fill(code(1))
    await dialog.get_by_role("button", name="Se reconnecter", exact=True).click()
    await expect(dialog).to_have_count(0)
    after = await door.who()
    assert str(after["session_ends_at"]) > str(before["session_ends_at"])
    assert before["operator"] == after["operator"]
    await door.is_at_the_desk()
    await expect(door.page.locator(".lines button")).to_have_count(1)
    await watch.heard("503")  # the search for help near the conversation, which nobody answers here


async def at_the_provider(page: Page, subject: str) -> None:
    """Be somebody at the provider, and say yes."""
    await page.get_by_placeholder("sub").fill(subject)
    await page.get_by_role("button", name="Authorize").click()


async def opened_with(opens: Open, provider: TheProvider, **settings: object) -> Door:
    """Open a console that logs in through the provider."""
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    ours = await provider.client(f"{base}{WAY_BACK}")
    door = await opens(port=port, console_url=base, oidc_name="l’annuaire", **ours, **settings)

    async def none(route: Route) -> None:
        await route.fulfill(status=204)

    # The provider's page would like to be prettier than this machine can make it.
    await door.page.context.route(lambda url: not url.startswith(door.base) and not is_page(url), none)
    return door


def is_page(url: str) -> bool:
    """Return whether an address is a page of the provider, and neither its icon nor anything of other sites."""
    return url.startswith("http://127.0.0.1:") and not url.endswith("/favicon.ico")


async def test_the_provider_s_way_leads_in_and_out_with_the_roles_that_it_states(
    opens: Open, provider: TheProvider
) -> None:
    claims = {"preferred_username": "gendarmerie1", "havre_force": "gendarmerie"}
    await provider.knows("g1", **claims, havre_roles=["supervisor", "operator"])
    door = await opened_with(opens, provider)
    await door.page.get_by_role("button", name="Se connecter avec l’annuaire").click()
    await at_the_provider(door.page, "g1")
    await expect(door.page).to_have_url(f"{door.base}/")
    await expect(door.page.get_by_role("heading", name="Ce compte n’a pas encore de clé")).to_be_visible()
    me = await door.who()
    assert (me["operator"], me["force"], me["roles"]) == ("gendarmerie1", "gendarmerie", ["operator", "supervisor"])
    cookies = {cookie["name"]: cookie for cookie in await door.page.context.cookies()}
    assert set(cookies) == {"__Host-havre"}
    assert cookies["__Host-havre"]["sameSite"] == "Strict"
    await door.page.get_by_role("button", name="Déconnexion").click()
    await expect(door.page).to_have_url(re.compile(rf"{provider.issuer}/oauth2/end_session\?"))
    await door.page.goto(door.base)
    await expect(door.page.get_by_role("button", name="Se connecter avec l’annuaire")).to_be_visible()


async def test_who_has_no_role_here_reads_so_on_the_login_page_and_a_reload_forgets_it(
    opens: Open, provider: TheProvider
) -> None:
    await provider.knows("g2", preferred_username="gendarmerie2", havre_force="gendarmerie", havre_roles=["mayor"])
    door = await opened_with(opens, provider)
    await door.page.get_by_role("button", name="Se connecter avec l’annuaire").click()
    await at_the_provider(door.page, "g2")
    await expect(door.page.get_by_text("Votre compte n’a pas accès à cette console")).to_be_visible()
    await expect(door.page).to_have_url(f"{door.base}/")
    await door.page.reload()
    await expect(door.page.get_by_role("button", name="Se connecter avec l’annuaire")).to_be_visible()
    await expect(door.page.get_by_text("n’a pas accès")).to_have_count(0)


async def test_a_provider_that_is_away_is_told_and_the_password_s_way_stays_open(
    opens: Open, provider: TheProvider, watch: Watch
) -> None:
    door = await opened_with(opens, provider)
    await door.place.hire("police1")
    await provider.ends()
    await door.page.get_by_role("button", name="Se connecter avec l’annuaire").click()
    await expect(door.page.locator("#login-error")).to_contain_text("Le service d’identité ne répond pas")
    await watch.heard("503")
    await door.fills()
    await door.is_at_the_desk()


async def test_where_only_the_provider_lets_in_there_is_no_field_for_a_password(
    opens: Open, provider: TheProvider
) -> None:
    door = await opened_with(opens, provider, local_login=False)
    await expect(door.page.get_by_role("button", name="Se connecter avec l’annuaire")).to_be_visible()
    await expect(door.page.locator("input[name=password]")).to_be_hidden()


async def test_through_the_provider_too_one_logs_in_again_without_leaving_the_desk(
    opens: Open, provider: TheProvider
) -> None:
    """In a window of its own; the console hears of it and goes on."""
    await provider.knows("p1", preferred_username="police1", havre_force="police", havre_roles=["operator"])
    door = await opened_with(opens, provider, session_longest_s=600, local_login=False)
    await door.place.hire("police1", password_hash=None, subject="p1")
    button = "Se connecter avec l’annuaire"
    await door.page.get_by_role("button", name=button).click()
    await at_the_provider(door.page, "p1")
    await door.page.locator("input[name=secret]").fill(PASSWORD)
    await door.page.get_by_role("button", name="Ouvrir", exact=True).click()
    await door.is_at_the_desk()
    before = await door.who()
    await door.page.get_by_role("button", name="Se reconnecter", exact=True).click()
    async with door.page.context.expect_page() as opening, door.page.expect_websocket():
        await door.page.get_by_role("dialog").get_by_role("button", name=button).click()
        window = await opening.value
        await at_the_provider(window, "p1")
        await expect(window.get_by_role("heading", name="Vous êtes de nouveau connecté")).to_be_visible()
    assert str((await door.who())["session_ends_at"]) > str(before["session_ends_at"])
    await door.is_at_the_desk()
