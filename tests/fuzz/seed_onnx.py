#!/usr/bin/env python3
"""Writes the seed corpus of the ONNX importer's fuzzer: tests/fuzz/corpus/onnx.

    seed_onnx.py [FOLDER...]

One small model per form that the importer treats on its own. FOLDERs with models
of ONNX's own tests (materialize.py makes them) add those under 2,000 bytes to
build-fuzz/corpus/onnx, one per operator.
"""

import shutil
import sys
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

ROOT = Path(__file__).resolve().parents[2]
F32, I64, BOOL = TensorProto.FLOAT, TensorProto.INT64, TensorProto.BOOL


def value(name, dims, kind=F32):
    return helper.make_tensor_value_info(name, kind, dims)


def model(nodes, inputs, outputs, opset=18, initializers=(), functions=(), sparse=()):
    graph = helper.make_graph(
        nodes, "g", inputs, [value(o, None) for o in outputs], list(initializers), sparse_initializer=list(sparse)
    )
    imports = [helper.make_opsetid("", opset), helper.make_opsetid("local", 1), helper.make_opsetid("com.microsoft", 1)]
    return helper.make_model(graph, opset_imports=imports, functions=list(functions))


def ints(name, values):
    return numpy_helper.from_array(np.array(values, np.int64), name)


def one(op, inputs, dims, opset, initializers=(), outputs=("y",), **attributes):
    """A model of one node; inputs are x and what the initializers hold."""
    node = helper.make_node(op, inputs, list(outputs), name="n", **attributes)
    return model([node], [value("x", dims)], outputs, opset, initializers)


def old_forms():
    yield "squeeze11", one("Squeeze", ["x"], [1, "n", 1], 11, axes=[0, 2])
    yield "slice9", one("Slice", ["x"], [4, 5], 9, starts=[1, -2], ends=[3, 1 << 40], axes=[0, -1])
    yield "pad2", one("Pad", ["x"], [2, 3], 10, pads=[0, 1, 2, 3], value=1.5)
    yield "split2", one("Split", ["x"], [6, 2], 12, outputs=("y", "z"), split=[2, 4])
    yield "topk1", one("TopK", ["x"], [6, 2], 9, outputs=("y", "z"), k=3, axis=0)
    yield "softmax11", one("Softmax", ["x"], [2, 3, 4], 11, axis=1)
    yield "reduce17", one("ReduceMean", ["x"], [2, "n", 4], 17, axes=[1, -1], keepdims=0)
    yield "clip6", one("Clip", ["x"], [2], 6, min=-1.0, max=6.0)
    yield "dropout7", one("Dropout", ["x"], [2], 7, outputs=("y", "m"), ratio=0.3)
    yield "upsample7", one("Upsample", ["x"], [1, 1, 2, 2], 7, scales=[1.0, 1.0, 2.0, 2.5], mode="nearest")
    yield (
        "resize11",
        one(
            "Resize",
            ["x", "e", "e", "s"],
            [1, 1, 4, "w"],
            11,
            [numpy_helper.from_array(np.zeros(0, np.float32), "e"), ints("s", [1, 1, 8, 3])],
        ),
    )
    yield "cast1", one("Cast", ["x"], [2], 5, to="FLOAT16")
    yield "tile1", one("Tile", ["x", "t", "a"], [2, 3], 5, [ints("t", [2]), ints("a", [1])])
    yield (
        "batchnorm7",
        one(
            "BatchNormalization",
            ["x", "w", "w", "w", "w"],
            ["n", 2, 3],
            7,
            [numpy_helper.from_array(np.ones(2, np.float32), "w")],
        ),
    )
    yield (
        "gemm7",
        one(
            "Gemm",
            ["x", "w"],
            ["n", 2],
            9,
            [numpy_helper.from_array(np.ones((2, 2), np.float32), "w")],
            alpha=0.5,
            transB=1,
        ),
    )
    yield "constantfill", one("ConstantFill", ["x"], [2, 3], 6, value=2.0, extra_shape=[4])
    add = helper.make_node("Add", ["x", "b"], ["y"], broadcast=1, axis=1)
    yield "add6", model([add], [value("x", [2, 3, 4]), value("b", [3])], ["y"], 6)
    yield "scan8", one("Scan", ["", "x"], [1, 2, 3], 8, num_scan_inputs=1)


