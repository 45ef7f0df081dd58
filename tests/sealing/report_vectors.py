"""The part of ``vectors.json`` about reports: one that goes its way, and what nobody may take."""

import json
from typing import Any

from joserfc import jwe
from joserfc.jwk import ECKey

from shared.sealing.jose import jwk_of, kid_of, make_key, public_key, sign
from tests.sealing import report as twin
from tests.sealing.body import oct_key, to_base64url
from tests.sealing.cast import CONVERSATION, OTHER
from tests.sealing.keys import ALG, ENC
from tests.sealing.plain import bytes_of
from tests.sealing.report import Content, Partner, Recipient, Signing

REPORT = "5a0c1f0e-7a55-4f0b-8a3f-0d6a4c1b2e90"
NAME, UNIT, ADDRESS = "Police nationale du Bas-Rhin", "Commissariat de Strasbourg", "34 route de l’Hôpital, Strasbourg"
FIELDS = (
    ("facts", 'Il m’a frappée. "Je" suis partie \\ e\u0301 😱'),
    ("when", "Hier vers 22 h\nune fois de plus"),
    ("contact", "06 00 00 00 00"),
)
AGREED = (("facts", "Il m’a frappée.\u2028Je suis partie."), ("contact", "06 00 00 00 01 مرحبا"))
ANSWER = {
    "v": 1,
    "report": REPORT,
    "reference": "2026/001234",
    "appointment": {"at": "2026-11-24T14:30:00+01:00", "place": "Bureau 12", "with": "la brigade de protection"},
    "message": "À mardi.",
}


class Office:
    """A partner, its keys and its certificate; ``now`` in seconds."""

    def __init__(self, authority: ECKey, now: int) -> None:
        self.authority, self.now = authority, now
        self.key = make_key()
        self.kid = kid_of(jwk_of(self.key))
        self.certificate = self.certified()
        self.recipient = Recipient("ddsp-67", NAME, UNIT, ADDRESS, self.certificate)

    def certified(self, authority: ECKey | None = None, typ: str = twin.CERTIFICATE, **changes: Any) -> str:
        """Return a certificate, with claims changed."""
        jwk = jwk_of(self.key)
        claims = {"sub": kid_of(jwk), "partner": "ddsp-67", "name": NAME, "force": "police", "departments": ["67"]}
        times = {"iat": self.now, "exp": self.now + 86_400}
        return sign({**claims, "cnf": {"jwk": jwk}, **times, **changes}, authority or self.authority, typ)

    @property
    def partner(self) -> Partner:
        """The partner as pages verify it."""
        return twin.verify_partner(self.certificate, public_key(jwk_of(self.authority)), self.now)

    def content(self, answer_key: str, fields: tuple[twin.Field, ...] = AGREED) -> Content:
        """Return what is agreed to."""
        return Content(REPORT, CONVERSATION, self.recipient, self.kid, fields, answer_key)

    def told(self) -> dict[str, Any]:
        """Return what a player has to know."""
        return {
            "proposal": twin.proposal_of(REPORT, self.recipient, FIELDS),
            "agreed": [list(field) for field in AGREED],
            "certificate": self.certificate,
            "private": {**jwk_of(self.key), "d": self.key.as_dict(private=True)["d"]},
            "kid": self.kid,
            "answer": ANSWER,
        }


def play(office: Office, keys: Signing, signer: str) -> dict[str, Any]:
    """Let a report go its way as the twin does; the pages' half is ``playReport`` of ``harness.fixture.ts``."""
    answer_key = twin.make_answer_key()
    document = twin.document_of(office.content(answer_key))
    consent = twin.sign_consent(keys, document, office.now)
    return {
        "signer": signer,
        "document": document,
        "consent": consent,
        "withdrawal": twin.sign_withdrawal(keys, REPORT, CONVERSATION, office.now),
        "sealed": twin.seal_report(office.partner, document, consent),
        "answer": twin.seal_answer(answer_key, ANSWER),
    }


def hostile(office: Office, keys: Signing, played: dict[str, Any]) -> dict[str, Any]:
    """Return what nobody may take of partners, consents, sealed reports and answers, each with the reason."""
    return {
        "partners": [{"why": why, "certificate": text} for why, text in bad_partners(office).items()],
        "consents": [
            {"why": why, "document": document, "consent": consent}
            for why, (document, consent) in bad_consents(office, keys, played).items()
        ],
        "reports": [{"why": why, "sealed": text} for why, text in bad_reports(office, played).items()],
        "answers": [{"why": why, "answer": text} for why, text in bad_answers(played).items()],
    }


def bad_partners(office: Office) -> dict[str, str]:
    """Return certificates that no page may believe."""
    payload = office.certificate.split(".")[1]
    header = to_base64url(json.dumps({"alg": "none", "typ": twin.CERTIFICATE}).encode())
    return {
        "another authority": office.certified(make_key()),
        "signed by the partner itself": office.certified(office.key),
        "for another use": office.certified(typ="havre-account+jwt"),
        "expired": office.certified(exp=office.now - 2 * 86_400),
        "of the future": office.certified(iat=office.now + 2 * 86_400),
        "without a time": office.certified(exp=None),
        "another key's name": office.certified(sub=kid_of(jwk_of(make_key()))),
        "without a key": office.certified(cnf={}),
        "no partner": office.certified(partner="DDSP 67"),
        "without a name": office.certified(name=""),
        "of no force": office.certified(force="army"),
        "of no territory": office.certified(departments="67"),
        "without signature": f"{header}.{payload}.",
        "truncated": office.certificate[:-4],
    }


