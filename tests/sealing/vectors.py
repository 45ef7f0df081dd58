"""``python -m tests.sealing.vectors``: write ``shared/web/sealing/vectors.json``, which both implementations open.

One scene is played twice, by the twin and by the pages' own code in a browser; beside it stands what nobody may take.
Keys are fresh each time and stand in the file: nothing else is sealed with them.
"""

import asyncio
import json
from pathlib import Path
from typing import Any

import msgspec
from joserfc import jwe, jws
from joserfc.jwk import ECKey, OctKey

from shared.chat.frames import Holder, Message, Role
from shared.contracts.conversation import Force
from shared.sealing import account_key, certificate, credential
from shared.sealing.jose import jwk_of, kid_of, make_key, public_key, sign
from tests.sealing import report_vectors
from tests.sealing.body import oct_key, to_base64url
from tests.sealing.cast import CONVERSATION, OTHER
from tests.sealing.keys import ALG, ENC, TYP, seal_keys
from tests.sealing.plain import Plain, PlainKind, padded
from tests.sealing.staff import Account, ShiftKey, StaffKeys, box, make_duty, make_shift, state
from tests.sealing.visitor import VisitorKeys, verify

TARGET = Path(__file__).resolve().parents[2] / "shared" / "web" / "sealing" / "vectors.json"
NOW = 1_767_225_600
PASSWORD = "été 2026 😱 longue phrase"
CARD = json.dumps({"kind": "cidff", "name": "CIDFF du Val-d'Oise"}, ensure_ascii=False)
TEXTS = (
    (PlainKind.TEXT, "Il dort, je peux écrire."),
    (PlainKind.TEXT, "Je suis là. 😱👩‍👧 مرحبا"),
    (PlainKind.TEXT, 'e\u0301 ≠ é \u2028 \x00 "\\/'),
    (PlainKind.CARD, CARD),
    (PlainKind.TEXT, ""),
    (PlainKind.TEXT, "𝒳" * 2_700),
)
AFTER = "after"


class Scene:
    """The keys of the scene, and what each part of the file needs of them."""

    def __init__(self) -> None:
        self.authority = make_key()
        key = make_key()
        text = certificate.issue(self.authority, jwk_of(key), Force.POLICE, ["operator"], NOW)
        self.account = Account(key, text, Force.POLICE, Role.OPERATOR)
        self.sealed = account_key.seal(key, PASSWORD, rounds=1_000)
        self.shift = make_shift(key, text, Force.POLICE, Role.OPERATOR, NOW)
        self.duty = make_duty(key, text, Force.POLICE, Role.OPERATOR, NOW)
        self.office = report_vectors.Office(self.authority, NOW)

    @property
    def public(self) -> ECKey:
        """The authority as pages know it."""
        return public_key(jwk_of(self.authority))

    def told(self) -> dict[str, Any]:
        """Return what a player has to know."""
        return {
            "conversation": CONVERSATION,
            "force": "police",
            "now": NOW,
            "authority": jwk_of(self.authority),
            "account": {
                "sealed": self.sealed,
                "password": PASSWORD,
                "certificate": self.account.certificate,
                "kid": kid_of(jwk_of(self.account.key)),
            },
            "shift": part(self.shift),
            "duty": {"kid": self.duty.kid, "credential": self.duty.credential, "private": self.duty.private_jwk},
            "texts": [{"kind": kind, "data": data} for kind, data in TEXTS],
            "after": AFTER,
            "report": self.office.told(),
        }


def part(shift: ShiftKey) -> dict[str, Any]:
    """Return a shift key with its private part."""
    private = {**jwk_of(shift.key), "d": shift.key.as_dict(private=True)["d"]}
    return {"kid": shift.kid, "credential": shift.credential, "private": private}


