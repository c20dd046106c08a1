#!/usr/bin/env python3
"""Times real models on the GPU end to end, through trtexec, beside ONNX Runtime.

    trtexec.py [DIR...] [--match GLOB] [--flags "--fp16 ..."] [--duration 0.5] [--programs build]

DIRs hold .onnx files, as for cpu.py. trtexec builds each model for its usual
shapes and runs it from pinned memory to pinned memory with CUDA events around
copies and kernels, each run one CUDA graph, one run at a time (--exposeDMA
--useCudaGraph); its outputs are compared with ONNX Runtime's on the processor.
ONNX Runtime runs the same inputs, from memory to memory as well, with its CUDA
provider where that is installed, else on the processor, as the table says.

Writes bench/results/DEVICE-DATE-trtexec.md and .json, and prints the table; an
earlier table of the same day keeps the models that this run leaves out; --add
takes models from what a run on another machine printed. Where no model ran,
nothing is written. Exit code 0 only if every model ran and agreed.
"""

import argparse
import datetime
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import cpu
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests" / "models"))
from compare import compare, compare_detections  # noqa: E402

ROOT = Path(__file__).resolve().parent.parent
TOLERANCE = {"float32": 2e-3, "quantized": 5e-2}
PROVIDERS = {"CUDAExecutionProvider": "CUDA", "CPUExecutionProvider": "processor"}
FEWEST_RUNS = 5
MARK = "model: "  # before the JSON of each model, in what is printed
COLUMNS = ("h2dMs", "computeMs", "d2hMs", "latencyMs")


def sessions(path):
    """(the reference on the processor, the peer, what the peer runs on)."""
    import onnxruntime

    onnxruntime.set_default_logger_severity(4)
    reference = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    if "CUDAExecutionProvider" not in onnxruntime.get_available_providers():
        return reference, reference, "CPUExecutionProvider"
    peer = onnxruntime.InferenceSession(str(path), providers=["CUDAExecutionProvider", "CPUExecutionProvider"])
    return reference, peer, peer.get_providers()[0]


def time_peer(session, inputs, seconds):
    """The median of a run's milliseconds, the first fifth of the time left out."""
    times = []
    for budget in (seconds / 5, seconds):
        times.clear()
        end = time.perf_counter() + budget
        while time.perf_counter() < end or len(times) < FEWEST_RUNS:
            started = time.perf_counter()
            session.run(None, inputs)
            times.append(1e3 * (time.perf_counter() - started))
    return statistics.median(times)


def shape_flag(inputs):
    shapes = (f"{name}:" + "x".join(map(str, array.shape)) for name, array in inputs.items() if array.ndim)
    return "--shapes=" + ",".join(shapes)


def run_trtexec(path, inputs, folder, args):
    """What it measured, and the outputs by name as flat arrays of doubles. Raises RuntimeError with its first error."""
    files = []
    for index, (name, array) in enumerate(inputs.items()):
        array.tofile(folder / f"{index}.bin")
        files.append(f"{name}:{folder / f'{index}.bin'}")
    times, outputs = folder / "times.json", folder / "outputs.json"
    command = [
        args.programs / "bin" / "trtexec",
        f"--onnx={path}",
        shape_flag(inputs),
        "--loadInputs=" + ",".join(files),
    ]
    command += ["--useCudaGraph", "--exposeDMA", f"--duration={args.duration}", *args.flags.split()]
    command += [f"--exportTimes={times}", f"--exportOutput={outputs}", f"--saveEngine={folder / 'plan'}"]
    environment = {"TENFOLD_TARGET": "cuda", **os.environ}
    started = time.monotonic()
    done = subprocess.run(command, check=False, capture_output=True, text=True, env=environment, timeout=args.timeout)
    if done.returncode:
        errors = [line for line in (done.stdout + done.stderr).splitlines() if "[E]" in line]
        raise RuntimeError((errors or [f"trtexec ended with {done.returncode}"])[0][:200])
    runs = json.loads(times.read_text())
    medians = {column: statistics.median(run[column] for run in runs) for column in COLUMNS}
    device = re.search(r"Device: (.+)", done.stdout)
    medians["device"] = device[1].strip() if device else "unknown device"
    found = {o["name"]: np.array(o["values"], np.float64) for o in json.loads(outputs.read_text())}
    return {**medians, "runs": len(runs), "took_s": time.monotonic() - started}, found


