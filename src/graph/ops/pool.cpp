// Poolings over sliding windows: maximum, average and Lp norm.
#include <algorithm>
#include <cmath>
#include <limits>

#include "graph/ops/elements.h"
#include "graph/ops/eval.h"
#include "graph/ops/infer.h"
#include "graph/ops/parallel.h"
#include "graph/ops/window.h"

using namespace tenfold;

namespace {

const std::vector<AttrSpec> kPoolAttrs = {
    {"kernel_shape", AttrKind::kInts, "the window's extents"},
    {"strides", AttrKind::kInts, "steps of the window along each spatial axis; default 1"},
    {"dilations", AttrKind::kInts, "distances between the window's elements; default 1"},
    {"pads", AttrKind::kInts, "padding around the input: all begins, then all ends; default 0"},
    {"auto_pad", AttrKind::kText, "NOTSET (default), VALID, SAME_UPPER or SAME_LOWER"},
    {"ceil_mode", AttrKind::kInt, "1: the number of windows is rounded up; default 0"}};

std::vector<AttrSpec> withAttrs(std::vector<AttrSpec> more) {
  more.insert(more.begin(), kPoolAttrs.begin(), kPoolAttrs.end());
  return more;
}

Window poolWindow(const Attributes& attrs, const SymShape& x) {
  SymShape spatial = spatialAxes(x);
  return slidingWindow(attrs, spatial, kernelShape(attrs, spatial.size()));
}

void inferPool(InferContext& ctx) {
  ctx.setType(0, ctx.type(0));
  if (ctx.numOutputs() > 1) ctx.setType(1, DataType::kInt64);
  const SymShape& x = ctx.shape(0);
  SymShape out = poolWindow(ctx.attrs(), x).out;
  out.insert(out.begin(), {x[0], x[1]});
  ctx.setShape(0, out);
  if (ctx.numOutputs() > 1) ctx.setShape(1, out);
}

// Calls reduce(elements, offsets, n, out, plane, first) for each plane (a channel of an image) and block of n
// output positions: `elements` are the plane's, `offsets` as WindowTaps gives them, and `first` is the flat
// output index of out[0].
template <typename C, typename F>
void forEachBlock(EvalContext& ctx, const WindowTaps& taps, Tensor& y, F reduce) {
  const Tensor& x = ctx.input(0);
  constexpr int64_t kBlock = 64;
  int64_t planes = x.shape().numel(0, 2), area = taps.in().numel(), positions = taps.outputs();
  if (positions == 0) return;
  inParts(planes, y.numel() * taps.taps() > 65536, [&](int64_t firstPlane, int64_t lastPlane) {
    std::vector<C> plane(static_cast<size_t>(area)), out(kBlock);
    std::vector<int64_t> offsets(static_cast<size_t>(taps.taps() * kBlock));
    for (int64_t p = firstPlane; p < lastPlane; ++p) {
      readElements(x, p * area, area, plane.data());
      for (int64_t begin = 0; begin < positions; begin += kBlock) {
        int64_t n = std::min(kBlock, positions - begin);
        taps.offsets(begin, n, offsets.data());
        reduce(plane.data(), offsets.data(), n, out.data(), p, p * positions + begin);
        writeElements(y, p * positions + begin, n, out.data());
      }
    }
  });
}

Shape poolShape(const Tensor& x, const WindowTaps& taps) {
  Shape shape{x.shape()[0], x.shape()[1]};
  for (int64_t d : taps.out()) shape.push_back(d);
  return shape;
}

// The flat offset counted with the first spatial axis running fastest.
int64_t columnMajor(int64_t offset, const Shape& in) {
  int64_t result = 0, stride = in.numel();
  for (int axis = in.rank() - 1; axis >= 0; --axis) {
    stride /= in[axis];
    result += offset % in[axis] * stride;
    offset /= in[axis];
  }
  return result;
}

template <typename C>
constexpr C kLowest = std::is_floating_point_v<C> ? -std::numeric_limits<C>::infinity()
                                                  : std::numeric_limits<C>::lowest();

void evalMaxPool(EvalContext& ctx) {
  const Tensor& x = ctx.input(0);
  WindowTaps taps = WindowTaps::of(poolWindow(ctx.attrs(), symShape(x.shape())));
  Shape shape = poolShape(x, taps);
  Tensor& y = ctx.output(0, x.dtype(), shape);
  Tensor* indices = ctx.wants(1) ? &ctx.output(1, DataType::kInt64, shape) : nullptr;
  bool byColumns = ctx.attrs().integer("storage_order", 0) == 1;
  int64_t area = taps.in().numel(), count = taps.taps();
  withComputeType(x.dtype(), [&](auto zero) {
    using C = decltype(zero);
    forEachBlock<C>(
        ctx, taps, y,
        [&](const C* plane, const int64_t* offsets, int64_t n, C* out, int64_t p, int64_t first) {
          for (int64_t i = 0; i < n; ++i) {
            C best = kLowest<C>;
            int64_t where = -1;
            for (int64_t t = 0; t < count; ++t) {
              int64_t at = offsets[t * n + i];
              if (at < 0 || (where >= 0 && !(plane[at] > best) && plane[at] == plane[at]) || best != best)
                continue;
              best = plane[at];
              where = at;
            }
            out[i] = best;
            if (indices)
              indices->as<int64_t>()[first + i] =
                  where < 0 ? where : p * area + (byColumns ? columnMajor(where, taps.in()) : where);
          }
        });
  });
}

void evalAveragePool(EvalContext& ctx) {
  const Tensor& x = ctx.input(0);
  WindowTaps taps = WindowTaps::of(poolWindow(ctx.attrs(), symShape(x.shape())));
  Tensor& y = ctx.output(0, x.dtype(), poolShape(x, taps));
  int64_t lowestCounted = ctx.attrs().integer("count_include_pad", 0) ? WindowTaps::kPadding : 0,
          count = taps.taps();
  forEachBlock<double>(
      ctx, taps, y,
      [&](const double* plane, const int64_t* offsets, int64_t n, double* out, int64_t, int64_t) {
        for (int64_t i = 0; i < n; ++i) {
          double sum = 0;
          int64_t counted = 0;
          for (int64_t t = 0; t < count; ++t) {
            int64_t at = offsets[t * n + i];
            if (at >= 0) sum += plane[at];
            if (at >= lowestCounted) ++counted;
          }
          out[i] = sum / static_cast<double>(counted);
        }
      });
}

void evalLpPool(EvalContext& ctx) {
  const Tensor& x = ctx.input(0);
  WindowTaps taps = WindowTaps::of(poolWindow(ctx.attrs(), symShape(x.shape())));
  Tensor& y = ctx.output(0, x.dtype(), poolShape(x, taps));
  double p = static_cast<double>(ctx.attrs().integer("p", 2));
  int64_t count = taps.taps();
  forEachBlock<double>(
      ctx, taps, y,
      [&](const double* plane, const int64_t* offsets, int64_t n, double* out, int64_t, int64_t) {
        for (int64_t i = 0; i < n; ++i) {
          double sum = 0;
          for (int64_t t = 0; t < count; ++t)
            if (int64_t at = offsets[t * n + i]; at >= 0) sum += std::pow(std::fabs(plane[at]), p);
          out[i] = std::pow(sum, 1 / p);
        }
      });
}

}  // namespace

