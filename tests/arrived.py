"""When the broker has taken what a client of nats-py was told to say."""

from nats.aio.client import Client


async def arrived(*clients: Client) -> None:
    """Return once the server has taken all that these have published and subscribed to.

    A client's ping overtakes what it still has in hand: one round trip may be over before that has left.
    """
    for client in clients:
        for _ in range(2):
            await client.flush()
