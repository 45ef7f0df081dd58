"""Who tries to read or touch a conversation that is not theirs, and what the server says: printed as a table (P1)."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import aiohttp
import nats.errors
import pytest
from nats.aio.client import Client as NatsClient

from infra.local.stack import Stack
from infra.nats.permissions import ADMIN, AUDITOR, USERS
from shared import streams, subjects
from shared.chat.frames import End, Error, Released, Role, Say
from shared.contracts.conversation import Category, Force
from tests.arrived import arrived
from tests.chaos.chat import Chat, begin, on_duty
from tests.client import Operator
from tests.component.gateway.raw import Raw
from tests.component.partners.house import Line
from tests.sealing.body import State

Row = tuple[str, str, str]
WORDS = "ne le dites à personne"


@pytest.fixture
async def chat(stack: Stack) -> AsyncIterator[Chat]:
    """A visitor and an operator of the police in conversation, one sentence said; destroyed at the end."""
    async with AsyncExitStack() as exits:
        found = await begin(stack, exits, Category.SEXUAL)
        found.visitor.tell(WORDS)
        await found.operator.until(lambda: WORDS in found.operator.texts(found.conversation))
        yield found
        await found.visitor.red_button()


def show(rows: list[Row]) -> None:
    """Print what was tried and how it was refused."""
    for who, tried, answer in rows:
        print(f"{who:<22} {tried:<52} {answer}")


async def refusal(operator: Operator, cid: str | None = None) -> str:
    """Return the code of the next refusal that an operator hears."""
    before = len(operator.errors())
    await operator.until(lambda: len(operator.errors()) > before)
    error = operator.errors()[-1]
    assert error.cid == cid
    return error.code


async def as_an_operator(stack: Stack, chat: Chat, login: str) -> list[Row]:
    """Try everything that a console can say about a conversation that its operator does not have."""
    rows: list[Row] = []
    async with AsyncExitStack() as exits:
        other = await on_duty(stack, exits, login)
        who = f"operator {login}"
        say = Say(conversation=chat.conversation, cid="stranger-0001", body="moi aussi")
        for frame, cid in ((say, say.cid), (End(conversation=chat.conversation), None)):
            waiting = asyncio.create_task(refusal(other, cid))
            await asyncio.sleep(0)
            other.send(frame)
            rows.append((who, f"frame {type(frame).__name__.lower()}", await waiting))
        other.transcript(chat.conversation)
        await other.cut()
        await other.until(lambda: any(isinstance(one, Released) for one in other.frames))
        assert other.texts(chat.conversation) == []
        rows.append((who, "frame ping that claims to show it", "released, and no message"))
        assert other.keys is not None
        sealed = chat.operator.transcript(chat.conversation).ordered(Role.VISITOR)[-1]
        opened = other.keys.open(sealed)
        assert opened.state is State.SEALED
        rows.append((who, "a stolen copy of one sealed message", f"{opened.state}: no key"))
    return rows


async def as_a_visitor(stack: Stack, chat: Chat) -> list[Row]:
    """Try to come back to somebody else's conversation, to speak in it, to erase it."""
    site = stack.addresses.visitor.rstrip("/")
    wrong = "x" * 43
    rows: list[Row] = []
    async with Raw(site) as raw:
        await raw.send(t="resume", conversation=chat.conversation, token=wrong, seq=0)
        rows.append(("another visitor", "frame resume with a token of one's own", (await raw.refused()).code))
    async with Raw(site) as raw:
        own = await raw.open()
        await raw.send(t="say", conversation=chat.conversation, cid="stranger-0002", body="moi aussi")
        rows.append(("another visitor", "frame say in it", (await raw.refused()).code))
        await raw.send(t="end", conversation=chat.conversation)
        rows.append(("another visitor", "frame end of it", (await raw.refused()).code))
        await raw.send(t="end", conversation=own.conversation)
    async with aiohttp.ClientSession(headers={"Origin": site}) as http:
        body = f'{{"conversation":"{chat.conversation}","token":"{wrong}"}}'
        async with http.post(f"{site}/erase", data=body, headers={"Content-Type": "text/plain"}) as answer:
            rows.append(("another visitor", "POST /erase with a token of one's own", str(answer.status)))
    return rows


async def without_a_session(stack: Stack) -> list[Row]:
    """Try the console's port as anybody."""
    rows: list[Row] = []
    site = stack.addresses.console.rstrip("/")
    async with aiohttp.ClientSession(headers={"Origin": site, "X-Havre": "1"}) as http:
        for path in ("/ws", "/api/me", "/api/help?place=75011", "/api/desk", "/api/supervision"):
            async with http.get(site + path) as answer:
                rows.append(("nobody in particular", f"GET {path}", str(answer.status)))
    return rows


