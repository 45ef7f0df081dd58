"""``python -m infra.valkey.healthy``: exit 0 when the store in this container answers; for the image's health check."""

import asyncio
import os
import sys

from infra.local.probes import valkey_answers

if __name__ == "__main__":
    answered = asyncio.run(valkey_answers("127.0.0.1", 6379, os.environ.get("HAVRE_VALKEY_PASSWORD", "")))
    sys.exit(0 if answered else 1)
