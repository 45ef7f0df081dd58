"""Whose request it is: no header counts but what trusted proxies wrote into it (P2)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from shared.proxies import Endpoint, client_address, client_endpoint, countable, networks
from shared.settings import WebSettings

OURS = networks("10.0.0.0/8, 127.0.0.1, fd00::/8")
CLIENT = "203.0.113.7"
ADDRESSES = st.ip_addresses().map(str)
HEADERS = st.lists(st.lists(ADDRESSES | st.text(), max_size=4).map(", ".join), max_size=3)


@given(ADDRESSES, HEADERS)
def test_without_trusted_proxies_no_header_counts(peer: str, forwarded: list[str]) -> None:
    assert client_address(peer, forwarded, ()) == client_address(peer, [], ())


@given(HEADERS)
def test_a_stranger_who_reaches_the_port_is_who_they_are_whatever_they_write(forwarded: list[str]) -> None:
    assert client_address(CLIENT, forwarded, OURS) == CLIENT


@given(HEADERS)
def test_behind_a_proxy_what_a_client_wrote_before_changes_nothing(forged: list[str]) -> None:
    assert client_address("10.0.0.1", [*forged, CLIENT], OURS) == CLIENT
    assert client_address("10.0.0.1", [*forged, f"{CLIENT}, 10.0.0.2"], OURS) == CLIENT


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        ("10.0.0.1", [], "10.0.0.1"),
        ("127.0.0.1", ["203.0.113.7"], CLIENT),
        ("::ffff:10.0.0.1", ["203.0.113.7"], CLIENT),
        ("10.0.0.1", ["203.0.113.7:52100"], CLIENT),
        ("fd00::1", ["2001:db8::7"], "2001:db8::7"),
        ("fd00::1", ["[2001:db8::7]:443"], "2001:db8::7"),
        ("10.0.0.1", ["203.0.113.7", "10.0.0.3, 10.0.0.2"], CLIENT),
        ("10.0.0.1", ["203.0.113.7, unknown, 10.0.0.2"], "10.0.0.2"),
        ("10.0.0.1", [""], "10.0.0.1"),
        ("10.0.0.1", ["10.0.0.9"], "10.0.0.9"),
        ("", ["203.0.113.7"], ""),
    ],
)
def test_the_list_is_read_from_its_end_as_far_as_it_is_ours(peer: str, forwarded: list[str], client: str) -> None:
    assert client_address(peer, forwarded, OURS) == client


@pytest.mark.parametrize("wrong", ["proxy.example", "10.0.0.1/8", "2", "10.0.0.0/33"])
def test_a_setting_that_names_no_network_stops_the_service(wrong: str) -> None:
    with pytest.raises(ValidationError):
        WebSettings(trusted_proxies=wrong)


@pytest.mark.parametrize(
    ("peer", "forwarded", "trusted", "expected"),
    [
        ("9.9.9.9", [], "", "9.9.9.9"),
        ("9.9.9.9", ["198.51.100.1"], "", "9.9.9.9"),
        ("127.0.0.1", [], "", None),
        ("::1", ["198.51.100.1"], "", None),
        ("127.0.0.1", ["198.51.100.1"], "127.0.0.0/8", "198.51.100.1"),
        ("10.0.0.2", ["198.51.100.1"], "", None),
        ("10.0.0.2", ["198.51.100.1"], "10.0.0.0/8", "198.51.100.1"),
        ("10.0.0.2", [], "10.0.0.0/8", None),
        ("10.0.0.2", [], "", "10.0.0.2"),
        ("", [], "", None),
    ],
)
def test_an_address_that_everybody_stands_behind_is_not_counted(
    peer: str, forwarded: list[str], trusted: str, expected: str | None
) -> None:
    """V1: a proxy that nobody has named must not make all visitors one."""
    assert countable(peer, forwarded, networks(trusted)) == expected


@pytest.mark.parametrize(
    ("peer", "forwarded", "expected"),
    [
        (CLIENT, [], Endpoint(CLIENT, 40_000, "connection")),
        (CLIENT, ["198.51.100.1:1"], Endpoint(CLIENT, 40_000, "connection")),
        ("10.0.0.1", [f"{CLIENT}:52100"], Endpoint(CLIENT, 52_100, "proxy")),
        ("10.0.0.1", [CLIENT], Endpoint(CLIENT, None, "proxy")),
        ("10.0.0.1", [f"{CLIENT}:0"], Endpoint(CLIENT, None, "proxy")),
        ("10.0.0.1", [f"{CLIENT}:99999"], Endpoint(CLIENT, None, "proxy")),
        ("10.0.0.1", ["[2001:db8::7]:443"], Endpoint("2001:db8::7", 443, "proxy")),
        ("10.0.0.1", ["[2001:db8::7]"], Endpoint("2001:db8::7", None, "proxy")),
        ("10.0.0.1", [f"{CLIENT}:52100, 10.0.0.2:7"], Endpoint(CLIENT, 52_100, "proxy")),
        ("10.0.0.1", [], Endpoint("10.0.0.1", 40_000, "ours")),
        ("10.0.0.1", ["unknown"], Endpoint("10.0.0.1", 40_000, "ours")),
    ],
)
def test_the_port_is_the_visitor_s_or_not_known(peer: str, forwarded: list[str], expected: Endpoint) -> None:
    """P2: behind a shared address the port and the moment lead to a line; a proxy's own port leads nowhere."""
    assert client_endpoint(peer, 40_000, forwarded, OURS) == expected
