"""What infra declares: streams, rights, the store's configuration, the table of settings."""

import json
from collections.abc import Callable
from fnmatch import fnmatchcase
from inspect import signature
from pathlib import Path
from typing import Any

import pytest
from nats.js.api import RetentionPolicy, StorageType

from infra import configuration, consumers, streams
from infra.nats.__main__ import passwords_from
from infra.nats.config import ServerOptions, render
from infra.nats.permissions import SERVICES, SHARED, TABLE, USERS, inbox
from infra.valkey import config as valkey
from infra.valkey import permissions as valkey_permissions
from shared import keys
from shared import streams as names
from shared.nkey import BadNkey, Kind, Nkey, make_seed
from shared.settle import DELAYS_S


def test_every_stream_is_on_disk_bounded_and_as_replicated_as_asked() -> None:
    for config in streams.stream_configs(replicas=3):
        assert config.storage is StorageType.FILE
        assert config.max_bytes
        assert config.num_replicas == 3


def test_no_stream_captures_the_chat() -> None:
    """P1: nothing that a person wrote can reach a durable stream."""
    captured = [subject for config in streams.stream_configs(1) for subject in config.subjects or []]
    assert captured
    assert not [subject for subject in captured if subject.startswith(("chat", "staff", ">", "*", "qry"))]


def test_facts_of_conversations_are_kept_until_all_have_them() -> None:
    config = streams.stream_configs(1)[0]
    assert (config.name, config.retention) == (names.CONVERSATIONS, RetentionPolicy.INTEREST)


def test_a_message_is_put_aside_by_its_service_before_the_server_gives_up() -> None:
    assert len(DELAYS_S) + 1 < consumers.MAX_DELIVER
    assert len(consumers.BACKOFF_S) < consumers.MAX_DELIVER


def test_a_visitor_does_not_wait_long_for_what_a_dead_instance_held() -> None:
    """O8: the first redelivery comes within seconds."""
    assert all((consumer.backoff or [])[0] <= 5 for consumer in consumers.consumer_configs())


def test_every_user_has_rights_and_a_private_inbox() -> None:
    assert set(TABLE) == set(USERS)
    text = render(ServerOptions(port=4222, store_dir=Path("/data"), passwords=dict.fromkeys(USERS, "secret")))
    for user in USERS:
        assert text.count(f'"{inbox(user)}"') == 1


def test_no_service_may_touch_streams_or_consumers_of_conversations() -> None:
    for user in SERVICES:
        for subject in TABLE[user].publish:
            assert not subject.startswith(("$JS.API.STREAM.CREATE", "$JS.API.STREAM.DELETE", "$JS.API.>", "$JS.>", ">"))
            if names.CONVERSATIONS in subject:
                assert subject.startswith(("$JS.API.CONSUMER.INFO", "$JS.API.CONSUMER.MSG.NEXT", "$JS.ACK"))


def test_payloads_are_never_logged_by_the_broker() -> None:
    """P1: debug and trace would write them."""
    text = render(ServerOptions(port=4222, store_dir=Path("/data"), passwords=dict.fromkeys(USERS, "secret")))
    assert "debug: false" in text
    assert "trace: false" in text


def options(**changes: Any) -> ServerOptions:
    return ServerOptions(
        **{"port": 4222, "store_dir": Path("/data"), "passwords": dict.fromkeys(USERS, "x"), **changes}
    )


def test_without_an_issuer_nobody_admits_partners_and_streams_stay_where_they_are() -> None:
    """S4: giving the key later changes no account of the streams."""
    issuer = Nkey(make_seed(Kind.ACCOUNT), Kind.ACCOUNT).public
    without, with_one = render(options()), render(options(partner_issuer=issuer))
    assert "auth_callout" not in without
    assert "PARTNERS" not in without.replace("KV_PARTNERS", "").replace("$KV.PARTNERS", "")
    for text in (without, with_one):
        assert "  HAVRE {\n    jetstream: enabled" in text
    assert f"issuer: {issuer}" in with_one
    assert f"auth_users: {json.dumps(USERS)}" in with_one, "no service depends on whoever admits partners"
    with pytest.raises(BadNkey):
        render(options(partner_issuer="UABC"))


def test_partners_and_services_share_three_subjects_and_no_other() -> None:
    """S4."""
    assert list(SHARED) == [
        "cmd.signalement.partner.*.*.v1",
        "$JS.API.CONSUMER.MSG.NEXT.SIGNALEMENTS.*",
        "$JS.ACK.SIGNALEMENTS.>",
    ]


def test_a_password_with_quotes_stays_one_password() -> None:
    passwords = dict.fromkeys(USERS, 'a"b\\c $d')
    text = render(ServerOptions(port=4222, store_dir=Path("/data"), passwords=passwords))
    assert text.count(r'password: "a\"b\\c $d"') == len(USERS)


def test_a_user_without_a_password_is_named() -> None:
    with pytest.raises(KeyError, match="HAVRE_NATS_PASSWORD_GATEWAY"):
        passwords_from({})


def store_options() -> valkey.StoreOptions:
    """A server with a user for each service."""
    users = {user: f"{user}-secret" for user in valkey_permissions.USERS}
    return valkey.StoreOptions(port=6379, password="secret", users=users, work_dir=Path("/tmp"))  # noqa: S108


def test_each_service_is_a_user_of_the_memory_store_whose_password_it_does_not_hold() -> None:
    """P1."""
    text = valkey.render(store_options())
    for user in valkey_permissions.USERS:
        assert f"\nuser {user} reset on #" in text
        assert f"{user}-secret" not in text


OF_A_CONVERSATION = {"CONVERSATIONS", "conversation", "log", "client_ids", "all_of", "addresses"}


def test_every_key_is_somebody_s() -> None:
    """A name that no user of the memory store may touch would fail in production alone."""
    granted = [name for may in valkey_permissions.PERMISSIONS.values() for name in may.use]
    made = {name: value for name, value in vars(keys).items() if not name.startswith("_")}
    assert len(made) > 40
    for name, value in made.items():
        for one in (value,) if isinstance(value, str) else example(value):
            assert any(fnmatchcase(one, pattern) for pattern in granted), (name, one)
            assert one.startswith(keys.CONVERSATIONS) == (name in OF_A_CONVERSATION), name


def example(make: Callable[..., str | tuple[str, ...]]) -> tuple[str, ...]:
    """Return a name, or several, that this function of ``shared.keys`` makes."""
    made = make(*(f"x{index}" for index in range(len(signature(make).parameters))))
    return (made,) if isinstance(made, str) else made


def test_the_memory_store_writes_nothing_and_logs_no_command() -> None:
    """P1, V7."""
    text = valkey.render(store_options())
    for line in ('save ""', "appendonly no", "commandlog-execution-slower-than -1", "crash-log-enabled no"):
        assert f"\n{line}\n" in text


def test_every_setting_has_a_meaning_and_every_service_is_in_the_table() -> None:
    text = configuration.render()
    assert set(SERVICES) < set(configuration.CLASSES)
    for kind in configuration.CLASSES.values():
        for name in kind.model_fields:
            assert f"`HAVRE_{name.upper()}`" in text
