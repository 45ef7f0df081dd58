"""The script that numbers, dedups, bounds and keeps alive, on a real Valkey."""

import asyncio
from uuid import uuid4

from redis.asyncio import Redis

from shared import keys
from shared.chat.batch import Batcher, Done, Operation, Outcome
from shared.chat.frames import Role
from shared.chat.store import ConversationStore
from tests.component.chat.ends import OPERATOR, PROOF, SILENCE_S, begin
from tests.patience import PATIENCE_S
from tests.servers import eventually

V, OP = Role.VISITOR, Role.OPERATOR


async def everything(eyes: Redis) -> dict[bytes, bytes | None]:
    """Return every key and the store's own serialisation of what it holds."""
    found = [key async for key in eyes.scan_iter()]
    return {key: await eyes.dump(key) for key in sorted(found)}


def tail(body: str) -> bytes:
    return b'"t":"message","at":1,"body":"%b"}' % body.encode()


async def test_messages_are_numbered_from_one_whoever_speaks(store: ConversationStore, batcher: Batcher) -> None:
    cid = await begin(store)
    first = await batcher.perform("say", cid, V, PROOF, "v1", tail("a"))
    second = await batcher.perform("say", cid, OP, OPERATOR, "o1", tail("b"))
    assert (first, second) == (Outcome("ok", 1), Outcome("ok", 2))
    assert await store.messages_after(cid, 0) == [(1, b'{"seq":1,' + tail("a")), (2, b'{"seq":2,' + tail("b"))]
    assert await store.messages_after(cid, 1) == [(2, b'{"seq":2,' + tail("b"))]


async def test_a_resend_has_the_first_number_and_the_first_words(store: ConversationStore, batcher: Batcher) -> None:
    cid = await begin(store)
    answers = await asyncio.gather(
        *(batcher.perform("say", cid, V, PROOF, "same", tail(body)) for body in ("first", "second", "third"))
    )
    assert answers == [Outcome("ok", 1), Outcome("again", 1, tail("first")), Outcome("again", 1, tail("first"))]
    assert len(await store.messages_after(cid, 0)) == 1


async def test_a_wrong_proof_changes_nothing_at_all(store: ConversationStore, batcher: Batcher, eyes: Redis) -> None:
    cid = await begin(store)
    await batcher.perform("say", cid, V, PROOF, "v1", tail("a"))
    before = await everything(eyes)
    tries: list[tuple[str, str | int, bytes | int]] = [
        ("say", "x", tail("x")),
        ("receipt", 1, 1),
        ("ping", "gateway.0", b""),
        ("attach", "gateway.0", b""),
        ("detach", "gateway.0", b""),
        ("typing", "", b""),
    ]
    for verb, a, b in tries:
        for role, proof in [(V, "wrong"), (V, ""), (OP, PROOF), (Role.PSYCHOLOGIST, OPERATOR), (Role.PSYCHOLOGIST, "")]:
            answer = await batcher.perform(verb, cid, role, proof, a, b)
            assert (answer.status, answer.others) == ("forbidden", ())
    assert await everything(eyes) == before


async def test_nothing_brings_back_a_conversation_that_is_gone(
    store: ConversationStore, batcher: Batcher, eyes: Redis
) -> None:
    """P1, V6: what comes late (a message, a receipt, a position) finds nothing and leaves nothing."""
    cid = await begin(store)
    await batcher.perform("say", cid, V, PROOF, "v1", tail("a"))
    await store.erase(cid, V, PROOF)
    for verb in ("say", "receipt", "ping", "attach", "detach", "typing"):
        assert (await batcher.perform(verb, cid, V, PROOF, 1, b"1")).status == "gone"
    assert not await store.update(cid, {"position": 3, "stage": "active"})
    assert await everything(eyes) == {}


async def test_a_conversation_has_at_most_so_many_messages(store: ConversationStore) -> None:
    cid = await begin(store)
    small = Batcher(store.client, SILENCE_S, 3)
    statuses = [(await small.perform("say", cid, V, PROOF, f"c{n}", tail("a"))).status for n in range(5)]
    again = await small.perform("say", cid, V, PROOF, "c2", tail("a"))
    await small.close()
    assert statuses == ["ok", "ok", "ok", "full", "full"]
    assert again == Outcome("again", 3, tail("a"))


async def test_record_log_and_client_ids_end_at_the_same_moment(store: ConversationStore, batcher: Batcher) -> None:
    """V7: the words never outlive the record that says to whom they belong."""
    cid = await begin(store)
    await store.client.pexpire(keys.conversation(cid), 100_000)
    await batcher.perform("say", cid, V, PROOF, "v1", tail("a"))
    await batcher.perform("say", cid, OP, OPERATOR, "o1", tail("b"))

    async def ends() -> set[int]:
        return {await store.client.pexpiretime(key) for key in keys.all_of(cid)}

    assert len(await ends()) == 1
    first = (await ends()).pop()
    await batcher.perform("ping", cid, OP, OPERATOR, "dispatcher.0", b"")
    await batcher.perform("say", cid, OP, OPERATOR, "o2", tail("c"))
    assert await ends() == {first}, "only the visitor's own page keeps a conversation alive"
    await batcher.perform("ping", cid, V, PROOF, "gateway.0", b"")
    assert len(await ends()) == 1
    assert (await ends()).pop() > first + 400_000


