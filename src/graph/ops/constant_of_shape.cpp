#include <cmath>

#include "graph/ops/contents.h"
#include "graph/ops/movement.h"

using namespace tenfold;

namespace {

constexpr int64_t kLongestContents = 1024;

Tensor fillValue(const Attributes& attrs) {
  Tensor value = attrs.tensor("value");
  return value.defined() ? value : Tensor::scalar(DataType::kFloat32, 0);
}

void inferConstantOfShape(InferContext& ctx) {
  Tensor value = fillValue(ctx.attrs());
  ctx.setType(0, value.dtype());
  SymShape out;
  if (auto dims = ctx.contents(0)) {
    out = *dims;
  } else {
    auto rank = ctx.shape(0)[0].tryConstant();
    if (!rank) return;
    for (int64_t i = 0; i < *rank; ++i) out.push_back(ctx.unknownDim(fmt::format("dim{}", i)));
  }
  ctx.setShape(0, out);
  auto shape = constantShape(out);
  bool countable = isInteger(value.dtype()) || value.dtype() == DataType::kBool;
  if (countable && shape && shape->numel() <= kLongestContents)
    ctx.setContents(0, DimList(static_cast<size_t>(shape->numel()), value.getInt(0)));
}

void evalConstantOfShape(EvalContext& ctx) {
  std::vector<int64_t> dims = ctx.input(0).ints();
  Tensor value = fillValue(ctx.attrs());
  fillWith(ctx.output(0, value.dtype(), Shape(dims.begin(), dims.end())), value);
}

// The number of elements for known or symbolic integers; nothing where the step's sign is open.
std::optional<Dim> rangeLength(const Dim& start, const Dim& limit, const Dim& step) {
  auto delta = step.tryConstant();
  if (!delta || *delta == 0) return std::nullopt;
  return Dim::max(0, *delta > 0 ? Dim::ceilDiv(limit - start, step) : Dim::ceilDiv(start - limit, -*delta));
}

int64_t rangeLength(double start, double limit, double delta) {
  require(delta != 0, "the step is 0");
  return static_cast<int64_t>(std::max(std::ceil((limit - start) / delta), 0.0));
}

void inferRange(InferContext& ctx) {
  ctx.setType(0, ctx.type(0));
  auto start = wholeContents(ctx, 0), limit = wholeContents(ctx, 1), step = wholeContents(ctx, 2);
  const Tensor *a = ctx.constant(0), *b = ctx.constant(1), *c = ctx.constant(2);
  std::optional<Dim> length;
  if (start && limit && step)
    length = rangeLength((*start)[0], (*limit)[0], (*step)[0]);
  else if (a && b && c)
    length = rangeLength(a->getDouble(0), b->getDouble(0), c->getDouble(0));
  ctx.setShape(0, {length ? *length : ctx.unknownDim("length")});
  auto count = start && step && length ? length->tryConstant() : std::nullopt;
  if (!count || *count > kLongestContents) return;
  DimList values;
  for (int64_t i = 0; i < *count; ++i) values.push_back((*start)[0] + (*step)[0] * i);
  ctx.setContents(0, values);
}

void evalRange(EvalContext& ctx) {
  const Tensor &start = ctx.input(0), &limit = ctx.input(1), &delta = ctx.input(2);
  if (isFloat(start.dtype())) {
    double from = start.getDouble(0), step = delta.getDouble(0);
    Tensor& y = ctx.output(0, start.dtype(), {rangeLength(from, limit.getDouble(0), step)});
    for (int64_t i = 0, n = y.numel(); i < n; ++i) y.setDouble(i, from + static_cast<double>(i) * step);
    return;
  }
  auto length = rangeLength(Dim(start.getInt(0)), Dim(limit.getInt(0)), Dim(delta.getInt(0)));
  ctx.require(length.has_value(), "the step is 0");
  Tensor& y = ctx.output(0, start.dtype(), {length->constant()});
  for (int64_t i = 0, n = y.numel(); i < n; ++i) y.setInt(i, start.getInt(0) + i * delta.getInt(0));
}

}  // namespace

DEFINE_OP(ConstantOfShape) {
  return {
      .name = "ConstantOfShape",
      .doc = "A tensor of the shape that is input 0, filled with one value.",
      .minInputs = 1,
      .maxInputs = 1,
      .attrs = {{"value", AttrKind::kTensor, "one element, which gives the type too; default 0 of float32"}},
      .infer = inferConstantOfShape,
      .eval = evalConstantOfShape,
      .cases = {{"-> y = ConstantOfShape(i64[2]{2,3})"}}};
}

DEFINE_OP(Range) {
  return {.name = "Range",
          .doc = "start, start + delta, ... up to and without limit; the inputs are scalars of one type.",
          .minInputs = 3,
          .maxInputs = 3,
          .infer = inferRange,
          .eval = evalRange,
          .cases = {{"-> y = Range(i64[]{10}, i64[]{4}, i64[]{-2})"},
                    {"-> y = Range(f32[]{1}, f32[]{5}, f32[]{0.5})"}}};
}
