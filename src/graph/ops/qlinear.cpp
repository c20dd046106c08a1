// Operators on quantized tensors: what they compute on real numbers, between DequantizeLinear and
// QuantizeLinear.
#include "graph/ops/expand.h"

using namespace tenfold;

namespace {

Attributes withInt(const char* name, int64_t value) {
  Attributes attrs;
  attrs.set(name, value);
  return attrs;
}

Value* optionalInput(const ExpandContext& ctx, size_t i) { return ctx.has(i) ? ctx.input(i) : nullptr; }

// Input `i` with scale and zero point, the two inputs behind it, as float32.
Value* dequantize(ExpandContext& ctx, size_t i, int64_t axis = 1) {
  Attributes attrs = withInt("axis", axis);
  attrs.setType("output_dtype", DataType::kFloat32);
  return ctx.emit("DequantizeLinear", {ctx.input(i), ctx.input(i + 1), optionalInput(ctx, i + 2)}, attrs);
}

// Quantizes by the scale in input `i` and the zero point behind it.
void quantizeTo(ExpandContext& ctx, Value* y, size_t i, int64_t axis = 1) {
  ctx.setOutput(
      0, ctx.emit("QuantizeLinear", {y, ctx.input(i), optionalInput(ctx, i + 1)}, withInt("axis", axis)));
}

// Attributes of the node for the operator inside, without those that only concern the quantized form.
Attributes innerAttrs(const ExpandContext& ctx, std::initializer_list<const char*> dropped = {}) {
  Attributes attrs = ctx.attrs();
  for (const char* name : dropped) attrs.erase(name);
  return attrs;
}

// An integer bias adds to products: its scale is the product of both scales.
Value* dequantizeBias(ExpandContext& ctx, size_t bias, size_t scaleA, size_t scaleB, int64_t axis) {
  Value* scale = ctx.emit("Mul", {ctx.input(scaleA), ctx.input(scaleB)});
  return ctx.emit("DequantizeLinear", {ctx.input(bias), scale}, withInt("axis", axis));
}

void expandConv(ExpandContext& ctx) {
  std::vector<Value*> inputs{dequantize(ctx, 0), dequantize(ctx, 3, 0)};
  if (ctx.has(8)) inputs.push_back(dequantizeBias(ctx, 8, 1, 4, 0));
  quantizeTo(ctx, ctx.emit("Conv", inputs, innerAttrs(ctx)), 6);
}

void expandMatMul(ExpandContext& ctx) {
  quantizeTo(ctx, ctx.emit("MatMul", {dequantize(ctx, 0, -2), dequantize(ctx, 3, -1)}), 6, -2);
}

// (A, scale, zero point, B, scale, zero point, C's scale, zero point)
void expandBinary(ExpandContext& ctx, const char* op) {
  quantizeTo(ctx, ctx.emit(op, {dequantize(ctx, 0), dequantize(ctx, 3)}), 6);
}

// (X, scale, zero point, Y's scale, zero point)
void expandUnary(ExpandContext& ctx, const char* op, std::initializer_list<const char*> dropped = {}) {
  quantizeTo(ctx, ctx.emit(op, {dequantize(ctx, 0)}, innerAttrs(ctx, dropped)), 3);
}

void expandPool(ExpandContext& ctx, const char* op) {
  ctx.require(ctx.attrs().integer("channels_last", 0) == 0, "not supported: channels_last");
  expandUnary(ctx, op, {"channels_last"});
}

// (Y's scale, zero point, then X, scale, zero point of each part)
void expandConcat(ExpandContext& ctx) {
  std::vector<Value*> parts;
  for (size_t i = 2; i < ctx.node().inputs.size(); i += 3) parts.push_back(dequantize(ctx, i));
  quantizeTo(ctx, ctx.emit("Concat", parts, innerAttrs(ctx)), 0);
}

Value* scaled(ExpandContext& ctx, Value* x, double factor) {
  return factor == 1 ? x : ctx.emit("Mul", {x, ctx.scalar(x->dtype, factor)});
}

// (A, scale, zero point, B, scale, zero point, C, Y's scale, zero point); without Y's scale the result is
// float.
void expandGemm(ExpandContext& ctx) {
  Attributes attrs = withInt("transA", ctx.attrs().integer("transA", 0));
  int64_t transB = ctx.attrs().integer("transB", 0);
  attrs.set("transB", transB);
  Value* y = ctx.emit("MatMul", {dequantize(ctx, 0), dequantize(ctx, 3, transB ? 0 : 1)}, attrs);
  if (ctx.has(6)) y = ctx.emit("Add", {y, dequantizeBias(ctx, 6, 1, 4, -1)});
  y = scaled(ctx, y, ctx.attrs().real("alpha", 1));
  if (ctx.has(7))
    quantizeTo(ctx, y, 7);
  else
    ctx.setOutput(0, y);
}

// (A, B, B's scale, zero point, bias): A is quantized by its own range.
void expandDynamicMatMul(ExpandContext& ctx) {
  std::vector<Value*> a = ctx.emitNode("DynamicQuantizeLinear", {ctx.input(0)}, {}, 3)->outputs;
  Value* real = ctx.emit("DequantizeLinear", a);
  Value* weights =
      ctx.emit("DequantizeLinear", {ctx.input(1), ctx.input(2), optionalInput(ctx, 3)}, withInt("axis", -1));
  Value* y = ctx.emit("MatMul", {real, weights});
  ctx.setOutput(0, ctx.has(4) ? ctx.emit("Add", {y, ctx.input(4)}) : y);
}

// (A, B, A's scale, B's scale, A's zero point, B's zero point, bias)
void expandMatMulToFloat(ExpandContext& ctx) {
  Value* a = ctx.emit("DequantizeLinear", {ctx.input(0), ctx.input(2), optionalInput(ctx, 4)});
  Value* b =
      ctx.emit("DequantizeLinear", {ctx.input(1), ctx.input(3), optionalInput(ctx, 5)}, withInt("axis", -1));
  Value* y = ctx.emit("MatMul", {a, b});
  ctx.setOutput(0, ctx.has(6) ? ctx.emit("Add", {y, ctx.input(6)}) : y);
}

const std::vector<AttrSpec> kWindow = {
    {"auto_pad", AttrKind::kText, "as in Conv"}, {"dilations", AttrKind::kInts, "as in Conv"},
    {"group", AttrKind::kInt, "as in Conv"},     {"kernel_shape", AttrKind::kInts, "as in Conv"},
    {"pads", AttrKind::kInts, "as in Conv"},     {"strides", AttrKind::kInts, "as in Conv"}};
const std::vector<AttrSpec> kPool = {{"auto_pad", AttrKind::kText, "as in AveragePool"},
                                     {"ceil_mode", AttrKind::kInt, "as in AveragePool"},
                                     {"channels_last", AttrKind::kInt, "must be 0"},
                                     {"count_include_pad", AttrKind::kInt, "as in AveragePool"},
                                     {"kernel_shape", AttrKind::kInts, "as in AveragePool"},
                                     {"pads", AttrKind::kInts, "as in AveragePool"},
                                     {"strides", AttrKind::kInts, "as in AveragePool"}};

OpDef quantizedOp(const char* name, const char* doc, int minInputs, int maxInputs,
                  std::vector<AttrSpec> attrs, void (*expand)(ExpandContext&), const char* text) {
  return {.name = name,
          .doc = doc,
          .minInputs = minInputs,
          .maxInputs = maxInputs,
          .attrs = std::move(attrs),
          .expand = expand,
          .cases = {{text}}};
}

}  // namespace

