#include "optimize/passes/integer_products.h"

#include <algorithm>

#include "graph/ops/infer.h"
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
  int own = static_cast<int>(n.attrs.integer("axis", 1));
  return scale->rank() == 1 && (own < 0 ? own + w->rank() : own) == axis;
}

// The same numbers less 128, as i8.
Tensor signedBytes(const Tensor& t) {
  Tensor out(DataType::kInt8, t.shape());
  for (int64_t i = 0, n = t.numel(); i < n; ++i)
    out.as<uint8_t>()[i] = static_cast<uint8_t>(t.as<uint8_t>()[i] ^ 0x80);
  return out;
}

// The scales of the weights, so shaped that they multiply the result of this rank, whose channels are on
// `axis`.
Value* channelScale(Rewriter& r, const Node& weights, int rank, int axis) {
  const Tensor& s = weights.inputs[1]->constant;
  Shape shape = Shape::filled(s.numel() == 1 ? 0 : rank - axis, 1);
  if (s.numel() != 1) shape[0] = s.numel();
  Tensor scales(s.dtype(), shape);
  for (int64_t i = 0; i < s.numel(); ++i) scales.setDouble(i, s.getDouble(i));
  return r.constant(std::move(scales));
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
  Attributes toFloat;
  toFloat.setType("to", DataType::kFloat32);
  y = r.emit("Cast", {y}, toFloat);
  int rank = result->rank(), axis = isConv ? 1 : rank - 1;
  Value* scale = r.emit("Mul", {left->inputs[1], channelScale(r, *right, rank, axis)});
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

// Zero points of the weights as i32, as they meet the result of this rank.
Value* wideZeros(Rewriter& r, const Tensor& zeros, int rank, int axis) {
  Shape shape = Shape::filled(zeros.numel() == 1 ? 0 : rank - axis, 1);
  if (zeros.numel() != 1) shape[0] = zeros.numel();
  Tensor wide(DataType::kInt32, shape);
  for (int64_t i = 0; i < zeros.numel(); ++i) wide.setInt(i, zeros.getInt(i));
  return r.constant(std::move(wide));
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
  int rank = y->rank();
  if (sums)
    y = r.emit("Sub", {y, r.emit("Mul", {leftSums(r, *product, weights),
                                         wideZeros(r, zeros, rank, isConv ? 1 : rank - 1)})});
  replaceValue(graph, product->output(), y);
  return true;
}

bool takeApart(Graph& graph, Node* quantize) {
  if (!quantize->is("DynamicQuantizeLinear") || !quantize->inputs[0]->shape) return false;
  const DataType type = quantize->inputs[0]->dtype;
  Rewriter r(graph, quantize);
  Value* x = quantize->inputs[0];
  auto number = [&](double value) { return r.scalar(type, value); };
  auto cast = [&](Value* v) {
    Attributes to;
    to.setType("to", DataType::kUInt8);
    return r.emit("Cast", {v}, to);
  };
  Attributes all;
  all.set("keepdims", int64_t{0});
  Value* low = r.emit("Min", {r.emit("ReduceMin", {x}, all), number(0)});
  Value* high = r.emit("Max", {r.emit("ReduceMax", {x}, all), number(0)});
  Value* range = r.emit("Sub", {high, low});
  Value* width = r.emit("Where", {r.emit("Equal", {range, number(0)}), number(1), range});
  Value* scale = r.emit("Div", {width, number(255)});
  auto clip = [&](Value* v) { return r.emit("Clip", {v, number(0), number(255)}); };
  Value* zero = r.emit("Round", {clip(r.emit("Div", {r.emit("Neg", {low}), scale}))});
  Value* y = clip(r.emit("Add", {r.emit("Round", {r.emit("Div", {x, scale})}), zero}));
  Value* parts[] = {cast(y), scale, cast(zero)};
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
