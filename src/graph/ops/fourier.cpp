// DFT and STFT.
#include <algorithm>
#include <cmath>
#include <complex>
#include <numbers>

#include "graph/ops/eval.h"
#include "graph/ops/infer.h"

using namespace tenfold;

namespace {

using Complex = std::complex<double>;

// The transform of n elements `stride` apart, by splitting off the smallest prime factor of n each time.
std::vector<Complex> transform(const Complex* x, int64_t n, int64_t stride, double sign) {
  if (n == 1) return {*x};
  int64_t factor = 2;
  while (n % factor != 0) factor = factor * factor > n ? n : factor + 1;
  int64_t m = n / factor;
  std::vector<std::vector<Complex>> parts;
  for (int64_t f = 0; f < factor; ++f) parts.push_back(transform(x + f * stride, m, stride * factor, sign));
  std::vector<Complex> y(static_cast<size_t>(n));
  for (int64_t k = 0; k < n; ++k)
    for (int64_t f = 0; f < factor; ++f) {
      double angle = sign * 2 * std::numbers::pi * static_cast<double>(f * k % n) / static_cast<double>(n);
      y[static_cast<size_t>(k)] +=
          std::polar(1.0, angle) * parts[static_cast<size_t>(f)][static_cast<size_t>(k % m)];
    }
  return y;
}

struct DftPlan {
  bool inverse, onesided;
  explicit DftPlan(const Attributes& attrs)
      : inverse(attrs.integer("inverse", 0) != 0), onesided(attrs.integer("onesided", 0) != 0) {}
  bool toReal() const { return inverse && onesided; }
};

void inferDft(InferContext& ctx) {
  ctx.setType(0, ctx.type(0));
  DftPlan plan(ctx.attrs());
  SymShape out = ctx.shape(0);
  ctx.require(out.size() >= 2, "the input has shape {}; its last axis is for the real and imaginary part",
              str(out));
  auto axis = ctx.has(2) ? ctx.ints(2) : std::vector<int64_t>{-2};
  if (!axis) {
    for (size_t i = 0; i + 1 < out.size(); ++i) out[i] = ctx.unknownDim(fmt::format("dim{}", i));
  } else {
    auto at = static_cast<size_t>(normalizeAxis(axis->at(0), ctx.rank(0)));
    auto given = ctx.contents(1);
    Dim length = plan.toReal() ? (out[at] - 1) * 2 : out[at];
    if (ctx.has(1)) length = given ? (*given)[0] : ctx.unknownDim("length");
    out[at] = plan.onesided && !plan.inverse ? Dim::floorDiv(length, 2) + 1 : length;
  }
  out.back() = plan.toReal() ? 1 : 2;
  ctx.setShape(0, out);
}

// One signal: `length` elements of one part (real) or two, zeros behind those present; a one-sided spectrum
// is completed.
std::vector<Complex> readSignal(const Tensor& x, int64_t parts, int64_t offset, int64_t step, int64_t extent,
                                int64_t length, bool complete) {
  std::vector<Complex> signal(static_cast<size_t>(length));
  for (int64_t i = 0; i < length; ++i) {
    int64_t from = complete && i > length / 2 ? length - i : i;
    if (from >= extent) continue;
    int64_t at = offset + from * step;
    Complex value(x.getDouble(at), parts == 2 ? x.getDouble(at + 1) : 0);
    signal[static_cast<size_t>(i)] = from == i ? value : std::conj(value);
  }
  return signal;
}

void evalDft(EvalContext& ctx) {
  const Tensor& x = ctx.input(0);
  DftPlan plan(ctx.attrs());
  int axis = normalizeAxis(ctx.has(2) ? ctx.input(2).getInt(0) : -2, x.rank());
  ctx.require(axis < x.rank() - 1, "the last axis is for the real and imaginary part");
  int64_t extent = x.shape()[axis], length = ctx.has(1)      ? ctx.input(1).getInt(0)
                                             : plan.toReal() ? 2 * (extent - 1)
                                                             : extent;
  ctx.require(length > 0, "the length {} is not positive", length);
  Shape shape = x.shape();
  shape[axis] = plan.onesided && !plan.inverse ? length / 2 + 1 : length;
  shape[x.rank() - 1] = plan.toReal() ? 1 : 2;
  Tensor& y = ctx.output(0, x.dtype(), shape);
  int64_t outer = shape.numel(0, axis), inner = shape.numel(axis + 1, x.rank() - 1),
          inParts = x.shape().back(), outParts = shape.back();
  for (int64_t o = 0; o < outer; ++o)
    for (int64_t i = 0; i < inner; ++i) {
      std::vector<Complex> signal = readSignal(x, inParts, (o * extent * inner + i) * inParts,
                                               inner * inParts, extent, length, plan.toReal());
      std::vector<Complex> spectrum = transform(signal.data(), length, 1, plan.inverse ? 1 : -1);
      double scale = plan.inverse ? 1 / static_cast<double>(length) : 1;
      for (int64_t k = 0; k < shape[axis]; ++k) {
        int64_t at = ((o * shape[axis] + k) * inner + i) * outParts;
        y.setDouble(at, spectrum[static_cast<size_t>(k)].real() * scale);
        if (outParts == 2) y.setDouble(at + 1, spectrum[static_cast<size_t>(k)].imag() * scale);
      }
    }
}

void inferStft(InferContext& ctx) {
  ctx.setType(0, ctx.type(0));
  const SymShape& x = ctx.shape(0);
  ctx.require(x.size() == 2 || x.size() == 3,
              "the signal has shape {}, [batch, length] or [batch, length, 1 or 2] is expected", str(x));
  auto step = ctx.contents(1), given = ctx.contents(3);
  ctx.require(!step || step->size() == 1, "the step must be one number");
  ctx.require(!given || given->size() == 1, "the frame length must be one number");
  ctx.require(!ctx.has(2) || ctx.rank(2) == 1, "the window must have one axis");
  Dim length = ctx.has(2) ? ctx.shape(2)[0] : x[1];
  if (ctx.has(3)) length = given ? (*given)[0] : ctx.unknownDim("length");
  Dim frames = step ? Dim::floorDiv(x[1] - length, (*step)[0]) + 1 : ctx.unknownDim("frames");
  bool onesided = ctx.attrs().integer("onesided", 1) != 0;
  ctx.setShape(0, {x[0], frames, onesided ? Dim::floorDiv(length, 2) + 1 : length, 2});
}

void evalStft(EvalContext& ctx) {
  const Tensor& x = ctx.input(0);
  int64_t step = ctx.input(1).getInt(0), total = x.shape()[1], parts = x.rank() == 3 ? x.shape()[2] : 1;
  int64_t length = ctx.has(3) ? ctx.input(3).getInt(0) : ctx.has(2) ? ctx.input(2).numel() : total;
  ctx.require(step > 0 && length > 0 && length <= total, "frames of {} every {} do not fit a signal of {}",
              length, step, total);
  ctx.require(!ctx.has(2) || ctx.input(2).numel() == length, "the window has {} elements, a frame {}",
              ctx.has(2) ? ctx.input(2).numel() : 0, length);
  int64_t frames = (total - length) / step + 1,
          bins = ctx.attrs().integer("onesided", 1) != 0 ? length / 2 + 1 : length;
  Tensor& y = ctx.output(0, x.dtype(), {x.shape()[0], frames, bins, 2});
  for (int64_t row = 0; row < x.shape()[0] * frames; ++row) {
    int64_t start = (row / frames * total + row % frames * step) * parts;
    std::vector<Complex> frame = readSignal(x, parts, start, parts, length, length, false);
    for (int64_t i = 0; i < length && ctx.has(2); ++i)
      frame[static_cast<size_t>(i)] *= ctx.input(2).getDouble(i);
    std::vector<Complex> spectrum = transform(frame.data(), length, 1, -1);
    for (int64_t k = 0; k < bins; ++k) {
      y.setDouble((row * bins + k) * 2, spectrum[static_cast<size_t>(k)].real());
      y.setDouble((row * bins + k) * 2 + 1, spectrum[static_cast<size_t>(k)].imag());
    }
  }
}

}  // namespace