async def as_nats_user(stack: Stack, user: str, may_hear: set[str]) -> list[Row]:
    """Try to listen to every kind of subject, and to read what streams keep."""
    refused: list[str] = []

    async def note(error: Exception) -> None:
        refused.append(str(error).lower())

    client = NatsClient()
    await client.connect(
        stack.addresses.nats,
        user=user,
        password=stack.secrets.nats[user],
        inbox_prefix=f"_INBOX_{user}".encode(),
        error_cb=note,
    )
    rows: list[Row] = []
    try:
        for subject in (subjects.chat("gateway"), subjects.chat("dispatcher"), subjects.STAFF_ONLY, "evt.>", ">"):
            listening = await client.subscribe(subject)
            await arrived(client)
            heard = not any(f'subscription to "{subject}"' in one for one in refused)
            assert heard is (subject in may_hear), f"{user} hearing {subject}"
            rows.append((f"NATS user {user}", f"hear {subject}", "may" if heard else "permissions violation"))
            if heard:
                await listening.unsubscribe()
        for stream, readers in (
            (streams.bucket_stream(streams.STAFF), {"dispatcher", ADMIN}),
            (streams.AUDIT, {AUDITOR, ADMIN}),
        ):
            answer = await _reading(client, stream)
            assert (answer == "may") is (user in readers), f"{user} reading {stream}"
            rows.append((f"NATS user {user}", f"read stream {stream}", answer))
    finally:
        await client.close()
    return rows


async def as_partner(stack: Stack) -> list[Row]:
    """Try, as the partner that takes the reports of the police, what is not its own."""
    card = next(one.card for one in stack.partners if one.force is Force.POLICE)
    seed = (card.parent / f"{card.stem}.nkey").read_text()
    other = "demo-gendarmerie"
    pull, mine = "$JS.API.CONSUMER.MSG.NEXT.SIGNALEMENTS", streams.partner_consumer(card.stem)
    async with Line(stack.addresses.nats, card.stem, seed.strip()) as line:
        rows = [
            (f"partner {card.stem}", f"hear {subject}", await line.answer_to_hearing(subject))
            for subject in (subjects.chat("gateway"), subjects.STAFF_ONLY, "evt.>", f"_INBOX_{other}.>", ">")
        ]
        for words, subject in (
            ("read stream KV_STAFF", f"$JS.API.STREAM.INFO.{streams.bucket_stream(streams.STAFF)}"),
            ("read stream KV_REPORTS", f"$JS.API.STREAM.INFO.{streams.bucket_stream(streams.REPORTS)}"),
            ("read stream AUDIT", f"$JS.API.STREAM.INFO.{streams.AUDIT}"),
            ("read stream SIGNALEMENTS", f"$JS.API.STREAM.INFO.{streams.SIGNALEMENTS}"),
            (f"pull reports of {other}", f"{pull}.{streams.partner_consumer(other)}"),
            (f"take charge as {other}", subjects.partner_command(other, "take_charge")),
            ("pull its own reports", f"{pull}.{mine}"),
        ):
            rows.append((f"partner {card.stem}", words, await line.answer_to_publishing(subject)))
    return rows


async def _reading(client: NatsClient, stream: str) -> str:
    try:
        await client.request(f"$JS.API.STREAM.INFO.{stream}", b"", timeout=0.7)
    except (nats.errors.TimeoutError, nats.errors.NoRespondersError):
        return "permissions violation"
    return "may"


async def at_the_store(stack: Stack) -> list[Row]:
    """Try the memory store as a service that was not given its password."""
    reader, writer = await asyncio.open_connection("127.0.0.1", stack.addresses.valkey_port)
    writer.write(b"KEYS *\r\n")
    answer = (await reader.readline()).decode().strip()
    writer.close()
    return [("router, referral, ...", "Valkey without its password", answer)]


async def test_whoever_is_not_admitted_is_refused(stack: Stack, chat: Chat) -> None:
    """V16, P1, O10: an operator who does not have it, another visitor, nobody: nothing is read or changed."""
    rows = await as_an_operator(stack, chat, "gendarmerie1")
    rows += await as_a_visitor(stack, chat)
    rows += await without_a_session(stack)
    rows += await at_the_store(stack)
    show(rows)
    assert [answer for _, _, answer in rows] == [
        *("not_found", "not_found", "released, and no message", "sealed: no key"),
        *("not_found", "out_of_order", "out_of_order", "403"),
        *("401", "401", "401", "401", "401"),
        "-NOAUTH Authentication required.",
    ]
    assert chat.operator.texts(chat.conversation) == [WORDS]
    assert not chat.visitor.errors()
    assert not [one for one in chat.operator.frames if isinstance(one, Error)]


async def test_each_service_hears_what_is_its_own(stack: Stack) -> None:
    """P1, O10: no user hears all, none but the addressee a chat, none but the dispatcher staff; a table of it."""
    may_hear = {
        "gateway": {subjects.chat("gateway")},
        "dispatcher": {subjects.chat("dispatcher"), subjects.STAFF_ONLY},
    }
    for user in USERS:
        show(await as_nats_user(stack, user, may_hear.get(user, set())))


async def test_a_partner_hears_and_reads_nothing_but_its_own_reports(stack: Stack) -> None:
    """S4, P1: a table of it; ``tests/component/partners`` tries everything else."""
    rows = await as_partner(stack)
    show(rows)
    assert [answer for *_, answer in rows] == ["permissions violation"] * (len(rows) - 1) + ["may"]
