"""A result as text: medians over rounds, ratios to the reference, and the machine that they hold for."""

from collections.abc import Callable
from statistics import median
from typing import Any

REF = "ref"
Rounds = list[dict[str, Any]]


def text(result: dict[str, Any]) -> str:
    """Return the whole report in Markdown."""
    parts = [_head(result["machine"])]
    if "deliveries" in result:
        parts += [_deliveries(result["deliveries"]), _latencies(result["deliveries"])]
    for name, show in _SHOWN.items():
        if name in result:
            parts.append(show(result[name]))
    return "\n\n".join(parts)


def medians(rounds: Rounds, contender: str) -> dict[str, float]:
    """Return the medians of a contender's figures over its rounds, by name."""
    mine = [one for one in rounds if one["contender"] == contender]
    found = {
        name: median(one["flood"][name] for one in mine)
        for name in ("per_s", "server_us", "kernel_us", "other_us", "generator_us", "stolen")
    }
    for index, paced in enumerate(mine[0]["paced"]):
        for name in ("p50_us", "p99_us", "server_us"):
            found[f"{paced['name']} {name}"] = median(one["paced"][index][name] for one in mine)
    return found


def names(rounds: Rounds) -> list[str]:
    """Return the contenders in order of appearance."""
    return list(dict.fromkeys(one["contender"] for one in rounds))


def _head(machine: dict[str, Any]) -> str:
    return (
        f"commit {machine['commit']} ({machine['changed_files']} files changed since), {machine['at']}; "
        f"{machine['cpu']}, {machine['cores']} cores, {machine['memory_gb']} GB, Linux {machine['kernel']}, "
        f"Python {machine['python']}; load before: {machine['load_before']}"
    )


def _deliveries(rounds: Rounds) -> str:
    found = {name: medians(rounds, name) for name in names(rounds)}
    base = found.get(REF)
    rows = []
    for name, one in found.items():
        whole = one["server_us"] + one["other_us"]
        ratio = (
            [f"{one['per_s'] / base['per_s']:.2f}", f"{base['server_us'] / one['server_us']:.2f}"] if base else ["", ""]
        )
        faults = sum(each["flood"]["wrong"] + each["flood"]["missing"] for each in rounds if each["contender"] == name)
        rows.append(
            [
                name,
                f"{one['per_s']:.0f}",
                ratio[0],
                f"{one['server_us']:.1f}",
                ratio[1],
                f"{one['kernel_us']:.1f}",
                f"{one['other_us']:.1f}",
                f"{whole:.1f}",
                f"{one['generator_us']:.1f}",
                f"{one['stolen']:.1%}",
                str(faults),
            ]
        )
    head = [
        "",
        "deliveries/s",
        "to ref",
        "server µs",
        "to ref",
        "kernel's part",
        "broker + store µs",
        "sum µs",
        "generator µs",
        "taken by the host",
        "faults",
    ]
    count = max(one["round"] for one in rounds) + 1
    return f"Saturation, medians of {count} interleaved rounds; µs are CPU a delivery:\n\n" + table(head, rows)


def _latencies(rounds: Rounds) -> str:
    rows = []
    for name in names(rounds):
        mine = [one for one in rounds if one["contender"] == name]
        one = medians(rounds, name)
        for index, paced in enumerate(mine[0]["paced"]):
            late = median(each["paced"][index]["generator_late_p99_us"] for each in mine)
            rate = median(each["paced"][index]["rate"] for each in mine)
            rows.append(
                [name, paced["name"], f"{rate:.0f}"]
                + [f"{one[paced['name'] + ' ' + key]:.0f}" for key in ("p50_us", "p99_us", "server_us")]
                + [f"{late:.0f}"]
            )
    head = ["", "load", "rate/s", "p50 µs", "p99 µs", "server µs", "generator late p99 µs"]
    return "Latency, open loop:\n\n" + table(head, rows)


def _memory(found: dict[str, Any]) -> str:
    rows = [
        [name, str(point["connections"]), f"{point['bytes_each'] / 1024:.1f}", f"{point['idle_cpu']:.1%}"]
        for name, one in found.items()
        for point in one["points"]
    ]
    return "Memory of one server process per idle connection:\n\n" + table(
        ["", "connections", "KB each", "CPU while idle"], rows
    )


def _handshakes(found: dict[str, Any]) -> str:
    rows = [
        [name, f"{median(one['per_s'] for one in each):.0f}", f"{median(one['server_us'] for one in each):.0f}"]
        for name, each in found.items()
    ]
    return "WebSocket handshakes on one server process:\n\n" + table(["", "per s", "server µs"], rows)


def _storm(found: Rounds) -> str:
    keys = ["visitors", "ready_s", "half_s", "all_s", "all_after_ready_s", "tries", "lost_messages"]
    rows = [[f"{one[key]:.2f}" if isinstance(one[key], float) else str(one[key]) for key in keys] for one in found]
    return "Reconnect storm after the gateway's SIGKILL (seconds from the kill):\n\n" + table(keys, rows)


def _assignment(found: dict[str, Any]) -> str:
    rows = [[key, f"{value:.1f}" if isinstance(value, float) else str(value)] for key, value in found.items()]
    return "Assignment:\n\n" + table(["", ""], rows)


def _queries(found: dict[str, Any]) -> str:
    rows = [
        [name, f"{one['per_s']:.0f}", f"{one['server_us']:.0f}", str(one["p50_us"]), str(one["p99_us"])]
        for name, one in found.items()
    ]
    return "Queries:\n\n" + table(["", "answers/s", "server µs", "p50 µs", "p99 µs"], rows)


_SHOWN: dict[str, Callable[[Any], str]] = {
    "memory": _memory,
    "handshakes": _handshakes,
    "storm": _storm,
    "assignment": _assignment,
    "queries": _queries,
}


def table(head: list[str], rows: list[list[str]]) -> str:
    """Return a Markdown table, padded to be read as text too; all columns but the first to the right."""
    widths = [max(len(row[column]) for row in [head, *rows]) for column in range(len(head))]

    def line(cells: list[str]) -> str:
        padded = [
            cell.ljust(width) if not at else cell.rjust(width)
            for at, (cell, width) in enumerate(zip(cells, widths, strict=True))
        ]
        return f"| {' | '.join(padded)} |"

    rule = (
        "|"
        + "|".join("-" * (width + 2) if not at else "-" * (width + 1) + ":" for at, width in enumerate(widths))
        + "|"
    )
    return "\n".join([line(head), rule, *(line(row) for row in rows)])
