"""python-socketio with its Redis manager, on uvicorn with uvloop and httptools, WebSocket alone, as its guide says.

``python -m tests.bench.peers.python_socketio PORT SIDE REDIS_URL``
"""

import sys
from typing import Any
from urllib.parse import parse_qs

import socketio
import uvicorn


def make_app(side: str, url: str) -> socketio.ASGIApp:
    """Return the ASGI application; a client's room is its own name."""
    other = "b" if side == "a" else "a"
    server = socketio.AsyncServer(
        async_mode="asgi",
        client_manager=socketio.AsyncRedisManager(url),
        transports=["websocket"],
        http_compression=False,
    )
    peers: dict[str, str] = {}

    async def connect(sid: str, environ: dict[str, Any], _auth: object = None) -> None:
        name = parse_qs(environ["QUERY_STRING"])["id"][0]
        peers[sid] = f"{other}{name}"
        await server.enter_room(sid, f"{side}{name}")

    async def message(sid: str, body: str) -> None:
        await server.emit("message", body, room=peers[sid])

    async def disconnect(sid: str, _reason: object = None) -> None:
        peers.pop(sid, None)

    server.on("connect", connect)
    server.on("message", message)
    server.on("disconnect", disconnect)
    return socketio.ASGIApp(server)


if __name__ == "__main__":
    uvicorn.run(
        make_app(sys.argv[2], sys.argv[3]),
        host="127.0.0.1",
        port=int(sys.argv[1]),
        loop="uvloop",
        http="httptools",
        log_level="warning",
        access_log=False,
        ws_per_message_deflate=False,
        backlog=4096,
    )
