"""Proofs of work, by ALTCHA: what a page has to compute before it opens a conversation, when too many are opened.

A puzzle is signed, not kept: any gateway can check it, and only that it was used is remembered until it would have
expired. The number to find is drawn between half and one and a half of ``proof_tries``, so nobody has bad luck: with
a target that a hash has to hit by chance, one page in a hundred would compute five times as long as the others.
"""

import asyncio
import hmac
import json
import secrets
import time
from dataclasses import dataclass

from altcha import Payload, create_challenge, verify_solution
from redis.asyncio import Redis

from shared import keys
from shared.addresses import secret_of_the_day

ALGORITHM = "PBKDF2/SHA-256"
"""What browsers compute natively and off the page's own thread: the page loses least to a program written for it."""
VALID_S = 300


def signature_of_solved(work: str, signing: bytes, solving: bytes) -> str | None:
    """Return the signature of the puzzle that ``work`` solves, None when it solves none. Raises nothing, ever."""
    if not verify_solution(work, signing, hmac_key_secret=solving).verified:
        return None
    return Payload.from_base64(work).challenge.signature


@dataclass(frozen=True, slots=True)
class Puzzles:
    """Makes and checks them. Every call raises what the store raises when it is away."""

    valkey: Redis
    cost: int
    tries: int

    async def make(self) -> str:
        """Return a new puzzle, as JSON text that any ALTCHA solver takes (version 2, ``uint32`` counter)."""
        signing, solving = await self._secrets()
        number = self.tries // 2 + secrets.randbelow(self.tries + 1)
        made = await asyncio.to_thread(
            create_challenge,
            ALGORITHM,
            self.cost,
            counter=number,
            expires_at=int(time.time()) + VALID_S,
            hmac_secret=signing,
            hmac_key_secret=solving,
        )
        return json.dumps(made.to_dict(), separators=(",", ":"))

    async def solved(self, work: str) -> bool:
        """Tell whether ``work`` (base64, as ALTCHA's clients make it) solves a puzzle of ours for the first time."""
        signature = signature_of_solved(work, *await self._secrets())
        return signature is not None and bool(
            await self.valkey.set(keys.puzzle(signature), b"", nx=True, ex=VALID_S + 1)
        )

    async def _secrets(self) -> tuple[bytes, bytes]:
        secret = await secret_of_the_day(self.valkey)
        return hmac.digest(secret, b"puzzle", "sha256"), hmac.digest(secret, b"solution", "sha256")
