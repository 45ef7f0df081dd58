"""Destroying a conversation, on a real Valkey."""

from redis.asyncio import Redis

from shared.chat.batch import Batcher
from shared.chat.frames import Role
from shared.chat.store import ConversationStore
from tests.component.chat.ends import OPERATOR, PROOF, begin
from tests.component.chat.test_append import everything, tail


async def talk(store: ConversationStore, batcher: Batcher) -> str:
    cid = await begin(store)
    await batcher.perform("attach", cid, Role.VISITOR, PROOF, "gateway.a", b"")
    await batcher.perform("attach", cid, Role.OPERATOR, OPERATOR, "dispatcher.b", b"")
    for n in range(5):
        await batcher.perform("say", cid, Role.VISITOR, PROOF, f"c{n}", tail("a"))
    await batcher.perform("receipt", cid, Role.OPERATOR, OPERATOR, 5, 5)
    return cid


async def test_nothing_is_left_of_an_erased_conversation(
    store: ConversationStore, batcher: Batcher, eyes: Redis
) -> None:
    """V6, V7."""
    cid = await talk(store, batcher)
    assert len(await everything(eyes)) == 3
    erasure = await store.erase(cid, Role.VISITOR, PROOF)
    assert (erasure.status, erasure.messages, erasure.operator) == ("erased", 5, OPERATOR)
    assert set(erasure.instances) == {"gateway.a", "dispatcher.b"}
    assert await everything(eyes) == {}


async def test_erasing_again_is_harmless(store: ConversationStore, batcher: Batcher) -> None:
    cid = await talk(store, batcher)
    await store.erase(cid, Role.VISITOR, PROOF)
    assert (await store.erase(cid, Role.VISITOR, PROOF)).status == "gone"


async def test_a_wrong_proof_erases_nothing(store: ConversationStore, batcher: Batcher, eyes: Redis) -> None:
    cid = await talk(store, batcher)
    before = await everything(eyes)
    for role, proof in [(Role.VISITOR, "wrong"), (Role.VISITOR, OPERATOR), (Role.OPERATOR, PROOF)]:
        assert (await store.erase(cid, role, proof)).status == "forbidden"
    assert await everything(eyes) == before


async def test_other_conversations_stay(store: ConversationStore, batcher: Batcher, eyes: Redis) -> None:
    erased, kept = await talk(store, batcher), await talk(store, batcher)
    await store.erase(erased, Role.VISITOR, PROOF)
    assert {key.decode()[1:37] for key in await everything(eyes)} == {kept}
    assert len(await store.messages_after(kept, 0)) == 5
