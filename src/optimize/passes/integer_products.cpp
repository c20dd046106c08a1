#include "optimize/passes/integer_products.h"

#include <algorithm>

#include "base/shape.h"
#include "graph/ir/with.h"
#include "graph/ops/op_def.h"
#include "optimize/rewrite.h"

namespace tenfold {
namespace {

bool isByte(const Value* v) { return v->dtype == DataType::kInt8 || v->dtype == DataType::kUInt8; }

bool hasOneElement(const Value* v) {
  return v->shape &&
         std::all_of(v->shape->begin(), v->shape->end(), [](const Dim& d) { return d == Dim(1); });
}

bool isAll(const Value* v, double value) { return splatOf(v) == value; }

// A DequantizeLinear of bytes to float32; null where `v` is none.
const Node* dequantization(const Value* v) {
  const Node* n = v ? v->producer : nullptr;
  bool fits = n && n->is("DequantizeLinear") && isByte(n->inputs[0]) && v->dtype == DataType::kFloat32 &&
              n->attrs.integer("block_size", 0) == 0;
  return fits ? n : nullptr;
}

bool hasNoZeroPoint(const Node& n) { return !n.hasInput(2) || isAll(n.inputs[2], 0); }

// One scale for all, and a zero point of the whole tensor.
bool isWhole(const Node& n) {
  return hasOneElement(n.inputs[1]) && (!n.hasInput(2) || hasOneElement(n.inputs[2]));
}

// Constant weights whose scales, if there are several, belong to the output channels along `axis`. Unsigned
// ones can be made signed where their zero point is the middle.
bool isWeights(const Node& n, int axis) {
  const Value *w = n.inputs[0], *scale = n.inputs[1];
  if (!w->isConstant() || !scale->isConstant() || w->rank() < 2) return false;
  bool centred = w->dtype == DataType::kInt8 ? hasNoZeroPoint(n) : n.hasInput(2) && isAll(n.inputs[2], 128);
  if (!centred || hasOneElement(scale)) return centred;
  return scale->rank() == 1 && normalizeAxis(n.attrs.integer("axis", 1), w->rank()) == axis;
}

// The same numbers less 128, as i8.
Tensor signedBytes(const Tensor& t) {
  Tensor out(DataType::kInt8, t.shape());
  for (int64_t i = 0, n = t.numel(); i < n; ++i)
    out.as<uint8_t>()[i] = static_cast<uint8_t>(t.as<uint8_t>()[i] ^ 0x80);
  return out;
}

// One number for all channels or one for each, as `type`, so shaped that they meet a result of this rank,
// whose channels are on `axis`.
Value* perChannel(Rewriter& r, const Tensor& numbers, DataType type, int rank, int axis) {
  Shape shape = Shape::filled(numbers.numel() == 1 ? 0 : rank - axis, 1);
  if (numbers.numel() != 1) shape[0] = numbers.numel();
  Tensor shaped(type, shape);
  for (int64_t i = 0; i < numbers.numel(); ++i) shaped.setDouble(i, numbers.getDouble(i));
  return r.constant(std::move(shaped));
}

Value* cast(Rewriter& r, Value* v, DataType type) {
  return r.emit("Cast", {v}, with("to", static_cast<int64_t>(type)));
}

bool formProduct(Graph& graph, Node* product) {
  bool isConv = product->is("Conv");
  if (!isConv && !product->is("MatMul")) return false;
  const Node *left = dequantization(product->inputs[0]), *right = dequantization(product->inputs[1]);
  Value* result = product->output();
  int weightsAxis = isConv || product->attrs.integer("transB", 0) ? 0 : 1;
  if (!left || !right || !result->shape || !isWhole(*left) || !isWeights(*right, weightsAxis)) return false;
  if (!isConv && (right->inputs[0]->rank() != 2 || left->inputs[0]->rank() < 2)) return false;

  Rewriter r(graph, product);
  Value* weights = right->inputs[0];
  if (weights->dtype == DataType::kUInt8) weights = r.constant(signedBytes(weights->constant));
  std::vector<Value*> inputs{left->inputs[0], weights};
  if (!hasNoZeroPoint(*left)) inputs.push_back(left->inputs[2]);
  Value* y = r.emit(isConv ? "ConvInteger" : "MatMulInteger", inputs, product->attrs);
  y = cast(r, y, DataType::kFloat32);
  int rank = result->rank(), axis = isConv ? 1 : rank - 1;
  const Tensor& scales = right->inputs[1]->constant;
  Value* scale = r.emit("Mul", {left->inputs[1], perChannel(r, scales, scales.dtype(), rank, axis)});
  y = r.emit("Mul", {y, scale});
  if (isConv && product->hasInput(2)) {
    std::vector<int64_t> shape(static_cast<size_t>(rank - axis), 1);
    shape[0] = -1;
    y = r.emit("Add", {y, r.emit("Reshape", {product->inputs[2], r.ints(shape)})});
  }
  replaceValue(graph, result, y);
  return true;
}

// The sum that each element of an integer product runs over on the left, so shaped that it broadcasts.
Value* leftSums(Rewriter& r, const Node& product, const Tensor& weights) {
  Shape shape = weights.shape();
  shape[product.is("ConvInteger") || product.attrs.integer("transB", 0) ? 0 : 1] = 1;
  Tensor ones(DataType::kInt8, shape);
  for (int64_t i = 0; i < ones.numel(); ++i) ones.setInt(i, 1);
  std::vector<Value*> inputs{product.inputs[0], r.constant(std::move(ones))};
  if (product.hasInput(2)) inputs.push_back(product.inputs[2]);
  return r.emit(product.op->name, inputs, product.attrs);
}

// Constant weights of an integer product that the model has itself become signed and lose their zero points:
// x * (w - z) = x * w - z * (sum of x).
bool simplifyWeights(Graph& graph, Node* product) {
  bool isConv = product->is("ConvInteger");
  if (!isConv && !product->is("MatMulInteger")) return false;
  const Tensor* w = constantOf(product->inputs[1]);
  const Value* zero = product->input(3);
  if (!w || (zero && !zero->isConstant()) || !product->output()->shape) return false;
  bool isSigned = w->dtype() == DataType::kInt8;
  if (isSigned && !zero) return false;
  Tensor zeros = !zero      ? Tensor::scalar(DataType::kInt8, -128)
                 : isSigned ? zero->constant
                            : signedBytes(zero->constant);
  bool sums = false;
  for (int64_t i = 0; i < zeros.numel(); ++i) sums = sums || zeros.getInt(i) != 0;
  if (sums && (isConv ? product->attrs.integer("group", 1) != 1 : w->rank() != 2 || zeros.rank() > 1))
    return false;

  Rewriter r(graph, product);
  Tensor weights = isSigned ? *w : signedBytes(*w);
  std::vector<Value*> inputs{product->inputs[0], r.constant(weights)};
  if (product->hasInput(2)) inputs.push_back(product->inputs[2]);
  Value* y = r.emit(product->op->name, inputs, product->attrs);
  if (sums) {
    Value* wide = perChannel(r, zeros, DataType::kInt32, y->rank(), isConv ? 1 : y->rank() - 1);
    y = r.emit("Sub", {y, r.emit("Mul", {leftSums(r, *product, weights), wide})});
  }
  replaceValue(graph, product->output(), y);
  return true;
}

bool takeApart(Graph& graph, Node* quantize) {
  if (!quantize->is("DynamicQuantizeLinear") || !quantize->inputs[0]->shape) return false;
  const DataType type = quantize->inputs[0]->dtype;
  Rewriter r(graph, quantize);
  Value* x = quantize->inputs[0];
  auto number = [&](double value) { return r.scalar(type, value); };
  Attributes all = with("keepdims", int64_t{0});
  Value* low = r.emit("Min", {r.emit("ReduceMin", {x}, all), number(0)});
  Value* high = r.emit("Max", {r.emit("ReduceMax", {x}, all), number(0)});
  Value* range = r.emit("Sub", {high, low});
  Value* width = r.emit("Where", {r.emit("Equal", {range, number(0)}), number(1), range});
  Value* scale = r.emit("Div", {width, number(255)});
  auto clip = [&](Value* v) { return r.emit("Clip", {v, number(0), number(255)}); };
  Value* zero = r.emit("Round", {clip(r.emit("Div", {r.emit("Neg", {low}), scale}))});
  Value* y = clip(r.emit("Add", {r.emit("Round", {r.emit("Div", {x, scale})}), zero}));
  Value* parts[] = {cast(r, y, DataType::kUInt8), scale, cast(r, zero, DataType::kUInt8)};
  for (size_t i = 0; i < 3; ++i)
    if (quantize->output(i)) replaceValue(graph, quantize->outputs[i], parts[i]);
  return true;
}

}  // namespace

int formIntegerProducts(Graph& graph) {
  int changes = 0;
  const std::vector<Node*> nodes = graph.nodes();  // what nobody reads any more is left to another pass
  for (Node* n : nodes) changes += formProduct(graph, n) || simplifyWeights(graph, n) || takeApart(graph, n);
  return changes;
}

}  // namespace tenfold
