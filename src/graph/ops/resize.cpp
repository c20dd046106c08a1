#include <algorithm>
#include <cmath>
#include <string_view>

#include "graph/ops/expand.h"
#include "graph/ops/movement.h"
#include "graph/ops/resize_taps.h"

using namespace tenfold;

namespace {

constexpr size_t kRoi = 1, kScales = 2, kSizes = 3;

std::vector<int> resizedAxes(const Attributes& attrs, int rank) {
  std::vector<int64_t> axes = attrs.integers("axes");
  for (int i = 0; i < rank && !attrs.has("axes"); ++i) axes.push_back(i);
  return normalizeAxes(axes, rank);
}

// A scale as a quotient of small integers, which it nearly always stands for. Products with it are exact
// then, as they are for those who compute in floats and round.
struct Fraction {
  int64_t numerator = 0, denominator = 0;
};
std::optional<Fraction> asFraction(double scale) {
  constexpr int64_t kLargest = 1024;
  for (int64_t d = 1; d <= kLargest; ++d) {
    double n = std::nearbyint(scale * static_cast<double>(d));
    if (std::abs(n) > 1e9) break;
    if (static_cast<float>(n / static_cast<double>(d)) == static_cast<float>(scale))
      return Fraction{static_cast<int64_t>(n), d};
  }
  return std::nullopt;
}

int64_t scaledExtent(int64_t extent, double scale) {
  constexpr float kLargest = 1 << 30;
  float rounded = std::floor(static_cast<float>(extent) * static_cast<float>(scale));
  require(rounded >= 0 && rounded <= kLargest, "an extent of {} times a scale of {} is no size of a tensor",
          extent, scale);
  if (auto f = asFraction(scale)) return extent * f->numerator / f->denominator;
  return static_cast<int64_t>(rounded);
}

bool cropsToRoi(const Attributes& attrs) {
  return attrs.text("coordinate_transformation_mode", "half_pixel") == "tf_crop_and_resize";
}

// Output extents and scales of the resized axes, for known sizes; keeps the aspect ratio where that is asked
// for.
std::vector<AxisResize> planFromSizes(const Attributes& attrs, const Shape& in, const std::vector<int>& axes,
                                      const std::vector<int64_t>& sizes) {
  require(sizes.size() == axes.size(), "{} sizes are given for {} axes", sizes.size(), axes.size());
  std::vector<AxisResize> plan;
  for (size_t i = 0; i < axes.size(); ++i)
    plan.push_back({in[axes[i]], sizes[i], static_cast<double>(sizes[i]) / static_cast<double>(in[axes[i]])});
  std::string policy = attrs.text("keep_aspect_ratio_policy", "stretch");
  if (policy == "stretch" || plan.empty()) return plan;
  require(policy == "not_larger" || policy == "not_smaller",
          "keep_aspect_ratio_policy '{}' is unknown; stretch, not_larger and not_smaller are", policy);
  auto [least, most] = std::minmax_element(plan.begin(), plan.end(),
                                           [](const auto& a, const auto& b) { return a.scale < b.scale; });
  double scale = policy == "not_larger" ? least->scale : most->scale;
  for (AxisResize& axis : plan)
    axis.scale = scale,
    axis.out = static_cast<int64_t>(std::floor(scale * static_cast<double>(axis.in) + 0.5));
  return plan;
}

void inferFromSizes(InferContext& ctx, const std::vector<int>& axes, SymShape& out) {
  auto sizes = ctx.contents(kSizes);
  auto in = constantShape(out);
  if (auto known = ctx.ints(kSizes); known && in) {
    std::vector<AxisResize> plan = planFromSizes(ctx.attrs(), *in, axes, *known);
    for (size_t i = 0; i < axes.size(); ++i) out[static_cast<size_t>(axes[i])] = plan[i].out;
    return;
  }
  bool stretches = ctx.attrs().text("keep_aspect_ratio_policy", "stretch") == "stretch";
  ctx.require(!sizes || sizes->size() == axes.size(), "{} sizes are given for {} axes",
              sizes ? sizes->size() : 0, axes.size());
  for (size_t i = 0; i < axes.size(); ++i)
    out[static_cast<size_t>(axes[i])] =
        sizes && stretches ? (*sizes)[i] : ctx.unknownDim(fmt::format("dim{}", axes[i]));
}

void inferFromScales(InferContext& ctx, const std::vector<int>& axes, SymShape& out) {
  const Tensor *scales = ctx.constant(kScales), *roi = ctx.constant(kRoi);
  bool crops = cropsToRoi(ctx.attrs());
  auto count = static_cast<int64_t>(axes.size());
  ctx.require(!scales || scales->numel() == count, "{} scales are given for {} axes",
              scales ? scales->numel() : 0, count);
  for (int64_t i = 0; i < count; ++i) {
    Dim& d = out[static_cast<size_t>(axes[static_cast<size_t>(i)])];
    std::optional<double> scale;
    if (scales && !crops) scale = scales->getDouble(i);
    if (scales && crops && roi)
      scale = scales->getDouble(i) * (roi->getDouble(i + count) - roi->getDouble(i));
    auto fraction = scale ? asFraction(*scale) : std::nullopt;
    if (scale && d.isConstant())
      d = scaledExtent(d.constant(), *scale);
    else if (fraction)
      d = Dim::floorDiv(d * fraction->numerator, fraction->denominator);
    else
      d = ctx.unknownDim(fmt::format("dim{}", axes[static_cast<size_t>(i)]));
  }
}

void inferResize(InferContext& ctx) {
  ctx.setType(0, ctx.type(0));
  ctx.require(ctx.has(kScales) != ctx.has(kSizes), "exactly one of scales and sizes must be given");
  SymShape out = ctx.shape(0);
  std::vector<int> axes = resizedAxes(ctx.attrs(), ctx.rank(0));
  if (ctx.has(kSizes))
    inferFromSizes(ctx, axes, out);
  else
    inferFromScales(ctx, axes, out);
  ctx.setShape(0, out);
}

std::vector<AxisResize> planAxes(const EvalContext& ctx, const Shape& in, const std::vector<int>& axes) {
  std::vector<AxisResize> plan;
  auto count = static_cast<int64_t>(axes.size());
  bool crops = cropsToRoi(ctx.attrs());
  ctx.require(!crops || (ctx.has(kRoi) && ctx.input(kRoi).numel() == 2 * count),
              "tf_crop_and_resize needs a region for each axis");
  if (ctx.has(kSizes)) plan = planFromSizes(ctx.attrs(), in, axes, ctx.input(kSizes).ints());
  for (int64_t i = 0; i < count && !ctx.has(kSizes); ++i) {
    double scale = ctx.input(kScales).getDouble(i), part = 1;
    if (crops) part = ctx.input(kRoi).getDouble(i + count) - ctx.input(kRoi).getDouble(i);
    int64_t extent = in[axes[static_cast<size_t>(i)]];
    plan.push_back({extent, scaledExtent(extent, scale * part), scale});
  }
  for (int64_t i = 0; i < count && crops; ++i) {
    plan[static_cast<size_t>(i)].start = ctx.input(kRoi).getDouble(i);
    plan[static_cast<size_t>(i)].end = ctx.input(kRoi).getDouble(i + count);
  }
  return plan;
}

// One axis of a tensor of doubles, viewed as [outer, extent, inner].
std::vector<double> resizeAxis(const std::vector<double>& x, int64_t outer, int64_t inner,
                               const AxisResize& axis, const std::vector<Taps>& taps, double extrapolation) {
  std::vector<double> y(static_cast<size_t>(outer * axis.out * inner));
  for (int64_t o = 0; o < outer; ++o)
    for (int64_t k = 0; k < axis.out; ++k) {
      const Taps& t = taps[static_cast<size_t>(k)];
      for (int64_t i = 0; i < inner; ++i) {
        double sum = t.outside ? extrapolation : 0;
        for (const Tap& tap : t.taps)
          sum += tap.weight * x[static_cast<size_t>((o * axis.in + tap.position) * inner + i)];
        y[static_cast<size_t>((o * axis.out + k) * inner + i)] = sum;
      }
    }
  return y;
}

void evalResize(EvalContext& ctx) {
  const Tensor& x = ctx.input(0);
  std::vector<int> axes = resizedAxes(ctx.attrs(), x.rank());
  std::vector<AxisResize> plan = planAxes(ctx, x.shape(), axes);
  double extrapolation = ctx.attrs().real("extrapolation_value", 0);
  Shape shape = x.shape();
  std::vector<double> values(static_cast<size_t>(x.numel()));
  for (size_t i = 0; i < values.size(); ++i) values[i] = x.getDouble(static_cast<int64_t>(i));
  for (size_t i = 0; i < axes.size(); ++i) {
    int axis = axes[i];
    if (plan[i].isIdentity()) continue;
    std::vector<Taps> taps = resizeTaps(ctx.attrs(), plan[i]);
    values = resizeAxis(values, shape.numel(0, axis), shape.numel(axis + 1, shape.rank()), plan[i], taps,
                        extrapolation);
    shape[axis] = plan[i].out;
  }
  Tensor& y = ctx.output(0, x.dtype(), shape);
  // Cubic weights can leave the range of small integers.
  double low = 0, high = 0;
  bool clips = isInteger(x.dtype()) && typeBits(x.dtype()) <= 32;
  if (clips) {
    bool isSigned = typeInfo(x.dtype()).cls == TypeClass::kSigned;
    low = isSigned ? -std::ldexp(1.0, typeBits(x.dtype()) - 1) : 0;
    high = std::ldexp(1.0, typeBits(x.dtype()) - (isSigned ? 1 : 0)) - 1;
  }
  for (size_t i = 0; i < values.size(); ++i)
    y.setDouble(static_cast<int64_t>(i), clips ? std::clamp(values[i], low, high) : values[i]);
}

void expandUpsample(ExpandContext& ctx) {
  Attributes attrs;
  std::string mode = ctx.attrs().text("mode", "nearest");
  attrs.set("mode", mode == "bilinear" ? std::string("linear") : mode);
  attrs.set("coordinate_transformation_mode", std::string("asymmetric"));
  attrs.set("nearest_mode", std::string("floor"));
  ctx.setOutput(0, ctx.emit("Resize", {ctx.input(0), nullptr, ctx.input(1)}, attrs));
}

}  // namespace

