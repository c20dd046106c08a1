"""Turns dynamically quantized ONNX graphs into float ones, to have something to judge them by.

Dynamic quantization rounds activations, so a difference in the last bit of an
earlier result can move a whole quantization step; two right runtimes then
differ by more than either errs. The graph without that rounding is the
common truth: weights stay exactly what the file says, activations stay float.
"""

import numpy as np
import onnx
from onnx import helper, numpy_helper

DYNAMIC = {
    "DynamicQuantizeLinear",
    "DynamicQuantizeLSTM",
    "DynamicQuantizeMatMul",
    "MatMulIntegerToFloat",
}
STATIC = {
    "QuantizeLinear",
    "DequantizeLinear",
    "QLinearConv",
    "QLinearMatMul",
    "MatMulInteger",
    "ConvInteger",
}
# A quantum so small that what the graph rounds to it (biases) stays exact enough; a power of two, so that
# dividing by it changes no digit.
QUANTUM = 2.0**-16
# Operators that hand a tensor on without computing with it.
CARRIERS = {
    "Identity", "Reshape", "Transpose", "Squeeze", "Unsqueeze", "Flatten", "Gather", "Slice", "Expand", "Split",
}  # fmt: skip


def all_nodes(graph):
    """The nodes of a graph and of the graphs inside its nodes."""
    for node in graph.node:
        yield node
        for attribute in node.attribute:
            for inner in [attribute.g, *attribute.graphs] if attribute.type in (5, 10) else []:
                yield from all_nodes(inner)


def is_dynamic(model):
    return any(node.op_type in DYNAMIC for node in all_nodes(model.graph))


def is_quantized(model):
    names = DYNAMIC | STATIC
    return any(node.op_type in names or node.op_type.startswith("QLinear") for node in all_nodes(model.graph))


