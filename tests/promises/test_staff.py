"""What staff write to each other is read by them alone: 20 words planted, and looked for everywhere (O10)."""

import json

import pytest

from infra.local import plan
from shared import keys
from shared.chat.frames import decode_server
from tests.client import Operator
from tests.client.backroom import Backroom
from tests.promises.planted import canary, conversation
from tests.search import everywhere, in_store
from tests.servers import eventually
from tests.wiretap import TappedStack

ROOMS = ("police.supervisors", "police.psychologists", "police.colleagues")


async def pieces(room: Backroom, *places: str) -> list[str]:
    """Return from the middle of every stored line a piece that is nowhere else."""
    found = [line["sealed"]["ciphertext"] for place in places for line in (await room.lines(place))[1]["lines"]]
    return [text[len(text) // 2 : len(text) // 2 + 40] for text in found]


async def test_notes_and_messages_of_staff_never_reach_a_visitor_nor_anybody_else(
    tapped: TappedStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    """O10: not in a socket, a resumed one, a history; on no line, in no store, stream, log or metric in clear."""
    frames: list[str] = []

    def watched(raw: str) -> object:
        frames.append(raw)
        return decode_server(raw)

    monkeypatch.setattr("tests.client.base.decode_server", watched)
    async with conversation(tapped) as planted:
        operator, visitor = planted.operator, planted.visitor
        await operator.until(lambda: operator.duty is not None and operator.duty.has_it)
        room, notes = Backroom(operator), f"conversation.{planted.conversation}"
        places = [notes] * 14 + [*ROOMS, *ROOMS]
        words = [canary() for _ in places]
        said = [(await room.write(place, f"entre nous : {word}"))[0] for place, word in zip(places, words, strict=True)]
        assert said == [200] * len(words)
        before = visitor.connections
        await visitor.cut()
        await visitor.until(lambda: visitor.ready and visitor.connections > before)
        planted.operator.say("toujours là", planted.conversation)
        await visitor.until(lambda: "toujours là" in visitor.texts(planted.conversation))
        sealed = await pieces(room, notes, *ROOMS)
        assert len(sealed) == len(words)
        assert [text for _, text in await room.read(notes)] == [f"entre nous : {word}" for word in words[:14]]

        assert len(frames) > 60, "the frames of both sockets were watched"
        told = "\n".join(frames)
        marks = [line["mark"] for line in (await room.lines(notes))[1]["lines"]]
        for trace in (*words, *sealed, *marks, notes):
            assert trace not in told, "a frame carried a trace of what staff wrote"
        assert await everywhere(tapped, *words) == {}
        assert tapped.lines_that_carried(*words) == []
        assert tapped.lines_that_carried(*sealed) == [plan.VALKEY], "sealed, it goes to the store and not over NATS"
        wanted = {keys.staff_lines(place) for place in (notes, *ROOMS)}
        assert set(await in_store(tapped, *sealed)) == wanted
        assert all(key.startswith(keys.DISPATCH) for key in wanted)

        assert await visitor.red_button() == 204
        await operator.until(lambda: planted.conversation in operator.erased)

        async def gone() -> bool:
            return await everywhere(tapped, *sealed[:14]) == {}

        await eventually(gone, otherwise="the notes go with the conversation")


async def test_no_page_of_a_visitor_can_ask_for_it(tapped: TappedStack) -> None:
    """The gateway has no such call, and the dispatcher's answers nobody who is not staff."""
    stranger = Operator(tapped.addresses.console)
    room = Backroom(stranger)
    for place in ROOMS:
        status, said = await room.lines(place)
        assert (status, said["error"]) == (401, "unauthenticated")
        status, said = await room.post_line(place=place)
        assert (status, said["error"]) == (401, "unauthenticated")
    site = tapped.addresses.visitor.rstrip("/")
    for path in ("/api/staff/lines", "/api/staff/readers", "/api/staff/present", "/ws/staff"):
        async with stranger.http.get(site + path) as answer:
            assert answer.status == 404
            assert "sealed" not in json.dumps(await answer.text())
    await stranger.leave()
