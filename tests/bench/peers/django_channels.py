"""Django Channels with the pub/sub Redis layer, on uvicorn with uvloop and httptools.

``python -m tests.bench.peers.django_channels PORT SIDE REDIS_URL``. The pub/sub layer is the one that its documentation
recommends for throughput; the older default one, which keeps messages in Redis lists, is several times slower.
"""

import sys
from typing import Any
from urllib.parse import parse_qs

import django
import uvicorn
from django.conf import settings


def make_app(side: str, url: str) -> Any:
    """Return the ASGI application; a client's group is its own name."""
    settings.configure(
        INSTALLED_APPS=["channels"],
        SECRET_KEY="for the bench alone",
        CHANNEL_LAYERS={
            "default": {"BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer", "CONFIG": {"hosts": [url]}}
        },
    )
    django.setup()
    from channels.generic.websocket import AsyncWebsocketConsumer
    from channels.routing import ProtocolTypeRouter, URLRouter
    from django.urls import path

    other = "b" if side == "a" else "a"

    class Relay(AsyncWebsocketConsumer):
        """Passes what it receives to the group of its peer."""

        async def connect(self) -> None:
            name = parse_qs(self.scope["query_string"].decode())["id"][0]
            self.own, self.peer = f"{side}{name}", f"{other}{name}"
            await self.channel_layer.group_add(self.own, self.channel_name)
            await self.accept()

        async def disconnect(self, code: int) -> None:  # noqa: ARG002 - Channels calls it so
            await self.channel_layer.group_discard(self.own, self.channel_name)

        async def receive(self, text_data: str | None = None, **_bytes: object) -> None:
            await self.channel_layer.group_send(self.peer, {"type": "deliver", "text": text_data})

        async def deliver(self, event: dict[str, str]) -> None:
            await self.send(text_data=event["text"])

    return ProtocolTypeRouter({"websocket": URLRouter([path("ws", Relay.as_asgi())])})


if __name__ == "__main__":
    uvicorn.run(
        make_app(sys.argv[2], sys.argv[3]),
        host="127.0.0.1",
        port=int(sys.argv[1]),
        loop="uvloop",
        http="httptools",
        log_level="warning",
        access_log=False,
        lifespan="off",
        ws_per_message_deflate=False,
        backlog=4096,
    )