DEFINE_OP(QLinearConv) {
  return quantizedOp(
      "QLinearConv",
      "Conv of quantized tensors: x, scale, zero point; w, scale, zero point; y's scale, zero point; bias.",
      8, 9, kWindow, expandConv,
      "x:u8[1,2,5,5], w:i8[3,2,3,3], b:i32[3] -> y = QLinearConv(x, f32[]{0.1}, u8[]{4}, w, "
      "f32[3]{0.1,0.2,0.3}, "
      "i8[3]{0,0,0}, f32[]{0.5}, u8[]{128}, b) {pads=[1,1,1,1]}");
}

DEFINE_OP(QLinearMatMul) {
  return quantizedOp(
      "QLinearMatMul",
      "MatMul of quantized tensors: a, scale, zero point; b, scale, zero point; y's scale, zero point.", 8, 8,
      {}, expandMatMul,
      "a:u8[2,4], b:u8[4,3] -> y = QLinearMatMul(a, f32[]{0.1}, u8[]{4}, b, f32[]{0.2}, u8[]{3}, "
      "f32[]{0.05}, u8[]{100})");
}

DEFINE_OP(QLinearAdd) {
  return quantizedOp(
      "QLinearAdd",
      "Add of quantized tensors: a, scale, zero point; b, scale, zero point; y's scale, zero point.", 7, 8,
      {}, [](ExpandContext& ctx) { expandBinary(ctx, "Add"); },
      "a:u8[2,4], b:u8[4] -> y = QLinearAdd(a, f32[]{0.1}, u8[]{4}, b, f32[]{0.2}, u8[]{3}, f32[]{0.3}, "
      "u8[]{10})");
}

DEFINE_OP(QLinearMul) {
  return quantizedOp(
      "QLinearMul",
      "Mul of quantized tensors: a, scale, zero point; b, scale, zero point; y's scale, zero point.", 7, 8,
      {}, [](ExpandContext& ctx) { expandBinary(ctx, "Mul"); },
      "a:i8[2,4], b:i8[4] -> y = QLinearMul(a, f32[]{0.1}, i8[]{1}, b, f32[]{0.2}, i8[]{0}, f32[]{0.3}, "
      "i8[]{-10})");
}

