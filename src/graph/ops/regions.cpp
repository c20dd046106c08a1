// RoiAlign, MaxRoiPool, NonMaxSuppression: boxes in images.
#include <algorithm>
#include <cmath>
#include <limits>

#include "graph/ops/eval.h"
#include "graph/ops/infer.h"

using namespace tenfold;

namespace {

void inferRoiAlign(InferContext& ctx) {
  ctx.setType(0, ctx.type(0));
  ctx.require(ctx.rank(0) == 4, "x has shape {}, [N, C, H, W] is expected", str(ctx.shape(0)));
  std::string mode = ctx.attrs().text("mode", "avg");
  ctx.require(mode == "avg" || mode == "max", "mode '{}' is unknown; avg and max are", mode);
  ctx.setShape(0, {ctx.shape(1)[0], ctx.shape(0)[1], ctx.attrs().integer("output_height", 1),
                   ctx.attrs().integer("output_width", 1)});
}

// One axis of a region: where the samples of its bins lie.
struct RegionAxis {
  double start, bin;
  int64_t samples, extent;

  RegionAxis(const Attributes& attrs, double from, double to, int64_t bins, int64_t extent_)
      : extent(extent_) {
    bool halfPixel = attrs.text("coordinate_transformation_mode", "half_pixel") == "half_pixel";
    double scale = attrs.real("spatial_scale", 1), offset = halfPixel ? 0.5 : 0;
    int64_t ratio = attrs.integer("sampling_ratio", 0);
    start = from * scale - offset;
    double length = to * scale - offset - start;
    if (!halfPixel) length = std::max(length, 1.0);
    require(bins > 0, "a region is pooled to {} bins; it must be 1 or more", bins);
    constexpr double kLongest = 1 << 30;
    require(std::abs(start) <= kLongest && std::abs(length) <= kLongest, "a region reaches from {} to {}",
            from, to);
    bin = length / static_cast<double>(bins);
    samples = ratio > 0 ? ratio : static_cast<int64_t>(std::ceil(bin));
  }
  double at(int64_t whichBin, int64_t sample) const {
    return start + static_cast<double>(whichBin) * bin +
           (static_cast<double>(sample) + 0.5) * bin / static_cast<double>(samples);
  }
};

// The two neighbours of a position and their weights; nothing outside.
struct Pair {
  int64_t low = 0, high = 0;
  double lowWeight = 0, highWeight = 0;
  bool inside;
  Pair(double x, int64_t extent) : inside(x >= -1 && x <= static_cast<double>(extent)) {
    if (!inside) return;
    x = std::max(x, 0.0);
    low = std::min(static_cast<int64_t>(x), extent - 1);
    high = std::min(low + 1, extent - 1);
    highWeight = low == extent - 1 ? 0 : x - static_cast<double>(low);
    lowWeight = 1 - highWeight;
  }
};

double alignedBin(const Tensor& x, int64_t plane, const RegionAxis& rows, const RegionAxis& columns,
                  int64_t row, int64_t column, bool max) {
  double sum = 0, most = -std::numeric_limits<double>::infinity();
  for (int64_t i = 0; i < rows.samples; ++i)
    for (int64_t j = 0; j < columns.samples; ++j) {
      Pair v(rows.at(row, i), rows.extent), h(columns.at(column, j), columns.extent);
      double parts[4] = {0, 0, 0, 0};
      if (v.inside && h.inside) {
        auto at = [&](int64_t r, int64_t c) {
          return x.getDouble((plane * rows.extent + r) * columns.extent + c);
        };
        parts[0] = v.lowWeight * h.lowWeight * at(v.low, h.low),
        parts[1] = v.lowWeight * h.highWeight * at(v.low, h.high);
        parts[2] = v.highWeight * h.lowWeight * at(v.high, h.low),
        parts[3] = v.highWeight * h.highWeight * at(v.high, h.high);
      }
      sum += parts[0] + parts[1] + parts[2] + parts[3];
      most = std::max({most, parts[0], parts[1], parts[2], parts[3]});
    }
  int64_t count = rows.samples * columns.samples;
  if (max) return count > 0 ? most : 0;
  return sum / static_cast<double>(std::max<int64_t>(count, 1));
}

void evalRoiAlign(EvalContext& ctx) {
  const Tensor &x = ctx.input(0), &rois = ctx.input(1), &batch = ctx.input(2);
  int64_t height = ctx.attrs().integer("output_height", 1), width = ctx.attrs().integer("output_width", 1),
          channels = x.shape()[1];
  bool max = ctx.attrs().text("mode", "avg") == "max";
  Tensor& y = ctx.output(0, x.dtype(), {rois.shape()[0], channels, height, width});
  for (int64_t r = 0, i = 0; r < rois.shape()[0]; ++r) {
    auto roi = [&](int64_t k) { return rois.getDouble(r * 4 + k); };
    RegionAxis columns(ctx.attrs(), roi(0), roi(2), width, x.shape()[3]),
        rows(ctx.attrs(), roi(1), roi(3), height, x.shape()[2]);
    int64_t image = batch.getInt(r);
    ctx.require(image >= 0 && image < x.shape()[0], "batch index {} is out of range", image);
    for (int64_t c = 0; c < channels; ++c)
      for (int64_t row = 0; row < height; ++row)
        for (int64_t column = 0; column < width; ++column)
          y.setDouble(i++, alignedBin(x, image * channels + c, rows, columns, row, column, max));
  }
}

void inferMaxRoiPool(InferContext& ctx) {
  ctx.setType(0, ctx.type(0));
  std::vector<int64_t> pooled = ctx.attrs().integers("pooled_shape");
  ctx.require(ctx.rank(0) == 4 && pooled.size() == 2,
              "an image [N, C, H, W] and a pooled_shape of two are expected");
  ctx.setShape(0, {ctx.shape(1)[0], ctx.shape(0)[1], pooled[0], pooled[1]});
}

// The elements [from, to) of bin `k` of an axis, for a region from `first` to `last` inclusive.
struct Bin {
  int64_t from, to;
  Bin(int64_t first, int64_t last, int64_t k, int64_t bins, int64_t extent) {
    double size = static_cast<double>(std::max<int64_t>(last - first + 1, 1)) / static_cast<double>(bins);
    from = std::clamp<int64_t>(static_cast<int64_t>(std::floor(static_cast<double>(k) * size)) + first, 0,
                               extent);
    to = std::clamp<int64_t>(static_cast<int64_t>(std::ceil(static_cast<double>(k + 1) * size)) + first, 0,
                             extent);
  }
};

void evalMaxRoiPool(EvalContext& ctx) {
  const Tensor &x = ctx.input(0), &rois = ctx.input(1);
  std::vector<int64_t> pooled = ctx.attrs().integers("pooled_shape");
  double scale = ctx.attrs().real("spatial_scale", 1);
  int64_t channels = x.shape()[1], height = x.shape()[2], width = x.shape()[3];
  Tensor& y = ctx.output(0, x.dtype(), {rois.shape()[0], channels, pooled[0], pooled[1]});
  for (int64_t r = 0, i = 0; r < rois.shape()[0]; ++r) {
    auto corner = [&](int64_t k) {
      return static_cast<int64_t>(std::round(rois.getDouble(r * 5 + k) * scale));
    };
    auto image = static_cast<int64_t>(rois.getDouble(r * 5));
    ctx.require(image >= 0 && image < x.shape()[0], "batch index {} is out of range", image);
    for (int64_t c = 0; c < channels; ++c)
      for (int64_t row = 0; row < pooled[0]; ++row)
        for (int64_t column = 0; column < pooled[1]; ++column) {
          Bin rows(corner(2), corner(4), row, pooled[0], height),
              columns(corner(1), corner(3), column, pooled[1], width);
          double most = -std::numeric_limits<double>::infinity();
          for (int64_t h = rows.from; h < rows.to; ++h)
            for (int64_t w = columns.from; w < columns.to; ++w)
              most = std::max(most, x.getDouble(((image * channels + c) * height + h) * width + w));
          y.setDouble(i++, rows.from < rows.to && columns.from < columns.to ? most : 0);
        }
  }
}

void inferNonMaxSuppression(InferContext& ctx) {
  ctx.setType(0, DataType::kInt64);
  const SymShape &boxes = ctx.shape(0), &scores = ctx.shape(1);
  ctx.require(boxes.size() == 3 && scores.size() == 3,
              "boxes [N, boxes, 4] and scores [N, classes, boxes] are expected, found {} and {}", str(boxes),
              str(scores));
  ctx.expectShape(0, {scores[0], scores[2], 4}, "boxes");
  Dim perClass = boxes[1];
  if (auto limit = ctx.contents(2)) perClass = Dim::min(perClass, Dim::max(0, (*limit)[0]));
  ctx.setShape(0, {ctx.unknownDim("selected", scores[0] * scores[1] * perClass), 3});
}

struct Box {
  float x0, y0, x1, y1;
  float area() const { return (x1 - x0) * (y1 - y0); }
};

Box readBox(const Tensor& boxes, int64_t i, bool centered) {
  auto v = [&](int64_t k) { return static_cast<float>(boxes.getDouble(i * 4 + k)); };
  if (centered) return {v(0) - v(2) / 2, v(1) - v(3) / 2, v(0) + v(2) / 2, v(1) + v(3) / 2};
  return {std::min(v(1), v(3)), std::min(v(0), v(2)), std::max(v(1), v(3)), std::max(v(0), v(2))};
}

bool overlaps(const Box& a, const Box& b, float threshold) {
  float width = std::min(a.x1, b.x1) - std::max(a.x0, b.x0),
        height = std::min(a.y1, b.y1) - std::max(a.y0, b.y0);
  if (width <= 0 || height <= 0 || a.area() <= 0 || b.area() <= 0) return false;
  float both = width * height;
  return both / (a.area() + b.area() - both) > threshold;
}

void evalNonMaxSuppression(EvalContext& ctx) {
  const Tensor &boxes = ctx.input(0), &scores = ctx.input(1);
  bool centered = ctx.attrs().integer("center_point_box", 0) != 0;
  int64_t limit = ctx.has(2) ? std::max<int64_t>(ctx.input(2).getInt(0), 0) : 0;
  auto threshold = ctx.has(3) ? static_cast<float>(ctx.input(3).getDouble(0)) : 0.0f;
  double least = ctx.has(4) ? ctx.input(4).getDouble(0) : -std::numeric_limits<double>::infinity();
  int64_t batches = scores.shape()[0], classes = scores.shape()[1], count = scores.shape()[2];
  std::vector<int64_t> selected;
  for (int64_t row = 0; row < batches * classes; ++row) {
    std::vector<int64_t> order;
    for (int64_t i = 0; i < count; ++i)
      if (!ctx.has(4) || scores.getDouble(row * count + i) > least) order.push_back(i);
    std::stable_sort(order.begin(), order.end(), [&](int64_t a, int64_t b) {
      return scores.getDouble(row * count + a) > scores.getDouble(row * count + b);
    });
    std::vector<Box> kept;
    for (int64_t i : order) {
      if (static_cast<int64_t>(kept.size()) >= limit) break;
      Box box = readBox(boxes, row / classes * count + i, centered);
      if (std::any_of(kept.begin(), kept.end(),
                      [&](const Box& other) { return overlaps(box, other, threshold); }))
        continue;
      kept.push_back(box);
      selected.insert(selected.end(), {row / classes, row % classes, i});
    }
  }
  Tensor& y = ctx.output(0, DataType::kInt64, {static_cast<int64_t>(selected.size()) / 3, 3});
  std::copy(selected.begin(), selected.end(), y.as<int64_t>());
}

}  // namespace

