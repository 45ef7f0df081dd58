"""What the composed stack needs beside its images: passwords, each for who needs it, and a digest of the sources."""

from pathlib import Path

import pytest

from infra.images import digest, passwords
from infra.nats.__main__ import passwords_from
from infra.nats.permissions import SERVICES
from infra.valkey.__main__ import password_of
from infra.valkey.permissions import USERS as STORE_USERS
from shared.nkey import Kind, Nkey
from shared.settings import StoreSettings


def test_each_service_knows_its_own_password_and_no_other() -> None:
    made = passwords.files()
    known = passwords_from(made["nats"])
    for service in SERVICES:
        assert made[service]["HAVRE_NATS_PASSWORD"] == known[service]
        others = {password for user, password in known.items() if user != service}
        assert not others & set(made[service].values())


def test_each_service_with_sockets_knows_its_own_user_of_the_store_and_none_knows_the_server_s() -> None:
    """P1."""
    made = passwords.files()
    assert set(STORE_USERS) == {"gateway", "dispatcher"}
    for user in STORE_USERS:
        secret = made["valkey"][password_of(user)]
        assert (made[user]["HAVRE_VALKEY_USER"], made[user]["HAVRE_VALKEY_PASSWORD"]) == (user, secret)
        assert {name for name, variables in made.items() if secret in variables.values()} == {"valkey", user}
    own = made["valkey"]["HAVRE_VALKEY_PASSWORD"]
    assert {name for name, variables in made.items() if own in variables.values()} == {"valkey"}


def test_signalement_alone_can_admit_partners_and_the_server_knows_who_may() -> None:
    """S4."""
    made = passwords.files()
    seed = made["signalement"]["HAVRE_PARTNER_ISSUER"]
    assert made["nats"]["HAVRE_PARTNER_ISSUER_PUBLIC"] == Nkey(seed, Kind.ACCOUNT).public
    assert [name for name, variables in made.items() if seed in variables.values()] == ["signalement"]


def test_password_files_are_their_owner_s_alone(tmp_path: Path) -> None:
    passwords.write(tmp_path)
    assert {file.stat().st_mode & 0o077 for file in tmp_path.iterdir()} == {0}


def forget(file: Path, *variables: str) -> None:
    """Leave these out of an environment file."""
    lines = file.read_text().splitlines(keepends=True)
    file.write_text("".join(line for line in lines if not line.startswith(tuple(f"{name}=" for name in variables))))


def test_an_upgrade_adds_what_is_missing_and_changes_nothing_else(tmp_path: Path) -> None:
    """A version that knows one more user of NATS, and one more secret: both sides of each agree, all else stays."""
    passwords.write(tmp_path)
    whole = passwords.read(tmp_path)
    (tmp_path / "registrar.env").unlink()
    (tmp_path / "auditor.env").unlink()
    forget(tmp_path / "nats.env", "HAVRE_NATS_PASSWORD_REGISTRAR", "HAVRE_PARTNER_ISSUER_PUBLIC")
    forget(tmp_path / "signalement.env", "HAVRE_PARTNER_ISSUER")
    gateway = "# ours\nHAVRE_FRAME_RATE=50\n" + (tmp_path / "gateway.env").read_text().rstrip("\n")
    (tmp_path / "gateway.env").write_text(gateway)
    assert sorted(passwords.write(tmp_path)) == ["auditor", "nats", "registrar", "signalement"]
    now = passwords.read(tmp_path)
    issuer = Nkey(now["signalement"]["HAVRE_PARTNER_ISSUER"], Kind.ACCOUNT)
    known = passwords_from(now["nats"])
    assert {user: now[user]["HAVRE_NATS_PASSWORD"] for user in known} == known
    assert now["nats"]["HAVRE_PARTNER_ISSUER_PUBLIC"] == issuer.public
    assert (tmp_path / "gateway.env").read_text() == gateway
    for name in ("gateway", "dispatcher", "valkey", "admin", "auditor"):
        assert whole[name].items() <= now[name].items()
    assert passwords.write(tmp_path) == []


def test_an_upgrade_gives_each_service_a_user_of_the_store(tmp_path: Path) -> None:
    """P1: from a version in which both logged in as the server's own user, by an address with its password."""
    passwords.write(tmp_path)
    for user in STORE_USERS:
        forget(tmp_path / f"{user}.env", "HAVRE_VALKEY_USER", "HAVRE_VALKEY_PASSWORD")
        forget(tmp_path / "valkey.env", password_of(user))
        with (tmp_path / f"{user}.env").open("a") as file:
            file.write("HAVRE_VALKEY_URL=redis://:of-the-server@valkey:6379/0\n")
    assert sorted(passwords.write(tmp_path)) == ["dispatcher", "gateway", "valkey"]
    assert passwords.write(tmp_path) == []
    now = passwords.read(tmp_path)
    for user in STORE_USERS:
        assert "of-the-server" not in (tmp_path / f"{user}.env").read_text()
        assert now[user]["HAVRE_VALKEY_PASSWORD"] == now["valkey"][password_of(user)]


@pytest.mark.parametrize("address", ["redis://valkey:6379/0", "redis://:of-the-server@valkey:6379/0"])
def test_a_service_logs_in_as_its_own_user_whatever_its_address_says(address: str) -> None:
    """P1."""
    fields = {"valkey_url": address, "valkey_user": "gateway", "valkey_password": "a/b@c:d"}
    assert StoreSettings.model_validate(fields).store == "redis://gateway:a%2Fb%40c%3Ad@valkey:6379/0"


def test_a_store_s_lost_secrets_are_made_anew_as_the_services_know_them(tmp_path: Path) -> None:
    passwords.write(tmp_path)
    (tmp_path / "valkey.env").unlink()
    assert passwords.write(tmp_path) == ["valkey"]
    now = passwords.read(tmp_path)
    assert {user: now["valkey"][password_of(user)] for user in STORE_USERS} == {
        user: now[user]["HAVRE_VALKEY_PASSWORD"] for user in STORE_USERS
    }


def test_an_image_of_other_sources_is_told_apart(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in digest.OTHERS:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("same")
    (tmp_path / "shared").mkdir()
    monkeypatch.setattr(digest, "ROOT", tmp_path)
    before = digest.digest()
    assert digest.digest() == before
    (tmp_path / "shared" / "new.py").write_text("VALUE = 1\n")
    assert digest.digest() != before
