"""The words of a chat, planted and then looked for everywhere (P1, P3, V6, V7)."""

import json
from collections.abc import Iterable
from contextlib import AsyncExitStack
from pathlib import Path
from uuid import uuid4

from infra.local.stack import Stack
from shared import keys
from shared.chat.frames import Stage
from shared.contracts.conversation import Category, EndedBy
from tests.chaos.chat import Chat, begin, on_duty
from tests.client import Visitor
from tests.search import everywhere, in_files, in_store, in_streams, store_client
from tests.servers import eventually
from tests.transcript import Transcript


def marker() -> str:
    """Return a word that is nowhere else."""
    return "canari" + uuid4().hex


def all_said(transcript: Transcript, words: Iterable[str]) -> bool:
    """Whether an end has every word."""
    together = "\n".join(transcript.bodies())
    return all(word in together for word in words)


async def test_words_of_a_chat_are_nowhere_after_the_red_button(mortal: Stack) -> None:
    """V6, V7, P1: said while waiting, in the chat by both, and as a card; then exactly what the page sends.

    Said as they are, which no page does: the servers leave nothing even of what is not sealed.
    """
    words = {place: marker() for place in ("waiting", "visitor", "operator", "card")}
    async with AsyncExitStack() as stack:
        visitor = await stack.enter_async_context(Visitor(mortal.addresses.visitor, ping_s=2.0))
        await visitor.opened()
        visitor.say_body(f"j'ai peur {words['waiting']}", visitor.conversation)
        await visitor.until(lambda: visitor.state is not None and visitor.state.stage is Stage.WAITING)
        operator = await on_duty(mortal, stack, "police1")
        await operator.until(lambda: visitor.conversation in operator.held)
        visitor.say_body(f"il a les clés {words['visitor']}", visitor.conversation)
        operator.say_body(f"je vous lis {words['operator']}", visitor.conversation)
        card = json.dumps({"name": words["card"], "phone": "3919"})
        operator.say_body(card, visitor.conversation)
        operator.typing(visitor.conversation)
        for end in (visitor, operator):
            await end.until(lambda end=end: all_said(end.transcript(visitor.conversation), words.values()))  # type: ignore[misc]
        operator.has_seen(visitor.conversation)

        for word in words.values():
            places = await everywhere(mortal, word)
            assert places == {"store": [keys.log(visitor.conversation)]}, "the search has to find it where it lives"

        assert await visitor.red_button() == 204
        for word in words.values():
            assert await in_store(mortal, word) == [], "at once: not when somebody gets round to it"
        await operator.until(lambda: visitor.conversation in operator.erased)
        assert operator.erased[visitor.conversation].ended_by is EndedBy.RED_BUTTON
        for word in words.values():
            assert await everywhere(mortal, word) == {}


async def test_nothing_in_the_store_names_an_erased_conversation(mortal: Stack, chat: Chat) -> None:
    """V7, O9: record, log, client ids, and every key of the dispatch slot."""
    chat.visitor_says(3)
    await chat.until_stored(3)
    assert len(await in_store(mortal, chat.conversation)) >= 4, "its own three keys, and the operator who holds it"
    assert await chat.visitor.red_button() == 204
    async with store_client(mortal) as client:
        assert await client.exists(*keys.all_of(chat.conversation)) == 0

    async def forgotten() -> bool:
        return await in_store(mortal, chat.conversation) == []

    await eventually(forgotten)


async def test_the_visitors_secret_is_never_kept_in_any_form_that_could_be_used(mortal: Stack, chat: Chat) -> None:
    """Who reads the store, the broker or the disk cannot speak for the visitor, not even while the chat runs."""
    chat.visitor_says(2)
    await chat.until_stored(2)
    assert await everywhere(mortal, chat.visitor.token) == {}
    await chat.visitor.red_button()
    assert await everywhere(mortal, chat.visitor.token) == {}


async def test_words_that_a_crash_interrupts_are_nowhere_either(mortal: Stack, chat: Chat) -> None:
    """P1: a process that dies with messages in its memory leaves no core, no dump, no traceback with them."""
    word = marker()
    for number in range(50):
        chat.visitor.tell(f"{word} {number}")
    await chat.until_stored(10)
    mortal.kill("gateway")
    mortal.kill("dispatcher")
    assert await in_streams(mortal, word) == []
    assert in_files(mortal, word) == []
    await mortal.start_service("gateway")
    await mortal.start_service("dispatcher")
    await chat.visitor.until(lambda: not chat.visitor.heard_messages.pending, 20.0)
    assert await chat.visitor.red_button() == 204
    assert await everywhere(mortal, word) == {}


async def test_the_search_finds_a_word_on_the_disk_and_in_a_stream(mortal: Stack) -> None:
    """A search that cannot find proves nothing: here it looks for what is there."""
    async with AsyncExitStack() as stack:
        chat = await begin(mortal, stack, Category.SEXUAL)

        async def stated() -> bool:
            return bool(await in_streams(mortal, "police.sexual")) or bool(in_files(mortal, chat.conversation))

        await eventually(stated)
    hidden = Path(mortal.run_dir.path) / "logs" / "planted.log"
    word = marker()
    hidden.write_text(f'{{"event":"x{word}y"}}')
    try:
        assert in_files(mortal, word) == [str(hidden)]
    finally:
        hidden.unlink()
