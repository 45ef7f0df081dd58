"""Every promise that is kept on the servers; those that a browser keeps are in ``tests/e2e``."""

from pathlib import Path

import aiohttp
import msgspec
import pytest

from infra.local import plan
from shared import keys
from shared.chat.frames import Held, Open
from shared.contracts.conversation import Audience, Category
from tests.promises.conftest import SILENCE_S
from tests.promises.planted import ADDRESS, Planted, canary, conversation
from tests.search import everywhere, in_store
from tests.servers import eventually
from tests.wiretap import TappedStack


def pieces(planted: Planted) -> list[str]:
    """Return from the middle of every stored message a piece that is nowhere else: what would betray a kept copy."""
    return [body[len(body) // 2 : len(body) // 2 + 40] for body in planted.bodies()]


async def gone(stack: TappedStack, within_s: float, *words: str) -> float:
    """Wait until none of the words is in the store; return after how many seconds."""

    async def nothing() -> bool:
        return not await in_store(stack, *words)

    return await eventually(nothing, within_s, "words of a conversation are still in the store")


def test_no_name_is_asked() -> None:
    """V1, V4: all that a visitor's page can say before the chat, and only the first two are needed.

    ``signer`` names a key that was made for this conversation alone; ``minor`` is said, or not, and believed.
    """
    assert Open.__struct_fields__ == ("category", "audience", "postal_code", "language", "work", "signer", "minor")
    Open(category=Category.DOMESTIC, audience=Audience.VICTIM)


async def test_nobody_between_the_two_can_read_the_conversation(tapped: TappedStack) -> None:
    """V7, P1: 30 planted words are on no line to NATS or Valkey and nowhere on the platform, even while it lasts."""
    async with conversation(tapped) as planted:
        words = planted.words.values()
        assert tapped.lines_that_carried(*words) == []
        assert await everywhere(tapped, *words) == {}
        sealed = pieces(planted)
        assert tapped.lines_that_carried(sealed[-1]) == [plan.NATS, plan.VALKEY], "what is sealed did pass there"
        assert await in_store(tapped, *sealed) == [keys.log(planted.conversation)]
        await planted.visitor.red_button()


async def test_the_same_search_finds_every_word_that_is_not_sealed(tapped: TappedStack) -> None:
    """The search of the test above, with sealing switched off at both ends: all 30 are found.

    What is said before anybody has the other end is stored and need not be announced: only a resend of it may be.
    """
    async with conversation(tapped, sealed=False) as planted:
        for place, word in planted.words.items():
            lines = {plan.VALKEY} if place.startswith("waiting") else {plan.NATS, plan.VALKEY}
            assert lines <= set(tapped.lines_that_carried(word)), place
        assert await in_store(tapped, *planted.words.values()) == [keys.log(planted.conversation)]
        await planted.visitor.red_button()


async def test_the_conversation_is_not_archived(tapped: TappedStack) -> None:
    """V7, P1: once it is over, not even its sealed form is kept: not in memory, streams, buckets, files, metrics."""
    async with conversation(tapped) as planted:
        planted.operator.end(planted.conversation)
        await planted.visitor.until(lambda: planted.visitor.erased is not None)
        took = await gone(tapped, 5.0, planted.conversation, *pieces(planted))
        assert await everywhere(tapped, *pieces(planted), *planted.words.values()) == {}
    print(f"nothing left {took * 1000:.0f} ms after the operator's page was told")


async def test_the_red_button_erases_the_conversation_at_once(tapped: TappedStack) -> None:
    """V6: when the call of the page that leaves is answered, the words are gone, and then the operator's copy."""
    async with conversation(tapped) as planted:
        assert await planted.visitor.red_button() == 204
        assert await in_store(tapped, *pieces(planted)) == []
        await planted.operator.until(lambda: planted.conversation in planted.operator.erased)
        assert await everywhere(tapped, *pieces(planted), *planted.words.values()) == {}


async def test_what_a_dead_network_kept_from_being_erased_is_erased_in_the_stated_time(tapped: TappedStack) -> None:
    """V6, V8: the page vanished and no call came: the store itself destroys the conversation."""
    async with conversation(tapped) as planted:
        await planted.visitor.leave()
        took = await gone(tapped, SILENCE_S + 5, *pieces(planted), keys.conversation(planted.conversation))
        await planted.operator.until(lambda: planted.conversation in planted.operator.erased, 30.0)
        # Its id, which says nothing of anybody, stays until the dispatcher is sure that nobody else states the end.
        await gone(tapped, 30.0, planted.conversation)
        assert await everywhere(tapped, *pieces(planted), *planted.words.values()) == {}
    print(f"nothing left {took:.1f} s after the page vanished; stated: {SILENCE_S} s")


async def test_the_specialist_sees_what_is_written_the_subject_and_the_place_and_nothing_else(
    tapped: TappedStack,
) -> None:
    """V1, V16, P2: no name, no number, no address reaches a console; the fields that do are these."""
    assert set(Held.__struct_fields__) == {
        *("conversation", "category", "audience", "force", "opened_at", "assigned_at", "language", "turn"),
        *("commune", "commune_name", "postal_code", "department", "unit", "visitor_connected", "delivered", "seen"),
        *(
            "new",
            "resumable_until",
            "part",
            "beside",
            "until",
            "turns",
            "minor",
            "danger",
            "danger_at",
            "danger_seen_by",
            "missing_at",
            "kept_until",
            "back_until",
            "psychologist",
        ),
    }
    async with conversation(tapped) as planted:
        told = msgspec.json.encode(planted.operator.frames)
        assert planted.conversation.encode() in told
        assert ADDRESS.encode() not in told
        assert planted.visitor.token.encode() not in told
        await planted.visitor.red_button()


async def test_what_is_typed_on_the_help_page_is_not_kept(tapped: TappedStack) -> None:
    """V12, V15: whatever somebody types where the postal code belongs."""
    word = canary()
    site = tapped.addresses.visitor.rstrip("/")
    form = {"place": word, "category": "sexual"}
    async with aiohttp.ClientSession() as http:
        async with http.post(site + "/aide", data=form, headers={"Origin": site}) as answer:
            assert "tel:3919" in await answer.text(), "the numbers are there all the same"
        async with http.get(site + "/aide", params=form) as answer:
            assert answer.status == 200
    assert await everywhere(tapped, word) == {}


@pytest.mark.parametrize("service", ["gateway", "router", "dispatcher", "signalement", "referral", "nats", "valkey"])
def test_no_process_may_write_its_memory_to_a_disk(tapped: TappedStack, service: str) -> None:
    """P1: core dumps are off."""
    child = tapped.children[service]
    limits = Path(f"/proc/{child.pid}/limits").read_text()
    line = next(line for line in limits.splitlines() if line.startswith("Max core file size"))
    assert line.split()[4:6] == ["0", "0"]
