"""Writes a benchmark's results as a table, as JSON and as a picture."""

import json
import math

NAMES = {"tenfold": "Tenfold", "ort": "ONNX Runtime", "openvino": "OpenVINO"}
COLOURS = {"tenfold": "#1b6ca8", "openvino": "#c9a227"}


def number(result, key):
    """A measured value in three digits, or a dash where there is none."""
    if key not in result:
        return "-"
    value = result[key]
    return f"{value:.3g}" if value < 1000 else f"{value:.0f}"


def speed(row, runtime, against):
    """How many times as fast `runtime` is as `against`; None where one of them gave no time."""
    ours, theirs = row[runtime].get("median_ms"), row[against].get("median_ms")
    return theirs / ours if ours and theirs else None


def factor(value):
    return f"{value:.2f}" if value else "-"


def geometric_mean(values):
    return math.exp(sum(map(math.log, values)) / len(values)) if values else None


def table(rows):
    """A Markdown table, one line for each model."""
    head = ["model", *(f"{name} ms" for name in NAMES.values()), "over ORT", "over OpenVINO", "build s", "peak MB"]
    lines = ["| " + " | ".join(head) + " |", "| --- |" + " ---: |" * (len(head) - 1)]
    for row in rows:
        cells = [row["model"], *(number(row[runtime], "median_ms") for runtime in NAMES)]
        cells += [factor(speed(row, "tenfold", peer)) for peer in ("ort", "openvino")]
        cells += [" / ".join(number(row[runtime], key) for runtime in NAMES) for key in ("build_s", "peak_mb")]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def summary(rows):
    """What the table comes to, in a few lines."""
    lines = []
    for peer in ("ort", "openvino"):
        ratios = [value for row in rows if (value := speed(row, "tenfold", peer))]
        if ratios:
            ahead = sum(value > 1 for value in ratios)
            lines.append(
                f"Tenfold over {NAMES[peer]}: geometric mean {geometric_mean(ratios):.2f}, "
                f"faster in {ahead} of {len(ratios)} models, slowest {min(ratios):.2f}."
            )
    slow = [row["model"] for row in rows if (value := speed(row, "tenfold", "ort")) and value < 0.5]
    lines.append(f"Slower than half of ONNX Runtime's speed: {', '.join(slow) or 'none'}.")
    for runtime, name in NAMES.items():
        failed = [row["model"] for row in rows if "error" in row[runtime]]
        if failed:
            lines.append(f"{name} failed on: {', '.join(failed)}.")
    return "\n".join(lines)


def picture(rows, title, path):
    """Bars of Tenfold's and OpenVINO's speed, ONNX Runtime being 1."""
    import matplotlib

    matplotlib.use("Agg")
    matplotlib.rcParams.update({"svg.hashsalt": "tenfold", "font.size": 9})
    import matplotlib.pyplot as plt

    rows = [row for row in rows if speed(row, "tenfold", "ort") or speed(row, "openvino", "ort")]
    rows = sorted(rows, key=lambda row: speed(row, "tenfold", "ort") or 0)
    figure, axes = plt.subplots(figsize=(8, 1.2 + 0.3 * max(len(rows), 1)), layout="constrained")
    for shift, runtime in ((0.2, "tenfold"), (-0.2, "openvino")):
        bars = [(y, value) for y, row in enumerate(rows) if (value := speed(row, runtime, "ort"))]
        offsets = [math.log2(value) for _, value in bars]
        axes.barh([y + shift for y, _ in bars], offsets, 0.38, color=COLOURS[runtime], label=NAMES[runtime])
        for (y, value), offset in zip(bars, offsets):
            side = "left" if offset >= 0 else "right"
            axes.annotate(f"{value:.2f}", (offset, y + shift), (3 if offset >= 0 else -3, 0),
                          textcoords="offset points", ha=side, va="center", fontsize=6)  # fmt: skip
    low, high = axes.get_xlim()
    ticks = range(math.floor(low), math.ceil(high) + 1)
    axes.set_xticks(list(ticks), [f"{2.0**tick:g}x" for tick in ticks])
    axes.set_xlim(min(low, -1) - 0.3, max(high, 1) + 0.3)
    axes.axvline(0, color="black", linewidth=0.8)
    axes.set_yticks(range(len(rows)), [row["model"] for row in rows])
    axes.set_ylim(-0.7, len(rows) - 0.3)
    axes.set_xlabel("speed, ONNX Runtime = 1")
    axes.set_title(title)
    figure.legend(loc="outside lower right", ncols=2, frameon=False)
    figure.savefig(path, metadata={"Date": None})
    plt.close(figure)


def write(rows, facts, stem):
    """Writes stem.md, stem.json and stem.svg; returns the Markdown text."""
    stem.parent.mkdir(parents=True, exist_ok=True)
    title = f"Median latency, {facts['threads']} threads, {facts['device']}, {facts['date']}"
    note = "Build s and peak MB: " + " / ".join(NAMES.values()) + "."
    text = f"# {title}\n\n{table(rows)}\n\n{note}\n\n{summary(rows)}\n"
    stem.with_suffix(".md").write_text(text)
    stem.with_suffix(".json").write_text(json.dumps({**facts, "models": rows}, indent=1))
    picture(rows, title, stem.with_suffix(".svg"))
    return text
