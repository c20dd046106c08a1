// Constants in all their spellings.
#include "frontend/onnx/registry.h"

namespace tenfold::onnx_frontend {
namespace {

Tensor floats(const Shape& shape, const std::vector<double>& values) {
  Tensor t(DataType::kFloat32, shape);
  for (size_t i = 0; i < values.size(); ++i) t.as<float>()[i] = static_cast<float>(values[i]);
  return t;
}

void importConstant(OpContext& ctx) {
  const Attributes& a = ctx.attrs;
  auto length = [](const auto& list) { return Shape{static_cast<int64_t>(list.size())}; };
  if (Tensor t = a.tensor(a.has("value") ? "value" : "sparse_value"); t.defined()) {
    ctx.setOutput(0, ctx.constant(std::move(t)));
  } else if (a.has("value_float")) {
    ctx.setOutput(0, ctx.constant(floats(Shape{}, {a.real("value_float", 0)})));
  } else if (a.has("value_int")) {
    ctx.setOutput(0, ctx.constant(Tensor::of<int64_t>(Shape{}, {a.integer("value_int", 0)})));
  } else if (a.has("value_floats")) {
    ctx.setOutput(0, ctx.constant(floats(length(a.reals("value_floats")), a.reals("value_floats"))));
  } else if (a.has("value_ints")) {
    ctx.setOutput(0, ctx.ints(a.integers("value_ints")));
  } else if (a.has("value_string") || a.has("value_strings")) {
    ctx.unsupported("not supported: constants that are strings");
  } else {
    fail("has no value");
  }
}

constexpr ImporterRow kRows[] = {
    {"Constant", 1, kNewestOpset, importConstant},
};

}  // namespace

Family constantFamily() { return kRows; }

}  // namespace tenfold::onnx_frontend
