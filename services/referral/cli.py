"""Referral's command line: ``nearby``, ``bench`` and ``import`` need no broker; no argument runs the service."""

import argparse
import json
import random
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from services.referral import directory
from services.referral.domain import Directory
from services.referral.entry import Entry
from services.referral.importer.run import Request, import_file
from services.referral.settings import ReferralSettings
from shared.clock import utc_now
from shared.contracts.conversation import Audience, Category
from shared.contracts.referral import MOST_STRUCTURES, NearbyQuery, StructureKind
from shared.geography import table as communes
from shared.geography.country import Country
from shared.geography.memory import no_collection, peak_mb
from shared.importing.command import import_with_report
from shared.importing.report import Report

SEED = 20_251_122
BENCH_STRUCTURES = 50_000
BENCH_QUERIES = 2_000


def load_directory(path: Path | None = None) -> Directory:
    """Return the directory at ``path``, or the shipped one, with the shipped helplines."""
    with no_collection():
        entries, digest = directory.read(path or directory.SHIPPED)
        lines, _ = directory.read(directory.SHIPPED_HELPLINES)
        return Directory(communes.load(), [*lines, *entries], digest)


def invented(land: Country, number: int) -> list[Entry]:
    """Return ``number`` structures scattered over the communes, for measuring only."""
    chance = random.Random(SEED)
    kinds = [kind for kind in StructureKind if kind is not StructureKind.HELPLINE]
    communes = list(land.communes.values())
    made = []
    for index in range(number):
        commune = chance.choice(communes)
        made.append(
            Entry(
                id=f"bench:{index}",
                kind=chance.choice(kinds),
                name=f"Structure {index}",
                categories=tuple(chance.sample(list(Category), chance.randint(1, 3))),
                insee=commune.insee,
                lat=commune.lat + chance.uniform(-0.05, 0.05),
                lon=commune.lon + chance.uniform(-0.05, 0.05),
                source="bench",
                as_of="2026",
            )
        )
    return made


def bench(path: Path | None) -> dict[str, Any]:
    """Measure the nearest ten among 50,000 structures; times in milliseconds, memory (peak) in MB."""
    started = time.perf_counter()
    shipped = load_directory(path)
    start_s = time.perf_counter() - started
    lines = [one.entry for one in shipped.helplines]
    big = Directory(shipped.country, [*lines, *invented(shipped.country, BENCH_STRUCTURES)], "bench")
    chance = random.Random(SEED)
    codes = sorted(shipped.country.by_code)
    searches, answers = [], []
    for _ in range(BENCH_QUERIES):
        query = NearbyQuery(postal_code=chance.choice(codes), category=chance.choice([None, *Category]))
        before = time.perf_counter_ns()
        big.find(query)
        searches.append(time.perf_counter_ns() - before)
        before = time.perf_counter_ns()
        big.nearby(query, utc_now())
        answers.append(time.perf_counter_ns() - before)
    return {
        "structures": len(big.structures),
        "queries": BENCH_QUERIES,
        "nearest_ten": _percentiles(searches),
        "whole_answer": _percentiles(answers),
        "start_ms": round(start_s * 1000),
        "memory_mb": peak_mb(),
        "shipped_structures": len(shipped.structures),
        "shipped_helplines": len(shipped.helplines),
    }


def _percentiles(spent: list[int]) -> dict[str, float]:
    spent.sort()
    last = len(spent) - 1
    return {"p50_ms": round(spent[last // 2] / 1e6, 3), "p99_ms": round(spent[last * 99 // 100] / 1e6, 3)}


def _print(found: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(found, ensure_ascii=False, indent=2) + "\n")


def take(request: Request) -> int:
    """Import a file where running instances look for the directory; returns the exit code."""
    target = ReferralSettings().imported_table

    def bring(report: Report) -> str:
        done = import_file(request, target, communes.load(), report)
        return f"{done.structures} structures of {done.source}\n{done.directory} in the directory: {target}"

    return import_with_report(target, bring, "directory")


def main(arguments: Sequence[str]) -> int:
    """Do what the command line says; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m services.referral", description=__doc__)
    parser.add_argument("--table", type=Path, help="directory of structures; without it, the shipped one")
    commands = parser.add_subparsers(dest="command", required=True)
    nearby = commands.add_parser("nearby", help="structures near a postal code, then the helplines")
    nearby.add_argument("postal_code")
    nearby.add_argument("--insee", help="commune, when it is known")
    nearby.add_argument("--category", type=Category, choices=list(Category))
    nearby.add_argument("--audience", type=Audience, choices=list(Audience))
    nearby.add_argument("--kind", type=StructureKind, choices=list(StructureKind), action="append", default=[])
    nearby.add_argument("--text", help="words of the name, the address or the commune")
    nearby.add_argument("--limit", type=int, default=10, choices=range(1, MOST_STRUCTURES + 1), metavar="N")
    importing = commands.add_parser("import", help="take an official list, or one's own, into the directory")
    importing.add_argument("file", type=Path)
    importing.add_argument("--as-of", help="date of the facts, YYYY-MM-DD; without it, today")
    importing.add_argument("--source", help="name of an own list; without it, the file's")
    importing.add_argument("--fewer-is-right", action="store_true", help="take a file that names far fewer than before")
    importing.add_argument("--quiet", action="store_true", help="no progress bar")
    commands.add_parser("bench", help="nearest ten among 50,000 structures")
    given = parser.parse_args(arguments)
    if given.command == "bench":
        _print(bench(given.table))
        return 0
    if given.command == "import":
        as_of = given.as_of or utc_now().date().isoformat()
        return take(Request(given.file, as_of, given.source or given.file.stem, given.fewer_is_right, given.quiet))
    query = NearbyQuery(
        postal_code=given.postal_code[:64],
        insee=given.insee,
        category=given.category,
        audience=given.audience,
        kinds=given.kind,
        text=given.text,
        limit=given.limit,
    )
    _print(load_directory(given.table).nearby(query, utc_now()).model_dump(mode="json"))
    return 0