DEFINE_OP(RoiAlign) {
  return {.name = "RoiAlign",
          .doc =
              "Pools regions of images by interpolation. Inputs: x [N, C, H, W], regions [R, 4] as x1, y1, "
              "x2, y2, the image of each.",
          .minInputs = 3,
          .maxInputs = 3,
          .attrs = {{"mode", AttrKind::kText, "avg or max; default avg"},
                    {"coordinate_transformation_mode", AttrKind::kText,
                     "half_pixel or output_half_pixel; default half_pixel"},
                    {"output_height", AttrKind::kInt, "default 1"},
                    {"output_width", AttrKind::kInt, "default 1"},
                    {"sampling_ratio", AttrKind::kInt,
                     "samples per bin and axis; 0: as many as it has elements; default 0"},
                    {"spatial_scale", AttrKind::kReal, "from the regions' coordinates to x's; default 1"}},
          .infer = inferRoiAlign,
          .eval = evalRoiAlign,
          .cases = {{"x:f32[2,3,6,7] -> y = RoiAlign(x, f32[2,4]{0,0,5,4,1,2,6,5}, i64[2]{0,1}) "
                     "{output_height=2, output_width=3}"},
                    {"x:f32[1,2,6,7] -> y = RoiAlign(x, f32[1,4]{1,0,9,4}, i64[1]{0}) {mode=\"max\", "
                     "sampling_ratio=2, spatial_scale=0.5, "
                     "coordinate_transformation_mode=\"output_half_pixel\", output_height=2}"}}};
}

