"""The generated pages in docs/ are what the program writes, and what it writes is all there is to say."""

import os
import re
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


class RefusalsTest(unittest.TestCase):
    """Every refusal of the programming interface is a row of the table that the page is made from."""

    def setUp(self):
        folder = ROOT / "src" / "api"
        self.table = (folder / "refusals.def").read_text()
        self.rows = re.findall(r"^REFUSED\((\w+), (\w+), (\w+),", self.table, re.MULTILINE)
        self.sources = {path.relative_to(folder): path.read_text() for path in sorted(folder.rglob("*.cpp"))}

    def test_every_row_is_used(self):
        used = {name for text in self.sources.values() for name in re.findall(r"Refusal::(\w+)", text)}
        self.assertTrue(self.rows)
        self.assertEqual({name for name, _, _ in self.rows}, used)

    def test_every_refusal_is_a_row(self):
        # Besides refuse() itself: layers without a computation, which the page takes from the operators' table.
        elsewhere = {
            str(path): len(re.findall(r"fail\(ErrorKind::kUnsupported|error\(\S*kUNSUPPORTED_STATE", text))
            for path, text in self.sources.items()
        }
        allowed = {"refusals.cpp": 1, "build_network.cpp": 1}
        extra = {path: n for path, n in elsewhere.items() if n > allowed.get(path, 0)}
        self.assertEqual(extra, {}, "an error of src/api that refuses a call is thrown by refuse()")

    def test_methods_exist(self):
        headers = "".join(path.read_text() for path in sorted((ROOT / "include").rglob("*.h")))
        for _, interface, method in self.rows:
            with self.subTest(method=f"{interface}::{method}"):
                self.assertRegex(headers, rf"(class|namespace) {interface}\b")
                self.assertRegex(headers, rf"\b{method}\(")


if __name__ == "__main__":
    unittest.main()
