"""``python -m infra.nats FILE``: write the server's configuration for a container or a unit file.

Passwords come from ``HAVRE_NATS_PASSWORD_GATEWAY``, ``..._ROUTER``, ``..._DISPATCHER``, ``..._SIGNALEMENT``,
``..._REFERRAL``, ``..._ADMIN``, ``..._AUDITOR`` and ``..._REGISTRAR``; the public key of who admits partners (``A...``)
from ``HAVRE_PARTNER_ISSUER_PUBLIC``: without it partners cannot connect.
"""

import argparse
import os
import sys
from pathlib import Path

from infra.nats.config import ServerOptions, render
from infra.nats.permissions import USERS
from shared.nkey import BadNkey

ISSUER_PUBLIC = "HAVRE_PARTNER_ISSUER_PUBLIC"


def passwords_from(environment: dict[str, str]) -> dict[str, str]:
    """Return each user's password; raises ``KeyError`` naming the first variable that is missing or empty."""
    found = {}
    for user in USERS:
        variable = f"HAVRE_NATS_PASSWORD_{user.upper()}"
        if not environment.get(variable):
            raise KeyError(variable)
        found[user] = environment[variable]
    return found


def main() -> None:
    """Write the file, readable by its owner alone."""
    parser = argparse.ArgumentParser(prog="python -m infra.nats", description=__doc__)
    parser.add_argument("file", type=Path, help="where to write nats-server.conf")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=4222)
    parser.add_argument("--store-dir", type=Path, required=True, help="folder of the streams")
    parser.add_argument("--monitor", default="", help="host:port of the monitoring page, for health checks")
    parser.add_argument("--server-name", default="havre")
    arguments = parser.parse_args()
    try:
        passwords = passwords_from(dict(os.environ))
    except KeyError as missing:
        sys.exit(f"set {missing.args[0]}: every NATS user needs a password")
    options = ServerOptions(
        port=arguments.port,
        store_dir=arguments.store_dir,
        passwords=passwords,
        host=arguments.host,
        monitor=arguments.monitor,
        server_name=arguments.server_name,
        partner_issuer=os.environ.get(ISSUER_PUBLIC, ""),
    )
    try:
        text = render(options)
    except BadNkey as bad:
        sys.exit(f"{ISSUER_PUBLIC}: {bad}")
    if not options.partner_issuer:
        print(f"partners cannot connect: {ISSUER_PUBLIC} is not set", file=sys.stderr)
    arguments.file.touch(mode=0o600)
    arguments.file.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