DEFINE_OP(MaxRoiPool) {
  return {
      .name = "MaxRoiPool",
      .doc = "The largest element of each bin of regions [R, 5], given as image, x1, y1, x2, y2.",
      .minInputs = 2,
      .maxInputs = 2,
      .attrs = {{"pooled_shape", AttrKind::kInts, "height and width of the result"},
                {"spatial_scale", AttrKind::kReal, "from the regions' coordinates to x's; default 1"}},
      .infer = inferMaxRoiPool,
      .eval = evalMaxRoiPool,
      .cases = {{"x:f32[2,2,6,7] -> y = MaxRoiPool(x, f32[2,5]{0,0,0,5,4,1,1,2,6,5}) {pooled_shape=[2,3]}"}}};
}

DEFINE_OP(NonMaxSuppression) {
  return {
      .name = "NonMaxSuppression",
      .doc =
          "Picks the best boxes of each class that do not overlap a better one too much; rows of [batch, "
          "class, box]. Inputs: boxes "
          "[N, boxes, 4], scores [N, classes, boxes], most boxes per class (default 0), overlap threshold, "
          "least score.",
      .minInputs = 2,
      .maxInputs = 5,
      .attrs = {{"center_point_box", AttrKind::kInt,
                 "0: boxes are y1, x1, y2, x2, 1: x, y of the centre, width, height; default 0"}},
      .infer = inferNonMaxSuppression,
      .eval = evalNonMaxSuppression,
      .cases =
          {{"b:f32[1,6,4], s:f32[1,2,6] -> y = NonMaxSuppression(b, s, i64[1]{3}, f32[1]{0.5}, f32[1]{0})"},
           {"b:f32[2,4,4], s:f32[2,1,4] -> y = NonMaxSuppression(b, s, i64[]{2}) {center_point_box=1}"}},
      .dataDependentShape = true};
}
