#include "graph/ops/contents.h"

#include <cmath>

#include "graph/ops/broadcast.h"

namespace tenfold {
namespace {
constexpr int64_t kLongestContents = 1024;
constexpr int64_t kLargestDim = int64_t{1} << 31;
}  // namespace

std::optional<int> compareDims(const Dim& a, const Dim& b) {
  Dim difference = a - b;
  std::vector<std::string> symbols;
  difference.collectSymbols(symbols);
  DimRanges ranges;
  for (const std::string& s : symbols) ranges[s] = {0, kLargestDim};
  DimRange range = difference.range(ranges);
  if (range.min > 0) return 1;
  if (range.max < 0) return -1;
  if (range.min == 0 && range.max == 0) return 0;
  return std::nullopt;
}

std::optional<DimList> wholeContents(const InferContext& ctx, size_t i) {
  const Tensor* t = ctx.constant(i);
  if (!t || !isFloat(t->dtype())) return ctx.contents(i);
  if (t->numel() > kLongestContents) return std::nullopt;
  DimList dims;
  for (int64_t k = 0; k < t->numel(); ++k) {
    double value = t->getDouble(k);
    if (std::trunc(value) != value || std::fabs(value) > static_cast<double>(kLargestDim))
      return std::nullopt;
    dims.emplace_back(static_cast<int64_t>(value));
  }
  return dims;
}

void setMappedContents(InferContext& ctx, DimFunction f) {
  const Value* out = ctx.node().output(0);
  if (!out || !out->shape) return;
  auto shape = constantShape(*out->shape);
  if (!shape || shape->numel() > kLongestContents) return;
  std::vector<DimList> inputs;
  std::vector<Shape> strides;
  for (size_t i = 0; i < ctx.numInputs(); ++i) {
    auto elements = wholeContents(ctx, i);
    auto from = constantShape(ctx.shape(i));
    if (!elements || !from || static_cast<int64_t>(elements->size()) != from->numel()) return;
    inputs.push_back(std::move(*elements));
    strides.push_back(broadcastStrides(*from, *shape));
  }
  DimList result;
  Shape index = Shape::filled(shape->rank(), 0);
  for (int64_t n = shape->numel(); n > 0; --n) {
    DimList elements;
    for (size_t i = 0; i < inputs.size(); ++i) {
      int64_t offset = 0;
      for (int axis = 0; axis < shape->rank(); ++axis) offset += index[axis] * strides[i][axis];
      elements.push_back(inputs[i][static_cast<size_t>(offset)]);
    }
    auto value = f(ctx.attrs(), elements);
    if (!value) return;
    result.push_back(*value);
    for (int axis = shape->rank() - 1; axis >= 0 && ++index[axis] == (*shape)[axis]; --axis) index[axis] = 0;
  }
  ctx.setContents(0, std::move(result));
}

}  // namespace tenfold
