"""The GPU benchmark's results as a table, as JSON, as a picture, and row by row."""

import json
import re

from report import geometric_mean

NAMES = {
    "tenfold": "Tenfold",
    "eager": "PyTorch eager",
    "compile": "torch.compile",
    "max-autotune": "torch.compile max-autotune",
}
COLOURS = {
    "tenfold": "#1b6ca8",
    "eager": "#b8b8b8",
    "compile": "#c9a227",
    "max-autotune": "#8a6d1a",
    "floor": "#333333",
}


def slug(text):
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


def value(row, who, key="median_ms"):
    return row.get(who, {}).get(key)


def number(found, form="{:.3f}"):
    return "-" if found is None else form.format(found)


def best_peer(row):
    times = [value(row, peer) for peer in NAMES if peer != "tenfold"]
    return min((time for time in times if time), default=None)


def ratio(row):
    """How many times as fast as the best peer; None where one of them gave no time."""
    ours, theirs = value(row, "tenfold"), best_peer(row)
    return theirs / ours if ours and theirs else None


def table(rows):
    """A Markdown table, one line for each row."""
    head = ["row", *(f"{name} ms" for name in NAMES.values()), "over best peer", "floor ms", "over floor"]
    head += ["spread %", "in a stream ms", "error", "build s", "again s"]
    lines = ["| " + " | ".join(head) + " |", "| --- |" + " ---: |" * (len(head) - 1)]
    for row in rows:
        ours, floor = value(row, "tenfold"), row.get("floor_ms")
        cells = [row["row"], *(number(value(row, who)) for who in NAMES), number(ratio(row), "{:.2f}")]
        cells += [number(floor), number(ours / floor if ours and floor else None, "{:.1f}")]
        spread = value(row, "tenfold", "spread")
        cells += [number(100 * spread if spread is not None else None, "{:.1f}")]
        cells += [number(value(row, "tenfold", "stream_ms")), number(value(row, "tenfold", "error"), "{:.1g}")]
        cells += [number(value(row, "tenfold", key), "{:.1f}") for key in ("build_s", "rebuild_s")]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def problems(row):
    """What is not as it should be, in words."""
    found = [row["error"]] if "error" in row else []
    for who, name in NAMES.items():
        if value(row, who, "failed"):
            found.append(f"{name}: {row[who]['failed']}")
    if value(row, "tenfold", "no_graph"):
        found.append(f"not in a CUDA graph, timed in a stream: {row['tenfold']['no_graph']}")
    if value(row, "tenfold", "same_bytes") is False:
        found.append("the second build gave other bytes")
    return found


def summary(rows):
    ratios = [found for row in rows if (found := ratio(row))]
    lines = []
    if ratios:
        ahead = sum(found > 1 for found in ratios)
        mean = geometric_mean(ratios)
        lines.append(
            f"Over the best peer of each row: geometric mean {mean:.2f}, faster in {ahead} of {len(ratios)} rows."
        )
    lines += [f"{row['row']}: {problem}" for row in rows for problem in problems(row)]
    return "\n\n".join(lines)


def details(row, most):
    """Where a row's time goes: its slowest steps."""
    ours = row.get("tenfold", {})
    times = ", ".join(f"{name} {number(value(row, who))} ms" for who, name in NAMES.items())
    seconds = ", ".join(f"{key[:-2]} {number(row.get(key), '{:.1f}')} s" for key in ("export_s", "took_s"))
    lines = [f"{row['row']}: {times}, floor {number(row.get('floor_ms'))} ms ({seconds})", *problems(row)]
    if "steps" in ours:
        lines.append(
            f"{ours['steps']} steps take {ours['steps_ms']:.3f} ms one by one, built in {ours['build_s']:.1f} s, "
            f"{ours['plan_mb']:.0f} MiB, error {ours['error']:.2g}, the slowest:"
        )
    lines += [
        f"  {ms:8.4f}  {tactic[:60]:60}  {kind[:60]}  {name[-50:]}"
        for ms, kind, tactic, name in ours.get("slowest", [])[:most]
    ]
    return "\n".join(lines)


def picture(rows, title, path):
    """Bars of every contender's time, Tenfold's being 1, and the floor."""
    import matplotlib

    matplotlib.use("Agg")
    matplotlib.rcParams.update({"svg.hashsalt": "tenfold", "font.size": 9})
    import matplotlib.pyplot as plt

    rows = [row for row in reversed(rows) if value(row, "tenfold")]
    figure, axes = plt.subplots(figsize=(8, 1.2 + 0.6 * max(len(rows), 1)), layout="constrained")
    shifts = ((0.3, "tenfold"), (0.1, "compile"), (-0.1, "max-autotune"), (-0.3, "eager"))
    for shift, who in shifts:
        bars = [(y, value(row, who) / value(row, "tenfold")) for y, row in enumerate(rows) if value(row, who)]
        axes.barh([y + shift for y, _ in bars], [x for _, x in bars], 0.19, color=COLOURS[who], label=NAMES[who])
        for y, x in bars:
            axes.annotate(f"{x:.2f}", (x, y + shift), (3, 0), textcoords="offset points", va="center", fontsize=6)
    floors = [(y, row["floor_ms"] / value(row, "tenfold")) for y, row in enumerate(rows) if row.get("floor_ms")]
    axes.scatter(
        [x for _, x in floors], [y for y, _ in floors], marker="|", s=200, color=COLOURS["floor"], label="floor"
    )
    axes.set_yticks(range(len(rows)), [row["row"] for row in rows])
    axes.set_xlabel("time, Tenfold = 1 (smaller is better)")
    axes.set_title(title)
    figure.legend(loc="outside lower right", ncols=5, frameon=False)
    figure.savefig(path, metadata={"Date": None})
    plt.close(figure)


def write(rows, facts, stem):
    """Writes stem.md, stem.json and stem.svg; returns the Markdown text."""
    stem.parent.mkdir(parents=True, exist_ok=True)
    title = f"Median time of a batch in CUDA graphs, {facts['device']}, {facts['date']}"
    slow = "\n\n".join("```\n" + details(row, 10) + "\n```" for row in rows)
    text = f"# {title}\n\n{table(rows)}\n\n{summary(rows)}\n"
    stem.with_suffix(".md").write_text(f"{text}\n## Where the time goes\n\n{slow}\n")
    stem.with_suffix(".json").write_text(json.dumps({**facts, "rows": rows}, indent=1))
    try:
        picture(rows, title, stem.with_suffix(".svg"))
    except ImportError as error:
        print(f"no picture: {error}")
    return text