def agreement(entry, found, reference, inputs):
    """(the largest difference, what is wrong or an empty string)."""
    names = [value.name for value in reference.get_outputs()]
    wanted = dict(zip(names, reference.run(None, inputs)))
    found = {name: found[name].reshape(array.shape).astype(array.dtype) for name, array in wanted.items()}
    if entry["kind"] == "detector":
        return compare_detections(found, wanted)
    kind = "quantized" if "int8" in entry["name"] else "float32"
    return compare(found, wanted, TOLERANCE[kind], entry["kind"] == "classifier")


def measure(path, entry, args):
    inputs = cpu.make_inputs(entry, entry["cases"][0])
    row = {"model": path.stem}
    try:
        reference, peer, provider = sessions(path)
        with tempfile.TemporaryDirectory() as folder:
            result, found = run_trtexec(path.resolve(), inputs, Path(folder), args)
        row |= result
        row["difference"], problem = agreement(entry, found, reference, inputs)
        row |= {"peer": PROVIDERS[provider], "peer_ms": time_peer(peer, inputs, args.duration)}
        return row | ({"error": problem} if problem else {})
    except Exception as error:  # noqa: BLE001 whatever it is, it is this model's result
        return row | {"error": f"{type(error).__name__}: {str(error)[:200]}"}


def table(rows):
    head = [
        "model",
        "kernels ms",
        "to device ms",
        "back ms",
        "end to end ms",
        "ONNX Runtime ms",
        "on",
        "difference",
        "s in all",
    ]
    lines = ["| " + " | ".join(head) + " |", "| --- |" + " ---: |" * (len(head) - 1)]
    for row in rows:
        if "latencyMs" not in row:
            lines.append(f"| {row['model']} | {row['error']} |" + " |" * (len(head) - 2))
            continue
        numbers = [f"{row[key]:.3f}" for key in ("computeMs", "h2dMs", "d2hMs", "latencyMs")]
        peer = f"{row['peer_ms']:.3f}" if "peer_ms" in row else "-"
        wrong = f"{row.get('difference', float('nan')):.1e}" + (f" ({row['error']})" if "error" in row else "")
        lines.append(
            "| "
            + " | ".join([row["model"], *numbers, peer, row.get("peer", "-"), wrong, f"{row['took_s']:.1f}"])
            + " |"
        )
    return "\n".join(lines)


def write(rows, args):
    """Adds the models to the day's files; returns the table."""
    date = datetime.date.today().isoformat()
    device = next((row["device"] for row in rows if "device" in row), None)
    if not device:
        return table(rows)
    stem = args.results / f"{cpu.slug(device)}-{date}-trtexec"
    known = json.loads(stem.with_suffix(".json").read_text())["models"] if stem.with_suffix(".json").exists() else []
    merged = {row["model"]: row for row in [*known, *rows]}
    rows = [merged[name] for name in sorted(merged)]
    text = f"# Real models through trtexec, {device}, {date}\n\n{table(rows)}\n"
    stem.parent.mkdir(parents=True, exist_ok=True)
    stem.with_suffix(".md").write_text(text)
    stem.with_suffix(".json").write_text(json.dumps({"device": device, "date": date, "models": rows}, indent=1))
    return text


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dirs", nargs="*", type=Path, metavar="DIR")
    parser.add_argument("--match", default="*", help="only models of this name, a glob")
    parser.add_argument("--flags", default="--noTF32", help="more flags for trtexec, separated by spaces")
    parser.add_argument("--duration", type=float, default=0.5, help="seconds for each of the two")
    parser.add_argument("--timeout", type=float, default=300, help="seconds for each model")
    parser.add_argument("--programs", type=Path, default=ROOT / "build", help="folder of bin/trtexec")
    parser.add_argument("--results", type=Path, default=ROOT / "bench" / "results")
    parser.add_argument(
        "--add", nargs="+", type=Path, default=(), metavar="FILE", help="take models from these outputs"
    )
    return parser.parse_args()


def main():
    args = parse()
    lines = [line for path in args.add for line in path.read_text().splitlines()]
    rows = [json.loads(line.removeprefix(MARK)) for line in lines if line.startswith(MARK)]
    for path, entry in () if args.add else cpu.models(args.dirs or cpu.usual_folders(), args.match):
        rows.append(measure(path, entry, args))
        print(MARK + json.dumps(rows[-1]), flush=True)
    print(write(rows, args))
    return 1 if any("error" in row for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main())