def bad_consents(office: Office, keys: Signing, played: dict[str, Any]) -> dict[str, tuple[str, str]]:
    """Return consents that count for nothing, beside the proposal of the scene."""
    document, consent = played["document"], played["consent"]
    good = office.content(twin.make_answer_key())
    said = json.loads(document)

    def to(**changes: Any) -> tuple[str, str]:
        text = twin.text_of({**said, **changes})
        return text, keys.sign(twin.consent_claims(good, text, office.now), twin.CONSENT)

    def claiming(typ: str = twin.CONSENT, **changes: Any) -> tuple[str, str]:
        return document, keys.sign({**twin.consent_claims(good, document, office.now), **changes}, typ)

    other = make_key()
    forged = sign(twin.consent_claims(good, document, office.now), other, twin.CONSENT, jwk=jwk_of(other))
    unnamed = sign(twin.consent_claims(good, document, office.now), other, twin.CONSENT)
    elsewhere = {**said["recipient"], "unit": "Une autre unité"}
    return {
        "another text": (document + " ", consent),
        "a text with a field changed": (document.replace("partie", "restée"), consent),
        "another signer": (document, forged),
        "no signer": (document, unnamed),
        "a withdrawal": (document, played["withdrawal"]),
        "signed for something else": claiming("havre-keys+jwt"),
        "no yes": claiming(decision="no"),
        "another report": claiming(report=OTHER),
        "another conversation": claiming(conversation=OTHER),
        "another partner": claiming(partner="ddsp-69"),
        "another key of the partner": claiming(kid=kid_of(jwk_of(other))),
        "without a digest": claiming(digest=None),
        "without a time": claiming(iat=None),
        "of another version": claiming(v=2),
        "a document of another report": to(report=OTHER),
        "a document of another conversation": to(conversation=OTHER),
        "a document for another unit": to(recipient=elsewhere),
        "a document for another partner": to(recipient={**said["recipient"], "partner": "ddsp-69"}),
        "a document for another key": to(recipient={**said["recipient"], "kid": kid_of(jwk_of(other))}),
        "a document without fields": to(fields=[]),
        "a document with fields in another order": to(fields=said["fields"][::-1]),
        "a document with a field that there is not": to(fields=[["name", "x"]]),
        "a document with a value that is too long": to(fields=[["facts", "x" * 2_001]]),
        "a document that is too long": to(fields=[[name, "x" * 1_900] for name in twin.FIELDS[:5]]),
        "a document with a short answer key": to(answer_key=to_base64url(b"k" * 16)),
        "a document of another version": to(v=2),
        "no document": ("Oui.", claiming(digest=twin.digest_of("Oui."))[1]),
        "truncated": (document, consent[:-4]),
        "no signature": (document, "yes"),
    }


def bad_reports(office: Office, played: dict[str, Any]) -> dict[str, str]:
    """Return sealed reports that their recipient does not open."""
    text = bytes_of({"v": 1, "kind": "report", "document": played["document"], "consent": played["consent"]})
    key = public_key(jwk_of(office.key))

    def sealed(**header: str) -> str:
        return jwe.encrypt_compact(
            {"alg": ALG, "enc": ENC, "kid": office.kid, "typ": twin.REPORT_TYP, **header},
            text, key, algorithms=[ALG, "ECDH-ES+A128KW", ENC, "A128GCM", "DEF"],
        )  # fmt: skip

    other = Partner("ddsp-67", NAME, office.partner.force, ("67",), office.kid, public_key(jwk_of(make_key())))
    return {
        "for another key": twin.seal_report(other, played["document"], played["consent"]),
        "for another use": sealed(typ=twin.ANSWER_TYP),
        "of another algorithm": sealed(alg="ECDH-ES+A128KW"),
        "of another encryption": sealed(enc="A128GCM"),
        "compressed": sealed(zip="DEF"),
        "truncated": played["sealed"][:-6],
        "no report": "report",
    }


def bad_answers(played: dict[str, Any]) -> dict[str, str]:
    """Return answers that no page shows."""
    key = json.loads(played["document"])["answer_key"]
    zipped = {"alg": "dir", "enc": ENC, "typ": twin.ANSWER_TYP, "zip": "DEF"}
    raw = oct_key(twin.key_bytes(key) or b"")
    return {
        "with another key": twin.seal_answer(twin.make_answer_key(), ANSWER),
        "to another report": twin.seal_answer(key, {**ANSWER, "report": OTHER}),
        "for another use": twin.seal_answer(key, ANSWER, typ=twin.REPORT_TYP),
        "of another version": twin.seal_answer(key, {**ANSWER, "v": 2}),
        "compressed": jwe.encrypt_compact(zipped, bytes_of(ANSWER), raw, algorithms=["dir", ENC, "DEF"]),
        "truncated": played["answer"][:-6],
        "no answer": "answer",
    }
