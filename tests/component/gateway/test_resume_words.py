"""Resume words at the gateway (V14): what the service does with a locator, a proof and a box, whatever is in them."""

from infra.local.stack import Stack
from shared import keys
from shared.chat.frames import Ack, Erased, ErrorCode, Found, Kept, Opened, Resumed, Wrong
from tests.component.gateway.raw import Raw
from tests.search import in_store, store_client
from tests.servers import eventually

LOCATOR, PROOF, OTHER_PROOF = "a1" * 32, "b2" * 32, "c3" * 32
BOX = "eyJhbGciOiJkaXIifQ..aXY.c2VhbGVk.dGFn"
DEFAULT_LIFE_S, DEFAULT_SILENCE_S = 7_200, 900


async def kept(raw: Raw, locator: str = LOCATOR, box: str = BOX) -> tuple[Opened, Kept]:
    """Open a conversation and give it words."""
    opened = await raw.open()
    await raw.send(t="keep", conversation=opened.conversation, locator=locator)
    first = await raw.hear()
    assert isinstance(first, Kept), first
    assert first.share is not None
    assert first.until is None
    await raw.send(t="keep", conversation=opened.conversation, locator=locator, proof=PROOF, box=box)
    second = await raw.hear()
    assert isinstance(second, Kept), second
    return opened, Kept(conversation=opened.conversation, share=first.share, until=second.until)


async def life_s(system: Stack, conversation: str) -> int:
    async with store_client(system) as store:
        return int(await store.ttl(keys.conversation(conversation)))


async def boxes(system: Stack) -> list[bytes | str]:
    async with store_client(system) as store:
        return [await store.hget(name, "box") or b"" for name in await store.keys(keys.resume("*"))]


async def test_words_bring_a_visitor_back_from_another_device(system: Stack, raw: Raw) -> None:
    """V14: a crash, a dead battery: another socket finds the box, and the token in it resumes the conversation."""
    opened, words = await kept(raw, "01" * 32)
    await raw.send(t="say", conversation=opened.conversation, cid="words-001", body="x")
    assert isinstance(await raw.hear(), Ack)
    await raw.socket.close()
    async with Raw(system.addresses.visitor) as other:
        await other.send(t="find", locator="01" * 32, proof=PROOF)
        found = await other.hear()
        assert isinstance(found, Found), found
        assert (found.box, found.share, found.until) == (BOX, words.share, words.until)
        await other.send(t="resume", conversation=opened.conversation, token=opened.token, seq=0)
        resumed = await other.hear()
        assert isinstance(resumed, Resumed)
        assert resumed.seq == 1


async def test_a_conversation_waits_as_long_as_its_words_live(system: Stack, raw: Raw) -> None:
    """V14: silence ends any other conversation after fifteen minutes; a ping does not shorten this one."""
    opened, _ = await kept(raw, "02" * 32)
    assert DEFAULT_LIFE_S - 60 < await life_s(system, opened.conversation) <= DEFAULT_LIFE_S
    await raw.lives()
    assert DEFAULT_LIFE_S - 60 < await life_s(system, opened.conversation) <= DEFAULT_LIFE_S


async def test_after_five_wrong_tries_the_words_are_dead(system: Stack, raw: Raw) -> None:
    """V14: each wrong try says how many are left; then even the right words find nothing, and the page is told."""
    opened, _ = await kept(raw, "03" * 32, "dG8uZGll")
    async with Raw(system.addresses.visitor) as stranger:
        for left in (4, 3, 2, 1, 0):
            await stranger.send(t="find", locator="03" * 32, proof=OTHER_PROOF)
            wrong = await stranger.hear()
            assert isinstance(wrong, Wrong), wrong
            assert wrong.left == left
        await stranger.send(t="find", locator="03" * 32, proof=PROOF)
        assert (await stranger.refused()).code is ErrorCode.NOT_FOUND
    assert b"dG8uZGll" not in await boxes(system)
    assert await life_s(system, opened.conversation) <= DEFAULT_SILENCE_S
    await raw.send(t="keep", conversation=opened.conversation, locator="03" * 32, proof=PROOF, box=BOX)
    assert (await raw.refused()).code is ErrorCode.OUT_OF_ORDER, "a page that does not know yet revives no words"


