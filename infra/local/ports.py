"""Ports: which are asked for, which are free, and one clear sentence when one is not."""

import errno
import random
import socket
from collections.abc import Mapping
from contextlib import ExitStack

from infra.local.failure import LaunchFailed

LOWEST, HIGHEST = 10_240, 32_767
"""Where a free port is looked for: the system gives none of these to a connection meanwhile (its own begin above)."""
TRIES = 100


def settle_ports(hosts: Mapping[str, str], wanted: Mapping[str, int]) -> dict[str, int]:
    """Return a port for each setting name in ``wanted``, on its host in ``hosts``; 0 becomes a free one.

    Raises ``LaunchFailed`` naming the setting to change when one is taken, asked for twice or not allowed. The ports
    are free when this returns; nothing holds them until the servers listen.
    """
    _refuse_duplicates(wanted)
    with ExitStack() as held:
        return {setting: held.enter_context(_Held(hosts[setting], setting, port)) for setting, port in wanted.items()}


def free_port(host: str = "127.0.0.1") -> int:
    """Return a port that nobody listens on, and that is not given away before somebody does."""
    with _free(host) as found:
        port: int = found.getsockname()[1]
        return port


class _Held:
    """Hold a port while the others are looked at, so that two free ones are never the same."""

    def __init__(self, host: str, setting: str, port: int) -> None:
        try:
            self._socket = _listening(host, port) if port else _free(host)
        except OSError as error:
            raise LaunchFailed(explain(error, host, setting, port)) from error

    def __enter__(self) -> int:
        port: int = self._socket.getsockname()[1]
        return port

    def __exit__(self, *_exception: object) -> None:
        self._socket.close()


def explain(error: OSError, host: str, setting: str, port: int) -> str:
    """Return the sentence for a port that cannot be listened on."""
    if error.errno == errno.EADDRINUSE:
        return f"port {port} is in use: stop what uses it, or choose another port with {setting}"
    if error.errno == errno.EACCES:
        return f"port {port} needs more rights than you have: choose one above 1023 with {setting}"
    return f"cannot listen on {host} port {port} ({error.strerror}): see HAVRE_HOST and {setting}"


def _free(host: str) -> socket.socket:
    for _ in range(TRIES):
        try:
            return _listening(host, random.randint(LOWEST, HIGHEST))
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise
    return _listening(host, 0)


def _listening(host: str, port: int) -> socket.socket:
    """Return a socket that listens there. Raises ``OSError``."""
    listening = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
        listening.listen(1)
    except OSError:
        listening.close()
        raise
    return listening


def _refuse_duplicates(wanted: Mapping[str, int]) -> None:
    seen: dict[int, str] = {}
    for setting, port in wanted.items():
        if port and port in seen:
            raise LaunchFailed(f"{seen[port]} and {setting} both ask for port {port}: change one of them")
        seen[port] = setting
