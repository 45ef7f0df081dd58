"""The red button while something is broken: what the visitor was promised holds all the same (V6, O9)."""

from infra.local.stack import Stack
from shared import keys
from tests.chaos.chat import Chat
from tests.search import in_store, store_client
from tests.servers import eventually


async def test_the_red_button_works_while_the_broker_is_away(mortal: Stack, chat: Chat) -> None:
    chat.visitor_says(5)
    await chat.until_stored(5)
    mortal.kill("nats")
    try:
        assert await chat.visitor.red_button() == 204
        async with store_client(mortal) as client:
            assert await client.exists(*keys.all_of(chat.conversation)) == 0
    finally:
        await mortal.start_service("nats")
    await chat.operator.until(lambda: chat.conversation not in chat.operator.held, 20.0)

    async def forgotten() -> bool:
        return await in_store(mortal, chat.conversation) == []

    await eventually(forgotten, 20.0)


async def test_an_erasure_whose_gateway_died_before_telling_anybody_leaves_no_ghost(mortal: Stack, chat: Chat) -> None:
    """The fact and the announcement die with the gateway; the operator's place is free again all the same (O9)."""
    chat.visitor_says(5)
    await chat.until_stored(5)
    mortal.kill("nats")
    try:
        assert await chat.visitor.red_button() == 204
        mortal.kill("gateway")
    finally:
        await mortal.start_service("nats")
        await mortal.start_service("gateway")
    await chat.operator.until(lambda: chat.conversation not in chat.operator.held, 45.0)

    async def forgotten() -> bool:
        return await in_store(mortal, chat.conversation) == []

    await eventually(forgotten, 45.0)
