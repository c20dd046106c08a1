// Layers of TensorRT that ONNX has no operator for: Shuffle, Scale, Fill, RaggedSoftMax, Assertion,
// Cumulative, Nms.
#include <cmath>

#include "graph/ir/with.h"
#include "graph/ops/eval.h"
#include "graph/ops/expand.h"

using namespace tenfold;

namespace {

// Shuffle: a transposition, a reshape, another transposition, each optional.
void expandShuffle(ExpandContext& ctx) {
  auto transpose = [&](Value* x, const char* attr) {
    std::vector<int64_t> perm = ctx.attrs().integers(attr);
    return perm.empty() ? x : ctx.emit("Transpose", {x}, with("perm", perm));
  };
  Value* y = transpose(ctx.input(0), "first_perm");
  bool zeroCopies = ctx.attrs().integer("zero_is_placeholder", 1) != 0;
  Value* shape = nullptr;
  if (ctx.has(1))
    shape = ctx.input(1);
  else if (ctx.attrs().has("reshape"))
    shape = ctx.ints(ctx.attrs().integers("reshape"));
  if (shape && isInteger(shape->dtype)) shape = ctx.cast(shape, DataType::kInt64);
  if (shape) y = ctx.emit("Reshape", {y, shape}, with("allowzero", int64_t{!zeroCopies}));
  ctx.setOutput(0, transpose(y, "second_perm"));
}

// A list of weights shaped so that it broadcasts along the scaled axes.
Value* scaleWeights(ExpandContext& ctx, size_t i, const std::string& mode, int64_t axis) {
  Value* w = ctx.input(i);
  int rank = ctx.rank(0);
  if (mode == "uniform") return ctx.emit("Reshape", {w, ctx.ints({})});
  if (mode == "channel") {
    std::vector<int64_t> shape(static_cast<size_t>(rank - axis), 1);
    shape[0] = -1;
    return ctx.emit("Reshape", {w, ctx.ints(shape)});
  }
  ctx.require(mode == "elementwise", "mode '{}' is unknown; uniform, channel and elementwise are", mode);
  if (w->rank() > 1) return w;
  return ctx.emit("Reshape", {w, ctx.emit("Shape", {ctx.input(0)}, with("start", axis))});
}

void expandScale(ExpandContext& ctx) {
  std::string mode = ctx.attrs().text("mode", "uniform");
  int64_t axis = normalizeAxis(ctx.attrs().integer("axis", 1), ctx.rank(0));
  Value* y = ctx.input(0);
  constexpr size_t kShift = 1, kScale = 2, kPower = 3;
  if (ctx.has(kScale)) y = ctx.emit("Mul", {y, scaleWeights(ctx, kScale, mode, axis)});
  if (ctx.has(kShift)) y = ctx.emit("Add", {y, scaleWeights(ctx, kShift, mode, axis)});
  if (ctx.has(kPower)) y = ctx.emit("Pow", {y, scaleWeights(ctx, kPower, mode, axis)});
  ctx.setOutput(0, y == ctx.input(0) ? ctx.emit("Identity", {y}) : y);
}

// start + sum over the axes of (position on the axis * its step).
Value* linspace(ExpandContext& ctx, Value* shape, DataType type) {
  ctx.require(shape->rank() == 1, "input 0 (the shape) must have 1 dimension, it has {}", shape->rank());
  auto rank = shape->shape->front().tryConstant();
  ctx.require(rank.has_value(), "the number of dimensions must be known");
  Value *start = ctx.cast(ctx.input(1), type), *steps = ctx.cast(ctx.input(2), type);
  Value *zero = ctx.scalar(DataType::kInt64, 0), *one = ctx.scalar(DataType::kInt64, 1);
  Value* y = ctx.emit("Expand", {start, shape});
  for (int64_t axis = 0; axis < *rank; ++axis) {
    Value* which = ctx.scalar(DataType::kInt64, static_cast<double>(axis));
    Value* positions = ctx.cast(ctx.emit("Range", {zero, ctx.emit("Gather", {shape, which}), one}), type);
    Value* step = steps->rank() == 0 ? steps : ctx.emit("Gather", {steps, which});
    std::vector<int64_t> behind;
    for (int64_t i = 1; i < *rank - axis; ++i) behind.push_back(i);
    Value* along = ctx.emit("Unsqueeze", {ctx.emit("Mul", {positions, step}), ctx.ints(behind)});
    y = ctx.emit("Add", {y, along});
  }
  return y;
}

// Random numbers of the shape, as a + b * r.
Value* randomFill(ExpandContext& ctx, Value* shape, DataType type, const char* op) {
  Attributes attrs;
  if (ctx.attrs().has("seed")) attrs.set("seed", ctx.attrs().real("seed", 0));
  Value* like = ctx.emit("ConstantOfShape", {shape}, with("value", Tensor(type, Shape{1})));
  Value* r = ctx.emit(op, {like}, attrs);
  bool uniform = std::string_view(op) == "RandomUniformLike";
  Value* a = ctx.has(1) ? ctx.cast(ctx.input(1), type) : ctx.scalar(type, 0);
  Value* b = ctx.has(2) ? ctx.cast(ctx.input(2), type) : ctx.scalar(type, 1);
  if (uniform) b = ctx.emit("Sub", {b, a});
  return ctx.emit("Add", {a, ctx.emit("Mul", {r, b})});
}

void expandFill(ExpandContext& ctx) {
  std::string operation = ctx.attrs().text("operation", "linspace");
  DataType type = ctx.attrs().type("dtype", ctx.has(1) ? ctx.input(1)->dtype : DataType::kFloat32);
  Value* shape = ctx.cast(ctx.input(0), DataType::kInt64);
  if (operation == "linspace") return ctx.setOutput(0, linspace(ctx, shape, type));
  ctx.require(operation == "random_uniform" || operation == "random_normal",
              "operation '{}' is unknown; linspace, random_uniform and random_normal are", operation);
  ctx.setOutput(0, randomFill(ctx, shape, type,
                              operation == "random_uniform" ? "RandomUniformLike" : "RandomNormalLike"));
}

// The softmax of the first elements of each row, as many as input 1 says; zeros behind them.
void expandRaggedSoftMax(ExpandContext& ctx) {
  Value* x = ctx.input(0);
  Value* columns = ctx.emit("Gather", {ctx.emit("Shape", {x}), ctx.scalar(DataType::kInt64, -1)});
  Value* positions =
      ctx.emit("Range", {ctx.scalar(DataType::kInt64, 0), columns, ctx.scalar(DataType::kInt64, 1)});
  Value* inside = ctx.emit("Less", {positions, ctx.cast(ctx.input(1), DataType::kInt64)});
  Value* masked = ctx.emit("Where", {inside, x, ctx.scalar(x->dtype, -INFINITY)});
  Value* y = ctx.emit("Softmax", {masked}, with("axis", int64_t{-1}));
  ctx.setOutput(0, ctx.emit("Where", {inside, y, ctx.scalar(x->dtype, 0)}));
}

void expandCumulative(ExpandContext& ctx) {
  std::string operation = ctx.attrs().text("operation", "sum");
  ctx.require(operation == "sum", "operation '{}' is unknown; sum is", operation);
  Attributes attrs = with("exclusive", ctx.attrs().integer("exclusive", 0));
  attrs.set("reverse", ctx.attrs().integer("reverse", 0));
  ctx.setOutput(0, ctx.emit("CumSum", {ctx.input(0), ctx.input(1)}, attrs));
}

// Boxes [N, boxes, 4] or [N, boxes, 1, 4] and scores [N, boxes, classes]; the number of selected boxes comes
// second.
void expandNms(ExpandContext& ctx) {
  Value* boxes = ctx.input(0);
  if (ctx.rank(0) == 4) boxes = ctx.emit("Squeeze", {boxes, ctx.ints({2})});
  std::vector<Value*> inputs{
      boxes, ctx.emit("Transpose", {ctx.input(1)}, with("perm", std::vector<int64_t>{0, 2, 1}))};
  for (size_t i = 2; i < 5; ++i) inputs.push_back(ctx.has(i) ? ctx.input(i) : nullptr);
  std::string format = ctx.attrs().text("format", "corner_pairs");
  ctx.require(format == "corner_pairs" || format == "center_sizes",
              "format '{}' is unknown; corner_pairs and center_sizes are", format);
  DataType type = ctx.attrs().type("indices_type", DataType::kInt32);
  Value* selected =
      ctx.emit("NonMaxSuppression", inputs, with("center_point_box", int64_t{format == "center_sizes"}));
  ctx.setOutput(0, ctx.cast(selected, type));
  Value* count = ctx.emit("Gather", {ctx.emit("Shape", {selected}), ctx.scalar(DataType::kInt64, 0)});
  if (ctx.wants(1)) ctx.setOutput(1, ctx.cast(count, DataType::kInt32));
}

void evalAssertion(EvalContext& ctx) {
  const Tensor& condition = ctx.input(0);
  for (int64_t i = 0; i < condition.numel(); ++i)
    ctx.require(condition.getInt(i) != 0, "assertion failed: {}", ctx.attrs().text("message", ""));
  ctx.setOutput(0, condition);
}

}  // namespace

