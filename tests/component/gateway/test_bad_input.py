"""Whatever a socket sends: a typed error, the connection or the service lives on, and nobody else notices."""

import json
import time
from collections import Counter
from uuid import uuid4

import aiohttp
import pytest

from infra.local.stack import Stack
from shared.chat.frames import Ack, Error, ErrorCode, Message, Resumed
from tests.client import Visitor
from tests.component.gateway.raw import Raw
from tests.patience import PATIENCE_S

OTHERS = "5d4c8d4e-8a1c-4a6a-9a43-0f4f8d7f2b22"
OPEN = {"t": "open", "category": "domestic", "audience": "victim"}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{", ErrorCode.NOT_JSON),
        ("au secours", ErrorCode.NOT_JSON),
        ("x" * 70_000, ErrorCode.TOO_LARGE),
        ('{"a":' * 9_000, ErrorCode.INVALID),
        ('{"t":["open"]}', ErrorCode.UNKNOWN_FRAME),
        ('{"t":"sync"}', ErrorCode.UNKNOWN_FRAME),
        ('{"t":"hack"}', ErrorCode.UNKNOWN_FRAME),
        (json.dumps({**OPEN, "postal_code": "ABCDE"}), ErrorCode.INVALID),
        (json.dumps({**OPEN, "postal_code": "9" * 13}), ErrorCode.INVALID),
        (json.dumps({**OPEN, "category": "weather"}), ErrorCode.INVALID),
        (json.dumps({"t": "say", "conversation": OTHERS, "cid": "abcdefgh", "body": "x"}), ErrorCode.OUT_OF_ORDER),
        (json.dumps({"t": "end", "conversation": OTHERS}), ErrorCode.OUT_OF_ORDER),
        (json.dumps({"t": "commune", "insee": "95500"}), ErrorCode.OUT_OF_ORDER),
        (json.dumps({"t": "resume", "conversation": OTHERS, "token": "t" * 43, "seq": 0}), ErrorCode.NOT_FOUND),
    ],
)
async def test_a_bad_frame_has_a_typed_answer_and_the_connection_lives(raw: Raw, text: str, code: ErrorCode) -> None:
    await raw.socket.send_str(text)
    assert (await raw.refused()).code is code
    await raw.lives()
    await raw.open()


async def test_a_binary_message_is_refused_and_the_connection_lives(raw: Raw) -> None:
    await raw.socket.send_bytes(b"\xff\x00" * 100)
    assert (await raw.refused()).code is ErrorCode.NOT_JSON
    await raw.lives()


async def test_text_that_is_no_utf8_ends_that_connection_alone(system: Stack, raw: Raw) -> None:
    async with Raw(system.addresses.visitor) as other:
        await other.socket.send_frame(b"\xff\xfe{", aiohttp.WSMsgType.TEXT)
        assert (await other.socket.receive(timeout=PATIENCE_S)).type is aiohttp.WSMsgType.CLOSE
        assert other.socket.close_code == aiohttp.WSCloseCode.INVALID_TEXT
    await raw.lives()


async def test_a_message_far_too_large_ends_that_connection_alone(system: Stack, raw: Raw) -> None:
    async with Raw(system.addresses.visitor) as other:
        await other.socket.send_str("x" * 1_000_000)
        assert (await other.socket.receive(timeout=PATIENCE_S)).type is aiohttp.WSMsgType.CLOSE
        assert other.socket.close_code == aiohttp.WSCloseCode.MESSAGE_TOO_BIG
    await raw.lives()


async def test_a_frame_about_another_conversation_is_out_of_order(raw: Raw) -> None:
    await raw.open()
    for frame in (
        {"t": "say", "cid": "abcdefgh", "body": "x"},
        {"t": "typing", "body": "x"},
        {"t": "receipt", "delivered": 1, "seen": 1},
        {"t": "end"},
    ):
        await raw.send(conversation=OTHERS, **frame)
        assert (await raw.refused()).code is ErrorCode.OUT_OF_ORDER
    await raw.send(**OPEN)
    assert (await raw.refused()).code is ErrorCode.OUT_OF_ORDER


async def test_a_refusal_names_the_message_that_was_not_stored(raw: Raw) -> None:
    await raw.send(t="say", conversation=OTHERS, cid="abcdefgh", body="x")
    assert (await raw.refused()).cid == "abcdefgh"


async def test_numbers_beyond_reason_are_harmless(raw: Raw) -> None:
    opened = await raw.open()
    mine = opened.conversation
    await raw.send(t="receipt", conversation=mine, delivered=10**30, seen=10**30)
    await raw.send(t="ping", seqs={mine: 10**30})
    await raw.send(t="say", conversation=mine, cid="abcdefgh", body="x")
    while not isinstance(frame := await raw.hear(), Ack):
        pass
    assert frame.seq == 1


