"""A visitor, an operator and a partner for tests of reports: real keys, real seals, the contracts' own types."""

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from joserfc.jwk import ECKey

from services.signalement.partners import certificate
from shared import nkey
from shared.contracts.conversation import Force
from shared.contracts.signalement_partners import Partner, PartnerKey
from shared.contracts.signalement_reports import ReportKind, SubmitReport, WithdrawReport
from shared.sealing.jose import Claims, jwk_of, kid_of, make_key, sign
from tests.sealing import report as twin
from tests.sealing.report import Content, Recipient

FIELDS = (("facts", "canary-facts-4c1d"), ("contact", "canary-phone-0600000000"))


class Signer:
    """A conversation's own signing key, as the visitor's page has one."""

    def __init__(self) -> None:
        self.key = make_key()

    @property
    def kid(self) -> str:
        """Its name."""
        return kid_of(jwk_of(self.key))

    def sign(self, claims: Claims, typ: str) -> str:
        """Return a compact JWS that names its key."""
        return sign(claims, self.key, typ, jwk=jwk_of(self.key))


@dataclass
class Station:
    """A partner with its keys."""

    id: str = "ddsp-95"
    force: Force = Force.POLICE
    departments: list[str] = field(default_factory=lambda: ["95"])
    authority: ECKey = field(default_factory=make_key)
    key: ECKey = field(default_factory=make_key)
    seed: str = field(default_factory=lambda: nkey.make_seed(nkey.Kind.USER))

    @property
    def kid(self) -> str:
        """Name of the key for which reports are sealed."""
        return kid_of(jwk_of(self.key))

    def registered(self, **changes: Any) -> Partner:
        """Return what is registered of it."""
        jwk = jwk_of(self.key)
        issued = certificate.issue(
            self.authority, self.id, "Commissariat", self.force, self.departments, jwk, int(time.time())
        )
        key = PartnerKey(kid=self.kid, jwk=jwk, certificate=issued, since=datetime(2026, 1, 1, tzinfo=UTC))
        given = {
            "id": self.id,
            "name": "Commissariat",
            "force": self.force,
            "departments": self.departments,
            "nkey": nkey.Nkey(self.seed, nkey.Kind.USER).public,
            "keys": [key],
            "added_at": datetime(2026, 1, 1, tzinfo=UTC),
        }
        return Partner.model_validate({**given, **changes})

    @property
    def sealed_for(self) -> twin.Partner:
        """The partner as whoever seals for it has verified it."""
        return twin.Partner(self.id, "Commissariat", self.force, tuple(self.departments), self.kid, self.key)


@dataclass(eq=False)
class Case:
    """One report of one conversation."""

    station: Station
    signer: Signer = field(default_factory=Signer)
    conversation: UUID = field(default_factory=uuid4)
    report: UUID = field(default_factory=uuid4)
    answer_key: str = field(default_factory=twin.make_answer_key)

    def document(self) -> str:
        """Return what the visitor saw and agreed to."""
        to = Recipient(self.station.id, "Commissariat", "Cergy", "4 rue de la Croix", "")
        content = Content(str(self.report), str(self.conversation), to, self.station.kid, FIELDS, self.answer_key)
        return twin.document_of(content)

    def consent(self, now: float | None = None) -> str:
        """Return her consent."""
        return twin.sign_consent(self.signer, self.document(), int(now or time.time()))

    def claims(self, **changes: object) -> dict[str, Any]:
        """Return what her consent says, with changes."""
        content = twin.read_document(self.document())
        assert content is not None
        return {**twin.consent_claims(content, self.document(), int(time.time())), **changes}

    def submission(self, **changes: Any) -> SubmitReport:
        """Return what the dispatcher hands in for her operator, with changes."""
        consent = self.consent()
        given = {
            "conversation": self.conversation,
            "report": self.report,
            "kind": ReportKind.REPORT,
            "partner": self.station.id,
            "kid": self.station.kid,
            "force": self.station.force,
            "department": self.station.departments[0],
            "sealed": twin.seal_report(self.station.sealed_for, self.document(), consent),
            "consent": consent,
            "operator": "police1",
        }
        return SubmitReport.model_validate({**given, **changes})

    def withdrawal(self, **changes: Any) -> WithdrawReport:
        """Return her withdrawal as the gateway hands it on."""
        signed = twin.sign_withdrawal(self.signer, str(self.report), str(self.conversation), int(time.time()))
        given = {"conversation": self.conversation, "report": self.report, "withdrawal": signed}
        return WithdrawReport.model_validate({**given, **changes})

    def answer(self, reference: str = "95-2026-0001") -> str:
        """Return what the partner answers, sealed for her."""
        said = {"v": 1, "report": str(self.report), "reference": reference, "appointment": None, "message": None}
        return twin.seal_answer(self.answer_key, said)
