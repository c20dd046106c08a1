"""tenfold: what it says when it is called wrongly, and with which exit code it ends."""

import os
import subprocess
import tempfile
import unittest
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

PROGRAM = Path(__file__).resolve().parents[2] / "build" / "bin" / "tenfold"
COMMANDS = ("build", "run", "bench", "inspect", "conformance", "docs")
PROFILE = ("--minShapes", "x:1x3", "--optShapes", "x:2x3", "--maxShapes", "x:4x3")


def tenfold(*arguments, **options):
    command = [str(PROGRAM), *map(str, arguments)]
    options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options}
    return subprocess.run(command, text=True, check=False, stdin=subprocess.DEVNULL, **options)


def small_model():
    """y = relu(x w), where x has any number of rows of 3."""
    graph = helper.make_graph(
        [helper.make_node("MatMul", ["x", "w"], ["p"]), helper.make_node("Relu", ["p"], ["y"])],
        "g",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["batch", 3])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["batch", 2])],
        [numpy_helper.from_array(np.ones((3, 2), np.float32), "w")],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


@unittest.skipUnless(PROGRAM.exists(), f"{PROGRAM} is not built")
class CommandLine(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = Path(folder.name)
        cls.model, cls.plan = cls.folder / "model.onnx", cls.folder / "model.plan"
        onnx.save(small_model(), cls.model)
        built = tenfold("build", cls.model, "-o", cls.plan, *PROFILE)
        assert built.returncode == 0, built.stderr

    def fails(self, code, message, *arguments, **options):
        done = tenfold(*arguments, **options)
        self.assertEqual(done.returncode, code, f"{arguments}: {done.stdout}{done.stderr}")
        self.assertTrue(done.stderr.startswith("tenfold: error: "), done.stderr)
        self.assertEqual(done.stderr.count("\n"), 1, "one line")
        self.assertIn(message, done.stderr)

    def array(self, name, values):
        path = self.folder / f"{name}.npy"
        np.save(path, values)
        return f"x={path}"

    def test_success_is_0_and_help_shows_an_example(self):
        self.assertEqual(tenfold("run", self.plan).returncode, 0)
        for command in COMMANDS:
            done = tenfold(command, "--help")
            self.assertEqual(done.returncode, 0)
            self.assertIn(f"Example: tenfold {command} ", done.stdout)

    def test_commands_and_options_that_do_not_exist(self):
        self.fails(2, "there is no command 'rum'; did you mean 'run'?", "rum", self.model)
        self.fails(2, "unknown option '--imput'; did you mean '--input'?", "run", self.model, "--imput", "x=x.npy")
        self.fails(2, "unknown option '--outputdir'; did you mean '--output-dir'?", "run", self.model, "--outputdir=o")
        self.fails(2, "extra", "run", self.model, "extra")
        self.fails(2, "subcommand is required")
        self.fails(2, "model is required", "run")
        self.fails(2, "--output is required", "build", self.model)

    def test_values_that_mean_nothing(self):
        self.fails(2, "--iterations: expected a number", "bench", self.model, "--iterations", "abc")
        self.fails(2, "--iterations", "bench", self.model, "--iterations", "0")
        self.fails(2, "--duration", "bench", self.model, "--duration", "-1")
        self.fails(2, "--threads", "run", self.model, "--threads", "0")
        self.fails(1, "there is no target 'gpu'; there are: cpu, cuda", "run", self.model, "--device", "gpu")
        self.fails(1, "there is no target 'tpu'", "run", self.model, env={**os.environ, "TENFOLD_TARGET": "tpu"})
        self.fails(
            1,
            "no pass 'fold-constant'; did you mean 'fold-constants'?",
            "run",
            self.model,
            "--disablePass=fold-constant",
        )
        self.fails(1, "'x' is not of the form NAME=FILE.npy", "run", self.model, "--input", "x")
        self.fails(1, "'x:2xtwo' is not of the form NAME:1x3x224x224", "run", self.model, "--shapes", "x:2xtwo")
        self.fails(1, "--errorBudget goes with --fp16", "run", self.model, "--errorBudget", "0.1")
        self.fails(1, "is built already", "run", self.plan, "--fp16")

    def test_files_that_are_not_there_or_something_else(self):
        nothing = self.folder / "nothing"
        for command in ("run", "bench", "inspect"):
            self.fails(1, f"cannot open '{nothing}': No such file", command, nothing)
        self.fails(1, "it is not a regular file", "run", self.folder)
        self.fails(1, "is not a folder", "conformance", nothing)
        self.fails(1, "there are no cases", "conformance", self.empty_folder())
        self.fails(1, "No such file", "run", self.model, "--input", f"x={nothing}")
        other = self.folder / "other"
        other.write_bytes(b"\x07no model" * 20)
        self.fails(1, "is no ONNX model, or is damaged", "run", other)
        self.fails(1, "is no .npy file", "run", self.model, "--input", f"x={other}")
        self.fails(1, "this is no timing cache", "run", self.model, "--timingCacheFile", other)
        self.fails(1, "was it written completely?", "run", self.truncated("short.plan"))

    def test_a_case_without_data_has_not_passed(self):
        done = tenfold("conformance", self.folder)
        self.assertEqual(done.returncode, 1)
        self.assertIn("there is no folder test_data_set_0", done.stdout)
        self.assertEqual(done.stdout.splitlines()[-1], "0 passed, 1 failed, 0 skipped")

    def empty_folder(self):
        path = self.folder / "empty"
        path.mkdir()
        return path

    def truncated(self, name):
        path = self.folder / name
        path.write_bytes(self.plan.read_bytes()[:-100])
        return path

    def test_inputs_that_do_not_fit(self):
        x = np.ones((2, 3), np.float32)
        self.fails(
            1,
            "there is no input 'q'; the inputs are: x",
            "run",
            self.model,
            "--input",
            self.array("x", x).replace("x=", "q=", 1),
        )
        self.fails(1, "there is no input 'q'; the inputs are: x", "run", self.model, "--shapes", "q:2x3")
        self.fails(
            1, "must be f32, the array given is f64", "run", self.model, "--input", self.array("x", x.astype(float))
        )
        self.fails(1, "has 2 dimensions", "run", self.model, "--input", self.array("x", x[0]))
        self.fails(1, "dimension 1 is 4", "run", self.model, "--input", self.array("x", np.ones((2, 4), np.float32)))
        self.fails(
            1,
            "the plan was built for 1 to 4",
            "run",
            self.plan,
            "--input",
            self.array("x", np.ones((9, 3), np.float32)),
        )
        self.fails(1, "the plan was built for 1 to 4", "run", self.plan, "--shapes", "x:5x3")
        self.fails(1, "the shape given says 4", "build", self.model, "-o", self.plan, "--maxShapes", "x:2x4")
        self.fails(
            1, "min <= opt <= max", "build", self.model, "-o", self.plan, "--minShapes=x:4x3", "--maxShapes=x:2x3"
        )

    def test_places_that_cannot_be_written(self):
        device = os.stat("/dev/full")
        self.fails(1, "No space left", "build", self.model, "-o", "/dev/full")
        self.fails(1, "No space left", "inspect", self.plan, "--html", "/dev/full")
        self.fails(1, "No space left", "bench", self.plan, "--duration=0", "--json", "/dev/full")
        self.assertEqual(os.stat("/dev/full").st_rdev, device.st_rdev, "the device was replaced")
        self.fails(1, "No such file", "build", self.model, "-o", self.folder / "no" / "model.plan")
        self.fails(1, "Is a directory", "build", self.model, "-o", self.folder)
        self.fails(1, "cannot create directories", "run", self.model, "--output-dir", self.model / "out")
        with open("/dev/full", "w") as full:
            self.fails(1, "the standard output cannot be written", "run", self.model, stdout=full)

    def test_a_link_to_a_plan_stays_a_link(self):
        plan, link = self.folder / "behind.plan", self.folder / "link.plan"
        plan.write_bytes(b"old")
        link.symlink_to(plan)
        self.assertEqual(tenfold("build", self.model, "-o", link).returncode, 0)
        self.assertTrue(link.is_symlink())
        self.assertGreater(plan.stat().st_size, 1000)

    def test_results_of_odd_names_and_saved_inputs(self):
        model = small_model()
        model.graph.output[0].name = model.graph.node[1].output[0] = "a/b:0"
        path, out = self.folder / "odd.onnx", self.folder / "out"
        onnx.save(model, path)
        x = np.float32([[1, 2, 3], [-4, 0, 1]])
        done = tenfold("run", path, "--input", self.array("x", x), "--output-dir", out, "--save-inputs")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(sorted(p.name for p in out.iterdir()), ["a_b_0.npy", "x.npy"])
        np.testing.assert_array_equal(np.load(out / "x.npy"), x)
        np.testing.assert_allclose(np.load(out / "a_b_0.npy"), [[6, 6], [0, 0]], rtol=1e-6)

    def test_inputs_that_are_not_given_are_the_same_every_time(self):
        arrays = []
        for out in (self.folder / "first", self.folder / "second"):
            self.assertEqual(tenfold("run", self.plan, "--output-dir", out, "--save-inputs").returncode, 0)
            arrays.append(np.load(out / "x.npy"))
        np.testing.assert_array_equal(*arrays)


if __name__ == "__main__":
    unittest.main()
