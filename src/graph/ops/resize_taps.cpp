#include "graph/ops/resize_taps.h"

#include <algorithm>
#include <cmath>
#include <string_view>

#include "base/error.h"

namespace tenfold {
namespace {

// Where element k of the output axis lies on the input axis.
using Transform = double (*)(double k, const AxisResize& axis);
struct NamedTransform {
  std::string_view name;
  Transform apply;
};
double width(const AxisResize& axis) { return axis.scale * static_cast<double>(axis.in); }
double last(const AxisResize& axis) { return static_cast<double>(axis.in) - 1; }
double halfPixel(double k, const AxisResize& axis) { return (k + 0.5) / axis.scale - 0.5; }

constexpr NamedTransform kTransforms[] = {
    {"half_pixel", halfPixel},
    {"half_pixel_symmetric",
     [](double k, const AxisResize& axis) {
       double adjustment = static_cast<double>(axis.out) / width(axis),
              center = static_cast<double>(axis.in) / 2;
       return center * (1 - adjustment) + halfPixel(k, axis);
     }},
    {"pytorch_half_pixel",
     [](double k, const AxisResize& axis) { return axis.out == 1 ? -0.5 : halfPixel(k, axis); }},
    {"align_corners",
     [](double k, const AxisResize& axis) {
       return width(axis) == 1 ? 0 : k * last(axis) / (width(axis) - 1);
     }},
    {"asymmetric", [](double k, const AxisResize& axis) { return k / axis.scale; }},
    {"tf_crop_and_resize",
     [](double k, const AxisResize& axis) {
       if (axis.out == 1) return 0.5 * (axis.start + axis.end) * last(axis);
       return axis.start * last(axis) +
              k * (axis.end - axis.start) * last(axis) / (static_cast<double>(axis.out) - 1);
     }},
};

using Round = double (*)(double);
struct NamedRound {
  std::string_view name;
  Round apply;
};
constexpr NamedRound kRounds[] = {
    {"round_prefer_floor", [](double x) { return std::ceil(x - 0.5); }},
    {"round_prefer_ceil", [](double x) { return std::floor(x + 0.5); }},
    {"floor", [](double x) { return std::floor(x); }},
    {"ceil", [](double x) { return std::ceil(x); }},
};

template <typename Row, size_t N>
auto find(const Row (&table)[N], const std::string& name, const char* what) {
  for (const Row& row : table)
    if (row.name == name) return row.apply;
  fail("{} '{}' is unknown", what, name);
}

// A filter's value at a distance; it is 0 from `reach` on.
double triangle(double x, double) { return std::max(0.0, 1 - std::fabs(x)); }
double cubic(double x, double a) {
  x = std::fabs(x);
  if (x <= 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  if (x < 2) return ((x - 5) * x + 8) * x * a - 4 * a;
  return 0;
}

void normalize(std::vector<Tap>& taps) {
  double sum = 0;
  for (const Tap& t : taps) sum += t.weight;
  for (Tap& t : taps) t.weight /= sum != 0 ? sum : 1;
}

// The filter around x, stretched when downsampling with antialias. Positions outside count as the edge.
std::vector<Tap> filterTaps(double x, const Attributes& attrs, const AxisResize& axis,
                            double (*filter)(double, double), int reach) {
  bool antialias = attrs.integer("antialias", 0) != 0, excludes = attrs.integer("exclude_outside", 0) != 0;
  double a = attrs.real("cubic_coeff_a", -0.75), stretch = antialias ? std::min(axis.scale, 1.0) : 1.0;
  // The neighbour before x; x itself where it is whole, as if it were the end of an interval.
  auto base = static_cast<int64_t>(std::ceil(x)) - 1;
  auto from = static_cast<int64_t>(std::floor(-reach / stretch)) + 1, to = 1 - from;
  std::vector<Tap> taps;
  for (int64_t i = base + from; i <= base + to; ++i) {
    bool outside = i < 0 || i >= axis.in;
    double weight = outside && excludes ? 0 : filter(stretch * (static_cast<double>(i) - x), a);
    if (weight != 0) taps.push_back({std::clamp<int64_t>(i, 0, axis.in - 1), weight});
  }
  if (antialias || excludes) normalize(taps);
  return taps;
}

}  // namespace

std::vector<Taps> resizeTaps(const Attributes& attrs, const AxisResize& axis) {
  Transform transform = find(kTransforms, attrs.text("coordinate_transformation_mode", "half_pixel"),
                             "coordinate_transformation_mode");
  Round round = find(kRounds, attrs.text("nearest_mode", "round_prefer_floor"), "nearest_mode");
  std::string mode = attrs.text("mode", "nearest");
  require(mode == "nearest" || mode == "linear" || mode == "cubic",
          "mode '{}' is unknown; nearest, linear and cubic are", mode);
  require(axis.in > 0 || axis.out == 0, "an empty axis cannot be resized to {}", axis.out);
  bool crops = transform == kTransforms[5].apply;
  std::vector<Taps> all;
  for (int64_t k = 0; k < axis.out; ++k) {
    double x = transform(static_cast<double>(k), axis);
    Taps taps;
    taps.outside = crops && (x < 0 || x > last(axis));
    if (mode == "nearest")
      taps.taps = {{std::clamp<int64_t>(static_cast<int64_t>(round(x)), 0, axis.in - 1), 1}};
    else
      taps.taps =
          mode == "linear" ? filterTaps(x, attrs, axis, triangle, 1) : filterTaps(x, attrs, axis, cubic, 2);
    if (taps.outside) taps.taps.clear();
    all.push_back(std::move(taps));
  }
  return all;
}

void cubicWeights(double fraction, double a, double (&weights)[4]) {
  for (int i = 0; i < 4; ++i) weights[i] = cubic(fraction - (i - 1), a);
}

}  // namespace tenfold
