// Resize and its forerunner Upsample.
#include "frontend/onnx/registry.h"

namespace tenfold::onnx_frontend {
namespace {

Value* floats(OpContext& ctx, const std::vector<double>& values) {
  Tensor t(DataType::kFloat32, Shape{static_cast<int64_t>(values.size())});
  for (size_t i = 0; i < values.size(); ++i) t.as<float>()[i] = static_cast<float>(values[i]);
  return ctx.constant(std::move(t));
}

// Upsample, and Resize of opset 10: a position is divided by the scale, and nearest rounds down.
void resizeAsymmetric(OpContext& ctx, Value* scales) {
  std::string mode = ctx.takeText("mode", "nearest");
  ctx.attrs.set("mode", mode == "bilinear" ? std::string("linear") : mode);
  ctx.attrs.set("coordinate_transformation_mode", std::string("asymmetric"));
  ctx.attrs.set("nearest_mode", std::string("floor"));
  ctx.forward("Resize", {ctx.input(0), nullptr, scales});
}

void importUpsample1(OpContext& ctx) {
  double height = ctx.takeReal("height_scale", 1), width = ctx.takeReal("width_scale", 1);
  resizeAsymmetric(ctx, floats(ctx, {1, 1, height, width}));
}

void importUpsample7(OpContext& ctx) {
  std::vector<double> scales = ctx.attrs.reals("scales");
  ctx.attrs.erase("scales");
  resizeAsymmetric(ctx, floats(ctx, scales));
}

void importScalesInput(OpContext& ctx) { resizeAsymmetric(ctx, ctx.input(1)); }

// Empty tensors stand for inputs that are left out.
void importResize(OpContext& ctx) {
  std::vector<Value*> inputs = ctx.inputs();
  for (size_t i = 1; i < inputs.size(); ++i) {
    const Value* v = inputs[i];
    if (v && v->shape && v->rank() == 1 && v->shape->at(0) == Dim(0)) inputs[i] = nullptr;
  }
  while (inputs.size() > 1 && !inputs.back()) inputs.pop_back();
  ctx.forward("Resize", std::move(inputs));
}

constexpr ImporterRow kRows[] = {
    {"Upsample", 1, 6, importUpsample1},
    {"Upsample", 7, 8, importUpsample7},
    {"Upsample", 9, kNewestOpset, importScalesInput},
    {"Resize", 10, 10, importScalesInput},
    {"Resize", 11, kNewestOpset, importResize},
};

}  // namespace

Family resizeFamily() { return kRows; }

}  // namespace tenfold::onnx_frontend