async def test_a_resume_from_beyond_the_end_still_hears_what_follows(system: Stack, raw: Raw) -> None:
    opened = await raw.open()
    async with Raw(system.addresses.visitor) as back:
        await back.send(t="resume", conversation=opened.conversation, token=opened.token, seq=10**30)
        assert isinstance(await back.hear(), Resumed)
        await back.send(t="say", conversation=opened.conversation, cid="abcdefgh", body="x")
        assert isinstance(await back.hear(), Ack)
        await back.send(t="ping", seqs={opened.conversation: 0})
        while not isinstance(frame := await back.hear(), Message):
            pass
        assert frame.seq == 1


@pytest.mark.parametrize("token", ["t" * 43, "", "x" * 201, 7, None])
async def test_a_wrong_token_resumes_nothing_and_disturbs_nobody(system: Stack, raw: Raw, token: object) -> None:
    opened = await raw.open()
    async with Raw(system.addresses.visitor) as thief:
        await thief.send(t="resume", conversation=opened.conversation, token=token, seq=0)
        assert (await thief.refused()).code in {ErrorCode.NOT_FOUND, ErrorCode.INVALID}
        await thief.send(t="say", conversation=opened.conversation, cid="abcdefgh", body="x")
        assert (await thief.refused()).code is ErrorCode.OUT_OF_ORDER
    await raw.send(t="say", conversation=opened.conversation, cid="abcdefgh", body="mine still")
    assert isinstance(await raw.hear(), Ack)


async def test_a_newer_socket_of_the_same_visitor_takes_over_and_the_older_is_closed(system: Stack, raw: Raw) -> None:
    opened = await raw.open()
    async with Raw(system.addresses.visitor) as newer:
        await newer.send(t="resume", conversation=opened.conversation, token=opened.token, seq=0)
        assert isinstance(await newer.hear(), Resumed)
        while (await raw.socket.receive(timeout=PATIENCE_S)).type is aiohttp.WSMsgType.TEXT:
            pass
        assert raw.socket.close_code == 4001
        await newer.lives()


@pytest.mark.parametrize("origin", [None, "https://evil.example", "null", "http://127.0.0.1", ""])
async def test_a_page_of_another_site_cannot_open_a_socket(system: Stack, origin: str | None) -> None:
    headers = {} if origin is None else {"Origin": origin}
    async with aiohttp.ClientSession() as http:
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await http.ws_connect(system.addresses.visitor + "ws", headers=headers)
    assert refused.value.status == 403


async def call_erase(system: Stack, body: bytes) -> tuple[int, str]:
    async with aiohttp.ClientSession() as http, http.post(system.addresses.visitor + "erase", data=body) as answer:
        return answer.status, await answer.text()


async def test_erasing_is_idempotent_and_says_nothing_about_what_was_there(system: Stack, raw: Raw) -> None:
    """V6."""
    opened = await raw.open()
    call = json.dumps({"conversation": opened.conversation, "token": opened.token}).encode()
    unknown = json.dumps({"conversation": str(uuid4()), "token": opened.token}).encode()
    assert [await call_erase(system, body) for body in (call, call, call, unknown)] == [(204, "")] * 4


async def test_a_wrong_token_erases_nothing(system: Stack, raw: Raw) -> None:
    opened = await raw.open()
    call = json.dumps({"conversation": opened.conversation, "token": "t" * 43}).encode()
    assert (await call_erase(system, call))[0] == 403
    await raw.send(t="say", conversation=opened.conversation, cid="abcdefgh", body="still here")
    assert isinstance(await raw.hear(), Ack)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b"\xff\xfe", 400),
        (b"[" * 10_000, 400),
        (b'{"conversation":"SECRETWORD","token":"SECRETWORD"}', 400),
        (b'{"conversation":1,"SECRETWORD":2}', 400),
        (b"SECRETWORD" * 10_000, 413),
        (b"x" * 5_000_000, 413),
    ],
)
async def test_a_bad_erase_call_has_a_typed_answer(system: Stack, body: bytes, status: int) -> None:
    answered, text = await call_erase(system, body)
    assert answered == status
    assert set(json.loads(text)) == {"error", "detail"}
    assert "SECRETWORD" not in text


async def test_ten_thousand_rapid_messages_are_refused_by_type_and_another_visitor_does_not_notice(
    system: Stack, raw: Raw
) -> None:
    opened = await raw.open()
    waits: list[float] = []
    answers: Counter[str] = Counter()
    async with Visitor(system.addresses.visitor) as other:
        await other.opened()
        for number in range(10_000):
            await raw.send(t="say", conversation=opened.conversation, cid=f"flood-{number:05}", body="x" * 100)
        for number in range(10_000):
            frame = await raw.hear()
            answers[frame.code if isinstance(frame, Error) else type(frame).__name__] += 1
            if number % 200 == 0:
                started = time.perf_counter()
                other.tell("bonjour")
                await other.until(lambda: not other.heard_messages.pending)
                waits.append(time.perf_counter() - started)
    await raw.lives()
    assert answers["Ack"] + answers[ErrorCode.TOO_FAST] == 10_000
    assert answers["Ack"] < 1_000
    assert not other.errors()
    waits.sort()
    print(f"another visitor meanwhile: median {waits[25] * 1000:.1f} ms, worst {waits[-1] * 1000:.1f} ms")
    assert waits[45] < 0.5