DEFINE_OP(Resize) {
  return {.name = "Resize",
          .doc =
              "Resamples a tensor to other extents. Inputs: x, roi (for tf_crop_and_resize), and either "
              "scales or sizes.",
          .minInputs = 3,
          .maxInputs = 4,
          .attrs = {{"mode", AttrKind::kText, "nearest, linear or cubic; default nearest"},
                    {"coordinate_transformation_mode", AttrKind::kText,
                     "half_pixel, half_pixel_symmetric, pytorch_half_pixel, align_corners, asymmetric or "
                     "tf_crop_and_resize; default half_pixel"},
                    {"nearest_mode", AttrKind::kText,
                     "round_prefer_floor, round_prefer_ceil, floor or ceil; default round_prefer_floor"},
                    {"antialias", AttrKind::kInt, "1: stretches the filter when downsampling; default 0"},
                    {"axes", AttrKind::kInts, "the axes that scales, sizes and roi are for; default all"},
                    {"cubic_coeff_a", AttrKind::kReal, "default -0.75"},
                    {"exclude_outside", AttrKind::kInt,
                     "1: positions outside the tensor have no weight; default 0"},
                    {"extrapolation_value", AttrKind::kReal,
                     "outside the region of tf_crop_and_resize; default 0"},
                    {"keep_aspect_ratio_policy", AttrKind::kText,
                     "stretch, not_larger or not_smaller; default stretch"}},
          .infer = inferResize,
          .eval = evalResize,
          .cases = {{"x:f32[1,2,3,4] -> y = Resize(x, _, f32[4]{1,1,2,2})"},
                    {"x:f32[1,2,3,4] -> y = Resize(x, _, _, i64[4]{1,2,5,7}) {mode=\"linear\", "
                     "coordinate_transformation_mode=\"align_corners\"}"},
                    {"x:f16[1,2,4,6] -> y = Resize(x, _, f32[2]{0.5,1.5}) {mode=\"cubic\", axes=[2,3], "
                     "exclude_outside=1}",
                     1e-3},
                    {"x:u8[2,6] -> y = Resize(x, _, _, i64[2]{2,3}) {mode=\"linear\", antialias=1}"}}};
}

DEFINE_OP(Upsample) {
  return {.name = "Upsample",
          .doc = "Resize with positions divided by the scales, which are input 1; nearest rounds down.",
          .minInputs = 2,
          .maxInputs = 2,
          .attrs = {{"mode", AttrKind::kText, "nearest or linear; default nearest"}},
          .expand = expandUpsample,
          .cases = {{"x:f32[1,2,3,4] -> y = Upsample(x, f32[4]{1,1,2,3})"}}};
}
