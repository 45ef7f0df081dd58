"""The reference: aiohttp, nats-py and uvloop with nothing between, raw bytes from one process to the other.

``python -m tests.bench.peers.ref PORT SIDE NATS_URL``. What this does is the least that a delivery across two Python
processes can be with the libraries that Havre builds on; every figure is given as a ratio to it.
"""

import asyncio
import sys

import nats
import uvloop
from aiohttp import WSMsgType, web
from nats.aio.msg import Msg


async def serve(port: int, side: str, url: str) -> None:
    """Serve until killed."""
    other = "b" if side == "a" else "a"
    sockets: dict[str, web.WebSocketResponse] = {}
    client = await nats.connect(url)

    async def received(message: Msg) -> None:
        socket = sockets.get(message.subject.rpartition(".")[2])
        if socket is not None:
            await socket.send_str(message.data.decode())

    await client.subscribe(f"ref.{side}.*", cb=received, pending_msgs_limit=-1, pending_bytes_limit=-1)

    async def accept(request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(compress=False)
        await socket.prepare(request)
        name = request.query["id"]
        sockets[name] = socket
        subject = f"ref.{other}.{name}"
        async for message in socket:
            if message.type is WSMsgType.TEXT:
                await client.publish(subject, message.data.encode())
        sockets.pop(name, None)
        return socket

    app = web.Application()
    app.add_routes([web.get("/ws", accept)])
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port, backlog=4096).start()
    await asyncio.Event().wait()


if __name__ == "__main__":
    uvloop.run(serve(int(sys.argv[1]), sys.argv[2], sys.argv[3]))
