"""The address of a visitor: under seal from the first moment, and read by the magistrate's key alone (P2)."""

import json
from typing import Any
from uuid import uuid4

import pytest
from joserfc.jwk import ECKey

from shared import keys
from shared.sealing.jose import make_key
from shared.sealing.magistrates import load, seal
from tests.client import Operator
from tests.client.magistrate import Magistrate
from tests.promises.planted import ADDRESS, Planted, conversation
from tests.sealing.magistrates import opened
from tests.search import everywhere, in_store, in_streams, store_client
from tests.servers import eventually
from tests.wiretap import TappedStack


async def sealed_of(stack: TappedStack, planted: Planted) -> str:
    """Wait until the gateway has sealed where the visitor comes from; return it."""
    found: list[bytes | None] = []
    async with store_client(stack) as client:

        async def there() -> bool:
            found[:] = [await client.hget(keys.addresses(planted.conversation)[0], "sealed")]  # type: ignore[list-item]
            return found[0] is not None

        await eventually(there)
    assert found[0] is not None
    return found[0].decode()


def piece(sealed: str) -> str:
    """Return from the middle of what is sealed a piece that is nowhere else."""
    text: str = json.loads(sealed)["ciphertext"]
    return text[100:140]


async def ask(stack: TappedStack, operator: Operator, planted: Planted) -> dict[str, Any]:
    """Ask as the console does."""
    assert stack.magistrate is not None
    authority = ECKey.import_key(json.loads(stack.authority_file.read_text()))
    reasons = seal({"v": 1, "text": "menacée"}, load(stack.magistrate.jwks, authority))
    body = {"id": str(uuid4()), "conversation": planted.conversation, "ground": "emergency", "reasons": reasons}
    headers = {**operator.headers, "X-Havre": "1"}
    async with operator.http.post(operator.site + "/api/liftings", json=body, headers=headers) as answer:
        assert answer.status == 200, await answer.text()
        told: dict[str, Any] = await answer.json()
        return told


async def test_the_address_is_nowhere_in_clear_and_sealed_for_the_magistrate_alone(tapped: TappedStack) -> None:
    """P2, V16: from the connection to the confirmed hand-over it is in no store, stream, file, log, metric, audit entry
    or line in any form. What is sealed of it is in one key, until the conversation ends or somebody asks for it, and
    opens with the magistrate's key and with no other."""
    assert tapped.magistrate is not None
    async with conversation(tapped) as planted:
        sealed = await sealed_of(tapped, planted)
        said = opened(sealed, tapped.magistrate.key)
        assert (said["ip"], said["conversation"]) == (ADDRESS, planted.conversation)
        with pytest.raises(LookupError):
            opened(sealed, make_key())
        assert await everywhere(tapped, ADDRESS) == {}
        assert await everywhere(tapped, piece(sealed)) == {"store": [keys.addresses(planted.conversation)[0]]}
        assert (await ask(tapped, planted.operator, planted))["address"] == "kept"
        assert await in_streams(tapped, piece(sealed)) != [], "a request takes what is sealed along, as it is"
        async with Magistrate(tapped.addresses.console, tapped.magistrate) as magistrate:
            request = await magistrate.request(planted.conversation)
            handed = await magistrate.call("decide", request, granted=True, motive="life_in_danger")
            assert [magistrate.opens(one)["ip"] for one in handed["addresses"]] == [ADDRESS]
            assert await everywhere(tapped, ADDRESS) == {}
            await magistrate.call("confirm", request)
        assert await in_streams(tapped, piece(sealed)) == [], "handed over once, and gone"
        await planted.visitor.red_button()
        assert await in_store(tapped, piece(sealed)) == []
    assert tapped.lines_that_carried(ADDRESS) == []
    assert tapped.lines_that_carried(piece(sealed)) != [], "what is sealed did pass there"
    assert await everywhere(tapped, ADDRESS) == {}
