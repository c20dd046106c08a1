"""Operators of com.microsoft: the same results as ONNX Runtime's, each from a model of one node."""

import os
import sys
import tempfile
import unittest
from pathlib import Path

import numpy as np
import onnxruntime
from onnx import TensorProto, helper, numpy_helper, save

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "models"))
from tenfold_cli import DEFAULT, Tenfold, TenfoldError  # noqa: E402

PROGRAM = Path(os.environ.get("TENFOLD_PROGRAM", DEFAULT))
RANDOM = np.random.default_rng(0)


def floats(*shape):
    return RANDOM.standard_normal(shape).astype(np.float32)


def ints(values):
    return np.array(values, np.int32)


def octets(*shape):
    return RANDOM.integers(0, 256, shape, dtype=np.uint8)


def one_node(path, operator, outputs, inputs, constants, attributes):
    """Inputs in the node's order; one whose name begins with _ is left out, and such an output nobody reads."""
    names = ["" if name[0] == "_" else name for name in [*inputs, *constants]]
    given = {name: array for name, array in inputs.items() if name[0] != "_"}
    node = helper.make_node(operator, names, outputs, domain="com.microsoft", **attributes)
    graph = helper.make_graph(
        [node],
        "g",
        [
            helper.make_tensor_value_info(name, helper.np_dtype_to_tensor_dtype(a.dtype), a.shape)
            for name, a in given.items()
        ],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in outputs if name[0] != "_"],
        [numpy_helper.from_array(array, name) for name, array in constants.items()],
    )
    opsets = [helper.make_opsetid("", 20), helper.make_opsetid("com.microsoft", 1)]
    save(helper.make_model(graph, opset_imports=opsets, ir_version=9), path)
    return given


@unittest.skipUnless(PROGRAM.exists(), f"{PROGRAM} is not built")
class MicrosoftTest(unittest.TestCase):
    def check(self, operator, outputs, inputs, constants=(), **attributes):
        with self.subTest(operator, **attributes), tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "model.onnx"
            given = one_node(path, operator, outputs, inputs, dict(constants), attributes)
            read = [name for name in outputs if name[0] != "_"]
            options = onnxruntime.SessionOptions()
            options.log_severity_level = 3
            session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
            expected = dict(zip(read, session.run(read, given), strict=True))
            found = Tenfold(PROGRAM).run(path, given, Path(folder), read)
            for name in read:
                np.testing.assert_allclose(found[name], expected[name], rtol=1e-4, atol=1e-5)

    def test_multi_head_attention(self):
        padded = ints([[1, 1, 1, 1, 1], [1, 1, 0, 0, 0]])
        inputs = {"q": floats(2, 3, 8), "k": floats(2, 5, 8), "v": floats(2, 5, 8), "b": floats(24), "m": padded}
        self.check("MultiHeadAttention", ["y"], inputs, num_heads=2)
        inputs = {"q": floats(2, 3, 8), "k": floats(2, 3, 8), "v": floats(2, 3, 8), "_b": None, "_m": None}
        inputs |= {"s": floats(2, 2, 3, 7), "pk": floats(2, 2, 4, 4), "pv": floats(2, 2, 4, 4)}
        self.check("MultiHeadAttention", ["y", "a", "c"], inputs, num_heads=2)

    def test_attention(self):
        inputs = {"x": floats(2, 4, 8), "w": floats(8, 24), "b": floats(24)}
        for mask in (ints([[1, 1, 1, 1], [1, 1, 0, 0]]), ints([4, 2])):
            self.check("Attention", ["y"], inputs | {"m": mask}, num_heads=2)
        past = {"_m": None, "p": floats(2, 2, 2, 3, 4)}
        self.check("Attention", ["y", "z"], inputs | past, num_heads=2, unidirectional=1)

    def group_query(self, past, now, length):
        return {
            "q": floats(1, now, 64),
            "k": floats(1, now, 32),
            "v": floats(1, now, 32),
            "pk": floats(1, 2, past, 16),
            "pv": floats(1, 2, past, 16),
            "l": ints([length - 1]),
            "t": ints([length]),
        }

    def test_group_query_attention(self):
        caches = {"c": floats(32, 8), "s": floats(32, 8)}
        for past, now in ((2, 3), (0, 4), (5, 1)):
            for rotary in (0, 1):
                inputs = self.group_query(past, now, past + now)
                heads = {"num_heads": 4, "kv_num_heads": 2, "do_rotary": rotary}
                self.check("GroupQueryAttention", ["y", "a", "b"], inputs, caches, **heads)

    def test_group_query_attention_refuses_padding(self):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "model.onnx"
            inputs = self.group_query(2, 3, 4)
            given = one_node(path, "GroupQueryAttention", ["y"], inputs, {}, {"num_heads": 4, "kv_num_heads": 2})
            with self.assertRaisesRegex(TenfoldError, "without padding"):
                Tenfold(PROGRAM).run(path, given, Path(folder), ["y"])

    def test_packed_weights(self):
        for bits in (4, 8):
            constants = {"w": octets(6, 3, 2 * bits), "s": floats(18)}
            self.check("MatMulNBits", ["y"], {"a": floats(3, 40)}, constants, K=40, N=6, bits=bits, block_size=16)
        constants = {"w": octets(6, 4, 8), "s": floats(24), "z": octets(12)}
        self.check("MatMulNBits", ["y"], {"a": floats(3, 64)}, constants, K=64, N=6, bits=4, block_size=16)

    def test_fused_convolution(self):
        inputs = {"x": floats(1, 2, 5, 5), "w": floats(3, 2, 3, 3), "b": floats(3)}
        for activation, params in (
            ("Relu", None),
            ("Clip", [-0.5, 0.5]),
            ("LeakyRelu", [0.3]),
            ("HardSigmoid", [0.3, 0.4]),
            ("Tanh", None),
        ):
            attributes = {"activation_params": params} if params else {}
            self.check("FusedConv", ["y"], inputs, activation=activation, **attributes)
        self.check("FusedConv", ["y"], inputs | {"z": floats(1, 3, 3, 3)}, activation="Relu")

    def test_embeddings(self):
        inputs = {"i": ints([[0, 1, 8], [4, 2, 3]]), "t": ints([[0, 0, 1], [0, 1, 1]])}
        tables = {"w": floats(9, 8), "p": floats(6, 8), "s": floats(2, 8), "g": floats(8), "b": floats(8)}
        self.check("EmbedLayerNormalization", ["y", "_n"], inputs, tables, epsilon=1e-5)


if __name__ == "__main__":
    unittest.main()
