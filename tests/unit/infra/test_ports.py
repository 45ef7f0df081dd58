"""A port that is not to be had is named with the setting to change."""

import socket
from pathlib import Path

import pytest

from infra.local.failure import LaunchFailed
from infra.local.ports import LOWEST, explain, settle_ports

HOST = "127.0.0.1"


def settle(wanted: dict[str, int]) -> dict[str, int]:
    return settle_ports(dict.fromkeys(wanted, HOST), wanted)


def test_zero_takes_free_ports_that_differ() -> None:
    found = settle({"HAVRE_A": 0, "HAVRE_B": 0, "HAVRE_C": 0})
    assert len(set(found.values())) == 3
    assert all(found.values())


def test_a_free_port_is_none_that_the_system_gives_to_a_connection_before_a_server_listens() -> None:
    first, _ = Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()
    assert all(LOWEST <= port < int(first) for port in settle({"HAVRE_A": 0, "HAVRE_B": 0}).values())


def test_a_port_in_use_is_named_with_its_setting() -> None:
    with socket.create_server((HOST, 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(LaunchFailed, match=rf"port {port} is in use: .* HAVRE_GATEWAY_PORT"):
            settle({"HAVRE_GATEWAY_PORT": port})


def test_one_port_asked_for_twice_is_refused() -> None:
    with pytest.raises(LaunchFailed, match="HAVRE_A and HAVRE_B both ask for port 8080"):
        settle({"HAVRE_A": 8080, "HAVRE_B": 8080})


def test_ports_are_free_again_once_settled() -> None:
    port = settle({"HAVRE_A": 0})["HAVRE_A"]
    with socket.create_server((HOST, port)):
        pass


def test_a_port_that_needs_rights_says_so() -> None:
    assert "choose one above 1023 with HAVRE_A" in explain(PermissionError(13, "denied"), HOST, "HAVRE_A", 80)


def test_an_address_that_is_not_this_machine_s_says_so() -> None:
    with pytest.raises(LaunchFailed, match=r"cannot listen on 203\.0\.113\.7"):
        settle_ports({"HAVRE_A": "203.0.113.7"}, {"HAVRE_A": 0})