def play(scene: Scene) -> dict[str, Any]:
    """Play the scene as the twin does; the pages' half is ``play`` of ``harness.fixture.ts``."""
    visitor, staff = VisitorKeys.make(scene.public), StaffKeys(scene.shift)
    frames: list[Message] = []

    def put(body: str | None, by: Role, cid: str) -> None:
        frames.append(Message(seq=len(frames) + 1, conversation=CONVERSATION, by=by, at=0, cid=cid, body=body or ""))
        staff.open(frames[-1])

    holders = [scene.duty.holder(), scene.shift.holder()]
    put(visitor.admit(CONVERSATION, Force.POLICE, holders, "cid-keys-1", NOW).body, Role.VISITOR, "cid-keys-1")
    for index, (kind, data) in enumerate(TEXTS):
        by, cid = (Role.VISITOR, Role.OPERATOR)[index % 2], f"cid-text-{index}"
        plain = Plain(CONVERSATION, cid, by, kind, data)
        put(visitor.seal(plain) if by is Role.VISITOR else staff.seal(plain), by, cid)
    put(visitor.admit(CONVERSATION, Force.POLICE, holders[:1], "cid-keys-2", NOW).body, Role.VISITOR, "cid-keys-2")
    put(visitor.seal(Plain(CONVERSATION, "cid-after", Role.VISITOR, PlainKind.TEXT, AFTER)), Role.VISITOR, "cid-after")
    own = scene.account.shift(NOW)
    duty = scene.account.duty(NOW)
    to = verify(scene.shift.holder(), scene.public, Force.POLICE, NOW)
    return {
        "frames": [msgspec.to_builtins(frame) for frame in frames],
        "exported": visitor.exported(),
        "shift": {"kid": own.kid, "credential": own.credential},
        "duty": {"kid": duty.kid, "credential": duty.credential, "private": duty.private_jwk},
        "box": box(duty.private_jwk, to),
        "report": report_vectors.play(scene.office, visitor, visitor.signer),
    }


def hostile(scene: Scene, twin: dict[str, Any]) -> dict[str, Any]:
    """Return what nobody may take, each with the reason; ``twin`` is what ``play`` returned."""
    visitor = VisitorKeys.imported(twin["exported"], scene.public)
    return {
        **report_vectors.hostile(scene.office, visitor, twin["report"]),
        "holders": [{"why": why, "holder": msgspec.to_builtins(one)} for why, one in bad_holders(scene)],
        "frames": [{"why": why, "frame": msgspec.to_builtins(one)} for why, one in bad_frames(scene, twin)],
        "account_keys": [{"why": why, "sealed": one} for why, one in bad_account_keys(scene)],
    }


def bad_holders(scene: Scene) -> list[tuple[str, Holder]]:
    """Return credentials that no page and no server may believe."""
    account, shift = scene.account, scene.shift
    other = Account.make(make_key(), Force.POLICE, Role.OPERATOR, NOW)
    gendarme = Account.make(scene.authority, Force.GENDARMERIE, Role.OPERATOR, NOW)
    old = Account.make(scene.authority, Force.POLICE, Role.OPERATOR, NOW - 400 * 86_400)
    supervisor = Account.make(scene.authority, Force.POLICE, Role.OPERATOR, NOW, roles=["supervisor"])
    good = json.loads(shift.credential)
    said: dict[str, Any] = {"use": "shift", "force": Force.POLICE, "role": "operator", "jwk": jwk_of(shift.key)}
    found = [
        ("another authority", other.shift(NOW)),
        ("another force", gendarme.shift(NOW)),
        ("an expired certificate", old.shift(NOW)),
        ("an expired statement", account.shift(NOW - 3 * 86_400)),
        ("a statement of the future", account.shift(NOW + 3 * 86_400)),
        ("a role that the account has not", supervisor.shift(NOW)),
    ]
    texts = {
        "a statement for a week": state(account.key, account.certificate, **said, iat=NOW, exp=NOW + 7 * 86_400),
        "a statement without a time": state(account.key, account.certificate, **said),
        "a duty key as a shift key": state(
            account.key, account.certificate, **{**said, "use": "duty"}, iat=NOW, exp=NOW + 60
        ),
        "a private key in the statement's place": json.dumps({"certificate": good["certificate"], "statement": {}}),
        "a statement without signature": json.dumps({**good, "statement": unsigned(good["statement"])}),
        "a certificate without signature": json.dumps({**good, "certificate": unsigned(good["certificate"])}),
        "a statement signed for something else": json.dumps({**good, "statement": retyped(account, good["statement"])}),
        "a statement signed by another account": json.dumps(
            {**good, "statement": json.loads(gendarme.shift(NOW).credential)["statement"]}
        ),
        "a statement under a shared secret": json.dumps({**good, "statement": under_secret(scene, good["statement"])}),
        "a certificate in the statement's place": json.dumps({**good, "statement": good["certificate"]}),
        "truncated": shift.credential[:-30],
        "too long": shift.credential + " " * 4_096,
        "no JSON": "credential",
    }
    return [(why, one.holder()) for why, one in found] + [
        (why, Holder(kid=shift.kid, role="operator", credential=text)) for why, text in texts.items()
    ] + [("another key's name", Holder(kid=scene.duty.kid, role="operator", credential=shift.credential))]  # fmt: skip


