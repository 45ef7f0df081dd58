"""Who is let in to NATS by a real server that asks: partners by their own key, nobody else; one harms no other (S4)."""

import asyncio
import base64
import json
import time
from collections.abc import Callable
from typing import Any

import nats.errors
import pytest
from nats.aio.client import Client

from infra.nats.permissions import USERS
from services.signalement.partners.registrar import registrar
from services.signalement.partners.registry import Registry
from shared import nats_accounts, streams, subjects
from shared.clock import utc_now
from shared.contracts.conversation import Force
from shared.nkey import Kind, Nkey, make_seed
from shared.settings import Settings
from tests.arrived import arrived
from tests.component.partners.conftest import admission_of
from tests.component.partners.house import House, Line, hand_in, line, refused
from tests.patience import PATIENCE_S
from tests.servers import NatsServer


async def test_a_partner_gets_what_is_handed_in_for_its_territory(
    empty: NatsServer, service: Client, lyon: House, strasbourg: House
) -> None:
    """S4."""
    mine, theirs = await hand_in(service.jetstream(), lyon), await hand_in(service.jetstream(), strasbourg)
    for house, report in ((lyon, mine), (strasbourg, theirs)):
        async with line(empty, house) as own:
            message = await own.pulled(house.consumer)
            assert json.loads(message.data)["report"] == report
            await message.ack_sync()
            with pytest.raises(nats.errors.TimeoutError):
                await own.pulled(house.consumer, 0.3)


def strangers(lyon: House, strasbourg: House) -> dict[str, Callable[[str], Line]]:
    """Return connections that nobody may make, by what is wrong with them."""
    fresh = make_seed(Kind.USER)
    return {
        "an unknown key": lambda url: Line(url, lyon.id, fresh),
        "another partner's key": lambda url: Line(url, lyon.id, strasbourg.seed),
        "its own key under no name": lambda url: Line(url, "", lyon.seed, "_INBOX_x"),
        "its own key under another name": lambda url: Line(url, strasbourg.id, lyon.seed),
        "a name that is a subject": lambda url: Line(url, "police-69.>", lyon.seed),
        "a name without end": lambda url: Line(url, "police-69" * 300, lyon.seed, "_INBOX_x"),
        "the name of a service": lambda url: Line(url, "gateway", lyon.seed),
    }


async def test_nobody_else_is_let_in(empty: NatsServer, lyon: House, strasbourg: House) -> None:
    """S4."""
    for what, connection in strangers(lyon, strasbourg).items():
        assert await refused(connection(empty.url)), what
    assert not await refused(line(empty, lyon))


async def test_a_signature_must_be_of_this_connections_nonce(empty: NatsServer, lyon: House) -> None:
    """A signature that was overheard, or none at all, opens no other connection."""
    key = Nkey(lyon.seed, Kind.USER)
    overheard = base64.b64encode(key.sign(b"another nonce")).decode()
    for signature in (overheard, "", "rubbish!", "é" * 10):
        reader, writer = await asyncio.open_connection(*empty.url.removeprefix("nats://").split(":"))
        await reader.readline()
        options = {"nkey": key.public, "sig": signature, "name": lyon.id, "verbose": False, "pedantic": False}
        writer.write(f"CONNECT {json.dumps(options)}\r\nPING\r\n".encode())
        assert b"Authorization Violation" in await asyncio.wait_for(reader.readline(), 10)
        writer.close()
    assert not await refused(line(empty, lyon))


async def test_rubbish_in_place_of_a_servers_question_is_passed_over(
    empty: NatsServer, service: Client, lyon: House
) -> None:
    """What is no server's question gets no answer, and the next question does."""
    admission = await admission_of(empty, service, 60)
    server = Nkey(make_seed(Kind.SERVER), Kind.SERVER)
    answered: list[Any] = []

    class Question:
        def __init__(self, data: bytes) -> None:
            self.data = data

        async def respond(self, answer: bytes) -> None:
            answered.append(answer)

    for data in (b"", b".", b"a.b.c", b"\xff\xfe", b"[]", b"{}.{}.{}", token({}, server), token({"nats": 1}, server)):
        await admission.answer(Question(data))  # type: ignore[arg-type]
    assert answered == []
    assert not await refused(line(empty, lyon))


