// TensorRT's Normalization, ScaledAttention and BlockQuantize.
#include "graph/ir/with.h"
#include "graph/ops/expand.h"

using namespace tenfold;

namespace {

// (x - mean) / sqrt(variance + epsilon) over the axes.
Value* normalize(ExpandContext& ctx, Value* x, const std::vector<int64_t>& axes) {
  Value* over = ctx.ints(axes);
  Value* centred = ctx.emit("Sub", {x, ctx.emit("ReduceMean", {x, over})});
  Value* variance = ctx.emit("ReduceMean", {ctx.emit("Mul", {centred, centred}), over});
  Value* epsilon = ctx.scalar(x->dtype, ctx.attrs().real("epsilon", 1e-5));
  return ctx.emit("Div", {centred, ctx.emit("Sqrt", {ctx.emit("Add", {variance, epsilon})})});
}

Value* scaleAndShift(ExpandContext& ctx, Value* x, Value* scale, Value* bias) {
  return ctx.emit("Add", {ctx.emit("Mul", {x, scale}), bias});
}

void expandNormalization(ExpandContext& ctx) {
  DataType type = ctx.input(0)->dtype;
  DataType inner = ctx.attrs().type("compute_type", DataType::kFloat32);
  Value *x = ctx.cast(ctx.input(0), inner), *scale = ctx.cast(ctx.input(1), inner),
        *bias = ctx.cast(ctx.input(2), inner);
  int64_t groups = ctx.attrs().integer("groups", 1);
  if (groups == 1)
    return ctx.setOutput(
        0, ctx.cast(scaleAndShift(ctx, normalize(ctx, x, ctx.attrs().integers("axes")), scale, bias), type));
  // Channels of a group are normalized together with all that lies behind them.
  Value* grouped = ctx.emit("Reshape", {x, ctx.ints({0, groups, -1})});
  Value* y = normalize(ctx, grouped, {2});
  bool perGroup = scale->shape && scale->rank() >= 2 && (*scale->shape)[1] == Dim(groups) &&
                  !((*x->shape)[1] == Dim(groups));
  if (perGroup) {
    Value* shape = ctx.ints({1, groups, 1});
    y = scaleAndShift(ctx, y, ctx.emit("Reshape", {scale, shape}), ctx.emit("Reshape", {bias, shape}));
  }
  y = ctx.emit("Reshape", {y, ctx.emit("Shape", {x})});
  if (!perGroup) y = scaleAndShift(ctx, y, scale, bias);
  ctx.setOutput(0, ctx.cast(y, type));
}

void expandScaledAttention(ExpandContext& ctx) {
  ctx.require(!ctx.has(4), "quantization of the normalized products is not implemented");
  std::string normalization = ctx.attrs().text("normalization", "softmax");
  Value* mask = ctx.has(3) ? ctx.input(3) : nullptr;
  if (normalization == "softmax") {
    Attributes attrs = with("scale", 1.0);
    attrs.set("is_causal", ctx.attrs().integer("is_causal", 0));
    std::vector<Value*> inputs{ctx.input(0), ctx.input(1), ctx.input(2)};
    if (mask) inputs.push_back(mask);
    return ctx.setOutput(0, ctx.emit("Attention", inputs, attrs));
  }
  ctx.require(normalization == "none", "normalization '{}' is unknown; softmax and none are", normalization);
  ctx.require(!mask && !ctx.attrs().integer("is_causal", 0),
              "a mask and causality need the normalization softmax");
  Value* products = ctx.emit("MatMul", {ctx.input(0), ctx.input(1)}, with("transB", int64_t{1}));
  ctx.setOutput(0, ctx.emit("MatMul", {products, ctx.input(2)}));
}

// The largest number of a type to quantize to.
double largest(DataType type) {
  switch (type) {
    case DataType::kInt8:
      return 127;
    case DataType::kInt4:
      return 7;
    case DataType::kFloat8E4M3FN:
      return 448;
    case DataType::kFloat4E2M1:
      return 6;
    default:
      return 0;
  }
}

// Every block is a row of its own: dimensions are split into blocks and their extents, the extents moved
// behind the blocks.
void expandBlockQuantize(ExpandContext& ctx) {
  Value* x = ctx.input(0);
  DataType to = ctx.attrs().type("to", DataType::kInt8), scaleType = ctx.attrs().type("scale_type", x->dtype);
  double most = largest(to);
  ctx.require(most > 0, "{} is no type to quantize to; i8, i4, f8e4m3fn and f4e2m1 are", typeName(to));
  std::vector<int64_t> blocks = ctx.attrs().integers("block_shape"), split, inner, scales;
  ctx.require(static_cast<int>(blocks.size()) == ctx.rank(0), "the blocks have {} dimensions, the input {}",
              blocks.size(), ctx.rank(0));
  for (size_t i = 0; i < blocks.size(); ++i) {
    auto extent = (*x->shape)[i].tryConstant();
    ctx.require(extent || blocks[i] == 1, "dimension {} is split into blocks and must be known", i);
    int64_t block = blocks[i] < 0 ? *extent : blocks[i];
    ctx.require(block > 0, "blocks along dimension {} have {} elements; at least one is needed", i, block);
    ctx.require(!extent || *extent % block == 0, "blocks of {} do not divide {}", block, *extent);
    split.push_back(extent ? *extent / block : 0);
    split.push_back(block);
    inner.push_back(static_cast<int64_t>(2 * i + 1));
  }
  // At most one dimension is not known, and it is not split: -1 stands for it.
  bool isOpen = false;
  for (int64_t& d : split)
    if (d == 0) {
      ctx.require(!isOpen, "more than one dimension is not known");
      isOpen = true;
      d = -1;
    }
  Value* rows = ctx.emit("Reshape", {x, ctx.ints(split)});
  Value* magnitude =
      ctx.emit("ReduceMax", {ctx.emit("Abs", {rows}), ctx.ints(inner)}, with("keepdims", int64_t{0}));
  Value* scale = ctx.emit("Div", {magnitude, ctx.scalar(x->dtype, most)});
  if (ctx.has(1)) scale = ctx.emit("Div", {scale, ctx.cast(ctx.input(1), x->dtype)});
  Value* stored = ctx.cast(scale, scaleType);
  Value* used = ctx.cast(stored, x->dtype);
  if (ctx.has(1)) used = ctx.emit("Mul", {used, ctx.cast(ctx.input(1), x->dtype)});
  // Blocks of zeros have scale 0: they are divided by 1.
  Value* zero = ctx.scalar(x->dtype, 0);
  Value* divisor = ctx.emit("Where", {ctx.emit("Equal", {used, zero}), ctx.scalar(x->dtype, 1), used});
  Value* quotients = ctx.emit("Div", {rows, ctx.emit("Unsqueeze", {divisor, ctx.ints(inner)})});
  Value* flat = ctx.emit("Reshape", {quotients, ctx.emit("Shape", {x})});
  Attributes type;
  type.setType("output_dtype", to);
  ctx.setOutput(0, ctx.emit("QuantizeLinear", {flat, ctx.scalar(x->dtype, 1)}, type));
  if (ctx.wants(1)) ctx.setOutput(1, stored);
}

}  // namespace

