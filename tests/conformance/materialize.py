#!/usr/bin/env python3
"""Writes ONNX's own backend tests as folders that `tenfold conformance` reads.

    materialize.py DIR [KIND...]      kinds: node simple pytorch-operator pytorch-converted light

The onnx package makes its node tests in memory and ships the others as files.
Each case becomes DIR/KIND/NAME with model.onnx, test_data_set_N/input_I.pb and
output_I.pb (a TensorProto, SequenceProto or OptionalProto, as the model's
declaration says), and data.json with the tolerances where they are not ONNX's
usual rtol 1e-3 and atol 1e-7. Kind "light" holds famous networks with constant
weights; their input is the ramp 0, 1/n, 2/n ... that ONNX's runner feeds them.
"""

import argparse
import json
import shutil
import sys
from pathlib import Path

import numpy as np
import onnx
from onnx import numpy_helper
from onnx.backend.test import loader
from onnx.backend.test.case import model as model_cases

KINDS = ("node", "simple", "pytorch-operator", "pytorch-converted", "light")
USUAL_TOLERANCES = {"rtol": 1e-3, "atol": 1e-7}
WRITERS = {
    "tensor_type": numpy_helper.from_array,
    "sequence_type": numpy_helper.from_list,
    "optional_type": numpy_helper.from_optional,
    "map_type": numpy_helper.from_dict,
}


def encode(value, declared):
    """One test value as bytes, in the message that the graph's declaration asks for."""
    if isinstance(value, onnx.TensorProto):
        return value.SerializeToString()
    kind = declared.type.WhichOneof("value")
    if kind not in WRITERS:
        raise TypeError(f"{declared.name}: no file form for a value declared as {kind}")
    if kind == "tensor_type":
        value = np.asarray(value)
    return WRITERS[kind](value, declared.name).SerializeToString()


def write_values(folder, prefix, values, declarations):
    for index, (value, declared) in enumerate(zip(values, declarations, strict=True)):
        (folder / f"{prefix}_{index}.pb").write_bytes(encode(value, declared))


def write_made(case, folder):
    """A case that the onnx package holds in memory."""
    folder.mkdir(parents=True)
    (folder / "model.onnx").write_bytes(case.model.SerializeToString())
    for index, (inputs, outputs) in enumerate(case.data_sets):
        data = folder / f"test_data_set_{index}"
        data.mkdir()
        write_values(data, "input", inputs, case.model.graph.input)
        write_values(data, "output", outputs, case.model.graph.output)


def ramp(declared):
    dims = [dim.dim_value or 1 for dim in declared.type.tensor_type.shape.dim]
    count = int(np.prod(dims))
    return (np.arange(count).reshape(dims) / count).astype(np.float32)


def write_light(case, folder):
    """A light network: the model and its expected output are files, its input is not."""
    source = Path(onnx.__file__).parent.parent / case.url
    data = folder / "test_data_set_0"
    data.mkdir(parents=True)
    shutil.copy(source, folder / "model.onnx")
    shutil.copy(source.with_name(f"{source.stem}_output_0.pb"), data / "output_0.pb")
    graph = onnx.load(source).graph
    weights = {weight.name for weight in graph.initializer}
    inputs = [declared for declared in graph.input if declared.name not in weights]
    write_values(data, "input", [ramp(declared) for declared in inputs], inputs)


def cases_of(kind):
    """The cases of a kind: what the loader finds, and for "simple" those made in memory besides."""
    if kind == "light":
        return loader.load_model_tests(kind="real")
    cases = loader.load_model_tests(kind=kind)
    if kind == "simple":
        shipped = {case.name for case in cases}
        made = model_cases.collect_testcases()
        cases += [case for case in made if case.kind == "simple" and case.name not in shipped]
    return cases


def write_case(case, folder):
    if case.model is not None:
        write_made(case, folder)
    elif case.model_dir is not None:
        shutil.copytree(case.model_dir, folder)
    else:
        write_light(case, folder)
    tolerances = {"rtol": case.rtol, "atol": case.atol}
    if tolerances != USUAL_TOLERANCES:
        (folder / "data.json").write_text(json.dumps(tolerances))


def materialize(kind, root):
    """Writes every case of a kind below root/kind; returns how many there are."""
    cases = cases_of(kind)
    shutil.rmtree(root / kind, ignore_errors=True)
    for case in cases:
        write_case(case, root / kind / case.name)
    return len(cases)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dir", type=Path)
    parser.add_argument("kinds", nargs="*", metavar="KIND")
    args = parser.parse_args()
    for kind in args.kinds or KINDS:
        if kind not in KINDS:
            parser.error(f"no such kind: {kind} (there are {', '.join(KINDS)})")
        print(f"{kind}: {materialize(kind, args.dir)} cases in {args.dir / kind}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