def reheaded(token: str, header: dict[str, Any]) -> str:
    """Return a compact text with another header."""
    return to_base64url(json.dumps(header).encode()) + token[token.index(".") :]


def unsigned(token: str) -> str:
    """Return a signed text as ``alg: none``."""
    _header, payload, _signature = token.split(".")
    return f"{to_base64url(json.dumps({'alg': 'none', 'typ': 'havre-key+jwt'}).encode())}.{payload}."


def retyped(account: Account, token: str) -> str:
    """Return the same claims, signed by the account for another purpose."""
    return sign(json.loads(jws.extract_compact(token.encode()).payload), account.key, "havre-consent+jwt")


def under_secret(scene: Scene, token: str) -> str:
    """Return a statement signed by HMAC with the account's public key as the secret."""
    secret = json.dumps(jwk_of(scene.account.key)).encode()
    payload = jws.extract_compact(token.encode()).payload
    header = {"alg": "HS256", "typ": credential.TYP}
    return jws.serialize_compact(header, payload, OctKey(secret, secret), algorithms=["HS256"])


def bad_frames(scene: Scene, twin: dict[str, Any]) -> list[tuple[str, Message]]:
    """Return frames that are unreadable for one who has read the twin's log up to its end, with all its keys."""
    log = parts_of(scene, twin)
    text, keys = log["text"], log["keys"]

    def moved(message: Message, **changes: Any) -> Message:
        return Message(**({name: getattr(message, name) for name in message.__struct_fields__} | changes))

    verified = [verify(scene.shift.holder(), scene.public, Force.POLICE, NOW)]
    forged = seal_keys(CONVERSATION, "cid-forged", {"9": b"k" * 32}, make_key(), verified)
    elsewhere = seal_keys(OTHER, "cid-forged", {"9": b"k" * 32}, log["signer"], verified)
    short_key = signed_keys(scene, {"9": to_base64url(b"k" * 16)}, log["signer"])
    no_epoch = signed_keys(scene, {"01": to_base64url(b"k" * 32)}, log["signer"])
    untyped = signed_keys(scene, {"9": to_base64url(b"k" * 32)}, log["signer"], typ="havre-key+jwt")
    return [
        ("a body of another conversation", moved(text, body=log["elsewhere"])),
        ("another client id", moved(text, cid="cid-another")),
        ("another sender", moved(text, by=Role.OPERATOR)),
        ("truncated", moved(text, body=text.body[:-6])),
        ("a changed header", moved(text, body=reheaded(text.body, {"alg": "dir", "enc": "A128GCM", "kid": "1"}))),
        ("no algorithm", moved(text, body=reheaded(text.body, {"alg": "none", "kid": "1"}))),
        ("no body", moved(text, body="Il dort.")),
        ("a typing body in a message", moved(text, body=log["typing"])),
        ("a body that is compressed", moved(text, body=log["zipped"])),
        ("a body of another algorithm, with the right key", moved(text, body=log["wrapped"])),
        ("a key message moved to another client id", moved(keys, cid="cid-another")),
        ("a key message of another sender", moved(keys, by=Role.OPERATOR)),
        ("a key message by another signer", moved(keys, cid="cid-forged", body=forged)),
        ("a key message of another conversation", moved(keys, cid="cid-forged", body=elsewhere)),
        ("a key message with a short key", moved(keys, cid="cid-forged", body=short_key)),
        ("a key message with an epoch that is none", moved(keys, cid="cid-forged", body=no_epoch)),
        ("a key message signed for something else", moved(keys, cid="cid-forged", body=untyped)),
    ]  # fmt: skip