DEFINE_OP(Shuffle) {
  return {
      .name = "Shuffle",
      .doc =
          "Transposes, reshapes and transposes again. Input 1, or the attribute, is the shape in between: 0 "
          "copies a "
          "dimension, -1 is inferred.",
      .minInputs = 1,
      .maxInputs = 2,
      .attrs = {{"first_perm", AttrKind::kInts, "default: none"},
                {"reshape", AttrKind::kInts, "default: none"},
                {"second_perm", AttrKind::kInts, "default: none"},
                {"zero_is_placeholder", AttrKind::kInt, "1: a 0 copies a dimension; default 1"}},
      .expand = expandShuffle,
      .cases = {{"x:f32[2,3,4] -> y = Shuffle(x) {first_perm=[0,2,1], reshape=[0,-1], second_perm=[1,0]}"},
                {"x:f16[2,3,4] -> y = Shuffle(x, i32[2]{6,-1})"}}};
}

DEFINE_OP(Scale) {
  return {
      .name = "Scale",
      .doc = "(x * scale + shift) ^ power. Inputs: x, shift, scale, power, each but x optional.",
      .minInputs = 1,
      .maxInputs = 4,
      .attrs =
          {{"mode", AttrKind::kText,
            "uniform, channel (a list along the axis) or elementwise (from the axis on); default uniform"},
           {"axis", AttrKind::kInt, "the axis of the channels; default 1"}},
      .expand = expandScale,
      .cases = {{"x:f32[2,3,4] -> y = Scale(x, f32[3]{1,2,3}, f32[3]{0.5,1,2}) {mode=\"channel\"}"},
                {"x:f32[2,3] -> y = Scale(x, f32[1]{5}, _, f32[1]{2})"},
                {"x:f32[2,2,2], s:f32[4] -> y = Scale(x, s) {mode=\"elementwise\"}"}}};
}

