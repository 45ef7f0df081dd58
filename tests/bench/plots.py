"""``python -m tests.bench.plots RESULT.json``: latency against load and memory against connections, as PNG beside it.

Runs in the bench's own environment, which has matplotlib.
"""

import json
import sys
from pathlib import Path
from statistics import median
from typing import Any

import matplotlib as mpl
from matplotlib import pyplot as plt


def latency(result: dict[str, Any], out: Path) -> None:
    """Draw p50 and p99 of every contender over the share of its own saturation."""
    figure, axes = plt.subplots(figsize=(7, 4.5), layout="constrained")
    for name in dict.fromkeys(one["contender"] for one in result["deliveries"]):
        rounds = [one for one in result["deliveries"] if one["contender"] == name]
        rates = [median(one["paced"][at]["rate"] for one in rounds) for at in range(len(rounds[0]["paced"]))]
        order = sorted(range(len(rates)), key=rates.__getitem__)
        for key, style in (("p50_us", "-o"), ("p99_us", "--s")):
            values = [median(one["paced"][at][key] for one in rounds) / 1000 for at in order]
            axes.plot([rates[at] for at in order], values, style, label=f"{name} {key[:3]}")
    axes.set(
        xlabel="messages a second", ylabel="milliseconds", yscale="log", title=_title(result, "Latency against load")
    )
    axes.grid(alpha=0.3)
    axes.legend()
    figure.savefig(out)


def memory(result: dict[str, Any], out: Path) -> None:
    """Draw the memory of one server process over its idle connections."""
    figure, axes = plt.subplots(figsize=(7, 4.5), layout="constrained")
    for name, one in result["memory"].items():
        counts = [0, *(point["connections"] for point in one["points"])]
        used = [0.0, *(point["bytes_each"] * point["connections"] / 2**20 for point in one["points"])]
        axes.plot(counts, used, "-o", label=name)
    axes.set(xlabel="idle connections", ylabel="MiB above empty", title=_title(result, "Memory against connections"))
    axes.grid(alpha=0.3)
    axes.legend()
    figure.savefig(out)


def _title(result: dict[str, Any], what: str) -> str:
    machine = result["machine"]
    return f"{what}\n{machine['commit']}, {machine['cores']} cores, {machine['at'][:10]}"


def main(arguments: list[str]) -> int:
    """Draw what the result holds."""
    mpl.use("agg")
    source = Path(arguments[0])
    result = json.loads(source.read_text(encoding="utf-8"))
    for name, draw in (("deliveries", latency), ("memory", memory)):
        if name in result:
            out = source.with_name(f"{source.stem}-{'latency' if name == 'deliveries' else name}.png")
            draw(result, out)
            print(out)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
