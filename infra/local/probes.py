"""Is it ready? Asked over a plain socket, so that starting needs no client library and no time to import one."""

import asyncio
import json

ANSWER_S = 2.0


async def nats_answers(host: str, port: int) -> bool:
    """Tell whether a NATS server greets on that port."""
    greeting = await _exchange(host, port, b"", b"\r\n")
    return greeting.startswith(b"INFO ")


async def valkey_answers(host: str, port: int, password: str) -> bool:
    """Tell whether a Valkey server answers on that port and takes the password."""
    answer = await _exchange(host, port, f"AUTH {password}\r\nPING\r\n".encode(), b"+PONG\r\n")
    return answer.endswith(b"+PONG\r\n")


async def service_problem(host: str, port: int) -> str | None:
    """Return None when ``/health/ready`` says yes, else what is not ready, in a few words."""
    request = f"GET /health/ready HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode()
    answer = await _exchange(host, port, request, None)
    if not answer:
        return "does not answer yet"
    head, _, body = answer.partition(b"\r\n\r\n")
    if b" 200 " in head.split(b"\r\n", 1)[0]:
        return None
    try:
        checks: dict[str, str] = json.loads(body)["checks"]
    except (ValueError, KeyError):
        return "answers without saying what is not ready"
    return ", ".join(f"{name} {result}" for name, result in checks.items() if result != "ok")


async def _exchange(host: str, port: int, request: bytes, until: bytes | None) -> bytes:
    """Send ``request``; return what comes back up to ``until`` (None: to the end), empty when nobody is there."""
    try:
        async with asyncio.timeout(ANSWER_S):
            reader, writer = await asyncio.open_connection(host, port)
            try:
                writer.write(request)
                return await (reader.readuntil(until) if until else reader.read())
            finally:
                writer.close()
    except (OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
        return b""
