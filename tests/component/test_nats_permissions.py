"""The server refuses whatever the table of permissions does not grant (P1, O10)."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Self
from uuid import uuid4

import pytest
from nats.aio.client import Client
from nats.errors import NoRespondersError
from nats.js.errors import ServerError

from infra.nats.permissions import ADMIN, AUDITOR, SERVICES, USERS
from shared import nats_accounts, streams, subjects
from shared.contracts.conversation import Audience, Category
from shared.contracts.gateway import ConversationOpened
from tests.arrived import arrived
from tests.patience import PATIENCE_S
from tests.servers import NatsServer, running_servers


@pytest.fixture(scope="module")
async def own() -> AsyncIterator[NatsServer]:
    """A server of these tests' own: what they write where they may is no entry, and an audit forgets nothing."""
    async with running_servers() as servers:
        yield servers.nats


@pytest.fixture
async def nats(own: NatsServer) -> NatsServer:
    """That server with empty streams."""
    await own.empty()
    return own


ID = str(uuid4())
EVERY_FACT = [f"evt.{owner}.conversation.opened.v1.{ID}" for owner in SERVICES]
CHATS = ("chat.gateway.0a1b2c3d", "chat.dispatcher.0a1b2c3d")

MAY_PUBLISH = {
    "gateway": {
        "evt.gateway.conversation.opened.v1",
        "chat.gateway",
        "chat.dispatcher",
        "qry.router",
        "qry.referral",
        "qry.signalement.followed",
        "cmd.signalement.withdraw",
        "cmd.signalement.follow",
    },
    "router": {"evt.router.conversation.opened.v1", "dlq.router"},
    "dispatcher": {
        "evt.dispatcher.conversation.opened.v1",
        "chat.gateway",
        "chat.dispatcher",
        "staff.note",
        "dlq.dispatcher",
        "qry.router",
        "qry.referral",
        "qry.signalement.figures",
        "qry.signalement.recipients",
        "cmd.signalement.submit",
        "$KV.LIFTINGS",
        "$KV.STAFF",
        "$KV.TRAFFIC",
        "audit.dispatcher",
    },
    "signalement": {
        "dlq.signalement",
        "$KV.FIGURES",
        "$KV.REPORTS",
        "$KV.FOLLOWS",
        "evt.signalement.report",
        "audit.signalement",
    },
    "referral": {"qry.router"},
    "admin": {"$JS.API.STREAM.MSG.GET", "$JS.API.STREAM.DELETE", "$JS.API.STREAM.PURGE", "$JS.API.CONSUMER.DELETE"},
    "auditor": set(),
    "registrar": {"$KV.PARTNERS", "audit.signalement"},
}
PUBLICATIONS = [
    *EVERY_FACT,
    *(f"{chat}.{ID}" for chat in CHATS),
    *(f"dlq.{owner}.some-consumer" for owner in SERVICES),
    "staff.note.written",
    *(subjects.audit(owner, "logged_in") for owner in SERVICES),
    subjects.PLACE,
    subjects.NEARBY,
    subjects.FIGURES,
    subjects.RECIPIENTS,
    subjects.FOLLOWED,
    subjects.SUBMIT,
    subjects.WITHDRAW,
    subjects.FOLLOW,
    subjects.partner_command("sip-95", "take_charge"),
    f"evt.signalement.report.changed.v1.{ID}",
    subjects.delivery("police", "95", ID),
    f"$KV.REPORTS.{ID}",
    "$KV.PARTNERS.sip-95",
    "$KV.FOLLOWS.0a1b",
    f"$KV.LIFTINGS.{ID}",
    f"$JS.API.STREAM.MSG.GET.{streams.SIGNALEMENTS}",
    f"$JS.API.STREAM.DELETE.{streams.SIGNALEMENTS}_NOT",
    "$KV.STAFF.police1",
    "$KV.FIGURES.2026-01",
    "$KV.TRAFFIC.week.2970",
    f"$JS.API.STREAM.DELETE.{streams.CONVERSATIONS}_NOT",
    f"$JS.API.STREAM.PURGE.{streams.CONVERSATIONS}_NOT",
    f"$JS.API.CONSUMER.DELETE.{streams.CONVERSATIONS}_NOT.x",
    nats_accounts.ADMISSIONS,
    "anything.else",
]
MAY_HEAR = {
    "gateway": {"chat.gateway"},
    "router": {"qry.router"},
    "dispatcher": {"chat.dispatcher", "staff."},
    "signalement": {"qry.signalement", "cmd.signalement", "$SYS.REQ"},
    "referral": {"qry.referral"},
    "admin": set(),
    "auditor": set(),
    "registrar": set(),
}
SUBSCRIPTIONS = [
    ">",
    "chat.>",
    "staff.>",
    "staff.note.written",
    subjects.AUDIT,
    subjects.audit("dispatcher", "logged_in"),
    "evt.>",
    "_INBOX.>",
    *(f"_INBOX_{user}.>" for user in USERS),
    *(f"{chat}.>" for chat in CHATS),
    *(f"evt.{owner}.>" for owner in SERVICES),
    subjects.PLACE,
    subjects.NEARBY,
    subjects.FIGURES,
    subjects.SUBMIT,
    subjects.WITHDRAW,
    subjects.partner_command(),
    "$KV.STAFF.>",
    "$JS.API.>",
    nats_accounts.ADMISSIONS,
]


