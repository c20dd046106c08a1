"""The generated pages in docs/ are what the program writes."""

import os
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "models"))
from tenfold_cli import DEFAULT, Tenfold  # noqa: E402

PROGRAM = Path(os.environ.get("TENFOLD_PROGRAM", DEFAULT))
PAGES = ("operators.md", "coverage.md")


@unittest.skipUnless(PROGRAM.exists(), f"{PROGRAM} is not built")
class DocsTest(unittest.TestCase):
    def test_pages_are_up_to_date(self):
        with tempfile.TemporaryDirectory() as folder:
            Tenfold(PROGRAM).call("docs", folder)
            for page in PAGES:
                committed = (ROOT / "docs" / page).read_text()
                written = (Path(folder) / page).read_text()
                self.assertEqual(committed, written, f"docs/{page} is out of date: run ./dev docs and commit it")


if __name__ == "__main__":
    unittest.main()
