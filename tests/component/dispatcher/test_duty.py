"""Who may sit and read: credentials that are proved, and the duty key that the consoles of a force share (V6, O9)."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack

import aiohttp
import pytest
from redis.asyncio import Redis

from services.dispatcher.app import Running
from services.dispatcher.domain.presence import Patience
from services.dispatcher.store.duty import DutyStore
from shared import keys, streams
from shared.chat.frames import Error, ErrorCode, Role, Welcome
from shared.clock import now_ms
from shared.contracts.audit import AuditEntry
from shared.contracts.conversation import Force
from shared.sealing.jose import make_key
from tests.client import Operator
from tests.component.dispatcher.commands import Command
from tests.component.dispatcher.conftest import Start
from tests.component.dispatcher.office import AUTHORITY, shift_of
from tests.component.dispatcher.people import PASSWORD, Desk, Place
from tests.sealing.staff import Account
from tests.servers import NatsServer, ValkeyServer, eventually

DAY_S = 86_400
Seat = Callable[..., Awaitable[Operator]]


@pytest.fixture
async def seat(place: Place) -> AsyncIterator[Seat]:
    """Hire, log in and sit down, keys and all; everybody leaves at the end."""
    async with AsyncExitStack() as stack:

        async def one(instance: Running, login: str, *, shares: bool = True) -> Operator:
            await place.hire(login)
            operator = Operator(f"http://127.0.0.1:{instance.port}", ping_s=2.0)
            stack.push_async_callback(operator.leave)
            await operator.log_in(login, PASSWORD)
            assert operator.duty is not None
            operator.duty.shares = shares
            return await stack.enter_async_context(operator)

        yield one


@pytest.fixture
def duties(client: Redis) -> DutyStore:
    return DutyStore(client, Patience())


def _has_it(operator: Operator) -> bool:
    return operator.duty is not None and operator.duty.has_it


def _kid(operator: Operator) -> str | None:
    assert operator.duty is not None
    return operator.duty.latest.kid if operator.duty.latest else None


async def _all_have_it(*operators: Operator) -> str | None:
    """Wait until all have the same key, which is not known to all at once; return which it is."""
    for operator in operators:
        await operator.until(lambda: all(map(_has_it, operators)) and len({_kid(one) for one in operators}) == 1)
    return _kid(operators[0])


async def test_who_made_a_duty_key_is_written_down(instance: Running, seat: Seat, nats: NatsServer) -> None:
    """ADR 17: the key that opens every conversation of the force in its time; by whom, from which console."""
    first = await seat(instance, "police1")
    await _all_have_it(first)
    second = await seat(instance, "police2")
    await _all_have_it(first, second)
    admin = await nats.connect("admin")
    jetstream = admin.jetstream()

    async def made() -> list[AuditEntry]:
        last = (await jetstream.stream_info(streams.AUDIT)).state.last_seq
        some = [await jetstream.get_msg(streams.AUDIT, seq) for seq in range(max(1, last - 20), last + 1)]
        entries = [AuditEntry.model_validate_json(one.data or b"") for one in some]
        latest = max(at for at, one in enumerate(entries) if one.action == "logged_in" and one.account == "police1")
        return [one for one in entries[latest:] if one.action == "duty_key_made"]

    await eventually(lambda: _any(made()))
    [entry] = await made()
    assert (entry.account, entry.target) == ("police1", "police")
    assert entry.console is not None
    await admin.close()


async def _any(found: Awaitable[list[AuditEntry]]) -> bool:
    return bool(await found)


def _impostors(own: Account) -> dict[str, str]:
    """Return what somebody with a session, and without the account's key, could say instead."""
    now = now_ms() // 1000
    other_authority = Account.make(make_key(), Force.POLICE, Role.OPERATOR, now)
    colleague = Account.make(AUTHORITY, Force.POLICE, Role.OPERATOR, now)
    gendarme = Account.make(AUTHORITY, Force.GENDARMERIE, Role.OPERATOR, now)
    supervisor = Account.make(AUTHORITY, Force.POLICE, Role.OPERATOR, now, roles=["supervisor"])
    stolen = Account(make_key(), own.certificate, own.force, own.role)
    return {
        "nothing": "",
        "no credential": "{}",
        "of another authority": other_authority.shift(now).credential,
        "of a colleague": colleague.shift(now).credential,
        "of the other force": gendarme.shift(now).credential,
        "of who is no operator": supervisor.shift(now).credential,
        "the right certificate, another key": stolen.shift(now).credential,
        "of yesterday": own.shift(now - DAY_S).credential,
        "of tomorrow": own.shift(now + DAY_S).credential,
        "a duty key's": own.duty(now).credential,
    }


async def test_whoever_cannot_prove_a_shift_key_gets_no_seat(start: Start, place: Place, client: Redis) -> None:
    instance = await start()
    await place.hire("police1")
    async with aiohttp.ClientSession() as browser:
        desk = Desk(instance.port, "police1", browser)
        await desk.log_in()
        assert desk.account is not None
        for what, text in _impostors(desk.account).items():
            await desk.open(credential=text)
            error = await desk.hears(Error)
            assert error.code is ErrorCode.FORBIDDEN, what
            assert not await client.exists(keys.OPERATORS), what
            assert not any(isinstance(frame, Welcome) for frame in desk.heard), what
            await desk.drop()
        await desk.open(credential=shift_of(desk.account).credential)
        await desk.hears(Welcome)
        await desk.drop()


