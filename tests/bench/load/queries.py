"""Questions to the router and to referral, as the gateway asks them: core NATS request and reply."""

import asyncio
import time
from typing import Any

import nats


class Queries:
    """Asks as fast as answers come, a bounded number at once."""

    async def run(
        self, url: str, user: str, password: str, subject: str, bodies: list[str], at_once: int, seconds: float
    ) -> dict[str, Any]:
        """Ask for ``seconds``; report the answers, the refusals and each latency in microseconds."""
        client = await nats.connect(url, user=user, password=password, inbox_prefix=f"_INBOX_{user}")
        until = time.monotonic() + seconds
        latencies: list[int] = []
        refused = 0

        async def ask_on(offset: int) -> None:
            nonlocal refused
            turn = offset
            while time.monotonic() < until:
                began = time.perf_counter()
                answer = await client.request(subject, bodies[turn % len(bodies)].encode(), timeout=5)
                latencies.append(round((time.perf_counter() - began) * 1e6))
                refused += b'"refused":true' in answer.data
                turn += at_once

        try:
            await asyncio.gather(*(ask_on(offset) for offset in range(at_once)))
        finally:
            await client.close()
        return {"answers": len(latencies), "refused": refused, "latencies_us": latencies}