DEFINE_OP(DFT) {
  return {.name = "DFT",
          .doc =
              "The discrete Fourier transform along one axis. Inputs: the signal [..., 1 (real) or 2 "
              "(complex)], the transform's length "
              "(default the axis's), the axis (default -2).",
          .minInputs = 1,
          .maxInputs = 3,
          .attrs = {{"inverse", AttrKind::kInt, "default 0"},
                    {"onesided", AttrKind::kInt,
                     "1: the half of the spectrum that tells all of a real signal; default 0"}},
          .infer = inferDft,
          .eval = evalDft,
          .cases = {{"x:f32[2,6,1] -> y = DFT(x)"},
                    {"x:f32[2,7,3,2] -> y = DFT(x, i64[]{5}, i64[]{1}) {inverse=1}"},
                    {"x:f32[1,9,1] -> y = DFT(x) {onesided=1}"}}};
}

DEFINE_OP(STFT) {
  return {.name = "STFT",
          .doc =
              "The Fourier transforms of overlapping frames. Inputs: the signal [batch, length, 1 or 2] (or "
              "[batch, length], as exporters write real ones), the "
              "step, the window (default "
              "ones), the frame's length.",
          .minInputs = 2,
          .maxInputs = 4,
          .attrs = {{"onesided", AttrKind::kInt, "1: half of each spectrum; default 1"}},
          .infer = inferStft,
          .eval = evalStft,
          .cases = {{"x:f32[1,16,1], w:f32[8] -> y = STFT(x, i64[]{4}, w)"},
                    {"x:f32[2,16], w:f32[8] -> y = STFT(x, i64[]{4}, w)"},
                    {"x:f32[2,10,2] -> y = STFT(x, i64[]{3}, _, i64[]{4}) {onesided=0}"}}};
}