class Refusals:
    """A client of one user that remembers what the server refused it."""

    def __init__(self, server: NatsServer, user: str) -> None:
        self._server = server
        self._user = user
        self.errors: list[str] = []

    async def __aenter__(self) -> Self:
        self.client: Client = await self._server.connect(self._user)

        async def remember(error: Exception) -> None:
            self.errors.append(str(error).lower())

        self.client._error_cb = remember
        return self

    async def __aexit__(self, *_error: object) -> None:
        await self.client.close()

    async def refused_publishing(self, subject: str) -> bool:
        await self.client.publish(subject, b"{}")
        return await self._was_refused("publish", subject)

    async def refused_hearing(self, subject: str) -> bool:
        subscription = await self.client.subscribe(subject)
        refused = await self._was_refused("subscription", subject)
        if not refused:
            await subscription.unsubscribe()
        return refused

    async def _was_refused(self, what: str, subject: str) -> bool:
        await arrived(self.client)  # the server's error comes before its answer to that
        wanted = f'permissions violation for {what} to "{subject}"'.lower()
        return any(wanted in error for error in self.errors)


def allowed(subject: str, prefixes: set[str]) -> bool:
    return any(subject.startswith(prefix) for prefix in prefixes)


@pytest.mark.parametrize("user", USERS)
async def test_a_user_publishes_what_it_owns_and_nothing_else(nats: NatsServer, user: str) -> None:
    async with Refusals(nats, user) as attempt:
        for subject in PUBLICATIONS:
            expected = not allowed(subject, MAY_PUBLISH[user])
            assert await attempt.refused_publishing(subject) is expected, f"{user} publishing {subject}"


@pytest.mark.parametrize("user", USERS)
async def test_a_user_hears_what_is_for_it_and_nothing_else(nats: NatsServer, user: str) -> None:
    async with Refusals(nats, user) as attempt:
        for subject in SUBSCRIPTIONS:
            expected = not allowed(subject, MAY_HEAR[user] | {f"_INBOX_{user}."})
            assert await attempt.refused_hearing(subject) is expected, f"{user} hearing {subject}"


async def test_the_gateway_never_hears_what_staff_say_among_themselves(nats: NatsServer) -> None:
    """O10: the server itself keeps private notes from the service that visitors reach."""
    async with Refusals(nats, "gateway") as gateway, Refusals(nats, "dispatcher") as dispatcher:
        heard = await dispatcher.client.subscribe("staff.>")
        assert await gateway.refused_hearing("staff.>")
        await dispatcher.client.publish("staff.note.written", b"{}")
        assert (await heard.next_msg(timeout=PATIENCE_S)).subject == "staff.note.written"


async def test_a_service_may_answer_a_question_once_and_write_to_no_other_inbox(nats: NatsServer) -> None:
    async with Refusals(nats, "gateway") as gateway, Refusals(nats, "router") as router:
        questions = await router.client.subscribe(subjects.PLACE)
        await arrived(router.client)
        asking = asyncio.create_task(gateway.client.request(subjects.PLACE, b"{}", timeout=PATIENCE_S))
        question = await questions.next_msg(timeout=PATIENCE_S)
        await question.respond(b"answer")
        assert (await asking).data == b"answer"
        assert await router.refused_publishing(question.reply)
        assert await router.refused_publishing("_INBOX_gateway.guess")


READERS = {
    "router": [streams.ROUTER_OPENED],
    "dispatcher": [streams.DISPATCHER_ROUTED, streams.DISPATCHER_ERASED, streams.DISPATCHER_ENDANGERED],
    "signalement": [streams.SIGNALEMENT_FIGURES],
}
DURABLES = [name for names in READERS.values() for name in names]


@pytest.mark.parametrize("user", SERVICES)
@pytest.mark.parametrize("durable", DURABLES)
async def test_a_service_reads_and_settles_its_own_consumers_alone(nats: NatsServer, user: str, durable: str) -> None:
    own = durable in READERS.get(user, [])
    stream = streams.CONVERSATIONS
    async with Refusals(nats, user) as attempt:
        for subject in (
            f"$JS.API.CONSUMER.INFO.{stream}.{durable}",
            f"$JS.API.CONSUMER.MSG.NEXT.{stream}.{durable}",
            f"$JS.ACK.{stream}.{durable}.1.2.3.4.5",
        ):
            assert await attempt.refused_publishing(subject) is not own, f"{user} {subject}"
        for subject in (
            f"$JS.API.CONSUMER.DELETE.{stream}.{durable}",
            f"$JS.API.CONSUMER.CREATE.{stream}.{durable}",
            f"$JS.API.STREAM.MSG.GET.{stream}",
        ):
            assert await attempt.refused_publishing(subject), f"{user} {subject}"