DEFINE_OP(QLinearSigmoid) {
  return quantizedOp(
      "QLinearSigmoid", "Sigmoid of a quantized tensor: x, scale, zero point; y's scale, zero point.", 4, 5,
      {}, [](ExpandContext& ctx) { expandUnary(ctx, "Sigmoid"); },
      "x:u8[2,4] -> y = QLinearSigmoid(x, f32[]{0.1}, u8[]{4}, f32[]{0.004}, u8[]{0})");
}

DEFINE_OP(QLinearLeakyRelu) {
  return quantizedOp(
      "QLinearLeakyRelu", "LeakyRelu of a quantized tensor: x, scale, zero point; y's scale, zero point.", 4,
      5, {{"alpha", AttrKind::kReal, "default 0.01"}},
      [](ExpandContext& ctx) { expandUnary(ctx, "LeakyRelu"); },
      "x:i8[2,4] -> y = QLinearLeakyRelu(x, f32[]{0.1}, i8[]{1}, f32[]{0.02}, i8[]{0}) {alpha=0.2}");
}

DEFINE_OP(QLinearSoftmax) {
  return quantizedOp(
      "QLinearSoftmax", "Softmax of a quantized tensor: x, scale, zero point; y's scale, zero point.", 4, 5,
      {{"axis", AttrKind::kInt, "default -1"},
       {"opset", AttrKind::kInt, "the opset of Softmax that is meant; 13 or newer"}},
      [](ExpandContext& ctx) {
        ctx.require(ctx.attrs().integer("opset", 13) >= 13, "not supported: the Softmax of opset {}",
                    ctx.attrs().integer("opset", 13));
        expandUnary(ctx, "Softmax", {"opset"});
      },
      "x:u8[2,4] -> y = QLinearSoftmax(x, f32[]{0.1}, u8[]{4}, f32[]{0.004}, u8[]{0})");
}

DEFINE_OP(QLinearAveragePool) {
  return quantizedOp(
      "QLinearAveragePool", "AveragePool of a quantized tensor: x, scale, zero point; y's scale, zero point.",
      4, 5, kPool, [](ExpandContext& ctx) { expandPool(ctx, "AveragePool"); },
      "x:u8[1,2,4,4] -> y = QLinearAveragePool(x, f32[]{0.1}, u8[]{4}, f32[]{0.1}, u8[]{0}) "
      "{kernel_shape=[2,2]}");
}

DEFINE_OP(QLinearGlobalAveragePool) {
  return quantizedOp(
      "QLinearGlobalAveragePool",
      "GlobalAveragePool of a quantized tensor: x, scale, zero point; y's scale, zero point.", 4, 5,
      {{"channels_last", AttrKind::kInt, "must be 0"}},
      [](ExpandContext& ctx) { expandPool(ctx, "GlobalAveragePool"); },
      "x:u8[1,2,4,4] -> y = QLinearGlobalAveragePool(x, f32[]{0.1}, u8[]{4}, f32[]{0.1}, u8[]{0})");
}

DEFINE_OP(QLinearConcat) {
  return quantizedOp(
      "QLinearConcat",
      "Concat of quantized tensors: y's scale, zero point; then x, scale, zero point of each part.", 5, -1,
      {{"axis", AttrKind::kInt, "default 0"}}, expandConcat,
      "a:u8[2,3], b:u8[1,3] -> y = QLinearConcat(f32[]{0.2}, u8[]{1}, a, f32[]{0.1}, u8[]{4}, b, f32[]{0.2}, "
      "u8[]{0}) {axis=0}");
}

DEFINE_OP(QGemm) {
  return quantizedOp("QGemm",
                     "A matrix product of quantized tensors: a, scale, zero point; b, scale, zero point; "
                     "bias; y's scale, zero point.",
                     6, 9,
                     {{"alpha", AttrKind::kReal, "a factor; default 1"},
                      {"transA", AttrKind::kInt, "1: a is transposed; default 0"},
                      {"transB", AttrKind::kInt, "1: b is transposed; default 0"}},
                     expandGemm,
                     "a:u8[2,4], b:i8[3,4], c:i32[3] -> y = QGemm(a, f32[]{0.1}, u8[]{4}, b, f32[]{0.2}, "
                     "i8[]{0}, c) {transB=1}");
}

DEFINE_OP(DynamicQuantizeMatMul) {
  return quantizedOp("DynamicQuantizeMatMul",
                     "MatMul of a float tensor, quantized by its own range, with quantized weights: a, b, "
                     "b's scale, zero point, bias.",
                     3, 5, {}, expandDynamicMatMul,
                     "a:f32[2,4], b:i8[4,3] -> y = DynamicQuantizeMatMul(a, b, f32[3]{0.1,0.2,0.3})");
}

DEFINE_OP(MatMulIntegerToFloat) {
  return quantizedOp(
      "MatMulIntegerToFloat",
      "MatMul of quantized tensors to float: a, b, a's scale, b's scale, a's zero point, b's zero point, "
      "bias.",
      4, 7, {}, expandMatMulToFloat,
      "a:u8[2,4], b:i8[4,3] -> y = MatMulIntegerToFloat(a, b, f32[]{0.1}, f32[]{0.2}, u8[]{4})");
}
