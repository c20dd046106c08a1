#include "graph/ops/pointwise.h"

#include <algorithm>

#include "base/rounding.h"
#include "graph/ops/parallel.h"

namespace tenfold {
namespace {

constexpr int64_t kChunk = 512;

// The broadcast iteration with neighbouring axes merged where every input walks them as one.
struct RowPlan {
  Shape outer;  // without the innermost axis
  int64_t inner = 1;
  std::vector<Shape> outerStrides;  // per input
  std::vector<bool> repeats;        // per input: the innermost axis reads one element over and over
};

RowPlan planRows(const Shape& out, const std::vector<Shape>& inputs) {
  Shape axes;
  std::vector<Shape> full, merged(inputs.size());
  for (const Shape& shape : inputs) full.push_back(broadcastStrides(shape, out));
  for (int axis = 0; axis < out.rank(); ++axis) {
    if (out[axis] == 1) continue;
    std::vector<int64_t> step;
    step.reserve(full.size());
    for (const Shape& s : full) step.push_back(s[axis]);
    bool merge = !axes.empty();
    for (size_t k = 0; k < step.size() && merge; ++k) merge = merged[k].back() == step[k] * out[axis];
    if (merge)
      axes[axes.rank() - 1] *= out[axis];
    else
      axes.push_back(out[axis]);
    for (size_t k = 0; k < step.size(); ++k) {
      if (merge)
        merged[k][merged[k].rank() - 1] = step[k];
      else
        merged[k].push_back(step[k]);
    }
  }
  RowPlan plan;
  int last = axes.rank() - 1;
  plan.inner = last >= 0 ? axes[last] : 1;
  plan.outer = Shape(axes.begin(), axes.begin() + std::max(last, 0));
  for (const Shape& s : merged) {
    plan.outerStrides.emplace_back(s.begin(), s.begin() + std::max(last, 0));
    plan.repeats.push_back(last < 0 || s[last] == 0);
  }
  return plan;
}

int64_t rowOffset(const RowPlan& plan, const Shape& strides, int64_t row) {
  int64_t offset = 0;
  for (int axis = plan.outer.rank() - 1; axis >= 0; --axis) {
    offset += row % plan.outer[axis] * strides[axis];
    row /= plan.outer[axis];
  }
  return offset;
}

// Elements [begin, begin + n) of one row; n is at most kChunk.
template <typename In, typename Out>
void evalChunk(EvalContext& ctx, const RowPlan& plan, int64_t row, int64_t begin, int64_t n, Tensor& y,
               const RowFunction<In, Out>& f, std::vector<In>& buffer, std::vector<const In*>& rows) {
  Out result[kChunk];
  for (size_t k = 0; k < plan.repeats.size(); ++k) {
    In* at = buffer.data() + static_cast<int64_t>(k) * kChunk;
    rows[k] = at;
    int64_t offset = rowOffset(plan, plan.outerStrides[k], row);
    if (plan.repeats[k]) {
      readElements(ctx.input(k), offset, 1, at);
      std::fill(at + 1, at + n, at[0]);
    } else {
      readElements(ctx.input(k), offset + begin, n, at);
    }
  }
  f(rows.data(), result, n);
  writeElements(y, row * plan.inner + begin, n, result);
}

}  // namespace

template <typename In, typename Out>
void evalRows(EvalContext& ctx, DataType type, const RowFunction<In, Out>& f) {
  Shape out = ctx.input(0).shape();
  std::vector<Shape> shapes;
  for (size_t k = 0; k < ctx.numInputs(); ++k) {
    shapes.push_back(ctx.input(k).shape());
    out = broadcastShapes(out, shapes.back());
  }
  Tensor& y = ctx.output(0, type, out);
  if (out.numel() == 0) return;
  RowPlan plan = planRows(out, shapes);
  int64_t chunks = ceilDiv(plan.inner, kChunk), items = plan.outer.numel() * chunks;
  // Packed elements share bytes, so one thread writes them.
  bool parallel = typeBits(type) >= 8 && out.numel() > 65536;
  inParts(items, parallel, [&](int64_t firstItem, int64_t lastItem) {
    std::vector<In> buffer(shapes.size() * kChunk);
    std::vector<const In*> rows(shapes.size());
    for (int64_t item = firstItem; item < lastItem; ++item) {
      int64_t begin = item % chunks * kChunk;
      evalChunk(ctx, plan, item / chunks, begin, std::min(kChunk, plan.inner - begin), y, f, buffer, rows);
    }
  });
}

#define INSTANTIATE(IN, OUT) \
  template void evalRows<IN, OUT>(EvalContext&, DataType, const RowFunction<IN, OUT>&);
INSTANTIATE(double, double)
INSTANTIATE(double, int64_t)
INSTANTIATE(int64_t, int64_t)
INSTANTIATE(int64_t, double)
INSTANTIATE(uint64_t, uint64_t)
INSTANTIATE(uint64_t, int64_t)
#undef INSTANTIATE

}  // namespace tenfold
