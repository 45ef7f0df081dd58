"""``python -m infra.images.passwords``: make the secrets of the composed stack, each in the file of who needs it.

Writes ``build/compose/<name>.env``, readable by their owner alone; files that are there already are left as they are,
and either all are made or none.
"""

import secrets
import sys
from pathlib import Path

from infra.docs.output import ROOT
from infra.nats.__main__ import ISSUER_PUBLIC
from infra.nats.permissions import USERS
from shared import nkey

FOLDER = ROOT / "build" / "compose"
WITH_STORE = ("gateway", "dispatcher")


def files() -> dict[str, dict[str, str]]:
    """Return the variables of each file, with new passwords."""
    nats = {user: secrets.token_urlsafe(24) for user in USERS}
    valkey = secrets.token_urlsafe(24)
    made = {
        "nats": {f"HAVRE_NATS_PASSWORD_{user.upper()}": password for user, password in nats.items()},
        "valkey": {"HAVRE_VALKEY_PASSWORD": valkey},
    }
    for user in USERS:
        made[user] = {"HAVRE_NATS_USER": user, "HAVRE_NATS_PASSWORD": nats[user]}
    made["dispatcher"]["HAVRE_STAFF_KEY"] = secrets.token_urlsafe(32)
    made["gateway"]["HAVRE_RESUME_PEPPER"] = secrets.token_urlsafe(32)
    issuer = nkey.make_seed(nkey.Kind.ACCOUNT)
    made["signalement"]["HAVRE_PARTNER_ISSUER"] = issuer
    made["nats"][ISSUER_PUBLIC] = nkey.Nkey(issuer, nkey.Kind.ACCOUNT).public
    for service in WITH_STORE:
        made[service]["HAVRE_VALKEY_URL"] = f"redis://:{valkey}@valkey:6379/0"
    return made


def write(folder: Path) -> None:
    """Write the files into ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, variables in files().items():
        file = folder / f"{name}.env"
        file.touch(mode=0o600)
        file.write_text("".join(f"{key}={value}\n" for key, value in variables.items()), encoding="utf-8")


if __name__ == "__main__":
    if any(FOLDER.glob("*.env")):
        sys.exit(0)
    write(FOLDER)
    print(f"passwords are in {FOLDER.relative_to(ROOT)}")
