#!/usr/bin/env python3
"""Times Tenfold, PyTorch eager and torch.compile on the same GPU, in one process a row.

    gpu.py [ROW...] [--batch N...] [--precision fp16|tf32...] [--peers eager,compile,max-autotune]

ROWs are globs over names such as resnet50-32-fp16 or over models (--list shows
them); without any, all rows run. Each row exports its network to ONNX, builds
it with trtexec, compares the output with PyTorch in float32, and times all
contenders in CUDA graphs, in turns. A row that fails is reported with its
reason and the others go on.

Prints the table and writes bench/results/DEVICE-DATE-gpu.md, .json and .svg.
Rows measured earlier the same day stay in the files, so that they can be
filled in several short runs; --add takes rows from what an earlier run, on
another machine perhaps, printed; peers that a row's new run leaves out are
kept. Exit code 0 only if every row ran.

Needs PyTorch with CUDA, torchvision, transformers and onnx (bench/export-requirements.txt): run.py takes the
PATH's python3 where its own has no PyTorch.
"""

import argparse
import datetime
import json
import multiprocessing
import sys
import tempfile
import traceback
from pathlib import Path

import gpu_models
import gpu_report
import gpu_row

ROOT = Path(__file__).resolve().parent.parent
PEERS_HELP = "whom to measure beside Tenfold, '' for nobody; max-autotune takes some five minutes a row"
MARK = "row: "  # before the JSON of each row, in what is printed


def run_apart(row, args, folder, reply):
    try:
        reply.send(gpu_row.measure(row, args, Path(folder)))
    except Exception as error:  # noqa: BLE001 whatever it is, it is this row's result
        place = traceback.extract_tb(error.__traceback__)[-1]
        text = f"{type(error).__name__}: {str(error)[:400]} ({Path(place.filename).name}:{place.lineno})"
        reply.send({"row": row.name, "error": text})


def run_row(row, args):
    """The row's result from a process of its own: a crash or an overlong build spoils no other row."""
    mine, theirs = multiprocessing.Pipe(duplex=False)
    with tempfile.TemporaryDirectory() as folder:
        child = multiprocessing.get_context("fork").Process(target=run_apart, args=(row, args, folder, theirs))
        child.start()
        theirs.close()
        try:
            result = mine.recv() if mine.poll(args.timeout) else {"error": f"no end after {args.timeout} s"}
        except EOFError:
            child.join()
            result = {"error": f"the process ended with code {child.exitcode}"}
        child.kill()
        child.join()
    return {"row": row.name, "model": row.model, "batch": row.batch, "precision": row.precision, **result}


def rows_printed(path):
    lines = path.read_text().splitlines()
    return [json.loads(line[len(MARK) :]) for line in lines if line.startswith(MARK)]


def write(found, date, folder):
    """Adds the rows to the day's files, a pair for each device; returns the tables."""
    texts = []
    order = [row.name for row in gpu_models.ROWS]
    for device in sorted({row["device"] for row in found if "device" in row}):
        stem = folder / f"{gpu_report.slug(device)}-{date}-gpu"
        earlier = (
            json.loads(stem.with_suffix(".json").read_text())["rows"] if stem.with_suffix(".json").exists() else []
        )
        rows = {row["row"]: row for row in earlier}
        for row in found:
            if row.get("device", device) == device:
                old = rows.get(row["row"], {})
                rows[row["row"]] = {**{peer: old[peer] for peer in gpu_row.PEERS if peer in old}, **row}
        known = [rows[name] for name in order if name in rows]
        texts.append(gpu_report.write(known, {"device": device, "date": date}, stem))
    return texts or [gpu_report.table(found)]


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("rows", nargs="*", metavar="ROW")
    parser.add_argument("--batch", nargs="+", type=int, default=())
    parser.add_argument("--precision", nargs="+", default=())
    parser.add_argument("--list", action="store_true", help="show the rows' names and end")
    parser.add_argument("--peers", default="eager,compile", help=PEERS_HELP)
    parser.add_argument("--exporter", choices=("dynamo", "script"), default="script", help="of PyTorch to ONNX")
    parser.add_argument("--rebuild", action="store_true", help="build again with the timing cache; compare the bytes")
    parser.add_argument("--build-flags", default="", help="more flags for trtexec, separated by spaces")
    parser.add_argument("--seconds", type=float, default=0.4, help="for each contender")
    parser.add_argument("--steps", type=int, default=10, help="of the slowest steps to show")
    parser.add_argument("--timeout", type=float, default=600, help="seconds for each row")
    parser.add_argument("--programs", type=Path, default=ROOT / "build", help="folder of bin/trtexec and lib")
    parser.add_argument("--results", type=Path, default=ROOT / "bench" / "results")
    parser.add_argument("--add", nargs="+", type=Path, default=(), metavar="FILE", help="take rows from these outputs")
    args = parser.parse_args()
    args.peers = [peer for peer in args.peers.split(",") if peer]
    unknown = set(args.peers) - set(gpu_row.PEERS)
    if unknown:
        parser.error(f"no such peer: {', '.join(unknown)}; there are {', '.join(gpu_row.PEERS)}")
    return parser, args


def main():
    parser, args = parse()
    chosen = gpu_models.choose(args.rows, args.batch, args.precision)
    if not chosen:
        parser.error("no such row; --list shows them")
    if args.list:
        print("\n".join(row.name for row in chosen))
        return 0
    found = [row for path in args.add for row in rows_printed(path)]
    if not args.add:
        gpu_row.import_modules(chosen)
        for row in chosen:
            found.append(run_row(row, args))
            print(MARK + json.dumps(found[-1]), flush=True)
            print(gpu_report.details(found[-1], args.steps), flush=True)
    for text in write(found, datetime.date.today().isoformat(), args.results):
        print(text)
    return 1 if any("error" in row for row in found) else 0


if __name__ == "__main__":
    sys.exit(main())
