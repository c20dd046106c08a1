// Experimental operators of ONNX's first versions, which old exporters left in models.
#include "frontend/onnx/registry.h"

namespace tenfold::onnx_frontend {
namespace {

// v * factor + offset
Value* scaled(OpContext& ctx, Value* v, double factor, double offset = 0) {
  if (factor != 1) v = ctx.emit("Mul", {v, ctx.scalar(v->dtype, factor)});
  return offset == 0 ? v : ctx.emit("Add", {v, ctx.scalar(v->dtype, offset)});
}

void importAffine(OpContext& ctx) {
  ctx.setOutput(0, scaled(ctx, ctx.input(0), ctx.attrs.real("alpha", 1), ctx.attrs.real("beta", 0)));
}

// alpha * Tanh(beta * x), alpha * Softplus(beta * x)
void importScaledActivation(OpContext& ctx) {
  const char* inner = ctx.op() == "ScaledTanh" ? "Tanh" : "Softplus";
  Value* y = ctx.emit(inner, {scaled(ctx, ctx.input(0), ctx.attrs.real("beta", 1))});
  ctx.setOutput(0, scaled(ctx, y, ctx.attrs.real("alpha", 1)));
}

// scale * x + bias of each channel
void importImageScaler(OpContext& ctx) {
  Value* y = scaled(ctx, ctx.input(0), ctx.attrs.real("scale", 1));
  std::vector<double> values = ctx.attrs.reals("bias");
  if (!values.empty()) {
    Tensor bias(y->dtype, Shape{static_cast<int64_t>(values.size()), 1, 1});
    for (size_t i = 0; i < values.size(); ++i) bias.setDouble(static_cast<int64_t>(i), values[i]);
    y = ctx.emit("Add", {y, ctx.constant(std::move(bias))});
  }
  ctx.setOutput(0, y);
}

// Cuts the same border (left, top, right, bottom) or, with `scale`, takes that height and width from there.
void importCrop(OpContext& ctx) {
  std::vector<int64_t> border = ctx.attrs.integers("border"), size = ctx.attrs.integers("scale");
  require(border.size() == 4 && (size.empty() || size.size() == 2),
          "border must have 4 entries, scale 2 or none");
  std::vector<int64_t> to = {border[3] == 0 ? INT64_MAX : -border[3],
                             border[2] == 0 ? INT64_MAX : -border[2]};
  if (!size.empty()) to = {border[1] + size[0], border[0] + size[1]};
  Value* from = ctx.ints({border[1], border[0]});
  ctx.setOutput(0, ctx.emit("Slice", {ctx.input(0), from, ctx.ints(to), ctx.ints({2, 3})}));
}

void importConstantFill(OpContext& ctx) {
  DataType type = ctx.elementType(ctx.attrs.integer("dtype", 1));
  Tensor value(type, Shape{1});
  value.setDouble(0, ctx.attrs.real("value", 0));
  Attributes fill;
  fill.set("value", value);
  Value* shape = nullptr;
  if (!ctx.has(0))
    shape = ctx.ints(ctx.attrs.integers("shape"));
  else
    shape = ctx.attrs.integer("input_as_shape", 0) != 0 ? ctx.input(0) : ctx.emit("Shape", {ctx.input(0)});
  std::vector<int64_t> extra = ctx.attrs.integers("extra_shape");
  if (!extra.empty()) {
    Attributes axis;
    axis.set("axis", int64_t{0});
    shape = ctx.emit("Concat", {shape, ctx.ints(extra)}, std::move(axis));
  }
  ctx.setOutput(0, ctx.emit("ConstantOfShape", {shape}, std::move(fill)));
}

constexpr ImporterRow kRows[] = {
    {"Affine", 1, kNewestOpset, importAffine},
    {"ScaledTanh", 1, kNewestOpset, importScaledActivation},
    {"ParametricSoftplus", 1, kNewestOpset, importScaledActivation},
    {"ImageScaler", 1, kNewestOpset, importImageScaler},
    {"Crop", 1, kNewestOpset, importCrop},
    {"ConstantFill", 1, kNewestOpset, importConstantFill},
};

}  // namespace

Family experimentalFamily() { return kRows; }

}  // namespace tenfold::onnx_frontend
