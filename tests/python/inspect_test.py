"""Tests of `tenfold inspect`: its times, and the page it writes."""

import json
import os
import re
import sys
import tempfile
import unittest
from pathlib import Path

from onnx import TensorProto, helper, save

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "models"))
from tenfold_cli import DEFAULT, Tenfold, TenfoldError  # noqa: E402

PROGRAM = Path(os.environ.get("TENFOLD_PROGRAM", DEFAULT))
HOSTILE = "</script><script>alert(1)</script>"  # the name of a node


def model(path):
    nodes = [
        helper.make_node("Softmax", ["x"], ["a"], name=HOSTILE),
        helper.make_node("MatMul", ["a", "w"], ["b"]),
        helper.make_node("Softmax", ["b"], ["y"], axis=0),
    ]
    inputs = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [64, 64]) for name in ("x", "w")]
    outputs = [helper.make_tensor_value_info("y", TensorProto.FLOAT, [64, 64])]
    save(helper.make_model(helper.make_graph(nodes, "three", inputs, outputs)), path)


@unittest.skipUnless(PROGRAM.exists(), f"{PROGRAM} is not built")
class InspectTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        model(self.folder / "three.onnx")

    def inspect(self, *flags):
        return Tenfold(PROGRAM).call("inspect", self.folder / "three.onnx", "--device", "cpu", "--quiet", *flags)

    def test_times_say_where_they_are_from(self):
        estimated = json.loads(self.inspect("--json", "--noTuning"))["steps"]
        self.assertEqual({step["us_source"] for step in estimated}, {"estimate"})
        timed = json.loads(self.inspect("--json", "--time"))["steps"]
        self.assertEqual({step["us_source"] for step in timed}, {"run"})
        self.assertTrue(all(step["us"] > 0 for step in timed))

    def test_the_table_has_times_and_types(self):
        lines = self.inspect("--time").splitlines()
        self.assertTrue(any(re.search(r"\bMatMul\b.*\bf32 +\d+\.\d ", line) for line in lines), lines)

    def test_the_page_holds_the_plan_and_no_name_leaves_its_script(self):
        page = self.folder / "plan.html"
        self.inspect("--html", page)
        found = re.search(r'<script type="application/json" id="plan">(.*?)</script>', page.read_text(), re.DOTALL)
        plan = json.loads(found[1])
        self.assertIn(HOSTILE, [step["name"] for step in plan["steps"]])
        blocks = plan["arena"]
        self.assertGreaterEqual(len(blocks), 2)
        for block in blocks:
            self.assertLessEqual(block["offset"] + block["bytes"], plan["memory"][0]["arena_bytes"])

    def test_a_page_that_cannot_be_written_is_an_error(self):
        with self.assertRaisesRegex(TenfoldError, "nowhere"):
            self.inspect("--html", self.folder / "nowhere" / "plan.html")


if __name__ == "__main__":
    unittest.main()