class Dequantizer:
    """Rewrites one graph; `real` holds the names of tensors that were integers and are float now."""

    def __init__(self, graph, outer=None):
        self.graph = graph
        self.real = set(outer.real) if outer else set()
        self.constants = dict(outer.constants) if outer else {}
        self.constants.update({t.name: t for t in graph.initializer})
        self.nodes = []
        self.made = 0

    def run(self):
        for node in self.graph.node:
            if node.op_type == "Constant" and node.attribute[0].name == "value":
                self.constants[node.output[0]] = node.attribute[0].t
            for attribute in node.attribute:
                for inner in [attribute.g, *attribute.graphs] if attribute.type in (5, 10) else []:
                    Dequantizer(inner, self).run()
            rewrite = getattr(self, "rewrite_" + node.op_type, None)
            if rewrite is None or not rewrite(node):
                self.nodes.append(node)
            if node.op_type in CARRIERS and node.input[0] in self.real:
                self.real.update(node.output)
        del self.graph.node[:]
        self.graph.node.extend(self.nodes)
        del self.graph.value_info[:]

    def emit(self, operator, inputs, output=None, **attributes):
        """Adds a node; returns the name of its output."""
        self.made += 1
        output = output or f"{self.graph.name}/dequantized_{self.made}"
        self.nodes.append(helper.make_node(operator, inputs, [output], **attributes))
        return output

    def constant(self, array, output=None):
        return self.emit("Constant", [], output, value=numpy_helper.from_array(np.asarray(array)))

    def value_of(self, node, index):
        """A constant input as an array; None where the input is absent."""
        if len(node.input) <= index or not node.input[index]:
            return None
        if node.input[index] not in self.constants:
            raise ValueError(f"{node.op_type} {node.name}: expected input {index} to be a constant")
        return numpy_helper.to_array(self.constants[node.input[index]])

    def as_real(self, node, index, zero_index):
        """Input `index` as a float tensor with its zero point taken off."""
        name = node.input[index]
        real = name if name in self.real else self.emit("Cast", [name], to=onnx.TensorProto.FLOAT)
        if len(node.input) <= zero_index or not node.input[zero_index]:
            return real
        zero = node.input[zero_index]
        zero = zero if zero in self.real else self.emit("Cast", [zero], to=onnx.TensorProto.FLOAT)
        return self.emit("Sub", [real, zero])

    def rewrite_DynamicQuantizeLinear(self, node):
        """The tensor in quanta, not rounded: whatever scales products back afterwards comes out right."""
        quantized, scale, zero = node.output
        self.emit("Mul", [node.input[0], self.constant(np.float32(1 / QUANTUM))], quantized)
        self.constant(np.float32(QUANTUM), scale)
        self.constant(np.float32(0), zero)
        self.real.update((quantized, zero))
        return True

    def rewrite_DequantizeLinear(self, node):
        if node.input[0] not in self.real:
            return False
        self.emit("Mul", [self.as_real(node, 0, 2), node.input[1]], node.output[0])
        return True

    def rewrite_Add(self, node):
        """An integer bias added to what is float now."""
        if not self.real.intersection(node.input):
            return False
        self.emit("Add", [self.as_real(node, index, 2) for index in (0, 1)], node.output[0])
        self.real.add(node.output[0])
        return True

    def rewrite_MatMulInteger(self, node):
        if node.input[0] not in self.real and node.input[1] not in self.real:
            return False
        self.emit("MatMul", [self.as_real(node, 0, 2), self.as_real(node, 1, 3)], node.output[0])
        self.real.add(node.output[0])
        return True

    def rewrite_ConvInteger(self, node):
        if node.input[0] not in self.real:
            return False
        attributes = {a.name: helper.get_attribute_value(a) for a in node.attribute}
        self.emit("Conv", [self.as_real(node, 0, 2), self.as_real(node, 1, 3)], node.output[0], **attributes)
        self.real.add(node.output[0])
        return True

    def dequantized_weight(self, node, weight, scale, zero, per_column):
        """A constant weight as floats; `per_column` shapes scale and zero point for broadcasting."""
        values = self.value_of(node, weight).astype(np.float32)
        shift = self.value_of(node, zero)
        if shift is not None:
            values = values - per_column(shift.astype(np.float32))
        return values * per_column(self.value_of(node, scale))

    def product(self, node, left, weight, bias):
        result = self.emit("MatMul", [left, self.constant(weight)], None if bias else node.output[0])
        if bias:
            self.emit("Add", [result, bias], node.output[0])
        return True

    def rewrite_DynamicQuantizeMatMul(self, node):
        """com.microsoft: A, B, b_scale, b_zero_point, bias."""
        weight = self.dequantized_weight(node, 1, 2, 3, lambda array: array)
        return self.product(node, node.input[0], weight, node.input[4] if len(node.input) > 4 else "")

    def rewrite_MatMulIntegerToFloat(self, node):
        """com.microsoft: A, B, a_scale, b_scale, a_zero_point, b_zero_point, bias."""
        if node.input[0] not in self.real:
            return False
        weight = self.dequantized_weight(node, 1, 3, 5, lambda array: array)
        return self.product(node, node.input[0], weight, node.input[6] if len(node.input) > 6 else "")

    def rewrite_DynamicQuantizeLSTM(self, node):
        """com.microsoft: LSTM's eight inputs with transposed weights, then a scale and zero point for each."""

        def per_column(array):
            return array.reshape(array.shape[0], 1, -1)

        weights = [
            self.constant(self.dequantized_weight(node, index, scale, zero, per_column).transpose(0, 2, 1))
            for index, scale, zero in ((1, 8, 9), (2, 10, 11))
        ]
        attributes = {a.name: helper.get_attribute_value(a) for a in node.attribute}
        inputs = [node.input[0], *weights, *node.input[3:8]]
        self.nodes.append(helper.make_node("LSTM", inputs, node.output, **attributes))
        return True


def dequantized(model):
    """A copy of the model in which dynamic quantization is replaced by float arithmetic."""
    copy = onnx.ModelProto()
    copy.CopyFrom(model)
    Dequantizer(copy.graph).run()
    return copy
