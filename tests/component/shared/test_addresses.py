"""The secret of the day: one for all instances, in the memory store alone."""

from redis.asyncio import Redis

from shared import keys
from shared.addresses import KEPT_S, hide, secret_of_the_day
from tests.servers import ValkeyServer


async def test_all_instances_share_the_secret_and_it_ends_with_the_day(valkey: ValkeyServer) -> None:
    """P2: no address is in the store; the secret goes at its hour, however often it is asked for."""
    async with Redis.from_url(valkey.url) as one, Redis.from_url(valkey.url) as other:
        secret = await secret_of_the_day(one)
        assert len(secret) == 32
        await one.expire(keys.ADDRESS_SALT, KEPT_S // 2)
        assert await secret_of_the_day(other) == secret
        assert await hide(other, "192.0.2.7") == await hide(one, "192.0.2.7")
        assert await one.ttl(keys.ADDRESS_SALT) <= KEPT_S // 2
        await one.delete(keys.ADDRESS_SALT)
        assert await secret_of_the_day(other) != secret