async def test_a_silent_conversation_leaves_no_key(store: ConversationStore, batcher: Batcher, eyes: Redis) -> None:
    """V7: by the store's own clock, with no service having to live for it."""
    cid = await begin(store)
    await store.client.pexpire(keys.conversation(cid), 150)
    await batcher.perform("say", cid, V, PROOF, "v1", tail("a"))
    assert await eyes.dbsize() == 3

    async def nothing_is_left() -> bool:
        return await everything(eyes) == {}

    await eventually(nothing_is_left)


async def test_receipts_only_rise_and_never_above_what_was_said(store: ConversationStore, batcher: Batcher) -> None:
    cid = await begin(store)
    for n in range(4):
        await batcher.perform("say", cid, OP, OPERATOR, f"o{n}", tail("a"))
    for delivered, seen, kept in [(3, 1, (3, 1)), (2, 2, (3, 2)), (2**53 - 1, 0, (4, 2)), (0, 0, (4, 2))]:
        await batcher.perform("receipt", cid, V, PROOF, delivered, seen)
        record = await store.record(cid)
        assert record is not None
        assert (record.delivered, record.seen) == kept


async def test_the_answer_names_the_instances_of_the_other_ends(store: ConversationStore, batcher: Batcher) -> None:
    cid = await begin(store)
    assert (await batcher.perform("attach", cid, V, PROOF, "gateway.a", b"")).others == ()
    assert (await batcher.perform("attach", cid, OP, OPERATOR, "dispatcher.b", b"")).others == ("gateway.a",)
    assert (await batcher.perform("say", cid, V, PROOF, "v1", tail("a"))).others == ("dispatcher.b",)
    await batcher.perform("attach", cid, V, PROOF, "gateway.c", b"")
    await batcher.perform("detach", cid, V, PROOF, "gateway.a", b"")
    assert (await batcher.perform("say", cid, OP, OPERATOR, "o1", tail("a"))).others == ("gateway.c",)
    await batcher.perform("detach", cid, V, PROOF, "gateway.c", b"")
    assert (await batcher.perform("say", cid, OP, OPERATOR, "o2", tail("a"))).others == ()


async def test_a_thousand_operations_keep_their_order_in_few_round_trips(
    store: ConversationStore, batcher: Batcher, eyes: Redis
) -> None:
    conversations = [await begin(store) for _ in range(20)]
    told: list[tuple[str, int]] = []

    def noted(cid: str) -> Done:
        return lambda outcome: told.append((cid, outcome.seq))

    await eyes.config_resetstat()
    for n in range(1_000):
        cid = conversations[n % 20]
        batcher.submit(Operation("say", cid, V, PROOF, f"c{n}", tail(str(n)), noted(cid)))
    await batcher.perform("typing", conversations[0], V, PROOF)
    assert told == [(conversations[n % 20], n // 20 + 1) for n in range(1_000)]
    calls = (await eyes.info("commandstats"))["cmdstat_evalsha"]["calls"]
    assert calls <= 6


async def test_one_broken_conversation_does_not_stop_the_others(store: ConversationStore, batcher: Batcher) -> None:
    broken, well = await begin(store), await begin(store)
    await store.client.set(keys.log(broken), "no list")
    answers = await asyncio.gather(
        *(outcome_of(batcher, cid, f"c{n}") for n, cid in enumerate((well, broken, well, broken, well)))
    )
    assert [answer.status for answer in answers] == ["ok", "unavailable", "ok", "unavailable", "ok"]


async def test_a_message_whose_client_id_cannot_be_kept_is_not_in_the_log_either(
    store: ConversationStore, batcher: Batcher
) -> None:
    """It was appended first: a resend after this failure must find nothing, and get the number that it would have."""
    cid = await begin(store)
    await store.client.set(keys.client_ids(cid), "not a hash")
    assert (await outcome_of(batcher, cid, "c1")).status == "unavailable"
    assert await store.messages_after(cid, 0) == []
    await store.client.delete(keys.client_ids(cid))
    assert await outcome_of(batcher, cid, "c1") == Outcome("ok", 1)


async def test_a_fault_in_one_listener_does_not_stop_the_worker(store: ConversationStore, batcher: Batcher) -> None:
    cid = await begin(store)

    def fails(_outcome: Outcome) -> None:
        raise ValueError("a fault of this test")

    batcher.submit(Operation("say", cid, V, PROOF, "c1", tail("a"), fails))
    async with asyncio.timeout(PATIENCE_S):
        assert (await batcher.perform("say", cid, V, PROOF, "c2", tail("a"))).seq == 2


async def test_a_full_memory_is_a_typed_refusal_and_passes(
    store: ConversationStore, batcher: Batcher, eyes: Redis
) -> None:
    cid = await begin(store)
    limit = str((await eyes.config_get("maxmemory"))["maxmemory"])
    await eyes.config_set("maxmemory", 1)
    try:
        assert (await outcome_of(batcher, cid, "c1")).status == "unavailable"
    finally:
        await eyes.config_set("maxmemory", limit)
    assert await outcome_of(batcher, cid, "c1") == Outcome("ok", 1)


async def outcome_of(batcher: Batcher, cid: str, client_id: str = "") -> Outcome:
    """Say something; return the outcome whatever it is."""
    future: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
    batcher.submit(Operation("say", cid, V, PROOF, client_id or uuid4().hex, tail("a"), future.set_result))
    return await future