def bodies():
    body = helper.make_graph(
        [helper.make_node("Add", ["x", "k"], ["t"])], "then", [], [value("t", None)], [ints("k", [1])]
    )
    other = helper.make_graph([helper.make_node("Neg", ["x"], ["e"])], "else", [], [value("e", None)])
    branch = helper.make_node("If", ["c"], ["y"], then_branch=body, else_branch=other)
    yield "if", model([branch], [value("c", [], BOOL), value("x", [3], I64)], ["y"])
    step = helper.make_graph(
        [helper.make_node("Add", ["v", "x"], ["w"]), helper.make_node("Identity", ["k"], ["l"])],
        "body",
        [value("i", [], I64), value("k", [], BOOL), value("v", [2])],
        [value("l", []), value("w", [2]), value("w", [2])],
    )
    loop = helper.make_node("Loop", ["m", "", "x"], ["y", "all"], body=step)
    yield "loop", model([loop], [value("m", [], I64), value("x", [2])], ["y", "all"])
    step = helper.make_graph(
        [helper.make_node("Add", ["s", "e"], ["t"])],
        "body",
        [value("s", [2]), value("e", [2])],
        [value("t", [2]), value("t", [2])],
    )
    scan = helper.make_node("Scan", ["z", "x"], ["y", "all"], body=step, num_scan_inputs=1, scan_input_axes=[1])
    yield "scan", model([scan], [value("z", [2]), value("x", [2, "n"])], ["y", "all"])


def functions():
    leaky = helper.make_node("LeakyRelu", ["a"], ["b"])
    leaky.attribute.append(onnx.AttributeProto(name="alpha", type=onnx.AttributeProto.FLOAT, ref_attr_name="slope"))
    imports = [helper.make_opsetid("", 17), helper.make_opsetid("local", 1)]
    inner = helper.make_function("local", "Inner", ["a"], ["b"], [leaky], imports, ["slope"])
    call = helper.make_node("Inner", ["p"], ["q"], domain="local", slope=0.25)
    outer = helper.make_function("local", "Outer", ["p", "unused"], ["q"], [call], imports)
    nodes = [helper.make_node("Outer", ["x"], ["y"], domain="local")]
    yield "function", model(nodes, [value("x", [2, "n"])], ["y"], functions=[inner, outer])
    itself = helper.make_function(
        "local", "Again", ["p"], ["q"], [helper.make_node("Again", ["p"], ["q"], domain="local")], imports
    )
    yield (
        "recursion",
        model([helper.make_node("Again", ["x"], ["y"], domain="local")], [value("x", [2])], ["y"], functions=[itself]),
    )


def tensors():
    for kind in (TensorProto.FLOAT16, TensorProto.BOOL, TensorProto.INT4, TensorProto.FLOAT8E4M3FN, TensorProto.UINT8):
        size = 2 if kind == TensorProto.INT4 else 3
        data = TensorProto(name="w", data_type=kind, dims=[3], int32_data=[1] * size)
        yield f"typed{kind}", model([helper.make_node("Identity", ["w"], ["y"])], [], ["y"], 21, [data])
    outside = TensorProto(name="w", data_type=F32, dims=[2], data_location=TensorProto.EXTERNAL)
    for key, text in (("location", "w.bin"), ("offset", "4096"), ("length", "8")):
        outside.external_data.add(key=key, value=text)
    yield "external", model([helper.make_node("Identity", ["w"], ["y"])], [], ["y"], 18, [outside])
    sparse = helper.make_sparse_tensor(
        numpy_helper.from_array(np.array([1, 2], np.float32), "w"), ints("i", [[0, 1], [1, 0]]), [2, 2]
    )
    yield "sparse", model([helper.make_node("Identity", ["w"], ["y"])], [], ["y"], sparse=[sparse])
    spelled = [
        helper.make_node("Constant", [], ["a"], value_ints=[2, 3]),
        helper.make_node("Reshape", ["x", "a"], ["y"]),
    ]
    yield "constant", model(spelled, [value("x", ["n"])], ["y"])
    shape = [
        helper.make_node("Shape", ["x"], ["s"], start=1),
        helper.make_node("Concat", ["s", "m"], ["t"], axis=0),
        helper.make_node("Reshape", ["x", "t"], ["y"]),
    ]
    yield "shapes", model(shape, [value("x", ["n", 3])], ["y"], initializers=[ints("m", [-1])])


def main():
    kept = ROOT / "tests" / "fuzz" / "corpus" / "onnx"
    kept.mkdir(parents=True, exist_ok=True)
    for family in (old_forms, bodies, functions, tensors):
        for name, made in family():
            made.ClearField("producer_name")
            (kept / f"{name}.onnx").write_bytes(made.SerializeToString())
    print(f"{len(list(kept.iterdir()))} models in {kept}")
    found = ROOT / "build-fuzz" / "corpus" / "onnx"
    seen = set()
    for folder in map(Path, sys.argv[1:]):
        found.mkdir(parents=True, exist_ok=True)
        for path in sorted(folder.glob("*/model.onnx")):
            operators = frozenset(n.op_type for n in onnx.load(path).graph.node)
            if path.stat().st_size > 2000 or operators in seen:
                continue
            seen.add(operators)
            shutil.copy(path, found / f"{path.parent.name}.onnx")
    print(f"{len(seen)} models in {found}")


if __name__ == "__main__":
    main()