async def test_a_fact_travels_from_its_owner_to_its_reader_with_these_rights_alone(nats: NatsServer) -> None:
    gateway, router = await nats.connect("gateway"), await nats.connect("router")
    fact = ConversationOpened(conversation_id=uuid4(), category=Category.SEXUAL, audience=Audience.WITNESS)
    subject = subjects.event(ConversationOpened, fact.entity_id)
    headers = {"Nats-Msg-Id": str(fact.id)}
    for _ in range(2):
        await gateway.jetstream().publish(subject, fact.model_dump_json().encode(), headers=headers)
    reader = await router.jetstream().pull_subscribe_bind(streams.ROUTER_OPENED, streams.CONVERSATIONS)
    (message,) = await reader.fetch(1, timeout=PATIENCE_S)
    assert ConversationOpened.model_validate_json(message.data) == fact
    await message.ack_sync()
    info = await router.jetstream().consumer_info(streams.CONVERSATIONS, streams.ROUTER_OPENED)
    assert (info.num_ack_pending, info.num_pending) == (0, 0)
    await gateway.close()
    await router.close()


async def test_staff_accounts_are_readable_by_the_dispatcher_alone(nats: NatsServer) -> None:
    dispatcher = await nats.connect("dispatcher")
    bucket = await dispatcher.jetstream().key_value(streams.STAFF)
    await bucket.put("police1", b"{}")
    assert (await bucket.get("police1")).value == b"{}"
    assert await bucket.keys() == ["police1"]
    await dispatcher.close()
    for user in set(SERVICES) - {"dispatcher"}:
        async with Refusals(nats, user) as attempt:
            for subject in (
                "$JS.API.DIRECT.GET.KV_STAFF.$KV.STAFF.police1",
                "$JS.API.STREAM.INFO.KV_STAFF",
                "$JS.API.CONSUMER.CREATE.KV_STAFF.x",
            ):
                assert await attempt.refused_publishing(subject), f"{user} {subject}"


TO_READ_THE_AUDIT = (
    f"$JS.API.STREAM.INFO.{streams.AUDIT}",
    f"$JS.API.CONSUMER.CREATE.{streams.AUDIT}",
)
TO_READ_IT_OTHERWISE = (
    f"$JS.API.STREAM.MSG.GET.{streams.AUDIT}",
    f"$JS.API.DIRECT.GET.{streams.AUDIT}",
    f"$JS.API.CONSUMER.DURABLE.CREATE.{streams.AUDIT}.x",
)
TO_TAKE_SOMETHING_OUT = (
    f"$JS.API.STREAM.MSG.DELETE.{streams.AUDIT}",
    f"$JS.API.STREAM.PURGE.{streams.AUDIT}",
    f"$JS.API.STREAM.DELETE.{streams.AUDIT}",
    f"$JS.API.STREAM.RESTORE.{streams.AUDIT}",
)


@pytest.mark.parametrize("user", [*SERVICES, AUDITOR])
async def test_the_audit_is_read_by_the_auditor_alone(nats: NatsServer, user: str) -> None:
    """P3: neither the gateway nor any other service, the one that writes it included, can read or cut it."""
    async with Refusals(nats, user) as attempt:
        for subject in TO_READ_THE_AUDIT:
            assert await attempt.refused_publishing(subject) is not (user == AUDITOR), f"{user} {subject}"
        for subject in (*TO_READ_IT_OTHERWISE, *TO_TAKE_SOMETHING_OUT):
            assert await attempt.refused_publishing(subject), f"{user} {subject}"


async def test_not_even_the_admin_deletes_from_the_audit_or_purges_it(nats: NatsServer) -> None:
    async with Refusals(nats, ADMIN) as attempt:
        for subject in TO_TAKE_SOMETHING_OUT:
            assert await attempt.refused_publishing(subject), subject
        jetstream = attempt.client.jetstream()
        kept = (await jetstream.stream_info(streams.AUDIT)).config
        assert (kept.deny_delete, kept.deny_purge) == (True, True)
        with pytest.raises(ServerError, match="can not cancel deny"):
            await jetstream.update_stream(replace(kept, deny_delete=False, deny_purge=False))


async def test_nobody_gets_in_without_a_password(nats: NatsServer) -> None:
    stranger = NatsServer(nats.url, dict.fromkeys(USERS, "wrong"), nats.issuer)
    for user in USERS:
        with pytest.raises(Exception, match=r"(?i)authorization"):
            await stranger.connect(user)


async def test_a_question_that_nobody_serves_is_told_so_at_once(nats: NatsServer) -> None:
    client = await nats.connect("gateway")
    with pytest.raises(NoRespondersError):
        await client.request(subjects.NEARBY, b"{}", timeout=PATIENCE_S)
    await client.close()


def test_the_table_names_every_user() -> None:
    assert set(MAY_PUBLISH) == set(MAY_HEAR) == set(USERS)