async def test_right_words_give_the_tries_back(system: Stack, raw: Raw) -> None:
    await kept(raw, "04" * 32)
    async with Raw(system.addresses.visitor) as other:
        for _ in range(3):
            for _ in range(4):
                await other.send(t="find", locator="04" * 32, proof=OTHER_PROOF)
                assert isinstance(await other.hear(), Wrong)
            await other.send(t="find", locator="04" * 32, proof=PROOF)
            assert isinstance(await other.hear(), Found)


async def test_words_of_which_nothing_is_known_say_nothing_and_count_nothing(system: Stack) -> None:
    async with Raw(system.addresses.visitor) as other:
        for _ in range(7):
            await other.send(t="find", locator="05" * 32, proof=PROOF)
            assert (await other.refused()).code is ErrorCode.NOT_FOUND
        assert isinstance(await other.open(), Opened), "the same socket may still ask for a specialist"


async def test_the_same_words_twice_are_refused_and_others_have_to_be_drawn(system: Stack, raw: Raw) -> None:
    opened, _ = await kept(raw, "06" * 32)
    async with Raw(system.addresses.visitor) as other:
        second = await other.open()
        await other.send(t="keep", conversation=second.conversation, locator="06" * 32)
        assert (await other.refused()).code is ErrorCode.TAKEN
    await raw.send(t="keep", conversation=opened.conversation, locator="06" * 32)
    assert isinstance(await raw.hear(), Kept), "one's own are free to one"


async def test_new_words_replace_those_before_and_a_new_box_keeps_their_time(system: Stack, raw: Raw) -> None:
    opened, words = await kept(raw, "07" * 32)
    await raw.send(t="keep", conversation=opened.conversation, locator="07" * 32, proof=PROOF, box="bmV3")
    renewed = await raw.hear()
    assert isinstance(renewed, Kept)
    assert renewed.until == words.until
    await raw.send(t="keep", conversation=opened.conversation, locator="08" * 32)
    assert isinstance(await raw.hear(), Kept)
    await raw.send(t="keep", conversation=opened.conversation, locator="08" * 32, proof=PROOF, box=BOX)
    assert isinstance(await raw.hear(), Kept)
    async with Raw(system.addresses.visitor) as other:
        await other.send(t="find", locator="07" * 32, proof=PROOF)
        assert (await other.refused()).code is ErrorCode.NOT_FOUND
        await other.send(t="find", locator="08" * 32, proof=PROOF)
        assert isinstance(await other.hear(), Found)


async def test_words_die_with_their_conversation(system: Stack, raw: Raw) -> None:
    """V6 V7: nothing of them stays, however the conversation ended."""
    opened, _ = await kept(raw, "09" * 32, "dG9nZXRoZXI")
    assert b"dG9nZXRoZXI" in await boxes(system)
    await raw.send(t="end", conversation=opened.conversation)
    assert isinstance(await raw.hear(), Erased)
    assert b"dG9nZXRoZXI" not in await boxes(system)
    assert await in_store(system, opened.conversation) == []


async def test_words_expire_by_the_store_s_own_clock(system: Stack, raw: Raw) -> None:
    """V14: whatever happens to the services, the box is gone when its time is over."""
    opened, words = await kept(raw, "0a" * 32)
    async with store_client(system) as store:
        names = [str(name, "ascii") for name in await store.keys(keys.resume("*")) if isinstance(name, bytes)]
        mine = opened.conversation.encode()
        (name,) = [name for name in names if await store.hget(name, "conversation") == mine]
        assert int(await store.pexpiretime(name)) == words.until
        await store.pexpire(name, 1)

        async def gone() -> bool:
            return not await store.exists(name)

        await eventually(gone)
    async with Raw(system.addresses.visitor) as other:
        await other.send(t="find", locator="0a" * 32, proof=PROOF)
        assert (await other.refused()).code is ErrorCode.NOT_FOUND


async def test_what_is_stored_names_neither_locator_nor_proof(system: Stack, raw: Raw) -> None:
    """P1: whoever steals the store cannot tell which words to try."""
    await kept(raw, "0b" * 32)
    assert await in_store(system, "0b" * 32) == []
    assert await in_store(system, PROOF) == []
