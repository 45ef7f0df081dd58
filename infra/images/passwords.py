"""``python -m infra.images.passwords``: make the secrets of the composed stack, each in the file of who needs it.

Writes ``build/compose/<name>.env``, readable by their owner alone. What is there already is kept as it is: after an
upgrade, only what the new version needs besides is added, and agrees with the rest. One thing is taken out: the memory
store's address with the server's own password in it, by which a service could do everything there.
"""

import secrets
from collections.abc import Mapping
from pathlib import Path

from infra.docs.output import ROOT
from infra.nats.__main__ import ISSUER_PUBLIC
from infra.nats.permissions import USERS
from infra.valkey.__main__ import password_of
from infra.valkey.permissions import USERS as STORE_USERS
from shared import nkey

FOLDER = ROOT / "build" / "compose"

TOO_MUCH = "HAVRE_VALKEY_URL=redis://:"
"""How an address begins that has the password of the server's own user; the composed stack states its own."""

Files = dict[str, dict[str, str]]
"""The variables of each file, by its name."""


def files(kept: Mapping[str, Mapping[str, str]] | None = None) -> Files:
    """Return the variables of each file: those that are ``kept``, and new ones that agree with them."""
    had = kept or {}

    def secret(name: str, variable: str) -> str:
        return had.get(name, {}).get(variable) or secrets.token_urlsafe(32)

    server = had.get("nats", {})
    nats = {user: server.get(_of(user)) or secret(user, "HAVRE_NATS_PASSWORD") for user in USERS}
    valkey = had.get("valkey", {})
    store = {user: valkey.get(password_of(user)) or secret(user, "HAVRE_VALKEY_PASSWORD") for user in STORE_USERS}
    issuer = had.get("signalement", {}).get("HAVRE_PARTNER_ISSUER") or nkey.make_seed(nkey.Kind.ACCOUNT)
    made = {
        "nats": {_of(user): password for user, password in nats.items()},
        "valkey": {
            "HAVRE_VALKEY_PASSWORD": secret("valkey", "HAVRE_VALKEY_PASSWORD"),
            **{password_of(user): password for user, password in store.items()},
        },
    }
    for user in USERS:
        made[user] = {"HAVRE_NATS_USER": user, "HAVRE_NATS_PASSWORD": nats[user]}
    made["dispatcher"]["HAVRE_STAFF_KEY"] = secret("dispatcher", "HAVRE_STAFF_KEY")
    made["gateway"]["HAVRE_RESUME_PEPPER"] = secret("gateway", "HAVRE_RESUME_PEPPER")
    made["signalement"]["HAVRE_PARTNER_ISSUER"] = issuer
    made["nats"][ISSUER_PUBLIC] = nkey.Nkey(issuer, nkey.Kind.ACCOUNT).public
    for user in STORE_USERS:
        made[user] |= {"HAVRE_VALKEY_USER": user, "HAVRE_VALKEY_PASSWORD": store[user]}
    return {name: {**variables, **had.get(name, {})} for name, variables in made.items()}


def _of(user: str) -> str:
    """Return the variable by which the NATS server is told a user's password."""
    return f"HAVRE_NATS_PASSWORD_{user.upper()}"


def read(folder: Path) -> Files:
    """Return the variables that the files of ``folder`` have."""
    found: Files = {}
    for file in folder.glob("*.env"):
        lines = (line.partition("=") for line in file.read_text(encoding="utf-8").splitlines() if line[:1] != "#")
        found[file.stem] = {name.strip(): value for name, sign, value in lines if sign}
    return found


def write(folder: Path) -> list[str]:
    """Add what is missing to the files of ``folder``, take out what is too much; return which files were written."""
    folder.mkdir(parents=True, exist_ok=True)
    kept = read(folder)
    written = []
    for name, variables in files(kept).items():
        missing = {variable: value for variable, value in variables.items() if variable not in kept.get(name, {})}
        file = folder / f"{name}.env"
        before = file.read_text(encoding="utf-8") if file.exists() else ""
        lines = [line for line in before.splitlines() if not line.startswith(TOO_MUCH)]
        if missing or len(lines) < len(before.splitlines()):
            file.touch(mode=0o600)
            added = [f"{variable}={value}" for variable, value in missing.items()]
            file.write_text("".join(f"{line}\n" for line in (*lines, *added)), encoding="utf-8")
            written.append(name)
    return written


if __name__ == "__main__":
    if new := write(FOLDER):
        print(f"changed in {FOLDER.relative_to(ROOT)}: {', '.join(sorted(new))}")
