"""trtexec: what scripts read of it, and what it says when it is called wrongly."""

import json
import re
import subprocess
import tempfile
import unittest
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

PROGRAM = Path(__file__).resolve().parents[2] / "build" / "bin" / "trtexec"
WEIGHT = np.arange(6, dtype=np.float32).reshape(3, 2) - 2
PROFILE = ["--minShapes=x:1x3", "--optShapes=x:2x3", "--maxShapes=x:4x3"]
EXACTLY = ["--duration=0", "--warmUp=0"]


def trtexec(*flags):
    command = [str(PROGRAM), *map(str, flags)]
    return subprocess.run(command, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)


@unittest.skipUnless(PROGRAM.exists(), f"{PROGRAM} is not built")
class Trtexec(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.model = self.folder / "model.onnx"
        graph = helper.make_graph(
            [helper.make_node("MatMul", ["x", "w"], ["p"]), helper.make_node("Relu", ["p"], ["y"])],
            "g",
            [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["batch", 3])],
            [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["batch", 2])],
            [numpy_helper.from_array(WEIGHT, "w")],
        )
        onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), self.model)

    def passes(self, *flags):
        done = trtexec(*flags)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertTrue(done.stdout.startswith("&&&& RUNNING TensorRT.trtexec"), done.stdout)
        self.assertIn("&&&& PASSED TensorRT.trtexec", done.stdout.splitlines()[-1])
        return done.stdout

    def fails(self, message, *flags):
        done = trtexec(*flags)
        self.assertEqual(done.returncode, 1)
        self.assertIn("&&&& FAILED TensorRT.trtexec", done.stdout.splitlines()[-1])
        self.assertIn(message, done.stderr)

    def test_summary_and_exact_iterations(self):
        times = self.folder / "times.json"
        out = self.passes(
            f"--onnx={self.model}", *PROFILE, "--iterations=7", *EXACTLY, f"--exportTimes={times}", "--percentile=50,99"
        )
        self.assertRegex(out, r"Throughput: [\d.e+]+ qps")
        numbers = r"min = \S+ ms, max = \S+ ms, mean = \S+ ms, median = \S+ ms, percentile\(50%\) = \S+ ms, "
        for line in ("Latency", "Enqueue Time", "H2D Latency", "GPU Compute Time", "D2H Latency"):
            self.assertTrue(re.search(rf"\[I\] {line}: {numbers}percentile\(99%\) = \S+ ms", out), line)
        runs = json.loads(times.read_text())
        self.assertEqual(len(runs), 7)
        for run in runs:
            self.assertAlmostEqual(run["latencyMs"], run["h2dMs"] + run["computeMs"] + run["d2hMs"], places=6)

    def test_a_plan_saved_and_loaded_on_given_inputs(self):
        plan, values, outputs = (self.folder / name for name in ("model.plan", "x.bin", "out.json"))
        built = self.passes(f"--onnx={self.model}", *PROFILE, f"--saveEngine={plan}", "--buildOnly")
        self.assertNotIn("Throughput", built)
        x = np.random.default_rng(0).standard_normal((3, 3)).astype(np.float32)
        x.tofile(values)
        flags = [f"--loadInputs=x:{values}", f"--exportOutput={outputs}", "--iterations=1", *EXACTLY]
        self.passes(f"--loadEngine={plan}", "--shapes=x:3x3", *flags)
        (result,) = json.loads(outputs.read_text())
        self.assertEqual((result["name"], result["dimensions"]), ("y", "3x2"))
        np.testing.assert_allclose(result["values"], np.maximum(x @ WEIGHT, 0).ravel(), rtol=1e-5, atol=1e-6)

    def test_layers_and_profile(self):
        profile, layers = self.folder / "profile.json", self.folder / "layers.json"
        flags = ["--iterations=5", *EXACTLY, "--dumpProfile", "--separateProfileRun", "--profilingVerbosity=detailed"]
        exports = [f"--exportProfile={profile}", f"--exportLayerInfo={layers}"]
        out = self.passes(f"--onnx={self.model}", *PROFILE, *flags, *exports)
        self.assertIn("=== Profile (5 iterations ) ===", out)
        first, *rows = json.loads(profile.read_text())
        self.assertEqual(first, {"count": 5})
        described = json.loads(layers.read_text())
        self.assertEqual(len(rows), len(described["Layers"]))
        self.assertEqual([row["name"] for row in rows], [layer["Name"] for layer in described["Layers"]])
        self.assertEqual(described["Bindings"], ["x", "y"])

    def test_several_streams(self):
        self.passes(f"--onnx={self.model}", *PROFILE, "--infStreams=3", "--iterations=5", *EXACTLY)

    def test_what_is_wrong_is_named(self):
        self.fails("unknown option '--iteration'; did you mean '--iterations'?", "--onnx=a", "--iteration=3")
        self.fails("either a model with --onnx or a plan with --loadEngine")
        self.fails("'2xtwo' is no shape", f"--onnx={self.model}", "--shapes=x:2xtwo")
        self.fails("did you mean 'fp16'?", f"--onnx={self.model}", "--layerPrecisions=*:fp166")
        self.fails("cannot read", f"--loadEngine={self.folder / 'nothing'}")
        self.fails("profile 0 allows 1 to 4", f"--onnx={self.model}", *PROFILE, "--shapes=x:5x3")


if __name__ == "__main__":
    unittest.main()
