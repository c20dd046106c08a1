"""The program in README.md compiles as it stands and prints what the page shows."""

import os
import re
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LIBRARIES = ROOT / "build" / "lib"
MODEL = Path(os.environ.get("TENFOLD_MODELS", "/nonexistent")) / "mtcnn_onet.onnx"


@unittest.skipUnless((LIBRARIES / "libnvinfer.so").exists(), f"{LIBRARIES} is not built")
@unittest.skipUnless(MODEL.exists(), f"{MODEL} is not there")
class ReadmeTest(unittest.TestCase):
    def test_program_prints_what_is_shown(self):
        page = (ROOT / "README.md").read_text()
        program, shown = re.search(r"```cpp\n(.*?)```\n\n```\n(.*?)```", page, re.DOTALL).groups()
        compile_line, run_line, *output = shown.splitlines()
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "program.cpp").write_text(program)
            shutil.copy(MODEL, folder)
            for name in ("include", "build"):
                (Path(folder) / name).symlink_to(ROOT / name)
            subprocess.run(compile_line.removeprefix("$ "), shell=True, check=True, cwd=folder)
            done = subprocess.run(
                run_line.removeprefix("$ "), shell=True, check=True, cwd=folder, capture_output=True, text=True
            )
        self.assertEqual(done.stdout.splitlines(), output)


if __name__ == "__main__":
    unittest.main()
