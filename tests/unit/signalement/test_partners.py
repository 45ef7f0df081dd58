"""Rules of the registry, certificates and files of partners (S4)."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from services.signalement.domain.recipients import check_recipient, recipients
from services.signalement.partners import certificate, consumers, rules
from services.signalement.partners.certificate import BadPartnerKey, public_from
from services.signalement.partners.cli import key_of, line, registered
from services.signalement.partners.kit import Kit
from services.signalement.partners.registry import is_partner_id
from services.signalement.partners.rules import NotRegistered, Wanted
from shared.clock import utc_now
from shared.contracts.conversation import Force
from shared.contracts.signalement_partners import Partner
from shared.contracts.signalement_reports import Refusal, ReportKind, SubmitReport
from shared.nkey import Kind, Nkey, make_seed
from shared.sealing.certificate import issue as issue_account
from shared.sealing.jose import BadToken, jwk_of, kid_of, make_key, sign

AUTHORITY = make_key()
DEPARTMENTS = ["01", "2A", "67", "69", "974"]
LYON = Wanted("police-69", "Commissariat de Lyon", Force.POLICE, ["01", "69"])


def partner(wanted: Wanted = LYON) -> Partner:
    nkey = Nkey(make_seed(Kind.USER), Kind.USER).public
    return registered(wanted, nkey, key_of(AUTHORITY, wanted, jwk_of(make_key())))


@contextmanager
def refused(sentence: str) -> Iterator[None]:
    with pytest.raises(NotRegistered, match=sentence):
        yield


# ---- territory


def test_a_territory_has_one_partner_of_each_force() -> None:
    there = [partner()]
    with refused("police-69 has police in 69 already"):
        rules.check_room(Wanted("sip-69", "x", Force.POLICE, ["67", "69"]), there)
    rules.check_room(Wanted("sip-67", "x", Force.POLICE, ["67"]), there)
    rules.check_room(Wanted("gend-69", "x", Force.GENDARMERIE, ["69"]), there)
    rules.check_room(Wanted("sip-69", "x", Force.POLICE, ["69"]), [rules.revoked(there[0], utc_now())])


def test_the_same_registration_again_is_the_same_and_another_under_its_id_is_refused() -> None:
    there = partner()
    rules.check_room(LYON, [there])
    rules.check_keys(there, there)
    with refused("otherwise than asked"):
        rules.check_room(Wanted(LYON.id, LYON.name, LYON.force, ["69"]), [there])
    with refused("with other keys"):
        rules.check_keys(there, partner())
    with refused("was revoked"):
        rules.check_room(LYON, [rules.revoked(there, utc_now())])


def test_departments_are_those_that_there_are() -> None:
    assert rules.departments_of(["69", "2a", " 01", "69"], DEPARTMENTS) == ["01", "2A", "69"]
    assert rules.departments_of(["all"], DEPARTMENTS) == DEPARTMENTS
    with refused("no department 20, 99"):
        rules.departments_of(["99", "69", "20"], DEPARTMENTS)


@pytest.mark.parametrize(
    "text", ["", "a", "Police-69", "police_69", "police.69", "police 69", "-69", "x" * 33, "é69", ">"]
)
def test_an_id_is_never_more_than_one_word_of_a_subject(text: str) -> None:
    assert not is_partner_id(text)


def test_rights_name_one_partner_and_no_wildcard_but_at_the_end_of_its_own() -> None:
    """S4: what is in the token is what the server enforces."""
    rights = rules.rights_of("police-69")
    assert rights.publish == (
        "cmd.signalement.partner.police-69.*.v1",
        "$JS.API.CONSUMER.MSG.NEXT.SIGNALEMENTS.partner-police-69",
        "$JS.ACK.SIGNALEMENTS.partner-police-69.>",
    )
    assert rights.subscribe == ("_INBOX_police-69.>",)


def test_a_consumer_takes_its_territory_alone_and_gives_nothing_up() -> None:
    """S3: a report is delivered until somebody settles it."""
    config = consumers.config_of(LYON.id, LYON.force, LYON.departments)
    assert config.filter_subjects == [
        f"evt.signalement.report.submitted.v1.police.{department}.*" for department in LYON.departments
    ]
    assert config.max_deliver == -1
    assert (config.max_ack_pending or 0) > 0


# ---- keys


def test_a_rotated_key_is_in_force_at_once_and_the_former_holds_for_the_stated_time() -> None:
    first = partner()
    key = key_of(AUTHORITY, first, jwk_of(make_key()))
    both = rules.rotated(first, key, timedelta(days=7))
    now = key.since
    assert both.key_in_force(now) == key
    assert [found.kid for found in recipients([both], Force.POLICE, "69", now)] == [key.kid]
    for kid, after, expected in (
        (key.kid, timedelta(0), None),
        (first.keys[0].kid, timedelta(days=6, hours=23), None),
        (first.keys[0].kid, timedelta(days=7), Refusal.KEY_NOT_IN_FORCE),
        ("x" * 43, timedelta(0), Refusal.KEY_NOT_IN_FORCE),
    ):
        assert check_recipient(both, submission(kid), now + after) is expected
    again = rules.rotated(both, key_of(AUTHORITY, first, jwk_of(make_key())), timedelta(days=30))
    assert again.keys[0].until == both.keys[0].until, "a second rotation does not prolong the first key"


def test_the_same_key_gets_another_certificate_and_one_that_was_replaced_does_not_come_back() -> None:
    first = partner()
    renewed = key_of(AUTHORITY, first, first.keys[0].jwk)
    same = rules.rotated(first, renewed, timedelta(days=7))
    assert [key.kid for key in same.keys] == [first.keys[0].kid]
    assert same.keys[0].certificate == renewed.certificate
    assert same.key_in_force(utc_now()) is not None
    both = rules.rotated(first, key_of(AUTHORITY, first, jwk_of(make_key())), timedelta(days=7))
    with refused("was replaced before"):
        rules.rotated(both, renewed, timedelta(days=7))


def test_no_key_of_a_revoked_partner_is_in_force() -> None:
    first = partner()
    both = rules.rotated(first, key_of(AUTHORITY, first, jwk_of(make_key())), timedelta(days=7))
    now = utc_now()
    gone = rules.revoked(both, now)
    assert gone.revoked_at == now
    assert gone.key_in_force(now) is None
    for key in gone.keys:
        assert check_recipient(gone, submission(key.kid), now) is Refusal.PARTNER_REVOKED
    assert rules.revoked(gone, now + timedelta(days=1)).revoked_at == now


def submission(kid: str) -> SubmitReport:
    return SubmitReport.model_validate(
        {
            "conversation": "8b6ff1c5-6a3f-4c0b-9f6e-4a3c1de0b001",
            "report": "8b6ff1c5-6a3f-4c0b-9f6e-4a3c1de0b002",
            "kind": ReportKind.REPORT,
            "partner": LYON.id,
            "kid": kid,
            "force": Force.POLICE,
            "department": "69",
            "sealed": "a.b.c.d.e",
            "consent": "a.b.c",
            "operator": "police1",
        }
    )


# ---- certificates


def test_a_certificate_says_whose_a_key_is() -> None:
    jwk = jwk_of(make_key())
    now = int(time.time())
    found = certificate.read(key_of(AUTHORITY, LYON, jwk).certificate, AUTHORITY)
    assert (found.partner, found.name, found.force) == (LYON.id, LYON.name, LYON.force)
    assert (found.departments, found.kid, found.jwk) == (("01", "69"), kid_of(jwk), jwk)
    assert found.expires_at - found.issued_at == certificate.VALID_S
    assert abs(found.issued_at - now) <= 1


def claims(**changes: Any) -> dict[str, Any]:
    jwk = jwk_of(make_key())
    said = {"partner": LYON.id, "name": LYON.name, "force": "police", "departments": ["69"], "iat": 1, "exp": 2}
    return {"sub": kid_of(jwk), "cnf": {"jwk": jwk}, **said, **changes}


@pytest.mark.parametrize(
    "changes",
    [
        {"sub": "x" * 43},
        {"cnf": {}},
        {"force": "army"},
        {"departments": "69"},
        {"departments": [69]},
        {"partner": 1},
        {"name": None},
        {"exp": "never"},
    ],
)
def test_what_is_not_a_whole_certificate_is_none(changes: dict[str, Any]) -> None:
    certificate.read(sign(claims(), AUTHORITY, certificate.TYP), AUTHORITY)
    with pytest.raises(BadToken):
        certificate.read(sign(claims(**changes), AUTHORITY, certificate.TYP), AUTHORITY)


def test_only_the_authority_certifies_and_an_account_s_certificate_is_no_partner_s() -> None:
    with pytest.raises(BadToken):
        certificate.read(sign(claims(), make_key(), certificate.TYP), AUTHORITY)
    account = issue_account(AUTHORITY, jwk_of(make_key()), Force.POLICE, ["operator"], 1)
    for text in (account, "", "a.b.c"):
        with pytest.raises(BadToken):
            certificate.read(text, AUTHORITY)


def test_the_list_says_until_when_a_certificate_holds() -> None:
    shown = line(partner())
    assert "police-69" in shown
    assert "active" in shown
    assert f"certificate until {utc_now() + timedelta(seconds=certificate.VALID_S):%Y-%m-%d}" in shown


# ---- files


def file(folder: Path, content: object) -> Path:
    found = folder / "key.jwk"
    found.write_text(content if isinstance(content, str) else json.dumps(content))
    return found


def test_a_public_key_is_read_from_its_file(tmp_path: Path) -> None:
    jwk = jwk_of(make_key())
    assert public_from(file(tmp_path, {**jwk, "kid": "mine", "use": "enc"})) == jwk


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("no JSON", "is no JWK"),
        ([], "no public key of curve P-256"),
        ({"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"}, "no public key of curve P-256"),
        ({"kty": "EC", "crv": "secp256k1", "x": "AA", "y": "AA"}, "no public key of curve P-256"),
        ({"kty": "RSA", "n": "AQAB", "e": "AQAB"}, "no public key of curve P-256"),
        ({"kty": "oct", "k": "AAAA"}, "holds a private key"),
    ],
)
def test_a_file_that_holds_something_else_is_refused(tmp_path: Path, content: object, sentence: str) -> None:
    with pytest.raises(BadPartnerKey, match=sentence):
        public_from(file(tmp_path, content))


def test_a_private_key_in_place_of_a_public_one_is_refused_and_not_quoted(tmp_path: Path) -> None:
    private = make_key().as_dict(private=True)
    with pytest.raises(BadPartnerKey, match="holds a private key") as caught:
        public_from(file(tmp_path, private))
    assert str(private["d"]) not in str(caught.value)


def test_what_is_written_is_its_owner_s_alone_and_used_again(tmp_path: Path) -> None:
    """What was interrupted before it was registered has lost no key."""
    kit = Kit(tmp_path / "out", LYON.id)
    nkey, key = kit.nkey(), kit.key()
    kit.write_card(partner(), "nats://127.0.0.1:4222")
    again = Kit(tmp_path / "out", LYON.id)
    assert (again.nkey(), again.key()) == (nkey, key)
    assert again.key(known={kid_of(key)}) != key
    assert {found.stat().st_mode & 0o077 for found in (tmp_path / "out").iterdir()} == {0}
    assert (tmp_path / "out").stat().st_mode & 0o077 == 0
    card = json.loads(kit.card.read_text())
    assert (card["inbox_prefix"], card["consumer"]) == ("_INBOX_police-69", "partner-police-69")
    assert card["command"].format(verb="refuse") == "cmd.signalement.partner.police-69.refuse.v1"


def test_another_seed_takes_the_place_of_the_first_only_when_it_is_said_so(tmp_path: Path) -> None:
    kit = Kit(tmp_path, LYON.id)
    first, second = kit.nkey(), kit.nkey(another=True)
    assert (kit.nkey(), kit.nkey(another=True)) == (first, second)
    kit.take_next_seed()
    assert kit.nkey() == second
    kit.take_next_seed()
    assert kit.nkey() == second


def test_a_file_that_is_no_seed_is_named(tmp_path: Path) -> None:
    (tmp_path / "police-69.nkey").write_text("rubbish")
    with refused(r"police-69\.nkey: this is no seed"):
        Kit(tmp_path, LYON.id).nkey()


def test_the_sample_client_is_short_and_stands_alone() -> None:
    """The whole of a partner's software in under 120 lines, with public libraries alone."""
    text = (Path(__file__).parents[3] / "examples" / "partner.py").read_text(encoding="utf-8")
    assert len(text.splitlines()) < 120
    imported = {row.split()[1].split(".")[0] for row in text.splitlines() if row.startswith(("import ", "from "))}
    ours = {"services", "shared", "infra", "tests"}
    assert not imported & ours
    assert imported >= {"nats", "joserfc"}
