#!/usr/bin/env python3
"""Times Tenfold, ONNX Runtime and OpenVINO on the same models, in one run.

    cpu.py [DIR...] [--match GLOB] [--threads 2] [--seconds 1] [--rounds 3]

DIRs hold .onnx files, as tests/models/fetch.py and bench/export_models.py put
them there; without any, the real models are fetched into .cache/models, and
.cache/exports is taken too if it is there. Of a network exported twice (.dynamo and .script) the first is
taken. The runtimes take turns, each in a process of its own, with the same
inputs; a model's latency is the median over the rounds of each round's median.
All in float32 (or integers, where the model is quantized), batch 1.

Writes bench/results/DEVICE-DATE-cpu.md, .json and .svg, and prints the table.
Build time: `tenfold build` from start to end, loading and compiling for the
others. Peak memory: the process that runs the model; without Python for the
others. Exit code 0 only if Tenfold ran every model.
"""

import argparse
import datetime
import json
import platform
import re
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import report

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests" / "models"))
from model_inputs import guess_entry, make_inputs, read_entries  # noqa: E402
from tenfold_cli import DEFAULT, Tenfold, TenfoldError, input_flags  # noqa: E402

PEERS = ("ort", "openvino")
PEER_TIMEOUT = 600
CACHE = ROOT / ".cache"


def processor():
    """The processor's name, as the system tells it."""
    cpuinfo = Path("/proc/cpuinfo")
    names = re.findall(r"^model name\s*:\s*(.+)$", cpuinfo.read_text(), re.MULTILINE) if cpuinfo.exists() else []
    return names[0] if names else platform.processor() or platform.machine()


def slug(text):
    plain = re.sub(r"\((R|TM)\)", "", text)
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")


def models(folders, match):
    """(path, catalogue entry) of every model, each network once."""
    for folder in folders:
        entries = read_entries(ROOT / "tests" / "models" / "models.json", folder / "models.json")
        for path in sorted(folder.glob(match + ".onnx")):
            twin = path.with_name(path.name.replace(".script.", ".dynamo."))
            if twin == path or not twin.exists():
                yield path, entries.get(path.stem) or guess_entry(path)


def usual_folders():
    """The real models, fetched if need be, and the exported ones if somebody made them."""
    subprocess.run([sys.executable, ROOT / "tests" / "models" / "fetch.py", CACHE / "models"], check=True)
    if (CACHE / "exports").exists():
        return [CACHE / "models", CACHE / "exports"]
    print(f"no exported models: bench/export_models.py {CACHE / 'exports'} makes them", file=sys.stderr)
    return [CACHE / "models"]


def run_peer(runtime, model, flags, folder, args):
    """One round of a peer, in its own process."""
    result = folder / f"{runtime}.json"
    command = [sys.executable, str(ROOT / "bench" / "peers.py"), runtime, str(model), *flags]
    command += ["--threads", str(args.threads), "--duration", str(args.seconds), "--json", str(result)]
    try:
        subprocess.run(command, check=True, capture_output=True, text=True, timeout=PEER_TIMEOUT)
        return json.loads(result.read_text())
    except subprocess.CalledProcessError as error:
        return {"error": (error.stderr.strip().splitlines() or ["no message"])[-1][:200]}
    except subprocess.TimeoutExpired:
        return {"error": f"no end after {PEER_TIMEOUT} s"}


def run_tenfold(tenfold, plan, inputs, folder, args):
    try:
        return tenfold.bench(plan, inputs, folder, "--threads", args.threads, "--duration", args.seconds)
    except TenfoldError as error:
        return {"error": str(error)}


def combine(rounds):
    """One result from several rounds: medians, and the largest peak; an error stays an error."""
    failed = [result for result in rounds if "error" in result]
    if failed:
        return failed[0]
    combined = {key: statistics.median(result[key] for result in rounds) for key in ("median_ms", "p99_ms", "build_s")}
    combined["peak_mb"] = max(result["peak_mb"] for result in rounds)
    combined["iterations"] = sum(result["iterations"] for result in rounds)
    combined["rounds_ms"] = [result["median_ms"] for result in rounds]
    return combined


def bench_model(path, entry, tenfold, folder, args):
    """One row: what each runtime needs for this model."""
    inputs = make_inputs(entry, entry["cases"][0])
    flags = input_flags(inputs, folder)
    plan = folder / "model.plan"
    build_s, build_error = None, None
    try:
        build_s = tenfold.build(path, plan)
    except TenfoldError as error:
        build_error = {"error": f"build: {error}"}
    rounds = {runtime: [] for runtime in report.NAMES}
    for _ in range(args.rounds):
        rounds["tenfold"].append(build_error or run_tenfold(tenfold, plan, inputs, folder, args))
        for peer in PEERS:
            known = [result for result in rounds[peer] if "error" in result]
            rounds[peer].append(known[0] if known else run_peer(peer, path, flags, folder, args))
    row = {"model": path.stem, **{runtime: combine(results) for runtime, results in rounds.items()}}
    if "error" not in row["tenfold"]:
        row["tenfold"]["build_s"] = build_s
        row["tenfold"]["plan_mb"] = plan.stat().st_size / 2**20
    return row


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dirs", nargs="*", type=Path, metavar="DIR")
    parser.add_argument("--match", default="*", help="only models of this name, a glob")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seconds", type=float, default=1, help="for each runtime, model and round")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--tenfold", type=Path, default=DEFAULT)
    parser.add_argument("--results", type=Path, default=ROOT / "bench" / "results")
    args = parser.parse_args()
    tenfold = Tenfold(args.tenfold.resolve())
    folders = args.dirs or usual_folders()
    chosen = list(models(folders, args.match))
    if not chosen:
        parser.error(f"no {args.match}.onnx in {', '.join(map(str, folders))}")
    rows = []
    for index, (path, entry) in enumerate(chosen, 1):
        with tempfile.TemporaryDirectory() as folder:
            rows.append(bench_model(path, entry, tenfold, Path(folder), args))
        times = ", ".join(
            f"{name} {report.number(rows[-1][runtime], 'median_ms')} ms" for runtime, name in report.NAMES.items()
        )
        print(f"[{index}/{len(chosen)}] {path.stem}: {times}", file=sys.stderr, flush=True)
    date = datetime.date.today().isoformat()
    facts = {"device": processor(), "date": date, "threads": args.threads, "precision": "float32"}
    stem = args.results / f"{slug(facts['device'])}-{date}-cpu"
    print(report.write(rows, facts, stem))
    print(f"written: {stem}.md, .json, .svg")
    return 1 if any("error" in row["tenfold"] for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main())
