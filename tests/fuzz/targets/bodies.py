"""What comes with an HTTP call: bodies, addresses of proxies, proofs of work."""

import base64
from collections.abc import Callable
from ipaddress import ip_address
from random import Random
from typing import Any

import msgspec
from altcha import create_challenge, solve_challenge

from services.dispatcher.doors import Login
from services.gateway.http import EraseCall
from services.gateway.puzzles import signature_of_solved
from shared.addresses import hidden
from shared.bodies import UnreadableBody, read_body
from shared.proxies import client_address, networks
from tests.fuzz import spoil
from tests.fuzz.grammar import HOSTILE_TEXTS, Grammar
from tests.fuzz.target import Target, Violation

TRUSTED = networks("10.0.0.0/8, ::1, fd00::/8")
SECRETS = b"signing", b"solving"


def _body(kind: type[Any]) -> Target:
    schema = msgspec.json.schema(kind)
    grammar = Grammar(schema.pop("$defs"))

    def make(rng: Random) -> bytes:
        raw = spoil.utf8(spoil.hostile_json(grammar.make(schema, rng), rng))
        return spoil.blob(raw, rng) if rng.random() < 0.1 else raw

    def feed(raw: bytes) -> tuple[str, str]:
        try:
            read_body(raw, kind)
        except UnreadableBody as refused:
            return "unreadable", repr(refused)
        return "accepted", ""

    return Target(f"body: {kind.__name__}", make, feed, weight=2)


def _addresses(rng: Random) -> tuple[str, list[str]]:
    def one() -> str:
        four = ".".join(str(rng.choice((0, 10, 127, 192, 255, 256))) for _ in range(4))
        six = ":".join(f"{rng.getrandbits(16):x}" for _ in range(8))
        good = rng.choice(
            (four, six, f"{four}:443", f"[{six}]:443", f"::ffff:{four}", "fe80::1%eth0", "::1", "10.0.0.1", "fd00::1")
        )
        return spoil.text(good, rng) if rng.random() < 0.3 else good

    peer = rng.choice(("10.0.0.1", "::1", "fd00::7", "::ffff:10.1.2.3", "", "192.0.2.1"))
    headers = [", ".join(one() for _ in range(rng.choice((0, 1, 1, 2, 50)))) for _ in range(rng.choice((0, 1, 1, 3)))]
    return peer, [*headers, rng.choice(HOSTILE_TEXTS)] if rng.random() < 0.2 else headers


def _feed_addresses(given: tuple[str, list[str]]) -> tuple[str, str]:
    """What comes out is an address that was written by one who may, or the peer as it is."""
    peer, forwarded = given
    found = client_address(peer, forwarded, TRUSTED)
    hidden(b"secret", found)
    if found == peer:
        return "the peer", ""
    if str(ip_address(found)) != found:
        raise Violation("no address came out")
    return "accepted", ""


def _proofs() -> Callable[[Random], str]:
    puzzle = create_challenge(
        "PBKDF2/SHA-256", 1, counter=3, expires_at=4_000_000_000, hmac_secret=SECRETS[0], hmac_key_secret=SECRETS[1]
    )
    solution = solve_challenge(puzzle)
    if solution is None:
        raise Violation("the library cannot solve its own puzzle")
    good = {"challenge": puzzle.to_dict(), "solution": solution.to_dict()}

    def make(rng: Random) -> str:
        text = spoil.hostile_json(good, rng)
        work = base64.b64encode(spoil.utf8(text)).decode()
        return spoil.text(work, rng) if rng.random() < 0.2 else work

    return make


def _feed_proof(work: str) -> tuple[str, str]:
    return ("accepted" if signature_of_solved(work, *SECRETS) else "unsolved"), ""


def targets() -> list[Target]:
    """Return them."""
    return [
        _body(EraseCall),
        _body(Login),
        Target("addresses behind proxies", _addresses, _feed_addresses, weight=2),
        Target("proofs of work", _proofs(), _feed_proof, weight=1),
    ]