DEFINE_OP(MaxPool) {
  return {.name = "MaxPool",
          .doc = "The largest element of each window, and optionally its flat index.",
          .minInputs = 1,
          .maxInputs = 1,
          .maxOutputs = 2,
          .attrs = withAttrs({{"storage_order", AttrKind::kInt,
                               "how indices count: 0 (default) rows first, 1 columns first"}}),
          .infer = inferPool,
          .eval = evalMaxPool,
          .cases = {{"x:f32[2,3,8,9] -> y = MaxPool(x) {kernel_shape=[3,3], strides=[2,2], pads=[1,1,1,1]}"},
                    {"x:f32[1,2,7,7] -> y = MaxPool(x) {kernel_shape=[3,2], strides=[2,2], ceil_mode=1, "
                     "dilations=[1,2]}"},
                    {"x:f32[1,2,6,5] -> y, i = MaxPool(x) {kernel_shape=[2,2], strides=[2,1], "
                     "auto_pad=\"SAME_UPPER\"}"},
                    {"x:i8[1,2,12] -> y = MaxPool(x) {kernel_shape=[3]}"},
                    {"x:f32[1,2,4,5,6] -> y = MaxPool(x) {kernel_shape=[2,2,2], strides=[2,2,2]}"}}};
}

DEFINE_OP(AveragePool) {
  return {
      .name = "AveragePool",
      .doc = "The mean of each window.",
      .minInputs = 1,
      .maxInputs = 1,
      .attrs = withAttrs({{"count_include_pad", AttrKind::kInt,
                           "1: padding counts as zeros; 0 (default): it does not count"}}),
      .infer = inferPool,
      .eval = evalAveragePool,
      .cases = {
          {"x:f32[2,3,8,9] -> y = AveragePool(x) {kernel_shape=[3,3], strides=[2,2], pads=[1,1,1,1]}"},
          {"x:f32[1,2,7,7] -> y = AveragePool(x) {kernel_shape=[3,3], pads=[1,1,1,1], count_include_pad=1}"},
          {"x:f32[1,2,8,8] -> y = AveragePool(x) {kernel_shape=[3,3], strides=[2,2], ceil_mode=1}"},
          {"x:f32[1,2,4,5,6] -> y = AveragePool(x) {kernel_shape=[2,3,2]}"}}};
}

DEFINE_OP(LpPool) {
  return {.name = "LpPool",
          .doc = "The Lp norm of each window.",
          .minInputs = 1,
          .maxInputs = 1,
          .attrs = withAttrs({{"p", AttrKind::kInt, "the norm's exponent; default 2"}}),
          .infer = inferPool,
          .eval = evalLpPool,
          .cases = {{"x:f32[2,3,8,9] -> y = LpPool(x) {kernel_shape=[3,3], strides=[2,2], p=3}"},
                    {"x:f32[1,2,9] -> y = LpPool(x) {kernel_shape=[2], pads=[1,0]}"}}};
}
