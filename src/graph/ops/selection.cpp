// Operators that select elements by value: their output shapes depend on data.
#include <algorithm>
#include <cmath>
#include <numeric>

#include "graph/ops/movement.h"

using namespace tenfold;

namespace {

bool isNonZero(const Tensor& t, int64_t i) {
  return isFloat(t.dtype()) ? t.getDouble(i) != 0 : t.getInt(i) != 0;
}

void inferNonZero(InferContext& ctx) {
  ctx.setType(0, DataType::kInt64);
  const SymShape& in = ctx.shape(0);
  ctx.setShape(0, {std::max(ctx.rank(0), 1), ctx.unknownDim("count", numel(in))});
}

void evalNonZero(EvalContext& ctx) {
  const Tensor& x = ctx.input(0);
  Shape shape = x.rank() ? x.shape() : Shape{1};
  std::vector<int64_t> found;
  for (int64_t i = 0, n = x.numel(); i < n; ++i)
    if (isNonZero(x, i)) found.push_back(i);
  auto count = static_cast<int64_t>(found.size());
  Tensor& y = ctx.output(0, DataType::kInt64, {shape.rank(), count});
  Shape strides = contiguousStrides(shape);
  for (int axis = 0; axis < shape.rank(); ++axis)
    for (int64_t k = 0; k < count; ++k)
      y.as<int64_t>()[axis * count + k] = found[static_cast<size_t>(k)] / strides[axis] % shape[axis];
}

// Compress and Unique work on slices along an axis, or on elements where there is none.
struct Slices {
  int64_t outer, extent, inner;
  Slices(const Attributes& attrs, const Shape& shape) : outer(1), extent(shape.numel()), inner(1) {
    if (!attrs.has("axis")) return;
    int axis = normalizeAxis(attrs.integer("axis", 0), shape.rank());
    outer = shape.numel(0, axis), extent = shape[axis], inner = shape.numel(axis + 1, shape.rank());
  }
};

Shape withExtent(const Attributes& attrs, const Shape& shape, int64_t extent) {
  if (!attrs.has("axis")) return {extent};
  Shape out = shape;
  out[normalizeAxis(attrs.integer("axis", 0), shape.rank())] = extent;
  return out;
}

SymShape withExtent(const Attributes& attrs, const SymShape& shape, const Dim& extent) {
  if (!attrs.has("axis")) return {extent};
  SymShape out = shape;
  out[static_cast<size_t>(normalizeAxis(attrs.integer("axis", 0), static_cast<int>(shape.size())))] = extent;
  return out;
}

Dim fullExtent(const Attributes& attrs, const SymShape& shape) {
  if (!attrs.has("axis")) return numel(shape);
  return shape[static_cast<size_t>(normalizeAxis(attrs.integer("axis", 0), static_cast<int>(shape.size())))];
}

// The chosen slices of x, one after the other.
void takeSlices(const Tensor& x, Tensor& y, const Slices& s, const std::vector<int64_t>& chosen) {
  ElementMover move(x, y);
  auto count = static_cast<int64_t>(chosen.size());
  for (int64_t o = 0; o < s.outer && s.inner; ++o)
    for (int64_t k = 0; k < count; ++k)
      move((o * count + k) * s.inner, (o * s.extent + chosen[static_cast<size_t>(k)]) * s.inner, s.inner);
}

void inferCompress(InferContext& ctx) {
  ctx.setType(0, ctx.type(0));
  const SymShape& in = ctx.shape(0);
  Dim full = fullExtent(ctx.attrs(), in);
  auto condition = ctx.ints(1);
  Dim count =
      condition
          ? Dim(static_cast<int64_t>(condition->size()) - std::count(condition->begin(), condition->end(), 0))
          : ctx.unknownDim("count", full);
  ctx.setShape(0, withExtent(ctx.attrs(), in, count));
}

void evalCompress(EvalContext& ctx) {
  const Tensor &x = ctx.input(0), &condition = ctx.input(1);
  Slices slices(ctx.attrs(), x.shape());
  std::vector<int64_t> chosen;
  for (int64_t i = 0, n = std::min(condition.numel(), slices.extent); i < n; ++i)
    if (isNonZero(condition, i)) chosen.push_back(i);
  takeSlices(
      x, ctx.output(0, x.dtype(), withExtent(ctx.attrs(), x.shape(), static_cast<int64_t>(chosen.size()))),
      slices, chosen);
}

// Orders elements; NaN equals NaN and comes last.
int compareElements(const Tensor& t, int64_t a, int64_t b) {
  if (!isFloat(t.dtype())) {
    int64_t x = t.getInt(a), y = t.getInt(b);
    if (t.dtype() == DataType::kUInt64)
      return static_cast<uint64_t>(x) < static_cast<uint64_t>(y) ? -1 : x != y;
    return x < y ? -1 : x > y;
  }
  double x = t.getDouble(a), y = t.getDouble(b);
  if (std::isnan(x) || std::isnan(y)) return std::isnan(x) - std::isnan(y);
  return x < y ? -1 : x > y;
}

int compareSlices(const Tensor& x, const Slices& s, int64_t a, int64_t b) {
  for (int64_t o = 0; o < s.outer; ++o)
    for (int64_t i = 0; i < s.inner; ++i)
      if (int order = compareElements(x, (o * s.extent + a) * s.inner + i, (o * s.extent + b) * s.inner + i))
        return order;
  return 0;
}

void inferUnique(InferContext& ctx) {
  ctx.setType(0, ctx.type(0));
  for (size_t i = 1; i < ctx.numOutputs(); ++i) ctx.setType(i, DataType::kInt64);
  const SymShape& in = ctx.shape(0);
  Dim full = fullExtent(ctx.attrs(), in), count = ctx.unknownDim("count", full);
  ctx.setShape(0, withExtent(ctx.attrs(), in, count));
  for (size_t i = 1; i < ctx.numOutputs(); ++i) ctx.setShape(i, {i == 2 ? full : count});
}

void evalUnique(EvalContext& ctx) {
  const Tensor& x = ctx.input(0);
  Slices slices(ctx.attrs(), x.shape());
  std::vector<int64_t> order(static_cast<size_t>(slices.extent));
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(),
                   [&](int64_t a, int64_t b) { return compareSlices(x, slices, a, b) < 0; });
  // Groups of equal slices: each one's first position, in sorted order or in the order of appearance.
  std::vector<int64_t> group(order.size()), firsts, counts;
  for (size_t k = 0; k < order.size(); ++k) {
    if (k == 0 || compareSlices(x, slices, order[k - 1], order[k]) != 0) {
      firsts.push_back(order[k]);
      counts.push_back(0);
    }
    ++counts.back();
    group[static_cast<size_t>(order[k])] = static_cast<int64_t>(firsts.size()) - 1;
  }
  std::vector<int64_t> rank(firsts.size());
  std::iota(rank.begin(), rank.end(), 0);
  if (!ctx.attrs().integer("sorted", 1))
    std::sort(rank.begin(), rank.end(), [&](int64_t a, int64_t b) {
      return firsts[static_cast<size_t>(a)] < firsts[static_cast<size_t>(b)];
    });
  std::vector<int64_t> place(rank.size()), chosen;
  auto n = static_cast<int64_t>(rank.size());
  // The last output first: a request past the node's outputs may move the others.
  Tensor& amounts = ctx.output(3, DataType::kInt64, {n});
  Tensor &inverse = ctx.output(2, DataType::kInt64, {slices.extent}),
         &indices = ctx.output(1, DataType::kInt64, {n});
  for (int64_t i = 0; i < n; ++i) {
    auto g = static_cast<size_t>(rank[static_cast<size_t>(i)]);
    place[g] = i;
    chosen.push_back(firsts[g]);
    indices.as<int64_t>()[i] = firsts[g];
    amounts.as<int64_t>()[i] = counts[g];
  }
  for (size_t k = 0; k < group.size(); ++k) inverse.as<int64_t>()[k] = place[static_cast<size_t>(group[k])];
  takeSlices(x, ctx.output(0, x.dtype(), withExtent(ctx.attrs(), x.shape(), n)), slices, chosen);
}

