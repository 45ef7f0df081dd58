"""What staff do is written down, without content, and a broken audit keeps nobody waiting (O9, P1, P3)."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from uuid import UUID

import pytest
from nats.aio.client import Client

from services.dispatcher.app import Running
from services.dispatcher.audit.reading import entries
from services.dispatcher.staff.sessions import digest_of
from shared import metrics, streams, subjects
from shared.audit.chain import breaks
from shared.audit.writing import Audit
from shared.chat.frames import End, Held, Say, SetStatus, Welcome
from shared.clock import utc_now
from shared.contracts.audit import AuditAction, AuditActor, AuditEntry
from shared.contracts.conversation import Category
from tests.component.dispatcher.commands import Command
from tests.component.dispatcher.conftest import Start
from tests.component.dispatcher.people import PASSWORD, Desk, Place
from tests.servers import NatsServer, ValkeyServer, eventually

CANARY = "canary-7f3a-words"


class Reader:
    """The auditor, who sees what was written since the test began: nothing is ever taken out of the audit."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._since = utc_now()

    async def all(self) -> list[tuple[bytes, AuditEntry]]:
        return [pair async for pair in entries(self._client) if pair[1].time >= self._since]

    async def of(self, *actions: AuditAction) -> list[AuditEntry]:
        return [entry for _, entry in await self.all() if not actions or entry.action in actions]

    async def sees(self, action: AuditAction, that: Callable[[AuditEntry], bool] = lambda _entry: True) -> AuditEntry:
        """Wait for such an entry."""

        async def there() -> bool:
            return any(that(entry) for entry in await self.of(action))

        await eventually(there)
        return next(entry for entry in await self.of(action) if that(entry))


@pytest.fixture
async def auditor(nats: NatsServer) -> AsyncIterator[Reader]:
    client = await nats.connect("auditor")
    yield Reader(client)
    await client.close()


async def test_coming_in_being_refused_and_going_are_written_with_the_same_console(desk: Desk, auditor: Reader) -> None:
    await desk.log_in("not the password")
    desk.login = "stranger"
    await desk.log_in("not the password")
    desk.login = "police1"
    await desk.log_in()
    mark = digest_of(desk.cookie)[:12]
    await desk.http.post(f"{desk.base}/api/logout", headers=desk.headers())
    await auditor.sees(AuditAction.LOGGED_OUT)
    told = [(entry.action.value, entry.account, entry.console, entry.reason) for entry in await auditor.of()]
    assert told == [
        ("login_refused", "police1", None, "wrong"),
        ("login_refused", None, None, "wrong"),
        ("logged_in", "police1", mark, None),
        ("logged_out", "police1", mark, None),
    ]
    assert breaks(await auditor.all()) == []


async def test_what_an_operator_does_with_a_conversation_is_written(
    desk: Desk, place: Place, auditor: Reader, start: Start
) -> None:
    """Taken, released when they leave, taken over by the next, ended; and when they pause."""
    await desk.log_in()
    await desk.open()
    await desk.hears(Welcome)
    conversation = await place.visit()
    await desk.hears(Held)
    taken = await auditor.sees(AuditAction.CONVERSATION_TAKEN)
    assert (taken.account, taken.by, taken.conversation_id) == ("police1", AuditActor.SYSTEM, UUID(conversation))
    assert taken.console == digest_of(desk.cookie)[:12]
    await desk.send(SetStatus(status="paused"))
    assert (await auditor.sees(AuditAction.STATUS_CHANGED)).reason == "paused"
    await desk.http.post(f"{desk.base}/api/logout", headers=desk.headers())
    released = await auditor.sees(AuditAction.CONVERSATION_RELEASED)
    assert (released.account, released.reason) == ("police1", "operator_left")
    await place.hire("police2")
    next_one = Desk((await start()).port, "police2", desk.http)
    await next_one.log_in()
    await next_one.open()
    await next_one.hears(Held)
    over = await auditor.sees(AuditAction.CONVERSATION_TAKEN_OVER)
    assert (over.account, over.conversation_id) == ("police2", UUID(conversation))
    await next_one.send(End(conversation=conversation))
    ended = await auditor.sees(AuditAction.CONVERSATION_ENDED)
    assert (ended.account, ended.by, ended.console) == ("police2", AuditActor.SELF, digest_of(next_one.cookie)[:12])
    assert breaks(await auditor.all()) == []
    assert len({entry.writer for entry in await auditor.of()}) == 2


async def test_the_audit_holds_no_word_no_place_no_password_and_no_address(
    desk: Desk, place: Place, auditor: Reader
) -> None:
    """P1: a canary in the chat, in the password and in the login; the postal code; the address."""
    await desk.log_in(f"wrong {CANARY}")
    desk.login = CANARY
    await desk.log_in()
    desk.login = "police1"
    await desk.log_in()
    await desk.open()
    conversation = await place.visit(Category.SEXUAL)
    await place.valkey.hset(f"{{{conversation}}}:conversation", "postal_code", "95300")
    await desk.hears(Held)
    await desk.send(Say(conversation=conversation, cid="12345678", body=CANARY))
    await desk.send(End(conversation=conversation))
    await auditor.sees(AuditAction.CONVERSATION_ENDED)
    written = b"\n".join(body for body, _ in await auditor.all())
    assert conversation.encode() in written
    for secret in (CANARY, PASSWORD, "95300", "127.0.0.1", desk.cookie):
        assert secret.encode() not in written, secret


