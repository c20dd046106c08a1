"""Tests of plans as the program builds them: how much memory they need, and that builds repeat."""

import json
import os
import sys
import tempfile
import unittest
from pathlib import Path

import numpy as np
from onnx import TensorProto, helper, numpy_helper, save

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "models"))
from model_inputs import extent, read_entries  # noqa: E402
from tenfold_cli import DEFAULT, Tenfold  # noqa: E402

PROGRAM = Path(os.environ.get("TENFOLD_PROGRAM", DEFAULT))
MODELS = Path(os.environ.get("TENFOLD_MODELS", "/nonexistent"))
MOST_WASTE = 0.10  # of an arena, above the most bytes that are alive at one step


def shape_flags(entry):
    """--minShapes, --optShapes and --maxShapes for the first case of a catalogue entry."""
    flags = []
    for name, spec in entry["inputs"].items():
        dims = "x".join(str(extent(dim, entry["cases"][0])) for dim in spec["shape"])
        if dims:
            flags += [flag for kind in ("min", "opt", "max") for flag in (f"--{kind}Shapes", f"{name}:{dims}")]
    return flags


@unittest.skipUnless(PROGRAM.exists(), f"{PROGRAM} is not built")
@unittest.skipUnless(MODELS.is_dir(), "TENFOLD_MODELS names no folder of models")
class ArenaTest(unittest.TestCase):
    def test_arenas_are_close_to_the_lower_bound(self):
        entries = read_entries(ROOT / "tests/models/models.json", MODELS / "models.json")
        paths = [path for path in sorted(MODELS.glob("*.onnx")) if path.stem in entries]
        self.assertTrue(paths, f"no known model in {MODELS}")
        for path in paths:
            flags = shape_flags(entries[path.stem])
            with self.subTest(model=path.stem):
                text = Tenfold(PROGRAM).call("inspect", path, "--json", "--quiet", "--noTuning", *flags)
                for memory in json.loads(text)["memory"]:
                    self.assertTrue(memory["bounded"])
                    self.assertLessEqual(memory["arena_bytes"], (1 + MOST_WASTE) * memory["lower_bound"])


def small_model(path):
    """Two convolutions and a product: regions that several tactics accept."""
    random = np.random.default_rng(1)
    weights = {
        "w1": random.standard_normal((16, 3, 3, 3)),
        "w2": random.standard_normal((16, 16, 3, 3)),
        "w3": random.standard_normal((16, 10)),
    }
    nodes = [
        helper.make_node("Conv", ["x", "w1"], ["a"], pads=[1, 1, 1, 1]),
        helper.make_node("Relu", ["a"], ["b"]),
        helper.make_node("Conv", ["b", "w2"], ["c"], pads=[1, 1, 1, 1]),
        helper.make_node("Add", ["b", "c"], ["d"]),
        helper.make_node("GlobalAveragePool", ["d"], ["e"]),
        helper.make_node("Flatten", ["e"], ["f"]),
        helper.make_node("MatMul", ["f", "w3"], ["g"]),
        helper.make_node("Softmax", ["g"], ["y"]),
    ]
    graph = helper.make_graph(
        nodes,
        "small",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", 3, 32, 32])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["n", 10])],
        [numpy_helper.from_array(array.astype(np.float32), name) for name, array in weights.items()],
    )
    save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), path)


@unittest.skipUnless(PROGRAM.exists(), f"{PROGRAM} is not built")
class RepeatabilityTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.models = [self.folder / "small.onnx"]
        small_model(self.models[0])
        real = MODELS / "mtcnn_rnet.onnx"
        self.models += [real] if real.exists() else []

    def build(self, model, *flags):
        plan = self.folder / "out.plan"
        Tenfold(PROGRAM).call("build", model, "-o", plan, "--quiet", *flags)
        return plan.read_bytes()

    def test_builds_by_cost_model_are_the_same(self):
        for model in self.models:
            with self.subTest(model=model.stem):
                self.assertTrue(self.build(model, "--noTuning") == self.build(model, "--noTuning"))

    def test_builds_from_one_timing_cache_are_the_same(self):
        for model in self.models:
            with self.subTest(model=model.stem):
                cache = self.folder / f"{model.stem}.cache"
                measured = self.build(model, "--timingCacheFile", cache)
                times = cache.read_bytes()
                self.assertTrue(self.build(model, "--timingCacheFile", cache) == measured)
                self.assertEqual(cache.read_bytes(), times, "the second build measured again")


if __name__ == "__main__":
    unittest.main()
