"""The whole system as an object, for the launcher, tests and benches: start, kill a part, start it again, stop."""

import asyncio
import os
import signal
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from pathlib import Path

import nats.errors
import nats.js.errors

from infra import streams as declarations
from infra.local import magistrate, partners, plan, probes, staff
from infra.local.binaries import SET_UP_AGAIN
from infra.local.children import Child
from infra.local.failure import LaunchFailed
from infra.local.rundir import RunDir, sweep
from infra.local.settings import LocalSettings
from infra.nats.permissions import ADMIN, REGISTRAR, SERVICES
from shared.sealing import account_key, authority
from shared.settings import Settings

Say = Callable[[str], None]

PROBE_EVERY_S = 0.05
STOP_WITHIN_S = 10.0


def silent(_line: str) -> None:
    """Say nothing: for tests."""


class Stack:
    """NATS, Valkey, streams, services and demo staff, in a run directory of their own.

    Start it from a thread that lives as long as the stack shall: its processes die with that thread. Nothing in it is
    bound to one event loop.
    """

    def __init__(
        self,
        settings: LocalSettings | None = None,
        *,
        services: Sequence[str] = SERVICES,
        demo_staff: bool = True,
        demo_partners: bool = True,
        key_rounds: int = account_key.ROUNDS,
        say: Say = silent,
    ) -> None:
        """Prepare; nothing is started or written yet. ``services`` may name fewer than all five.

        ``key_rounds``: how slow the demo staff's keys are to open.
        """
        self.settings = settings or LocalSettings()
        self.services = tuple(services)
        self.secrets = plan.Secrets()
        self.credentials: list[staff.Login] = []
        self.partners: list[partners.DemoPartner] = []
        self.magistrate: magistrate.DemoMagistrate | None = None
        self.children: dict[str, Child] = {}
        self._demo_staff = demo_staff and "dispatcher" in self.services
        self._demo_partners = demo_partners and "signalement" in self.services
        self._key_rounds = key_rounds
        self._say = say
        self._authority = ""
        self._run: RunDir | None = None
        self._addresses: plan.Addresses | None = None

    @property
    def addresses(self) -> plan.Addresses:
        """Where everything listens; raises ``RuntimeError`` before ``start``."""
        if self._addresses is None:
            raise RuntimeError("the stack has not been started")
        return self._addresses

    @property
    def run_dir(self) -> RunDir:
        """Its run directory: logs under ``logs/<name>.log``, the streams under ``nats/``."""
        if self._run is None:
            raise RuntimeError("the stack has not been started")
        return self._run

    def environment(self, service: str) -> dict[str, str]:
        """Return the environment that ``service`` runs in."""
        environment = plan.service_env(service, self.addresses, self.secrets, self._authority)
        if service == "gateway" and self.magistrate is not None:
            environment.setdefault("HAVRE_MAGISTRATE_KEYS", self.magistrate.jwks)
        return environment

    def office(self) -> dict[str, str]:
        """Return the environment for commands about accounts: the dispatcher's, and the staff authority's own key."""
        return {**self.environment("dispatcher"), plan.AUTHORITY_KEY: str(self.authority_file)}

    def registry(self) -> dict[str, str]:
        """Return the environment for commands about partners: the registrar's, and the staff authority's own key."""
        user = {f"HAVRE_{name.upper()}": value for name, value in self._as_user(REGISTRAR).items()}
        return {**os.environ, **user, plan.AUTHORITY_KEY: str(self.authority_file)}

    @property
    def authority_file(self) -> Path:
        """The staff authority's private key, for its owner's eyes alone."""
        return self.run_dir.path / "authority.jwk"

    async def start(self) -> None:
        """Start everything and return once every part is ready.

        Raises ``LaunchFailed`` when a part cannot start; ``stop`` is due then as well.
        """
        try:
            await self._start_all()
        except ExceptionGroup as group:
            raise next(_leaves(group)) from None

    async def _start_all(self) -> None:
        self._addresses = plan.addresses_for(self.settings)
        sweep()
        self._run = RunDir()
        authority.make(self.authority_file)
        signs = authority.load_private(self.authority_file)
        self._authority = authority.public_text(signs)
        if self._demo_staff:
            self.magistrate = magistrate.made(self._demo_password, signs)
        self.children = {
            plan.NATS: plan.nats_child(self.addresses, self.secrets, self._run),
            plan.VALKEY: plan.valkey_child(self.addresses, self.secrets, self.settings.valkey_memory_mb, self._run),
        }
        for name in self.services:
            self.children[name] = plan.service_child(name, self.environment(name), self._run)
        async with asyncio.TaskGroup() as servers:
            for name in plan.SERVERS:
                servers.create_task(self._step(name, self.start_service(name)))
        await self._step("streams and consumers", self._declare())
        async with asyncio.TaskGroup() as group:
            for name in self.services:
                group.create_task(self._step(name, self.start_service(name)))
            if self._demo_staff:
                group.create_task(self._step("demo staff", self._add_staff()))
            if self._demo_partners:
                group.create_task(self._step("demo partners", self._add_partners()))

    async def _step(self, label: str, work: Awaitable[None]) -> None:
        started = time.monotonic()
        await work
        self._say(f"  {label:<24}{time.monotonic() - started:5.1f} s")

    async def _declare(self) -> None:
        settings = declarations.AdminSettings.model_validate(self._as_user(ADMIN))
        try:
            client = await declarations.connect(settings)
            try:
                await declarations.declare(client.jetstream(), settings.nats_replicas, settings.kept)
            finally:
                await client.close()
        except (nats.errors.Error, nats.js.errors.Error, OSError) as error:
            raise LaunchFailed(f"NATS refused to declare the streams: {type(error).__name__}: {error}") from error

    def _as_user(self, user: str) -> dict[str, str]:
        return {"nats_url": self.addresses.nats, "nats_user": user, "nats_password": self.secrets.nats[user]}

    @property
    def _demo_password(self) -> str | None:
        password = self.settings.demo_password
        return password.get_secret_value() if password else None

    async def _add_staff(self) -> None:
        logins = staff.demo_logins(self._demo_password)
        signs, dispatcher = authority.load_private(self.authority_file), self._as_user("dispatcher")
        await staff.add_all(logins, Settings.model_validate(dispatcher), signs, self._key_rounds)
        if self.magistrate is not None:
            key = self.environment("dispatcher")["HAVRE_STAFF_KEY"]
            await magistrate.add(self.magistrate, Settings.model_validate(dispatcher), key, self._key_rounds)
        self.credentials = logins

    async def _add_partners(self) -> None:
        registrar = Settings.model_validate(self._as_user(REGISTRAR))
        signs = authority.load_private(self.authority_file)
        self.partners = await partners.add_all(self.run_dir.path / "partners", registrar, signs)

    async def start_service(self, name: str) -> None:
        """Start one part (a service, ``nats`` or ``valkey``) and return once it is ready.

        Raises ``LaunchFailed`` when it ends meanwhile or takes too long.
        """
        child = self.children[name]
        try:
            child.start()
        except OSError as error:
            raise LaunchFailed(f"{name} cannot be run ({error.strerror}): {SET_UP_AGAIN}") from error
        deadline = time.monotonic() + self.settings.start_timeout_s
        while problem := await self.problem(name):
            if not child.alive:
                raise LaunchFailed(_why_it_ended(child))
            if time.monotonic() > deadline:
                raise LaunchFailed(
                    f"{name} is not ready after {self.settings.start_timeout_s:.0f} s: {problem};"
                    " on a slow machine, give it longer with HAVRE_START_TIMEOUT_S"
                )
            await asyncio.sleep(PROBE_EVERY_S)

    async def problem(self, name: str) -> str | None:
        """Return what keeps a part from being ready, or None when it is."""
        host = plan.LOOPBACK
        if name == plan.NATS:
            well = await probes.nats_answers(host, self.addresses.nats_port)
        elif name == plan.VALKEY:
            well = await probes.valkey_answers(host, self.addresses.valkey_port, self.secrets.valkey)
        else:
            return await probes.service_problem(host, self.addresses.ops_ports[name])
        return None if well and self.children[name].alive else "does not answer yet"

    def kill(self, name: str) -> None:
        """Kill one part as a crash would (SIGKILL); returns once it is gone."""
        self.children[name].kill()

    async def restart(self, name: str) -> None:
        """Kill one part and start it again; returns once it is ready."""
        self.kill(name)
        await self.start_service(name)

    async def stop(self, within_s: float = STOP_WITHIN_S) -> None:
        """Stop services, then servers, each asked first and killed when it lingers; remove the run directory."""
        try:
            await self._end([name for name in self.children if name not in plan.SERVERS], within_s)
            await self._end(list(plan.SERVERS), within_s)
        finally:
            for child in self.children.values():
                child.kill()
            if self._run is not None:
                self._run.remove()
                self._run = None

    async def _end(self, names: Sequence[str], within_s: float) -> None:
        children = [self.children[name] for name in names if name in self.children]
        for child in children:
            child.send(signal.SIGTERM)
        await asyncio.gather(*(asyncio.to_thread(child.wait, within_s) for child in children))


def _leaves(group: ExceptionGroup[Exception]) -> Iterator[Exception]:
    for error in group.exceptions:
        if isinstance(error, ExceptionGroup):
            yield from _leaves(error)
        else:
            yield error


def _why_it_ended(child: Child) -> str:
    words = child.last_words()
    broken = "ImportError" in words or "ModuleNotFoundError" in words
    return f"{child.name} ended while starting ({child.ending()}): {words or 'no word in its log'}" + (
        f"; {SET_UP_AGAIN}" if broken else ""
    )