def signed_keys(scene: Scene, epochs: dict[str, str], signer: ECKey, typ: str = TYP) -> str:
    """Return a key message with anything in it."""
    claims = {"v": 1, "c": CONVERSATION, "i": "cid-forged", "epochs": epochs}
    sealing = jwe.GeneralJSONEncryption({"enc": ENC}, sign(claims, signer, typ, jwk=jwk_of(signer)).encode())
    sealing.add_recipient({"alg": ALG, "kid": scene.shift.kid}, public_key(jwk_of(scene.shift.key)))
    return json.dumps(jwe.encrypt_json(sealing, None, algorithms=[ALG, ENC]), separators=(",", ":"))


def parts_of(scene: Scene, twin: dict[str, Any]) -> dict[str, Any]:
    """Return parts of the twin's log, and more that is signed and sealed by its keys."""
    exported = json.loads(twin["exported"])
    first = {"1": exported["epochs"]["1"]}
    visitor = VisitorKeys.imported(json.dumps({**exported, "epochs": first}), scene.public)
    frames = [msgspec.convert(frame, Message) for frame in twin["frames"]]
    raw = OctKey.import_key({"kty": "oct", "k": exported["epochs"]["1"]}).raw_value
    zipped = {"alg": "dir", "enc": ENC, "kid": "1", "zip": "DEF"}
    wrapped = {"alg": "A256GCMKW", "enc": ENC, "kid": "1"}
    words = padded(Plain(CONVERSATION, frames[1].cid, Role.VISITOR, PlainKind.TEXT, "Oui."))
    plain = Plain(CONVERSATION, frames[1].cid, Role.VISITOR, PlainKind.TYPING, "")
    return {
        "text": frames[1],
        "keys": frames[0],
        "signer": ECKey.import_key(exported["signer"]),
        "typing": visitor.seal(plain),
        "elsewhere": visitor.seal(Plain(OTHER, frames[1].cid, Role.VISITOR, PlainKind.TEXT, "Oui.")),
        "zipped": jwe.encrypt_compact(zipped, words, oct_key(raw), algorithms=["dir", ENC, "DEF"]),
        "wrapped": jwe.encrypt_compact(wrapped, words, oct_key(raw), algorithms=["A256GCMKW", ENC]),
    }


def bad_account_keys(scene: Scene) -> list[tuple[str, str]]:
    """Return sealed account keys that no console may try to open."""
    absurd = {"alg": account_key.ALG, "enc": ENC, "p2s": to_base64url(b"s" * 16), "p2c": 2_000_000_000}
    other = {**absurd, "alg": "PBES2-HS256+A128KW", "p2c": 1_000}
    direct = {"alg": "dir", "enc": ENC}
    return [
        ("absurdly many rounds", reheaded(scene.sealed, absurd)),
        ("another algorithm", reheaded(scene.sealed, other)),
        ("direct", reheaded(scene.sealed, direct)),
        ("truncated", scene.sealed[:-8]),
    ]


async def main() -> None:
    """Write the file."""
    from tests.sealing.browser import sealing_page

    scene = Scene()
    twin = play(scene)
    async with sealing_page() as page:
        pages = await page.evaluate("scene => harness.play(scene)", scene.told())
    vectors = {"scene": scene.told(), "twin": twin, "pages": pages, "hostile": hostile(scene, twin)}
    TARGET.write_text(json.dumps(vectors, indent=1, ensure_ascii=True) + "\n", encoding="utf-8")
    print(f"wrote {TARGET.name}")


if __name__ == "__main__":
    asyncio.run(main())
