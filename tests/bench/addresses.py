"""``python -m tests.bench.addresses``: what sealing one visitor's address costs, by number of magistrates."""

import statistics
import sys
import time

from services.gateway.addresses import Connection, said_of
from shared.clock import now_ms
from shared.proxies import Endpoint
from shared.sealing.jose import jwk_of, kid_of, make_key
from shared.sealing.magistrates import MagistrateKey, seal

TIMES = 500
CONVERSATION = "7a5b8f1e-54f7-4f0f-9c8e-0d2f9c3b1a11"


def cost_ms(magistrates: int) -> tuple[float, float, int]:
    """Return the median and the 99th percentile of one sealing, in ms, and its length in bytes."""
    made = [make_key() for _ in range(magistrates)]
    keys = [MagistrateKey(kid_of(jwk_of(key)), key, 2_000_000_000) for key in made]
    said = said_of(Connection(CONVERSATION, Endpoint("2001:db8::7", 51_514, "proxy"), now_ms()))
    seal(said, keys)
    took = []
    for _ in range(TIMES):
        began = time.perf_counter()
        sealed = seal(said, keys)
        took.append((time.perf_counter() - began) * 1000)
    return statistics.median(took), statistics.quantiles(took, n=100)[98], len(sealed)


def main() -> int:
    """Print one line for each number of magistrates."""
    for magistrates in (1, 3, 16):
        median, high, length = cost_ms(magistrates)
        print(f"{magistrates:>2} magistrates: {median:.2f} ms (p99 {high:.2f} ms), {length} bytes sealed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
