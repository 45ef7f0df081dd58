"""A partner's software, complete and small: python examples/partner.py FILE.json (docs/partners.md explains each step).

Needs nats-py[nkeys] and joserfc, nothing of Havre. FILE.json, and beside it the seed and the private keys, are what
`python -m services.signalement partner add` wrote. What it prints stands for what a real system would store.
"""

import argparse
import asyncio
import base64
import hashlib
import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import nats
import nats.errors
from joserfc import jwe, jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet, OctKey

SEALS = jwe.JWERegistry(algorithms=["ECDH-ES+A256KW", "dir", "A256GCM"])
SIGNATURES = jws.JWSRegistry(algorithms=["ES256"])
Json = dict[str, Any]


class Refused(Exception):
    """Why a report is refused, in a word that the service knows."""


def opened(delivered: Json, keys: KeySet, partner: str) -> Json:
    """Return the document, if it was sealed for us and, but for a patrol, is the one that the visitor agreed to."""
    why, report = "unreadable", delivered["report"]
    try:
        sealed = jwe.decrypt_compact(delivered["sealed"], keys, registry=SEALS)
        inner, kid = json.loads(sealed.plaintext or b""), sealed.headers()["kid"]
        why, document = "tampered", json.loads(inner["document"])
        right = [inner["kind"], report, partner, kid]
        found = [delivered["kind"], document["report"], document["recipient"]["partner"], document["recipient"]["kid"]]
        if inner["kind"] == "report":
            header = jws.extract_compact(inner["consent"].encode()).headers()
            consent = jws.deserialize_compact(inner["consent"], ECKey.import_key(header["jwk"]), registry=SIGNATURES)
            digest = base64.urlsafe_b64encode(hashlib.sha256(inner["document"].encode()).digest()).decode().rstrip("=")
            right += ["havre-consent+jwt", "yes", report, partner, kid, digest]
            said = json.loads(consent.payload)
            found += [header["typ"], *(said[name] for name in ("decision", "report", "partner", "kid", "digest"))]
        document["fields"] = [(str(name), str(value)) for name, value in document["fields"]]
        answer(document, None)  # what cannot be answered is refused now, not after having been taken charge of
    except (JoseError, ValueError, KeyError, TypeError, AttributeError):
        raise Refused(why) from None
    if right != found:
        raise Refused("tampered")
    return dict(document)


def answer(document: Json, appointment: Json | None) -> str:
    """Return what the visitor alone opens: our reference, and perhaps an appointment."""
    said = {"v": 1, "report": document["report"], "reference": f"REF-{document['report'][:8]}", "message": None}
    header = {"alg": "dir", "enc": "A256GCM", "typ": "havre-answer+jwe"}
    key = OctKey.import_key({"kty": "oct", "k": document["answer_key"]})
    return jwe.encrypt_compact(header, json.dumps({**said, "appointment": appointment}), key, registry=SEALS)


async def settle(link: Any, card: Json, keys: KeySet, message: Any, asked: argparse.Namespace) -> bool:
    """Take charge of a report or refuse it, and then acknowledge it: in this order a crash only repeats."""

    async def tell(verb: str, **fields: object) -> Json:
        reply = await link.request(card["command"].format(verb=verb), json.dumps(fields).encode(), timeout=10)
        return dict(json.loads(reply.data))

    delivered = json.loads(message.data)
    report, at_once = delivered["report"], None if asked.later else asked.appointment
    try:
        document = opened(delivered, keys, card["partner"])
        if asked.refuse:
            reply = await tell("refuse", report=report, reason=asked.refuse)
        else:
            reply = await tell("take_charge", report=report, answer=answer(document, at_once))
        if reply["status"] == "taken":
            print(*(f"{name}: {value}" for name, value in document["fields"]), sep="\n", flush=True)
            if asked.later:
                reply = await tell("appoint", report=report, answer=answer(document, asked.appointment))
    except Refused as why:
        reply = await tell("refuse", report=report, reason=str(why))
    print(f"report {report}: {reply['status']} {reply['reason'] or ''}", flush=True)
    settled = reply["reason"] not in {"unavailable", "too_fast"}
    await (message.ack_sync() if settled else message.nak(delay=5))
    return settled


async def main(asked: argparse.Namespace) -> None:
    """Connect and settle reports; the server ends each connection after a while, and another is made."""
    card, folder = json.loads(asked.card.read_text()), asked.card.parent
    # The former keys too: reports may still come that were sealed for them.
    keys = KeySet([ECKey.import_key(json.loads(file.read_text())) for file in folder.glob(f"{card['partner']}.*.jwk")])
    who = {"name": card["partner"], "inbox_prefix": card["inbox_prefix"], "allow_reconnect": False}
    while True:
        try:
            link = await nats.connect(card["url"], nkeys_seed=str(folder / card["seed_file"]), **who)
            queue = await link.jetstream().pull_subscribe_bind(card["consumer"], stream=card["stream"])
            print("connected", flush=True)
            while link.is_connected:
                with suppress(nats.errors.TimeoutError):  # none came, or nobody answered: what is open comes again
                    (message,) = await queue.fetch(1, timeout=30)
                    if await settle(link, card, keys, message, asked) and asked.once:
                        return await link.close()
        except (nats.errors.Error, OSError) as error:
            print(f"not connected: {error}", flush=True)
        await asyncio.sleep(1)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("card", type=Path, metavar="FILE.json")
    parser.add_argument("--once", action="store_true", help="stop after one report")
    parser.add_argument("--refuse", metavar="REASON", help="refuse all: not_competent, duplicate, incomplete, other")
    parser.add_argument("--appointment", type=json.loads, help='JSON: {"at": RFC 3339, "place": "...", "with": "..."}')
    parser.add_argument("--later", action="store_true", help="appoint after having taken charge")
    asyncio.run(main(parser.parse_args()))
