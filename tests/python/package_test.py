"""Installs the build into a folder, moves the folder, and builds a program with it by CMake and by pkg-config."""

import os
import subprocess
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CONSUMER = ROOT / "tests" / "package" / "consumer"
VERSION = "101600"


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


class InstalledPackage(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        first, cls.prefix = Path(cls.folder.name) / "first", Path(cls.folder.name) / "moved"
        run("cmake", "--install", ROOT / "build", "--prefix", first)
        first.rename(cls.prefix)

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def test_cmake_finds_it_by_both_names(self):
        build = Path(self.folder.name) / "build"
        run("cmake", "-G", "Ninja", "-S", CONSUMER, "-B", build, f"-DCMAKE_PREFIX_PATH={self.prefix}")
        run("cmake", "--build", build)
        self.assertEqual(run(build / "by_tenfold"), VERSION)
        self.assertEqual(run(build / "by_tensorrt"), VERSION)

    def test_pkg_config_finds_it_by_both_names(self):
        for name in ("tenfold", "nvinfer"):
            search = str(self.prefix / "lib" / "pkgconfig")
            flags = run("pkg-config", "--cflags", "--libs", name, PKG_CONFIG_PATH=search).split()
            program = Path(self.folder.name) / f"program_{name}"
            run("c++", "-std=c++14", CONSUMER / "program.cpp", "-o", program, *flags)
            self.assertEqual(run(program, LD_LIBRARY_PATH=str(self.prefix / "lib")), VERSION)

    def test_programs_run_from_where_they_are(self):
        for name in ("tenfold", "trtexec"):
            self.assertIn(name, run(self.prefix / "bin" / name, "--help"))


if __name__ == "__main__":
    unittest.main()
