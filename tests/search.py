"""Looking for a word everywhere that this system could have left it: memory store, broker, disks, metrics."""

import base64
import os
from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path
from typing import Any

import aiohttp
import nats.js.errors
from nats.aio.client import Client
from redis.asyncio import Redis

from infra.local.stack import Stack
from infra.nats.permissions import ADMIN
from shared import streams

ALPHABETS = (base64.b64encode, base64.urlsafe_b64encode)

SERVER_LOGS = (
    "SLOWLOG GET -1",
    "COMMANDLOG GET -1 large-request",
    "COMMANDLOG GET -1 large-reply",
    "CLIENT LIST",
    "INFO everything",
)
"""What a Valkey server keeps of commands and clients beside its keys."""

STREAMS = (
    streams.CONVERSATIONS,
    streams.REFERENCE,
    streams.DEAD_LETTERS,
    streams.bucket_stream(streams.STAFF),
    streams.bucket_stream(streams.FIGURES),
    streams.bucket_stream(streams.TRAFFIC),
    streams.bucket_stream(streams.LIFTINGS),
    streams.AUDIT,
)


def disguises(word: str) -> list[bytes]:
    """Return the word as bytes in the forms that software gives to bytes: plain, hexadecimal, base64 of both alphabets
    at any offset."""
    plain = word.encode()
    shifted = [encode(b"\0" * shift + plain) for shift in range(3) for encode in ALPHABETS]
    inner = [encoded[4 * (index >= len(ALPHABETS)) : -4] for index, encoded in enumerate(shifted)]
    return [plain, *inner, plain.hex().encode(), plain.hex().upper().encode()]


def holds(haystack: bytes, *words: str) -> bool:
    """Whether any form of any of the words is in there."""
    return any(form in haystack for word in words for form in disguises(word))


def store_client(stack: Stack) -> "Redis":
    """Return a client of the stack's memory store that may do everything."""
    return Redis.from_url(stack.addresses.valkey, password=stack.secrets.valkey)


async def in_store(stack: Stack, *words: str) -> list[str]:
    """Return the keys, and logs of the server, that hold one of the words: by name, by value, and as dumped."""
    found = []
    async with store_client(stack) as client:
        async for key in client.scan_iter(count=1_000):
            content = key + repr(await _value(client, key)).encode() + (await client.dump(key) or b"")
            if holds(content, *words):
                found.append(key.decode())
        ask: Callable[..., Awaitable[Any]] = client.execute_command
        told = {command: repr(await ask(*command.split())) for command in SERVER_LOGS}
    return found + [command for command, answer in told.items() if holds(answer.encode(), *words)]


async def _value(client: "Redis", key: bytes) -> Any:
    told: Any = await client.type(key)
    kind = told.decode()
    match kind:
        case "string":
            return await client.get(key)
        case "hash":
            return await client.hgetall(key)
        case "list":
            return await client.lrange(key, 0, -1)
        case "set":
            return await client.smembers(key)
        case "zset":
            return await client.zrange(key, 0, -1, withscores=True)
        case "stream":
            return await client.xrange(key)
        case "none":
            return b""  # gone since the scan named it
    raise AssertionError(f"a key of type {kind} is not searched")


async def in_streams(stack: Stack, *words: str) -> list[str]:
    """Return the stored messages of every stream, buckets too, with one of the words in subject, headers or body."""
    client = Client()
    await client.connect(
        stack.addresses.nats, user=ADMIN, password=stack.secrets.nats[ADMIN], inbox_prefix=b"_INBOX_admin"
    )
    try:
        manager = client.jetstream()
        names = [info.config.name or "" for info in await manager.streams_info()]
        assert set(names) >= set(STREAMS), f"streams that should be there are not: {names}"
        found = []
        for name in names:
            state = (await manager.stream_info(name)).state
            for seq in range(max(1, state.first_seq), state.last_seq + 1):
                try:
                    message = await manager.get_msg(name, seq)
                except nats.js.errors.NotFoundError:
                    continue
                if holds(f"{message.subject} {message.headers}".encode() + (message.data or b""), *words):
                    found.append(f"{name} {seq}")
        return found
    finally:
        await client.close()


def in_files(stack: Stack, *words: str) -> list[str]:
    """Return the files that hold one of the words: all under the run directory (logs, stream stores, configuration),
    and any other that a process of the system has open for writing."""
    inside = [path for path in stack.run_dir.path.rglob("*") if path.is_file()]
    assert inside, "the run directory is empty: nothing was searched"
    return [str(path) for path in {*inside, *open_for_writing(stack)} if holds(_content(path), *words)]


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return b""  # gone since the folder named it


def open_for_writing(stack: Stack) -> Iterable[Path]:
    """Return the regular files that any process of the stack writes to, wherever they are."""
    for child in stack.children.values():
        if child.pid is None:
            continue
        for descriptor in Path(f"/proc/{child.pid}/fd").iterdir():
            try:
                path = descriptor.resolve()
                flags = int((Path(f"/proc/{child.pid}/fdinfo") / descriptor.name).read_text().split()[3], 8)
            except OSError:
                continue
            if flags & (os.O_WRONLY | os.O_RDWR) and path.is_file():
                yield path


async def in_ops(stack: Stack, *words: str) -> list[str]:
    """Return the ops pages (metrics, health) of any service that show one of the words."""
    found = []
    async with aiohttp.ClientSession() as http:
        for service in stack.services:
            for path in ("/metrics", "/health/ready", "/health/live"):
                async with http.get(stack.addresses.ops(service) + path) as answer:
                    if holds(await answer.read(), *words):
                        found.append(service + path)
    return found


async def everywhere(stack: Stack, *words: str) -> dict[str, list[str]]:
    """Return where any of the words is; empty when they are nowhere."""
    places = {
        "store": await in_store(stack, *words),
        "streams": await in_streams(stack, *words),
        "files": in_files(stack, *words),
        "ops": await in_ops(stack, *words),
    }
    return {place: found for place, found in places.items() if found}
