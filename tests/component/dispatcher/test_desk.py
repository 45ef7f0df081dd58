"""``GET /api/desk``: for staff alone, from memory, with this installation's own files before the shipped ones (O2)."""

import gzip
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from services.dispatcher.desk.files import SHIPPED, load
from tests.component.dispatcher.conftest import Sitting, Start
from tests.component.dispatcher.people import Desk


@pytest.fixture
async def browser() -> AsyncIterator[aiohttp.ClientSession]:
    """A browser that shows what came over the wire, packed or not."""
    async with aiohttp.ClientSession(auto_decompress=False) as opened:
        yield opened


async def ask(desk: Desk, **headers: str) -> aiohttp.ClientResponse:
    return await desk.http.get(f"{desk.base}/api/desk", headers={**desk.headers(), **headers})


async def test_the_desk_is_for_who_has_a_session_and_nobody_else(desk: Desk) -> None:
    assert (await ask(desk)).status == 401
    known = '"' + "0" * 32 + '"'
    assert (await ask(desk, **{"If-None-Match": "*"})).status == 401
    await desk.log_in()
    answer = await ask(desk, **{"If-None-Match": known, "Accept-Encoding": "identity"})
    assert answer.status == 200
    library = await answer.json()
    assert len(library["sheets"]) == len(load(None).sheets)
    assert library["sheets"]["viol"]["penalty"]["from"] == ["code-penal"]
    assert library["problems"] == []


async def test_a_browser_that_has_it_is_told_so_and_one_that_unpacks_gets_it_packed(desk: Desk) -> None:
    await desk.log_in()
    plain = await ask(desk, **{"Accept-Encoding": "identity"})
    packed = await ask(desk, **{"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(await packed.read()) == await plain.read()
    assert plain.headers["Cache-Control"] == "private, no-cache"
    again = await ask(desk, **{"If-None-Match": plain.headers["ETag"]})
    assert (again.status, await again.read()) == (304, b"")


async def test_an_installation_s_own_sheet_is_served_and_its_bad_one_costs_nothing(
    start: Start, hired: Sitting, tmp_path: Path
) -> None:
    """The service starts, the shipped sheet is there, and the console is told which file and which field."""
    shipped = (SHIPPED / "infractions" / "viol.toml").read_text(encoding="utf-8")
    (tmp_path / "viol.toml").write_text(shipped.replace('"Viol"', '"Viol (parquet)"'), encoding="utf-8")
    (tmp_path / "menaces.toml").write_text('kind = "offence"\ntitle = "Menaces"\n', encoding="utf-8")
    desk = await hired(await start(desk_dir=tmp_path))
    await desk.log_in()
    library = await (await ask(desk, **{"Accept-Encoding": "identity"})).json()
    assert library["sheets"]["viol"]["title"] == "Viol (parquet)"
    assert library["sheets"]["menaces"]["articles"]
    assert library["problems"] == [{"file": "menaces.toml", "field": "categories", "fault": "missing"}]