DEFINE_OP(Normalization) {
  return {
      .name = "Normalization",
      .doc =
          "(x - mean) / sqrt(variance + epsilon) * scale + bias. Inputs: x, scale, bias, which are "
          "broadcast.",
      .minInputs = 3,
      .maxInputs = 3,
      .attrs = {{"axes", AttrKind::kInts, "what mean and variance are taken over"},
                {"epsilon", AttrKind::kReal, "default 1e-5"},
                {"groups", AttrKind::kInt,
                 "more than 1: the channels of a group and all behind them are taken together; default 1"},
                {"compute_type", AttrKind::kType, "default f32"}},
      .expand = expandNormalization,
      .cases = {
          {"x:f32[2,4,3,3], s:f32[1,4,1,1], b:f32[1,4,1,1] -> y = Normalization(x, s, b) {axes=[2,3]}", 1e-4},
          {"x:f32[2,5,8], s:f32[1,1,8], b:f32[1,1,8] -> y = Normalization(x, s, b) {axes=[2], epsilon=0.01}"},
          {"x:f32[2,4,3,3], s:f32[1,4,1,1], b:f32[1,4,1,1] -> y = Normalization(x, s, b) {groups=2, "
           "axes=[1,2,3]}"},
          {"x:f16[2,4,3,3], s:f16[1,2,1,1], b:f16[1,2,1,1] -> y = Normalization(x, s, b) {groups=2, "
           "axes=[1,2,3]}",
           5e-3}}};
}

DEFINE_OP(ScaledAttention) {
  return {
      .name = "ScaledAttention",
      .doc =
          "softmax(query * transposed key + mask) * value: an attention whose scale is in the query already. "
          "Input 3 is the mask, optional.",
      .minInputs = 3,
      .maxInputs = 5,
      .attrs = {{"normalization", AttrKind::kText, "softmax (default) or none"},
                {"is_causal", AttrKind::kInt, "1: queries see only keys up to their own place; default 0"},
                {"quantize_to", AttrKind::kType, "what the normalized products are quantized to"}},
      .expand = expandScaledAttention,
      .cases = {
          {"q:f32[2,4,3,8], k:f32[2,2,5,8], v:f32[2,2,5,8] -> y = ScaledAttention(q, k, v)"},
          {"q:f32[1,2,3,4], k:f32[1,2,3,4], v:f32[1,2,3,4] -> y = ScaledAttention(q, k, v) {is_causal=1}"},
          {"q:f32[1,2,3,4], k:f32[1,2,3,4], v:f32[1,2,3,4] -> y = ScaledAttention(q, k, v) "
           "{normalization=\"none\"}"}}};
}

DEFINE_OP(BlockQuantize) {
  return {
      .name = "BlockQuantize",
      .doc =
          "Quantizes blocks by scales that their greatest magnitudes give; output 1 are the scales. Input 1, "
          "optional, is a scale of the scales.",
      .minInputs = 1,
      .maxInputs = 2,
      .minOutputs = 1,
      .maxOutputs = 2,
      .attrs = {{"block_shape", AttrKind::kInts, "extents of a block; -1 takes a whole dimension"},
                {"to", AttrKind::kType, "i8 (default), i4, f8e4m3fn or f4e2m1"},
                {"scale_type", AttrKind::kType, "default: that of the input"}},
      .expand = expandBlockQuantize,
      .cases = {{"x:f32[2,8] -> y, s = BlockQuantize(x) {block_shape=[1,4], to=i8}"},
                {"x:f32[4,8] -> y, s = BlockQuantize(x, f32[]{0.5}) {block_shape=[2,-1], to=f8e4m3fn}"}}};
}
