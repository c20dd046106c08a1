// GridSample and AffineGrid, of images and volumes.
#include <algorithm>
#include <cmath>

#include "graph/ops/movement.h"
#include "graph/ops/resize_taps.h"

using namespace tenfold;

namespace {

// How positions outside an axis are treated.
enum class Padding { kZeros, kBorder, kReflection };

Padding paddingOf(const Attributes& attrs) {
  std::string mode = attrs.text("padding_mode", "zeros");
  if (mode == "zeros") return Padding::kZeros;
  if (mode == "border") return Padding::kBorder;
  if (mode == "reflection") return Padding::kReflection;
  fail("padding_mode '{}' is unknown; zeros, border and reflection are", mode);
}

double reflect(double x, double low, double high) {
  double range = high - low;
  if (range <= 0) return low;
  double distance = x < low ? low - x : x > high ? x - high : -1;
  if (distance < 0) return x;
  double turns = std::floor(distance / range), rest = distance - turns * range;
  bool even = std::fmod(turns, 2.0) == 0;
  return (x < low) == even ? low + rest : high - rest;
}

// One axis of the sampled image.
struct SampledAxis {
  int64_t extent;
  Padding padding;
  bool alignCorners;
  std::string mode;

  double low() const { return alignCorners ? 0 : -0.5; }
  double high() const { return static_cast<double>(extent) - (alignCorners ? 1 : 0.5); }
  // From [-1, 1] to a position on the axis.
  double position(double n) const {
    double d = static_cast<double>(extent);
    double x = static_cast<float>(alignCorners ? (n + 1) / 2 * (d - 1) : ((n + 1) * d - 1) / 2);
    if (!std::isfinite(x)) x = low();
    if (mode == "nearest") x = std::nearbyint(x);
    if (x >= low() && x <= high()) return x;
    if (padding == Padding::kBorder) return std::clamp(x, 0.0, d - 1);
    return padding == Padding::kReflection ? static_cast<float>(reflect(x, low(), high())) : x;
  }
  // The element at a whole position, or -1 for zero.
  int64_t element(double i) const {
    if (padding == Padding::kReflection) i = std::trunc(reflect(i, low(), high()));
    if (padding != Padding::kZeros) i = std::clamp(i, 0.0, static_cast<double>(extent) - 1);
    return i >= 0 && i < static_cast<double>(extent) ? static_cast<int64_t>(i) : -1;
  }
  std::vector<Tap> taps(double n) const {
    double x = position(n), base = std::floor(x), fraction = x - base;
    double cubic[4], first = mode == "cubic" ? base - 1 : base;
    std::vector<double> weights;
    if (mode == "nearest") {
      first = std::trunc(x);
      weights = {1};
    } else if (mode == "linear") {
      weights = {1 - fraction, fraction};
    } else {
      cubicWeights(fraction, -0.75, cubic);
      weights.assign(cubic, cubic + 4);
    }
    std::vector<Tap> taps;
    for (size_t k = 0; k < weights.size(); ++k)
      if (int64_t i = element(first + static_cast<double>(k)); i >= 0) taps.push_back({i, weights[k]});
    return taps;
  }
};

void inferGridSample(InferContext& ctx) {
  ctx.setType(0, ctx.type(0));
  const SymShape &x = ctx.shape(0), &grid = ctx.shape(1);
  ctx.require(x.size() >= 3 && grid.size() == x.size(), "x of shape {} and grid of shape {} do not fit",
              str(x), str(grid));
  ctx.expectEqual(x[0], grid[0], "the batches of x and grid");
  ctx.expectEqual(grid.back(), Dim(ctx.rank(0) - 2), "the coordinates of a point and the axes of x");
  paddingOf(ctx.attrs());
  SymShape out{x[0], x[1]};
  out.insert(out.end(), grid.begin() + 1, grid.end() - 1);
  ctx.setShape(0, out);
}

std::string sampleMode(const Attributes& attrs) {
  std::string mode = attrs.text("mode", "linear");
  require(mode == "linear" || mode == "nearest" || mode == "cubic",
          "mode '{}' is unknown; linear, nearest and cubic are", mode);
  return mode;
}

void evalGridSample(EvalContext& ctx) {
  const Tensor &x = ctx.input(0), &grid = ctx.input(1);
  int rank = x.rank() - 2;
  std::vector<SampledAxis> axes;
  for (int i = 0; i < rank; ++i)
    axes.push_back({x.shape()[2 + i], paddingOf(ctx.attrs()), ctx.attrs().integer("align_corners", 0) != 0,
                    sampleMode(ctx.attrs())});
  Shape shape{x.shape()[0], x.shape()[1]};
  for (int i = 1; i <= rank; ++i) shape.push_back(grid.shape()[i]);
  Tensor& y = ctx.output(0, x.dtype(), shape);
  int64_t points = shape.numel(2, shape.rank()), image = x.shape().numel(2, x.rank()), channels = shape[1];
  for (int64_t n = 0; n < shape[0]; ++n)
    for (int64_t p = 0; p < points; ++p) {
      // The image's offsets and weights that make this point: a product over the axes. The grid has x first.
      std::vector<Tap> taps{{0, 1}};
      for (int i = 0; i < rank; ++i) {
        std::vector<Tap> along = axes[static_cast<size_t>(i)].taps(
                             grid.getDouble((n * points + p) * rank + rank - 1 - i)),
                         product;
        for (const Tap& a : taps)
          for (const Tap& b : along)
            product.push_back({a.position * x.shape()[2 + i] + b.position, a.weight * b.weight});
        taps = std::move(product);
      }
      for (int64_t c = 0; c < channels; ++c) {
        double sum = 0;
        for (const Tap& t : taps) sum += t.weight * x.getDouble((n * channels + c) * image + t.position);
        y.setDouble((n * channels + c) * points + p, sum);
      }
    }
}

void inferAffineGrid(InferContext& ctx) {
  ctx.setType(0, ctx.type(0));
  auto size = ctx.contents(1);
  auto length = ctx.shape(1)[0].tryConstant();
  ctx.require(!length || *length == 4 || *length == 5,
              "size has {} elements; 4 (N, C, H, W) or 5 (N, C, D, H, W) are expected", length.value_or(0));
  if (!length) return;
  SymShape out{ctx.shape(0)[0]};
  for (size_t i = 2; i < static_cast<size_t>(*length); ++i)
    out.push_back(size ? (*size)[i] : ctx.unknownDim(fmt::format("dim{}", i)));
  out.push_back(*length - 2);
  ctx.setShape(0, out);
}

void evalAffineGrid(EvalContext& ctx) {
  const Tensor& theta = ctx.input(0);
  std::vector<int64_t> size = ctx.input(1).ints();
  bool align = ctx.attrs().integer("align_corners", 0) != 0;
  Shape space(size.begin() + 2, size.end());
  int rank = space.rank();
  ctx.require(theta.rank() == 3 && theta.shape()[1] == rank && theta.shape()[2] == rank + 1,
              "theta has shape {}, [N,{},{}] is expected", theta.shape().str(), rank, rank + 1);
  Shape shape{theta.shape()[0]};
  for (int64_t d : space) shape.push_back(d);
  shape.push_back(rank);
  Tensor& y = ctx.output(0, theta.dtype(), shape);
  int64_t points = space.numel();
  for (int64_t n = 0; n < shape[0]; ++n)
    forEachIndex(space, [&](int64_t p, const Shape& index) {
      for (int row = 0; row < rank; ++row) {
        int64_t at = (n * rank + row) * (rank + 1);
        double sum = theta.getDouble(at + rank);
        for (int i = 0; i < rank; ++i) {
          // Coordinates go x, y, z: the last axis first.
          int axis = rank - 1 - i;
          double k = static_cast<double>(index[axis]), d = static_cast<double>(space[axis]);
          double coordinate = align ? (d == 1 ? -1 : 2 * k / (d - 1) - 1) : (2 * k + 1) / d - 1;
          sum += theta.getDouble(at + i) * coordinate;
        }
        y.setDouble((n * points + p) * rank + row, sum);
      }
    });
}

const AttrSpec kAlignCorners = {
    "align_corners", AttrKind::kInt,
    "1: -1 and 1 are the centres of the corner elements, 0: their outer edges; default 0"};

}  // namespace