const AttrSpec kAxis = {"axis", AttrKind::kInt, "slices along this axis; default: single elements"};

}  // namespace

DEFINE_OP(NonZero) {
  return {.name = "NonZero",
          .doc = "The positions of the elements that are not 0, one column each, in row-major order.",
          .minInputs = 1,
          .maxInputs = 1,
          .infer = inferNonZero,
          .eval = evalNonZero,
          .cases = {{"x:i32[3,4] -> y = NonZero(x)"},
                    {"x:f32[0,3] -> y = NonZero(x)"},
                    {"x:bool[5] -> y = NonZero(x)"}},
          .dataDependentShape = true};
}

DEFINE_OP(Compress) {
  return {.name = "Compress",
          .doc = "The slices of input 0 (or its elements) for which input 1 is true.",
          .minInputs = 2,
          .maxInputs = 2,
          .attrs = {kAxis},
          .infer = inferCompress,
          .eval = evalCompress,
          .cases = {{"x:f32[3,4], c:bool[3] -> y = Compress(x, c) {axis=0}"},
                    {"x:i8[3,4] -> y = Compress(x, bool[5]{0,1,0,0,1})"}},
          .dataDependentShape = true};
}

DEFINE_OP(Unique) {
  return {
      .name = "Unique",
      .doc =
          "The different slices (or elements) of a tensor; with where each occurs first, which one each "
          "slice of the "
          "input is, and how often each occurs.",
      .minInputs = 1,
      .maxInputs = 1,
      .minOutputs = 1,
      .maxOutputs = 4,
      .attrs = {kAxis,
                {"sorted", AttrKind::kInt, "1: in ascending order, 0: in order of appearance; default 1"}},
      .infer = inferUnique,
      .eval = evalUnique,
      .cases = {{"x:i32[6] -> y, i, j, c = Unique(x)"},
                {"x:i8[7] -> y, i, j, c = Unique(x) {sorted=0}"},
                {"x:bool[6,2] -> y, i, j, c = Unique(x) {axis=0}"}},
      .dataDependentShape = true};
}