async def test_an_account_from_before_there_were_keys_is_told_that_it_has_none(start: Start, place: Place) -> None:
    instance = await start()
    await place.hire("police1", certificate=None, account_key=None)
    async with aiohttp.ClientSession() as browser:
        desk = Desk(instance.port, "police1", browser)
        answer = await desk.log_in()
        assert (await answer.json())["certificate"] is None
        await desk.open()
        error = await desk.hears(Error)
        assert error.code is ErrorCode.FORBIDDEN
        assert "no key" in error.detail
        await desk.drop()


async def test_a_console_that_was_refused_once_may_prove_itself_on_the_same_socket(start: Start, place: Place) -> None:
    instance = await start()
    await place.hire("police1")
    async with aiohttp.ClientSession() as browser:
        desk = Desk(instance.port, "police1", browser)
        await desk.log_in()
        await desk.open(credential="{}")
        await desk.hears(Error)
        assert desk.shift is not None
        await desk.say_hello(desk.shift.credential)
        await desk.hears(Welcome)
        await desk.drop()


async def test_two_consoles_that_make_a_key_at_once_end_with_the_same(
    start: Start, seat: Seat, duties: DutyStore
) -> None:
    """On two instances, each time from nothing."""
    first, second = await start(), await start()
    one, other = await seat(first, "police1"), await seat(second, "police2")
    kid = await _all_have_it(one, other)
    for _ in range(5):
        await duties.drop(Force.POLICE, "nobody")
        for operator in (one, other):
            assert operator.duty is not None
            assert operator.duty.latest is not None
            operator.duty.latest = type(operator.duty.latest)(force=Force.POLICE, wanting=[], holders=0)
            operator.duty.make()
        await one.until(lambda before=kid: _kid(one) not in {None, before})  # type: ignore[misc]
        await one.until(lambda: _kid(one) == _kid(other))
        kid = await _all_have_it(one, other)
    refused = [error.code for operator in (one, other) for error in operator.errors()]
    assert refused
    assert set(refused) == {ErrorCode.OUT_OF_ORDER}


async def test_a_newcomer_is_given_the_key_by_whoever_has_it_on_another_instance(start: Start, seat: Seat) -> None:
    first, second = await start(), await start()
    one = await seat(first, "police1")
    kid = await _all_have_it(one)
    newcomers = [await seat(second, f"police{number}") for number in range(2, 5)]
    assert await _all_have_it(one, *newcomers) == kid
    assert [operator.duty.made for operator in newcomers if operator.duty] == [0, 0, 0]


async def test_the_key_of_one_force_is_not_told_to_the_other(start: Start, place: Place, seat: Seat) -> None:
    instance = await start()
    police = await seat(instance, "police1")
    await place.hire("gendarmerie1", Force.GENDARMERIE)
    gendarme = Operator(police.site)
    await gendarme.log_in("gendarmerie1", PASSWORD)
    async with gendarme:
        await gendarme.until(lambda: _has_it(gendarme))
        assert _kid(gendarme) != _kid(police)


async def test_a_peer_that_hands_nothing_on_is_waited_for_and_no_longer(start: Start, seat: Seat) -> None:
    instance = await start()
    asleep = await seat(instance, "police1", shares=False)
    before = await _all_have_it(asleep)
    awake = await seat(instance, "police2")
    await awake.until(lambda: _kid(awake) == before and not _has_it(awake))
    await awake.until(lambda: _has_it(awake))
    assert _kid(awake) != before
    assert await _all_have_it(asleep, awake)


async def test_when_nobody_is_left_who_has_it_the_next_one_makes_another_at_once(start: Start, seat: Seat) -> None:
    instance = await start()
    gone = await seat(instance, "police1")
    before = await _all_have_it(gone)
    await gone.leave()
    left = await seat(instance, "police2")
    await left.until(lambda: _has_it(left), 4.0)
    assert _kid(left) != before


async def test_a_closed_account_takes_the_key_with_it_and_is_not_given_the_next(
    start: Start, seat: Seat, nats: NatsServer, valkey: ValkeyServer
) -> None:
    instance = await start()
    stays, closed = await seat(instance, "police1"), await seat(instance, "police2")
    before = await _all_have_it(stays, closed)
    assert (await Command(nats, valkey)("account", "disable", "police2"))[0] == 0
    await stays.until(lambda: _has_it(stays) and _kid(stays) != before)
    assert closed.shift is not None
    after = _kid(stays)
    assert after is not None
    assert closed.duty is not None
    assert after not in closed.duty.held


async def test_a_lost_announcement_is_mended_within_one_ping(
    start: Start, seat: Seat, duties: DutyStore, client: Redis
) -> None:
    """Nobody is told that the key is gone: the consoles have another all the same."""
    instance = await start()
    operator = await seat(instance, "police1")
    before = await _all_have_it(operator)
    await duties.drop(Force.POLICE, "nobody")

    async def another() -> bool:
        kid = await client.get(keys.duty(Force.POLICE))
        return kid not in {None, (before or "").encode()}

    await eventually(another, within_s=10)
