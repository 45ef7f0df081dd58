"""What is started with what: command lines and environments of the servers and the services."""

import os
import secrets
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field

from infra.local.binaries import REPOSITORY, nats_server, valkey_server
from infra.local.children import Child
from infra.local.ports import settle_ports
from infra.local.rundir import RunDir
from infra.local.settings import LocalSettings
from infra.nats import config as nats_config
from infra.nats.permissions import SERVICES, USERS
from infra.valkey import config as valkey_config
from infra.valkey import permissions as valkey_permissions
from shared import nkey

LOOPBACK = "127.0.0.1"
"""Servers and ops ports are never on any other address here; only the pages may be."""

NATS = "nats"
VALKEY = "valkey"
SERVERS = (NATS, VALKEY)
AUTHORITY_KEY = "HAVRE_STAFF_AUTHORITY_KEY"
"""Variable that tells commands about accounts where the staff authority's private key is."""
ISSUER = "HAVRE_PARTNER_ISSUER"
"""Variable that tells signalement with which key it admits partners."""
WITH_PAGE = frozenset({"gateway", "dispatcher"})


@dataclass(frozen=True)
class Addresses:
    """Where everything listens."""

    host: str
    nats_port: int
    valkey_port: int
    gateway_port: int
    dispatcher_port: int
    ops_ports: Mapping[str, int]

    @property
    def visitor(self) -> str:
        """The visitor's page."""
        return f"http://{self._page_host}:{self.gateway_port}/"

    @property
    def console(self) -> str:
        """The operators' console."""
        return f"http://{self._page_host}:{self.dispatcher_port}/"

    @property
    def nats(self) -> str:
        """The broker, without credentials."""
        return f"nats://{LOOPBACK}:{self.nats_port}"

    @property
    def valkey(self) -> str:
        """The memory store, without credentials."""
        return f"redis://{LOOPBACK}:{self.valkey_port}/0"

    def ops(self, service: str) -> str:
        """Health and metrics of one service."""
        return f"http://{LOOPBACK}:{self.ops_ports[service]}"

    @property
    def _page_host(self) -> str:
        return LOOPBACK if self.host in {"0.0.0.0", "::"} else self.host  # noqa: S104 - compared, not listened on


@dataclass(frozen=True)
class Secrets:
    """Passwords of this start alone."""

    nats: Mapping[str, str] = field(default_factory=lambda: {user: secrets.token_urlsafe(24) for user in USERS})
    valkey: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    """Of the memory store's own user, which may do everything."""
    store: Mapping[str, str] = field(
        default_factory=lambda: {user: secrets.token_urlsafe(24) for user in valkey_permissions.USERS}
    )
    """Of the services that use the memory store."""
    staff: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    """Key that seals what lies in staff accounts."""
    resume: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    """Pepper of the resume words."""
    issuer: str = field(default_factory=lambda: nkey.make_seed(nkey.Kind.ACCOUNT))
    """Seed of the key that admits partners to NATS."""


def addresses_for(settings: LocalSettings) -> Addresses:
    """Settle every port. Raises ``LaunchFailed`` when one is not to be had."""
    pages = {"HAVRE_GATEWAY_PORT": settings.gateway_port, "HAVRE_DISPATCHER_PORT": settings.dispatcher_port}
    inner = {"HAVRE_NATS_PORT": settings.nats_port, "HAVRE_VALKEY_PORT": settings.valkey_port}
    # Named by position, so that the sentence about a taken one points at the one setting that moves them all.
    inner |= {
        f"HAVRE_OPS_BASE (+{index})": settings.ops_base + index if settings.ops_base else 0
        for index in range(len(SERVICES))
    }
    found = settle_ports({**dict.fromkeys(pages, settings.host), **dict.fromkeys(inner, LOOPBACK)}, pages | inner)
    return Addresses(
        host=settings.host,
        nats_port=found["HAVRE_NATS_PORT"],
        valkey_port=found["HAVRE_VALKEY_PORT"],
        gateway_port=found["HAVRE_GATEWAY_PORT"],
        dispatcher_port=found["HAVRE_DISPATCHER_PORT"],
        ops_ports={name: found[f"HAVRE_OPS_BASE (+{index})"] for index, name in enumerate(SERVICES)},
    )


def nats_child(addresses: Addresses, passwords: Secrets, run: RunDir) -> Child:
    """Return the NATS server; its configuration is written into the run directory, for its owner's eyes."""
    options = nats_config.ServerOptions(
        port=addresses.nats_port,
        store_dir=run.path / "nats",
        passwords=passwords.nats,
        host=LOOPBACK,
        partner_issuer=nkey.Nkey(passwords.issuer, nkey.Kind.ACCOUNT).public,
    )
    file = run.path / "nats-server.conf"
    file.touch(mode=0o600)
    file.write_text(nats_config.render(options), encoding="utf-8")
    return Child(NATS, [str(nats_server()), "-c", str(file)], os.environ, run.log(NATS))


def valkey_child(addresses: Addresses, passwords: Secrets, memory_mb: int, run: RunDir) -> Child:
    """Return the memory store; its configuration comes on standard input, so that its password is in no file."""
    folder = run.path / "valkey"
    folder.mkdir()
    options = valkey_config.StoreOptions(
        port=addresses.valkey_port,
        password=passwords.valkey,
        users=passwords.store,
        work_dir=folder,
        host=LOOPBACK,
        memory_mb=memory_mb,
    )
    feed = valkey_config.render(options).encode()
    return Child(VALKEY, [str(valkey_server()), "-"], os.environ, run.log(VALKEY), feed=feed)


def service_env(name: str, addresses: Addresses, passwords: Secrets, authority: str) -> dict[str, str]:
    """Return the environment of one service: this process's own, and what only that service may know.

    ``authority``: public key of the staff authority; no service is told where the private one is.
    """
    env = {
        **os.environ,
        "PYTHONUNBUFFERED": "1",
        "HAVRE_NATS_URL": addresses.nats,
        "HAVRE_NATS_USER": name,
        "HAVRE_NATS_PASSWORD": passwords.nats[name],
        "HAVRE_OPS_HOST": LOOPBACK,
        "HAVRE_OPS_PORT": str(addresses.ops_ports[name]),
    }
    env.pop(AUTHORITY_KEY, None)
    env.pop(ISSUER, None)
    if name == "signalement":
        env[ISSUER] = passwords.issuer
    if name == "dispatcher":
        env.setdefault("HAVRE_STAFF_KEY", passwords.staff)
    if name == "gateway":
        env.setdefault("HAVRE_RESUME_PEPPER", passwords.resume)
    if name in passwords.store:
        env["HAVRE_VALKEY_URL"] = addresses.valkey
        env["HAVRE_VALKEY_USER"] = name
        env["HAVRE_VALKEY_PASSWORD"] = passwords.store[name]
    if name in WITH_PAGE:
        env["HAVRE_STAFF_AUTHORITY"] = authority
        env["HAVRE_HOST"] = addresses.host
        env["HAVRE_PORT"] = str(addresses.gateway_port if name == "gateway" else addresses.dispatcher_port)
    return env


def service_child(name: str, env: Mapping[str, str], run: RunDir) -> Child:
    """Return one service, run as ``python -m services.<name>``."""
    return Child(name, [sys.executable, "-m", f"services.{name}"], env, run.log(name), cwd=REPOSITORY)
