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

    def test_flags_of_the_builder_and_of_contexts(self):
        cache, plan, debug = self.folder / "times.cache", self.folder / "m.plan", self.folder / "raw"
        debug.mkdir()
        base = [f"--onnx={self.model}", *PROFILE, *EXACTLY, "--iterations=1"]
        out = self.passes(
            *base,
            f"--saveEngine={plan}",
            f"--timingCacheFile={cache}",
            "--noCompilationCache",
            "--monitorMemory",
            "--maxAuxStreams=2",
            "--tilingOptimizationLevel=1",
            "--l2LimitForTiling=1048576",
            "--sparsity=enable",
            "--hardwareCompatibilityLevel=ampere+",
            "--preview=+profileSharing0806",
            "--idleTime=1",
            "--sleepTime=1",
            "--dumpOptimizationProfile",
            "--tempdir=.",
        )
        self.assertIn("Profile 0: x: min 1x3, opt 2x3, max 4x3", out)
        self.passes(*base, f"--timingCacheFile={cache}", "--errorOnTimingCacheMiss")
        loaded = [f"--loadEngine={plan}", *EXACTLY, "--iterations=1"]
        values = []
        for flags in ([], ["--useManagedMemory"], ["--allocationStrategy=profile"], ["--allocationStrategy=runtime"]):
            path = self.folder / "out.json"
            self.passes(*loaded, "--persistentCacheRatio=0.5", f"--exportOutput={path}", *flags)
            values.append(json.loads(path.read_text())[0]["values"])
        for other in values[1:]:
            self.assertEqual(values[0], other)
        self.assertNotIn("Performance summary", self.passes(f"--loadEngine={plan}", "--timeDeserialize"))
        for flag in ("--shapes", "--loadInputs"):
            self.fails(f"{flag}: there is no input 'q'; the inputs are: x", *loaded, f"{flag}=q:1x3")
        self.fails("the engine has no profile 3", *loaded, "--useProfile=3")

    def test_raw_outputs(self):
        command = [str(PROGRAM), f"--onnx={self.model}", *PROFILE, *EXACTLY, "--dumpRawBindingsToFile"]
        done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=self.folder)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertEqual((self.folder / "y.output.2x2.raw").stat().st_size, 16)

    def test_what_is_not_there_says_what_to_do(self):
        for flag, advice in (
            ("--useDLACore=0", "leave it out"),
            ("--calib=file", "quantize the model"),
            ("--safe", "leave it out"),
            ("--weightStreamingBudget=50%", "in the device's memory"),
            ("--useRuntime=lean", "one runtime"),
        ):
            self.fails(f"{flag.split('=')[0]} is not available", f"--onnx={self.model}", flag)
            self.fails(advice, f"--onnx={self.model}", flag)
        self.fails("did you mean '+profileSharing0806'", f"--onnx={self.model}", *PROFILE, "--preview=+profileShare")
        self.fails("the network has no tensor 'q'", f"--onnx={self.model}", *PROFILE, "--markDebug=q")

    def test_the_last_of_two_flags_counts(self):
        out = self.passes(
            f"--onnx={self.model}", *PROFILE, "--shapes=x:1x3", "--shapes=x:3x3", "--dumpOutput", *EXACTLY
        )
        self.assertIn("y: (3x2)", out)

    def test_a_file_that_cannot_be_written_leaves_the_old_one(self):
        self.fails("cannot write", f"--onnx={self.model}", *PROFILE, "--skipInference", "--saveEngine=/dev/full")
        plan = self.folder / "old.plan"
        plan.write_bytes(b"old")
        self.passes(f"--onnx={self.model}", *PROFILE, "--skipInference", f"--saveEngine={plan}")
        self.assertGreater(plan.stat().st_size, 1000)
        self.assertEqual(sorted(p.name for p in self.folder.iterdir()), ["model.onnx", "old.plan"])

    def test_what_is_wrong_is_named(self):
        self.fails("unknown option '--iteration'; did you mean '--iterations'?", "--onnx=a", "--iteration=3")
        self.fails("either a model with --onnx or a plan with --loadEngine")
        self.fails("'2xtwo' is no shape", f"--onnx={self.model}", "--shapes=x:2xtwo")
        self.fails("did you mean 'fp16'?", f"--onnx={self.model}", "--layerPrecisions=*:fp166")
        self.fails("cannot read", f"--loadEngine={self.folder / 'nothing'}")
        model = f"--onnx={self.model}"
        self.fails("'extra' is no option", model, "extra")
        self.fails("expected a whole number from 0 on, found 'abc'", model, "--iterations=abc")
        self.fails("--percentile: expected 0 to 100, found abc", model, "--percentile=abc")
        self.fails("there are: workspace, dlaSRAM", model, "--memPoolSize=nothing:1G")
        for flag in ("--minShapes", "--optShapes", "--maxShapes", "--shapes", "--loadInputs"):
            self.fails(f"{flag}: there is no input 'q'; the inputs are: x", model, *PROFILE, f"{flag}=q:1x3")
        self.fails("2 formats were given", model, *PROFILE, "--inputIOFormats=fp32:chw,fp32:chw")
        self.fails("'x' may not be linear", model, *PROFILE, "--inputIOFormats=fp16:hwc8")
        self.fails("profile 0 allows 1 to 4", f"--onnx={self.model}", *PROFILE, "--shapes=x:5x3")


if __name__ == "__main__":
    unittest.main()
