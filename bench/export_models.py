#!/usr/bin/env python3
"""Exports well-known architectures to ONNX with both of PyTorch's exporters.

    export_models.py DIR [NAME...] [--exporter dynamo|script]

Writes DIR/NAME.dynamo.onnx (torch.export) and DIR/NAME.script.onnx
(TorchScript), and describes them in DIR/models.json, in the form of
tests/models/models.json, so that tests/models/check.py and bench/cpu.py take
the folder as it is. Weights are random from a fixed seed, except gt_minilm_l6,
whose package holds trained ones. Every export is run by ONNX Runtime and
compared with PyTorch; a case that does not agree is named and left out.

Needs bench/export-requirements.txt, in an environment of its own (PyTorch from
PyPI is gigabytes). yolov8n's code is AGPL-3.0: it serves as a test input only.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
import warnings
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests" / "models"))
from architectures import ARCHITECTURES  # noqa: E402
from model_inputs import case_name, make_inputs  # noqa: E402

EXPORTERS = ("dynamo", "script")
SCRIPT_OPSET = 17
AGREES = 1e-3  # largest difference from PyTorch, relative to the output's largest magnitude


def symbols(shape):
    return {axis: dim for axis, dim in enumerate(shape) if isinstance(dim, str)}


def export(module, architecture, exporter, path):
    """Writes one ONNX file, every symbolic dimension left dynamic."""
    import torch

    inputs, outputs = architecture["inputs"], architecture["outputs"]
    case = architecture["cases"][min(1, len(architecture["cases"]) - 1)]  # sizes of 1 would be baked in
    example = tuple(torch.from_numpy(array) for array in make_inputs(architecture, case).values())
    shapes = {name: symbols(spec["shape"]) for name, spec in inputs.items()}
    common = {"input_names": list(inputs), "output_names": list(outputs)}
    if exporter == "script":
        axes = {**shapes, **{name: symbols(shape) for name, shape in outputs.items()}}
        axes = {name: dims for name, dims in axes.items() if dims}
        common |= {"dynamo": False, "opset_version": SCRIPT_OPSET, "dynamic_axes": axes or None}
    else:
        dims = tuple(dict.fromkeys(shape, torch.export.Dim.DYNAMIC) or None for shape in shapes.values())
        variadic = type(module).__name__ == "Wrapped"  # its forward takes *inputs: one more level
        common |= {"dynamo": True, "external_data": False, "dynamic_shapes": (dims,) if variadic else dims}
        if not any(shapes.values()):
            common["dynamic_shapes"] = None
    with torch.no_grad():
        torch.onnx.export(module, example, str(path), **common)


def difference(module, session, inputs, unordered):
    """The largest difference of ONNX Runtime's outputs from PyTorch's, relative to each one's magnitude.

    Rows that come in the order of near-equal scores (`unordered`) are compared by shape alone.
    """
    import torch

    with torch.no_grad():
        wanted = module(*(torch.from_numpy(array) for array in inputs.values()))
    wanted = [wanted] if torch.is_tensor(wanted) else [part for part in wanted if torch.is_tensor(part)]
    names = {value.name for value in session.get_inputs()}
    found = session.run(None, {name: array for name, array in inputs.items() if name in names})
    worst = 0.0
    for got, want in zip(found, (part.numpy() for part in wanted)):
        if got.shape != want.shape:
            raise ValueError(f"shape {list(got.shape)}, PyTorch gives {list(want.shape)}")
        if want.size and not unordered:
            worst = max(worst, float(np.abs(got - want).max() / (np.abs(want).max() + 1e-9)))
    return worst


def export_one(name, exporter, folder):
    """Exports and checks one model; returns its catalogue entry."""
    import onnxruntime
    import torch

    warnings.filterwarnings("ignore")
    onnxruntime.set_default_logger_severity(4)
    torch.manual_seed(0)
    torch.backends.mha.set_fastpath_enabled(False)  # its one fused operation has no ONNX form
    architecture = ARCHITECTURES[name]
    module = architecture["make"](name)
    path = folder / f"{name}.{exporter}.onnx"
    export(module, architecture, exporter, path)
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    used = {value.name for value in session.get_inputs()}
    entry = {"name": path.stem, "kind": architecture["kind"], "exporter": exporter}
    entry["inputs"] = {key: spec for key, spec in architecture["inputs"].items() if key in used}
    entry["cases"], entry["left_out"] = [], {}
    for case in architecture["cases"]:
        try:
            worst = difference(module, session, make_inputs(architecture, case), entry["kind"] == "detector")
            problem = None if worst <= AGREES else f"differs from PyTorch by {worst:.2g}"
        except Exception as error:  # noqa: BLE001 the runtime's own error types vary
            problem = str(error).strip().splitlines()[-1][:160]
        if problem:
            entry["left_out"][case_name(case)] = problem
        else:
            entry["cases"].append(case)
    return entry


def export_apart(name, exporter, folder):
    """export_one in a process of its own, so that its memory is given back; (entry or None, error)."""
    with tempfile.NamedTemporaryFile(suffix=".json") as result:
        command = [sys.executable, __file__, str(folder), name, "--exporter", exporter, "--entry", result.name]
        child = subprocess.run(command, check=False, capture_output=True, text=True, cwd=folder)
        text = Path(result.name).read_text()
    error = (child.stderr.strip().splitlines() or ["no message"])[-1][:200]
    return (json.loads(text) if child.returncode == 0 and text else None), error


def write_catalogue(folder, entries):
    path = folder / "models.json"
    partial = path.with_suffix(".partial")
    partial.write_text(json.dumps({"models": sorted(entries.values(), key=lambda e: e["name"])}, indent=1))
    os.replace(partial, path)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dir", type=Path)
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--exporter", choices=EXPORTERS, help="only this one")
    parser.add_argument("--entry", type=Path, help=argparse.SUPPRESS)
    args = parser.parse_args()
    folder = args.dir.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    unknown = [name for name in args.names if name not in ARCHITECTURES]
    if unknown:
        parser.error(f"no such model: {', '.join(unknown)} (there are {', '.join(ARCHITECTURES)})")
    if args.entry:
        args.entry.write_text(json.dumps(export_one(args.names[0], args.exporter, folder)))
        return 0
    catalogue = folder / "models.json"
    known = json.loads(catalogue.read_text())["models"] if catalogue.exists() else []
    entries = {entry["name"]: entry for entry in known}
    failed = 0
    for name in args.names or ARCHITECTURES:
        for exporter in ARCHITECTURES[name].get("exporters", EXPORTERS):
            if args.exporter not in (None, exporter):
                continue
            started = time.monotonic()
            entry, error = export_apart(name, exporter, folder)
            left_out = entry and entry["left_out"]
            outcome = "ok" if entry and not left_out else str(left_out) if entry else f"FAILED {error}"
            print(f"{name}.{exporter}: {outcome} ({time.monotonic() - started:.0f} s)", flush=True)
            failed += entry is None
            if entry:
                entries[entry["name"]] = entry
                write_catalogue(folder, entries)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
