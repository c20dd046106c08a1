// Window functions and the mel filter bank of audio models.
#include <algorithm>
#include <cmath>
#include <numbers>

#include "graph/ops/eval.h"
#include "graph/ops/infer.h"
#include "graph/ops/movement.h"

using namespace tenfold;

namespace {

DataType outputType(const Attributes& attrs) { return attrs.type("output_datatype", DataType::kFloat32); }

void inferWindow(InferContext& ctx) {
  ctx.setType(0, outputType(ctx.attrs()));
  auto size = ctx.contents(0);
  ctx.setShape(0, {size ? (*size)[0] : ctx.unknownDim("size")});
}

// a0 - a1 cos(2 pi t) + a2 cos(4 pi t), over one period or up to its end.
void evalWindow(EvalContext& ctx, double a0, double a1, double a2) {
  int64_t size = ctx.input(0).getInt(0), period = ctx.attrs().integer("periodic", 1) ? size : size - 1;
  Tensor& y = ctx.output(0, outputType(ctx.attrs()), {size});
  for (int64_t i = 0; i < size; ++i) {
    double t = 2 * std::numbers::pi * static_cast<double>(i) / static_cast<double>(period);
    y.setDouble(i, a0 - a1 * std::cos(t) + a2 * std::cos(2 * t));
  }
}

OpDef windowOp(const char* name, const char* doc, void (*eval)(EvalContext&), OpCase c) {
  return {.name = name,
          .doc = doc,
          .minInputs = 1,
          .maxInputs = 1,
          .attrs = {{"output_datatype", AttrKind::kType, "default f32"},
                    {"periodic", AttrKind::kInt, "1: one period, 0: symmetric; default 1"}},
          .infer = inferWindow,
          .eval = eval,
          .cases = {c}};
}

void inferMelWeightMatrix(InferContext& ctx) {
  ctx.setType(0, outputType(ctx.attrs()));
  auto bins = ctx.contents(0), length = ctx.contents(1);
  ctx.setShape(0, {length ? Dim::floorDiv((*length)[0], 2) + 1 : ctx.unknownDim("bins"),
                   bins ? (*bins)[0] : ctx.unknownDim("bands")});
}

double toMel(double hertz) { return 2595 * std::log10(1 + hertz / 700); }
double fromMel(double mel) { return 700 * (std::pow(10, mel / 2595) - 1); }

constexpr double kFarthest = 1 << 30;  // row of a corner

// Triangles whose corners are equally far apart on the mel scale.
void evalMelWeightMatrix(EvalContext& ctx) {
  int64_t bands = ctx.input(0).getInt(0), length = ctx.input(1).getInt(0), rate = ctx.input(2).getInt(0);
  double low = toMel(ctx.input(3).getDouble(0)), high = toMel(ctx.input(4).getDouble(0));
  ctx.require(bands >= 0 && length >= 0 && rate > 0, "{} bands of {} samples at the rate {} make no matrix",
              bands, length, rate);
  int64_t rows = length / 2 + 1;
  std::vector<int64_t> corners;
  for (int64_t i = 0; i < bands + 2; ++i) {
    double mel = low + (high - low) / static_cast<double>(bands + 2) * static_cast<double>(i);
    double corner = std::floor(static_cast<double>(length + 1) * fromMel(mel) / static_cast<double>(rate));
    ctx.require(std::abs(corner) <= kFarthest, "the band edges {} and {} lie too far apart", fromMel(low),
                fromMel(high));
    corners.push_back(static_cast<int64_t>(corner));
  }
  Tensor& y = ctx.output(0, outputType(ctx.attrs()), {rows, bands});
  fillWithZeros(y);
  auto set = [&](int64_t row, int64_t band, double value) {
    if (row >= 0 && row < rows) y.setDouble(row * bands + band, value);
  };
  for (int64_t b = 0; b < bands; ++b) {
    auto k = static_cast<size_t>(b);
    int64_t left = corners[k], middle = corners[k + 1], right = corners[k + 2];
    if (left == middle) set(middle, b, 1);
    for (int64_t j = left; j <= middle && left != middle; ++j)
      set(j, b, static_cast<double>(j - left) / static_cast<double>(middle - left));
    for (int64_t j = middle; j < right; ++j)
      set(j, b, static_cast<double>(right - j) / static_cast<double>(right - middle));
  }
}

}  // namespace

DEFINE_OP(HannWindow) {
  return windowOp("HannWindow", "The Hann window of the size that input 0 gives.",
                  [](EvalContext& ctx) { evalWindow(ctx, 0.5, 0.5, 0); }, {"-> y = HannWindow(i64[]{8})"});
}

DEFINE_OP(HammingWindow) {
  return windowOp("HammingWindow", "The Hamming window of the size that input 0 gives.",
                  [](EvalContext& ctx) { evalWindow(ctx, 25.0 / 46, 21.0 / 46, 0); },
                  {"-> y = HammingWindow(i64[]{9}) {periodic=0}"});
}

DEFINE_OP(BlackmanWindow) {
  return windowOp("BlackmanWindow", "The Blackman window of the size that input 0 gives.",
                  [](EvalContext& ctx) { evalWindow(ctx, 0.42, 0.5, 0.08); },
                  {"-> y = BlackmanWindow(i32[]{7}) {output_datatype=f16}", 1e-3});
}

DEFINE_OP(MelWeightMatrix) {
  return {.name = "MelWeightMatrix",
          .doc =
              "The matrix that takes a spectrum to mel bands. Inputs: number of bands, length of the DFT, "
              "samples per second, lowest and "
              "highest frequency.",
          .minInputs = 5,
          .maxInputs = 5,
          .attrs = {{"output_datatype", AttrKind::kType, "default f32"}},
          .infer = inferMelWeightMatrix,
          .eval = evalMelWeightMatrix,
          .cases = {{"-> y = MelWeightMatrix(i64[]{8}, i64[]{16}, i64[]{8192}, f32[]{0}, f32[]{4096})"}}};
}
