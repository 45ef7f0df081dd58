"""``python -m tests.compose.chat VISITOR CONSOLE PROMETHEUS``: one chat through a running system, from outside.

The password of ``police1`` and ``gendarmerie1`` comes from ``HAVRE_DEMO_PASSWORD``. Exit 0 when a visitor was answered
by an operator of the right force, both heard each other, the end reached both, and Prometheus sees all five services.
"""

import asyncio
import os
import sys

import aiohttp

from infra.nats.permissions import SERVICES
from shared.chat.frames import Stage
from shared.contracts.conversation import Category, Force
from tests.client import Operator, Visitor
from tests.servers import eventually

POLICE_CODE = "75011"
WITHIN_S = 30.0


async def chat(visitor_site: str, console_site: str, password: str) -> None:
    """Hold one chat; an ``AssertionError`` says what did not come."""
    visitor = Visitor(visitor_site, category=Category.DOMESTIC, postal_code=POLICE_CODE)
    operator = await Operator(console_site).log_in("police1", password)
    other = await Operator(console_site).log_in("gendarmerie1", password)
    async with operator, other, visitor:
        await visitor.opened(WITHIN_S)
        await operator.until(lambda: visitor.conversation in operator.held, WITHIN_S)
        assert operator.held[visitor.conversation].force is Force.POLICE
        assert not other.held, "an operator of the other force got it"
        question, answer = "bonjour, je ne peux pas parler", "bonjour, je vous lis"
        visitor.tell(question)
        await operator.until(lambda: operator.texts(visitor.conversation) == [question], WITHIN_S)
        operator.say(answer, visitor.conversation)
        await visitor.until(lambda: visitor.texts(visitor.conversation) == [question, answer], WITHIN_S)
        assert visitor.state is not None
        assert visitor.state.stage is Stage.ACTIVE
        assert await visitor.red_button() == 204
        await operator.until(lambda: visitor.conversation in operator.erased, WITHIN_S)
    print("one sealed chat: opened, assigned to the right force, read both ways, erased")


async def watched(prometheus_site: str) -> None:
    """Wait until Prometheus says that every service is up."""

    async def all_up() -> bool:
        async with http.get(f"{prometheus_site}/api/v1/query", params={"query": "up == 1"}) as answer:
            found = (await answer.json())["data"]["result"]
        return {line["metric"]["service"] for line in found} == set(SERVICES)

    async with aiohttp.ClientSession() as http:
        await eventually(all_up, WITHIN_S)
    print("Prometheus sees all five services")


async def main(visitor_site: str, console_site: str, prometheus_site: str) -> None:
    """Try all of it."""
    await chat(visitor_site, console_site, os.environ["HAVRE_DEMO_PASSWORD"])
    await watched(prometheus_site)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:4]))