DEFINE_OP(Fill) {
  return {
      .name = "Fill",
      .doc =
          "A tensor of the shape in input 0. linspace: inputs 1 and 2 are the start and the step of each "
          "axis; random_uniform: lowest "
          "and highest value; random_normal: mean and standard deviation.",
      .minInputs = 1,
      .maxInputs = 3,
      .attrs = {{"operation", AttrKind::kText, "linspace, random_uniform or random_normal; default linspace"},
                {"dtype", AttrKind::kType, "default: input 1's, or f32"},
                {"seed", AttrKind::kReal, "default: by the node's place in the graph"}},
      .expand = expandFill,
      .cases = {{"-> y = Fill(i64[2]{2,3}, f32[]{1}, f32[2]{10,0.5})"},
                {"-> y = Fill(i32[1]{4}, i32[]{1}, i32[]{2})"},
                {"-> y = Fill(i64[2]{2,3}, f32[]{-1}, f32[]{1}) {operation=\"random_uniform\", seed=3.0}"}},
      .isRandom = true};
}

DEFINE_OP(RaggedSoftMax) {
  return {
      .name = "RaggedSoftMax",
      .doc =
          "The softmax of the first elements of each row, as many as input 1 [..., 1] says; 0 behind them.",
      .minInputs = 2,
      .maxInputs = 2,
      .expand = expandRaggedSoftMax,
      .cases = {{"x:f32[2,3,4] -> y = RaggedSoftMax(x, i32[2,3,1]{1,2,3,4,0,4})"}}};
}

DEFINE_OP(Cumulative) {
  return {.name = "Cumulative",
          .doc = "Sums of all elements up to each one, along the axis in input 1.",
          .minInputs = 2,
          .maxInputs = 2,
          .attrs = {{"operation", AttrKind::kText, "sum"},
                    {"exclusive", AttrKind::kInt, "1: without the element itself; default 0"},
                    {"reverse", AttrKind::kInt, "1: from the end; default 0"}},
          .expand = expandCumulative,
          .cases = {{"x:f32[2,4] -> y = Cumulative(x, i64[]{1}) {exclusive=1}"}}};
}

DEFINE_OP(Nms) {
  return {
      .name = "Nms",
      .doc = "NonMaxSuppression with scores [N, boxes, classes]; output 1 is how many boxes were selected.",
      .minInputs = 2,
      .maxInputs = 5,
      .minOutputs = 1,
      .maxOutputs = 2,
      .attrs = {{"format", AttrKind::kText, "corner_pairs or center_sizes; default corner_pairs"},
                {"indices_type", AttrKind::kType, "of output 0; default i32"}},
      .expand = expandNms,
      .cases = {{"b:f32[1,6,4], s:f32[1,6,2] -> y, n = Nms(b, s, i32[]{3}, f32[]{0.5}, f32[]{0})"}},
      .dataDependentShape = true};
}

DEFINE_OP(Assertion) {
  return {.name = "Assertion",
          .doc = "Fails where an element of its input is false; gives the input.",
          .minInputs = 1,
          .maxInputs = 1,
          .attrs = {{"message", AttrKind::kText, "what the error says"}},
          .infer = inferSameAsInput,
          .eval = evalAssertion,
          .cases = {{"-> y = Assertion(bool[2]{1,1}) {message=\"never\"}"}},
          .hasSideEffects = true};
}