async def test_a_broken_audit_keeps_no_visitor_from_an_operator_and_is_alarmed(
    instance: Running, desk: Desk, place: Place, auditor: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It fails open: people log in and are served; a metric and the log say so; it is written once it can be."""
    real = subjects.audit
    failed = metrics.AUDIT_FAILED._value.get()
    monkeypatch.setattr(subjects, "audit", lambda service, action="*": f"nobody.hears.{service}.{action}")
    assert (await desk.log_in()).status == 200
    await desk.open()
    conversation = await place.visit()
    assert (await desk.hears(Held)).conversation == conversation
    await eventually(lambda: _is(lambda: metrics.AUDIT_FAILED._value.get() > failed))
    assert metrics.AUDIT_WAITING._value.get() >= 1
    assert await auditor.of() == []
    monkeypatch.setattr(subjects, "audit", real)
    await auditor.sees(AuditAction.CONVERSATION_TAKEN)
    await instance.floor.audit.drained(8)
    assert next(entry.action for entry in await auditor.of()) is AuditAction.LOGGED_IN
    assert metrics.AUDIT_WAITING._value.get() == 0
    assert breaks(await auditor.all()) == []


async def test_entries_that_had_to_be_given_up_are_counted_in_the_next_one(place: Place, auditor: Reader) -> None:
    audit = Audit("dispatcher.0000feed", lambda: place.nats, most_waiting=3)
    for _ in range(5):
        audit.record(AuditAction.LOGGED_IN, account="police1")
    writing = asyncio.create_task(audit.run())
    await audit.drained(8)
    writing.cancel()
    assert [(entry.number, entry.lost) for entry in await auditor.of()] == [(1, 2), (2, 0), (3, 0)]


async def test_an_entry_that_is_none_costs_itself_alone(place: Place, auditor: Reader) -> None:
    """A slip in the code that records: what follows is written, and says that one is missing."""
    audit = Audit("dispatcher.0000cafe", lambda: place.nats)
    audit.record(AuditAction.LOGGED_IN, account="No Login")
    audit.record(AuditAction.LOGGED_IN, account="police1")
    writing = asyncio.create_task(audit.run())
    await audit.drained(8)
    writing.cancel()
    assert [(entry.number, entry.account, entry.lost) for entry in await auditor.of()] == [(1, "police1", 1)]


async def test_nothing_is_changed_by_command_that_cannot_be_written_down(
    desk: Desk, nats: NatsServer, valkey: ValkeyServer, auditor: Reader
) -> None:
    """At the command line it fails closed: the router's user may not write the audit, and could change no account."""
    status, said = await Command(nats, valkey, user="gateway")("account", "disable", "police1")
    assert status == 1
    assert (await desk.log_in()).status == 200
    assert (await Command(nats, valkey)("account", "disable", "police1"))[0] == 0
    changed = await auditor.sees(AuditAction.ACCOUNT_CHANGED)
    assert (changed.account, changed.by, changed.fields) == ("police1", AuditActor.COMMAND, ("enabled",))
    assert (await desk.log_in()).status == 401
    assert said


async def test_the_audit_is_read_by_command_by_time_and_login(
    desk: Desk, nats: NatsServer, valkey: ValkeyServer, auditor: Reader
) -> None:
    since = utc_now().isoformat()
    await desk.log_in("not the password")
    await desk.log_in()
    await auditor.sees(AuditAction.LOGGED_IN)
    read = Command(nats, valkey, user="auditor")
    status, said = await read("audit", "--since", since, "--login", "police1")
    assert status == 0
    first, second, last = said.splitlines()
    assert first.endswith("police1  login_refused  wrong")
    assert second.endswith(f"police1  logged_in  console {digest_of(desk.cookie)[:12]}")
    assert last.startswith("2 of ")
    status, said = await read("audit", "--since", since, "--json")
    assert [json.loads(one)["action"] for one in said.splitlines()[:-1]] == ["login_refused", "logged_in"]
    assert (await read("audit", "--since", since, "--login", "police9"))[1].startswith("0 of ")
    assert (await read("audit", "--since", "yesterday"))[0] == 1


@pytest.mark.parametrize("user", ["dispatcher", "gateway", "signalement"])
async def test_no_service_s_user_reads_the_audit(nats: NatsServer, valkey: ValkeyServer, user: str) -> None:
    status, said = await Command(nats, valkey, user=user)("audit")
    assert (status, "logged_in" in said) == (1, False)


async def test_an_entry_that_was_not_written_in_its_turn_is_told_by_the_command(
    nats: NatsServer, valkey: ValkeyServer, place: Place, auditor: Reader
) -> None:
    """A forged entry needs the dispatcher's rights, and still does not fit into a chain."""
    audit = Audit("dispatcher.0000beef", lambda: place.nats)
    writing = asyncio.create_task(audit.run())
    audit.record(AuditAction.LOGGED_IN, account="police1")
    await audit.drained(8)
    writing.cancel()
    ((_, genuine),) = await auditor.all()
    forged = genuine.model_copy(update={"number": 2, "account": "police2"})
    await place.nats.jetstream().publish(
        subjects.audit("dispatcher", "logged_in"), forged.model_dump_json().encode(), stream=streams.AUDIT
    )
    status, said = await Command(nats, valkey, user="auditor")("audit")
    assert status == 1
    assert "BROKEN: dispatcher.0000beef number 2" in said


async def _is(condition: Callable[[], bool]) -> bool:
    return condition()
