"""Installs the build into a folder, moves the folder, builds a program with it by CMake and by pkg-config, and runs it."""

import os
import subprocess
import tempfile
import unittest
from pathlib import Path

import onnx
from onnx import TensorProto, helper

ROOT = Path(__file__).resolve().parents[2]
CONSUMER = ROOT / "tests" / "package" / "consumer"
RESULT = "101600 20"  # the version, and what the model makes of 1, 2, 3, 4


def run(*command, **environment):
    done = subprocess.run(
        [str(word) for word in command],
        env=os.environ | environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise AssertionError(f"{' '.join(map(str, command))}\n{done.stdout}{done.stderr}")
    return done.stdout.strip()


def save_doubling_model(path):
    """y = x + x, four numbers."""
    values = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, 4]) for name in "xy"]
    graph = helper.make_graph([helper.make_node("Add", ["x", "x"], ["y"])], "g", values[:1], values[1:])
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), path)


class InstalledPackage(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        first, cls.prefix = Path(cls.folder.name) / "first", Path(cls.folder.name) / "moved"
        run("cmake", "--install", ROOT / "build", "--prefix", first)
        first.rename(cls.prefix)
        cls.model = Path(cls.folder.name) / "model.onnx"
        save_doubling_model(cls.model)

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def test_cmake_finds_it_by_both_names(self):
        build = Path(self.folder.name) / "build"
        run("cmake", "-G", "Ninja", "-S", CONSUMER, "-B", build, f"-DCMAKE_PREFIX_PATH={self.prefix}")
        run("cmake", "--build", build)
        for program in ("by_tenfold", "by_tensorrt", "by_search"):
            self.assertEqual(run(build / program, self.model, TENFOLD_TARGET="cpu"), RESULT)

    def test_pkg_config_finds_it_by_both_names(self):
        for name in ("tenfold", "nvinfer"):
            search = str(self.prefix / "lib" / "pkgconfig")
            flags = run("pkg-config", "--cflags", "--libs", name, PKG_CONFIG_PATH=search).split()
            program = Path(self.folder.name) / f"program_{name}"
            run("c++", "-std=c++14", CONSUMER / "program.cpp", "-o", program, *flags)
            libraries = str(self.prefix / "lib")
            self.assertEqual(run(program, self.model, LD_LIBRARY_PATH=libraries, TENFOLD_TARGET="cpu"), RESULT)

    def test_programs_run_from_where_they_are(self):
        for name in ("tenfold", "trtexec"):
            self.assertIn(name, run(self.prefix / "bin" / name, "--help"))


if __name__ == "__main__":
    unittest.main()
