"""``docs/openapi-*.json`` name every public route, and no other, and are OpenAPI."""

import pkgutil
from functools import partial
from importlib import import_module
from typing import Any
from unittest.mock import MagicMock

import pytest
import schemathesis
from aiohttp import web
from schemathesis.core.result import Err

from infra.docs import openapi_dispatcher, openapi_gateway
from services import dispatcher
from services.dispatcher.http import make_app as make_dispatcher
from services.gateway.http import make_app as make_gateway
from shared.pages import Pages

PAGES = Pages({})


def gateway_app() -> web.Application:
    """The application itself; its handlers' own parts are nothing, since making it calls none."""
    return make_gateway(MagicMock(), MagicMock(), PAGES, MagicMock())


def dispatcher_app() -> web.Application:
    """The application with every class of the dispatcher that has routes."""
    names = [found.name for found in pkgutil.walk_packages(dispatcher.__path__, f"{dispatcher.__name__}.")]
    kinds: set[Any] = {
        kind
        for name in names
        if not name.endswith("__main__")
        for kind in vars(import_module(name)).values()
        if isinstance(kind, type) and kind.__module__ == name and "routes" in vars(kind) and not is_protocol(kind)
    }
    return make_dispatcher(PAGES, *(MagicMock(routes=partial(kind.routes, MagicMock())) for kind in kinds))


def is_protocol(kind: type) -> bool:
    return bool(getattr(kind, "_is_protocol", False))


@pytest.mark.filterwarnings("ignore:Bare functions")  # a stand-in for a handler
@pytest.mark.parametrize(("app", "made"), [(gateway_app, openapi_gateway), (dispatcher_app, openapi_dispatcher)])
def test_the_document_names_every_route_and_no_other(app: Any, made: Any) -> None:
    routes = {
        (route.method.lower(), str(route.resource.canonical))
        for route in app().router.routes()
        if route.method != "HEAD"
    }
    named = {(method, path) for path, methods in made.document()["paths"].items() for method in methods}
    assert routes == named


@pytest.mark.parametrize("made", [openapi_gateway, openapi_dispatcher])
def test_the_document_is_openapi_and_fresh(made: Any) -> None:
    assert made.TARGET.read_text(encoding="utf-8") == made.render()
    schema = schemathesis.openapi.from_dict(made.document())
    schema.validate()
    assert [operation.err() for operation in schema.get_all_operations() if isinstance(operation, Err)] == []
