#!/usr/bin/env python3
"""Checks Tenfold's results on whole models against ONNX Runtime's.

    check.py DIR [NAME...]     every DIR/*.onnx, or the named ones

Each model is built into a plan and the plan is run on every case of its
catalogue entry (DIR/models.json, else this folder's models.json): the usual
shapes, and others wherever dimensions are dynamic. A model that no catalogue
describes is tried on shapes guessed from its declaration. A case passes if
every output has the right type and shape and differs by at most 1e-4 of its
largest magnitude (2e-2 in quantized and half-precision models), integers
exactly, and if a classifier picks the same classes. A detector's rows are
matched with the reference's, of which 2% may be lost: small differences decide
which boxes are kept, and in what order. Statically quantized
models are judged by ONNX Runtime without its fusions. Dynamically quantized
ones may agree with ONNX Runtime or with the dequantized graph (dequantize.py),
from which they may be as far as ONNX Runtime is, and half as far again.

Prints a table and last 'N passed, N failed'; what ONNX Runtime itself cannot
run is skipped. Exit code 0 if none failed.
"""

import argparse
import json
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from compare import compare, compare_detections
from dequantize import all_nodes, dequantized, is_dynamic, is_quantized
from model_inputs import case_name, guess_entry, make_inputs, read_entries
from tenfold_cli import DEFAULT, Tenfold, TenfoldError

FLOAT_TOLERANCE, COARSE_TOLERANCE = 1e-4, 2e-2
HALF_TYPES = (onnx.TensorProto.FLOAT16, onnx.TensorProto.BFLOAT16)


def is_half(model):
    """Whether the model computes with half-precision weights or inputs."""
    weights = any(weight.data_type in HALF_TYPES for weight in model.graph.initializer)
    inputs = any(value.type.tensor_type.elem_type in HALF_TYPES for value in model.graph.input)
    constants = (a.t for n in all_nodes(model.graph) if n.op_type == "Constant" for a in n.attribute)
    return weights or inputs or any(tensor.data_type in HALF_TYPES for tensor in constants)


def first_line(error):
    return str(error).strip().splitlines()[0][:160] if str(error).strip() else type(error).__name__


def session_of(source, fuse=True):
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    options.intra_op_num_threads = 2
    if not fuse:
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    return onnxruntime.InferenceSession(source, options, providers=["CPUExecutionProvider"])


class Reference:
    """ONNX Runtime on the model's file or, where that would not be fair, on its dequantized graph."""

    def __init__(self, path):
        model = onnx.load(path, load_external_data=False)
        quantized = is_quantized(model)
        self.precision = "quantized" if quantized else "half" if is_half(model) else "float32"
        self.tolerance = FLOAT_TOLERANCE if self.precision == "float32" else COARSE_TOLERANCE
        self.session = session_of(str(path), fuse=not quantized)
        self.judge = None
        if is_dynamic(model):
            self.precision = "dynamic int8"
            self.judge = session_of(dequantized(onnx.load(path)).SerializeToString())
        self.output_names = [value.name for value in self.session.get_outputs()]

    def run(self, inputs):
        """What is right: (outputs by name, the difference that is allowed) of each result that counts as such."""
        outputs = dict(zip(self.output_names, self.session.run(None, inputs)))
        if self.judge is None:
            return [(outputs, self.tolerance)]
        exact = dict(zip(self.output_names, self.judge.run(None, inputs)))
        peer, problem = compare(outputs, exact, np.inf, classifier=False)
        return [(exact, self.tolerance if problem else max(self.tolerance, 1.5 * peer)), (outputs, self.tolerance)]


def check_case(reference, tenfold, plan, entry, case, folder):
    """One row of the table, without the model's name."""
    inputs = make_inputs(entry, case)
    row = {"case": case_name(case), "precision": reference.precision, "difference": None, "problem": ""}
    try:
        right = reference.run(inputs)
    except Exception as error:  # noqa: BLE001 the runtime's own error types vary
        return row | {"skipped": f"ONNX Runtime cannot run this: {first_line(error)}"}
    try:
        found = tenfold.run(plan, inputs, folder, reference.output_names)
    except TenfoldError as error:
        return row | {"problem": str(error)}
    if entry["kind"] == "detector":
        outcomes = [compare_detections(found, wanted) for wanted, _ in right]
    else:
        classifier = entry["kind"] == "classifier"
        outcomes = [compare(found, wanted, tolerance, classifier) for wanted, tolerance in right]
    row["difference"], row["problem"] = next((outcome for outcome in outcomes if not outcome[1]), outcomes[0])
    return row


def check_model(path, entry, tenfold):
    """The rows of one model."""
    try:
        reference = Reference(path)
    except Exception as error:  # noqa: BLE001 the runtime's own error types vary
        return [{"case": "-", "precision": "-", "problem": "", "skipped": f"no reference: {first_line(error)}"}]
    with tempfile.TemporaryDirectory() as folder:
        plan = Path(folder) / "model.plan"
        try:
            build_s = tenfold.build(path, plan)
        except TenfoldError as error:
            return [
                {"case": case_name(case), "precision": reference.precision, "problem": f"build: {error}"}
                for case in entry["cases"]
            ]
        return [
            check_case(reference, tenfold, plan, entry, case, folder) | {"build_s": build_s} for case in entry["cases"]
        ]


def print_row(row):
    difference_text = f"{row['difference']:.1e}" if row.get("difference") is not None else "-"
    build = f"{row['build_s']:.1f}" if "build_s" in row else "-"
    verdict = "FAILED " + row["problem"] if row["problem"] else "passed"
    if "skipped" in row:
        verdict = "skipped " + row["skipped"]
    columns = f"{row['model']:44}{row['case']:32}{row['precision']:14}{difference_text:>9}{build:>8}"
    print(f"{columns}  {verdict}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dir", type=Path)
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--tenfold", type=Path, default=DEFAULT, help="the program (default: %(default)s)")
    parser.add_argument("--json", type=Path, help="write the rows here too")
    args = parser.parse_args()
    paths = sorted(path for path in args.dir.glob("*.onnx") if not args.names or path.stem in args.names)
    missing = set(args.names) - {path.stem for path in paths}
    if missing or not paths:
        parser.error(f"no such model in {args.dir}: {', '.join(sorted(missing)) or '*.onnx'}")
    entries = read_entries(Path(__file__).with_name("models.json"), args.dir / "models.json")
    tenfold = Tenfold(args.tenfold.resolve())
    print(f"{'model':44}{'case':32}{'precision':14}{'diff':>9}{'build':>8}  result")
    rows, started = [], time.monotonic()
    for path in paths:
        entry = entries.get(path.stem) or guess_entry(path)
        for row in check_model(path, entry, tenfold):
            rows.append({"model": path.stem, **row})
            print_row(rows[-1])
    if args.json:
        args.json.write_text(json.dumps(rows, indent=1))
    failed = sum(bool(row["problem"]) for row in rows)
    skipped = sum("skipped" in row for row in rows)
    print(f"{len(paths)} models in {time.monotonic() - started:.0f} s")
    print(f"{len(rows) - failed - skipped} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
