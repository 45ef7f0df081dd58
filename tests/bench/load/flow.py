"""Messages on their ways: closed loop for saturation, open loop for latency, every delivery checked.

A *way* leads from one client to one other. Numbers count from 1 on each; the n-th delivery of a way that is not number
n is counted as wrong: out of order, doubled, or after a lost one.
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable
from typing import Any

from picows import WSMsgType, WSTransport

TEXT = WSMsgType.TEXT
TICK_S = 0.001


class Way:
    """One direction between two clients."""

    __slots__ = ("delivered", "sent", "sent_at", "template", "transport", "twice")

    def __init__(self, transport: WSTransport, template: bytes) -> None:
        self.transport = transport
        self.template = template
        self.twice = template.count(b"%09d") == 2
        self.sent = 0
        self.delivered = 0
        self.sent_at: deque[float] = deque()

    def send(self) -> None:
        """Send the next message."""
        self.sent += 1
        number = self.sent
        self.transport.send(TEXT, self.template % ((number, number) if self.twice else number))


class Flow:
    """All ways of this process."""

    def __init__(self) -> None:
        self.ways: list[Way] = []
        self.deliveries = 0
        self.wrong = 0
        self._latencies: list[float] = []
        self._lateness: list[float] = []
        self._deliver: Callable[[Way], None] = self._ignore
        self._pacer: asyncio.Task[None] | None = None

    def delivered(self, index: int, number: int) -> None:
        """Take a delivery; the hot path of the generator."""
        way = self.ways[index]
        way.delivered += 1
        if number != way.delivered:
            self.wrong += 1
        self.deliveries += 1
        self._deliver(way)

    def flood(self, window: int) -> None:
        """Keep ``window`` messages under way on every way from now on."""
        self._deliver = Way.send
        for way in self.ways:
            for _ in range(window):
                way.send()

    def pace(self, rate: float) -> None:
        """Send ``rate`` messages a second, round robin over the ways, whatever comes back."""
        self._latencies, self._lateness = [], []
        self._deliver = self._time
        self._pacer = asyncio.create_task(self._send_paced(rate))

    def forget_samples(self) -> None:
        """Begin to measure: what came before was warming up."""
        self._latencies, self._lateness = [], []

    async def stop(self, within_s: float = 5.0) -> dict[str, Any]:
        """Stop sending, wait for what is under way, and report."""
        if self._pacer is not None:
            self._pacer.cancel()
            self._pacer = None
        self._deliver = self._time if self._latencies else self._ignore
        deadline = time.monotonic() + within_s
        while self.missing and time.monotonic() < deadline:  # noqa: ASYNC110 - a count, not an event
            await asyncio.sleep(0.01)
        self._deliver = self._ignore
        for way in self.ways:
            way.sent_at.clear()
        return {
            "missing": self.missing,
            "wrong": self.wrong,
            "latencies_us": [round(one * 1e6) for one in self._latencies],
            "late_us": [round(one * 1e6) for one in self._lateness],
        }

    @property
    def missing(self) -> int:
        """Messages sent and not delivered."""
        return sum(way.sent - way.delivered for way in self.ways)

    def _ignore(self, way: Way) -> None:
        """Nothing is being measured."""

    def _time(self, way: Way) -> None:
        if way.sent_at:
            self._latencies.append(time.perf_counter() - way.sent_at.popleft())

    async def _send_paced(self, rate: float) -> None:
        began = time.perf_counter()
        sent = 0
        while True:
            now = time.perf_counter()
            while began + sent / rate <= now:
                way = self.ways[sent % len(self.ways)]
                self._lateness.append(now - (began + sent / rate))
                way.sent_at.append(time.perf_counter())
                way.send()
                sent += 1
            await asyncio.sleep(max(TICK_S, began + sent / rate - time.perf_counter()))