DEFINE_OP(GridSample) {
  return {.name = "GridSample",
          .doc =
              "Samples images or volumes (input 0, [N, C, space...]) at the positions in input 1, [N, "
              "space..., rank], which "
              "are in [-1, 1] and have x first.",
          .minInputs = 2,
          .maxInputs = 2,
          .attrs = {{"mode", AttrKind::kText, "linear, nearest or cubic; default linear"},
                    {"padding_mode", AttrKind::kText, "zeros, border or reflection; default zeros"},
                    kAlignCorners},
          .infer = inferGridSample,
          .eval = evalGridSample,
          .cases = {{"x:f32[1,2,4,5], g:f32[1,3,2,2] -> y = GridSample(x, g)"},
                    {"x:f32[2,1,4,5], g:f32[2,3,3,2] -> y = GridSample(x, g) {mode=\"cubic\", "
                     "padding_mode=\"reflection\", align_corners=1}"},
                    {"x:f16[1,2,3,4,5], g:f16[1,2,2,2,3] -> y = GridSample(x, g) {mode=\"nearest\", "
                     "padding_mode=\"border\"}"}}};
}

DEFINE_OP(AffineGrid) {
  return {.name = "AffineGrid",
          .doc =
              "The grid for GridSample of affine transforms (input 0, [N, rank, rank + 1]) for outputs of "
              "the size in input 1.",
          .minInputs = 2,
          .maxInputs = 2,
          .attrs = {kAlignCorners},
          .infer = inferAffineGrid,
          .eval = evalAffineGrid,
          .cases = {{"t:f32[2,2,3] -> y = AffineGrid(t, i64[4]{2,3,4,5})"},
                    {"t:f32[1,3,4] -> y = AffineGrid(t, i64[5]{1,3,2,3,2}) {align_corners=1}"}}};
}