def token(claims: dict[str, Any], server: Nkey) -> bytes:
    """Return a token as a server makes it."""
    said = {"iss": server.public, "aud": "nats-authorization-request", **claims}
    parts = [base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=") for part in ({"alg": "x"}, said)]
    return b".".join([*parts, base64.urlsafe_b64encode(server.sign(b".".join(parts))).rstrip(b"=")])


async def test_services_log_in_when_nobody_admits_partners(empty: NatsServer, service: Client, lyon: House) -> None:
    async with line(empty, lyon) as own:
        await service.close()
        for user in USERS:
            client = await empty.connect(user)
            await client.close()
        assert await refused(line(empty, lyon))
        assert await own.answer_to_publishing(subjects.partner_command(lyon.id, "take_charge")) == "may"
    again = await empty.connect("signalement")
    await (await admission_of(empty, again, 60)).serve(again, "signalement")
    await arrived(again)
    assert not await refused(line(empty, lyon))
    await again.close()


async def test_instances_share_the_questions(empty: NatsServer, service: Client, lyon: House) -> None:
    """One answer a question, whoever of them gives it; the death of one costs nobody anything."""
    second = await empty.connect("signalement")
    heard: list[str] = []
    both = await admission_of(empty, second, 60)

    async def noting(message: Any) -> None:
        heard.append(message.subject)
        await both.answer(message)

    await second.subscribe(nats_accounts.ADMISSIONS, queue="signalement", cb=noting)
    await arrived(second)
    for _ in range(12):
        assert not await refused(line(empty, lyon))
    assert 0 < len(heard) < 12
    await service.close()
    for _ in range(3):
        assert not await refused(line(empty, lyon))
    await second.close()


async def test_a_session_ends_and_the_partner_comes_back(empty: NatsServer, lyon: House, service: Client) -> None:
    """The server itself ends a connection with its token; nothing that was acknowledged comes again."""
    await service.close()
    short = await empty.connect("signalement")
    await (await admission_of(empty, short, 2)).serve(short, "signalement")
    await arrived(short)
    began = time.monotonic()
    async with line(empty, lyon) as own:
        report = await hand_in(short.jetstream(), lyon)
        message = await own.pulled(lyon.consumer)
        await message.ack_sync()
        await asyncio.wait_for(own.ended.wait(), PATIENCE_S)
    assert time.monotonic() - began < 20
    async with line(empty, lyon) as own:
        following = await hand_in(short.jetstream(), lyon)
        message = await own.pulled(lyon.consumer)
        assert following in message.subject
        assert report not in message.subject
    await short.close()


async def test_a_revoked_partner_gets_nothing_more(
    empty: NatsServer, service: Client, lyon: House, strasbourg: House
) -> None:
    """S4: no further message, no other connection; the territory is free for another, and others do not notice."""
    async with line(empty, lyon) as own, line(empty, strasbourg) as other:
        async with registrar(Settings.model_validate(empty.as_user("registrar"))) as desk:
            await desk.revoke(lyon.id, utc_now())
        waiting = await hand_in(service.jetstream(), lyon)
        with pytest.raises(nats.errors.Error):
            await own.pulled(lyon.consumer, 0.5)
        assert await refused(line(empty, lyon))
        theirs = await hand_in(service.jetstream(), strasbourg)
        assert theirs in (await other.pulled(strasbourg.consumer)).subject
    registry = await Registry.open(service.jetstream())
    gone = await registry.get(lyon.id)
    assert gone is not None
    assert gone.revoked_at is not None
    assert gone.key_in_force(utc_now()) is None
    successor = await House("police-69b", Force.POLICE, ["69"]).register(empty)
    async with line(empty, successor) as own:
        assert waiting in (await own.pulled(successor.consumer)).subject


async def test_a_partner_that_is_slow_or_dead_keeps_its_own_and_harms_no_other(
    empty: NatsServer, service: Client, lyon: House, strasbourg: House
) -> None:
    """S3, S4: what is not acknowledged comes again, over another connection too; meanwhile another is served."""
    reports = [await hand_in(service.jetstream(), lyon) for _ in range(3)]
    async with line(empty, lyon) as slow:
        held = await slow.pulled(lyon.consumer)
        await held.nak()
        first = [await slow.pulled(lyon.consumer) for _ in range(3)]
        theirs = await hand_in(service.jetstream(), strasbourg)
        async with line(empty, strasbourg) as other:
            message = await other.pulled(strasbourg.consumer, 1)
            assert theirs in message.subject
            await message.ack_sync()
        for message in first:
            await message.nak()
        await arrived(slow.client)
    # It is gone, and comes back another day.
    async with line(empty, lyon) as back:
        again = [await back.pulled(lyon.consumer) for _ in range(3)]
        assert sorted(message.subject.rsplit(".", 1)[1] for message in again) == sorted(reports)
        assert {message.metadata.num_delivered for message in again} <= {2, 3}
        for message in again:
            await message.ack_sync()


async def test_a_partner_that_sends_without_end_harms_no_other(
    empty: NatsServer, service: Client, lyon: House, strasbourg: House
) -> None:
    """S4: rubbish by the thousand, pulls and subscriptions without end; the other partner is served meanwhile."""
    theirs = await hand_in(service.jetstream(), strasbourg)
    async with line(empty, lyon) as loud, line(empty, strasbourg) as other:
        pull = f"$JS.API.CONSUMER.MSG.NEXT.{streams.SIGNALEMENTS}.{lyon.consumer}"
        for number in range(2_000):
            await loud.client.publish(pull, b"{rubbish", reply=f"_INBOX_{lyon.id}.{number}")
            await loud.client.publish(f"$JS.ACK.{streams.SIGNALEMENTS}.{lyon.consumer}.rubbish", b"+RUBBISH")
        message = await other.pulled(strasbourg.consumer, 2)
        assert theirs in message.subject
        await message.ack_sync()
        for number in range(100):
            await loud.client.subscribe(f"_INBOX_{lyon.id}.{number}.>")
        await asyncio.wait_for(loud.ended.wait(), 10)
        assert "maximum subscriptions" in str(loud.client.last_error)
        assert not other.ended.is_set()
    async with line(empty, lyon) as own:
        await own.client.publish(subjects.partner_command(lyon.id, "take_charge"), b"x" * 70_000)
        await asyncio.wait_for(own.ended.wait(), 10)
        assert "maximum payload" in str(own.client.last_error)
