#include <algorithm>
#include <cmath>

#include "graph/ops/convolve.h"
#include "graph/ops/elements.h"
#include "graph/ops/infer.h"

using namespace tenfold;

namespace {

Window windowOf(const Attributes& attrs, const SymShape& x, const SymShape& w) {
  require(x.size() == w.size() && x.size() > 2, "input {} and weights {} must have one rank, at least 3",
          str(x), str(w));
  return slidingWindow(attrs, spatialAxes(x), spatialAxes(w));
}

void inferDeformConv(InferContext& ctx) {
  ctx.setType(0, ctx.type(0));
  SymShape out = windowOf(ctx.attrs(), ctx.shape(0), ctx.shape(1)).out;
  out.insert(out.begin(), {ctx.shape(0)[0], ctx.shape(1)[0]});
  ctx.setShape(0, out);
}

// The plane read between elements, linearly along each axis; zero outside.
double interpolate(const double* plane, const Shape& in, const std::vector<double>& position) {
  double sum = 0;
  for (int corner = 0; corner < (1 << in.rank()); ++corner) {
    double weight = 1;
    int64_t offset = 0;
    for (int axis = 0; axis < in.rank() && weight != 0; ++axis) {
      double below = std::floor(position[static_cast<size_t>(axis)]),
             fraction = position[static_cast<size_t>(axis)] - below;
      double at = below + ((corner >> axis) & 1);
      weight *= (corner >> axis) & 1 ? fraction : 1 - fraction;
      if (!(at >= 0 && at < static_cast<double>(in[axis])))
        weight = 0;
      else
        offset = offset * in[axis] + static_cast<int64_t>(at);
    }
    if (weight != 0) sum += weight * plane[offset];
  }
  return sum;
}

// Reads the input where the window's taps lie after they are moved by the offsets.
class Sampler {
 public:
  Sampler(EvalContext& ctx, const Window& window)
      : window_(window),
        in_(evalShape(window.in, {})),
        kernel_(evalShape(window.kernel, {})),
        out_(evalShape(window.out, {})),
        begin_(evalShape(window.padBegin, {})),
        groups_(ctx.attrs().integer("offset_group", 1)),
        x_(allElements<double>(ctx.input(0))),
        offsets_(allElements<double>(ctx.input(2))) {
    channels_ = ctx.input(0).shape()[1];
    if (ctx.has(4)) mask_ = allElements<double>(ctx.input(4));
    int64_t positions = out_.numel(), taps = kernel_.numel(), batch = ctx.input(0).shape()[0];
    ctx.require(groups_ > 0 && channels_ % groups_ == 0, "{} channels do not divide into {} offset groups",
                channels_, groups_);
    ctx.require(static_cast<int64_t>(offsets_.size()) == batch * groups_ * taps * in_.rank() * positions,
                "the offsets have shape {}, which does not fit", ctx.input(2).shape().str());
    ctx.require(mask_.empty() || static_cast<int64_t>(mask_.size()) == batch * groups_ * taps * positions,
                "the mask does not fit the offsets");
  }

  // What `channel` of `image` gives through `tap` at output position `p`.
  double at(int64_t image, int64_t channel, int64_t tap, int64_t p) const {
    int rank = in_.rank();
    int64_t taps = kernel_.numel(), positions = out_.numel();
    int64_t row = (image * groups_ + channel / (channels_ / groups_)) * taps + tap, restTap = tap,
            restOut = p;
    std::vector<double> position(static_cast<size_t>(rank));
    for (int axis = rank - 1; axis >= 0; --axis) {
      auto a = static_cast<size_t>(axis);
      int64_t base = restOut % out_[axis] * window_.strides[a] - begin_[axis] +
                     restTap % kernel_[axis] * window_.dilations[a];
      position[a] =
          static_cast<double>(base) + offsets_[static_cast<size_t>((row * rank + axis) * positions + p)];
      restOut /= out_[axis];
      restTap /= kernel_[axis];
    }
    double value = interpolate(x_.data() + (image * channels_ + channel) * in_.numel(), in_, position);
    return mask_.empty() ? value : value * mask_[static_cast<size_t>(row * positions + p)];
  }

 private:
  const Window& window_;
  Shape in_, kernel_, out_, begin_;
  int64_t groups_, channels_ = 0;
  std::vector<double> x_, offsets_, mask_;
};

void evalDeformConv(EvalContext& ctx) {
  Window window = windowOf(ctx.attrs(), symShape(ctx.input(0).shape()), symShape(ctx.input(1).shape()));
  Sampler sampler(ctx, window);
  Convolution<double> c;
  c.groups = ctx.attrs().integer("group", 1);
  c.batch = ctx.input(0).shape()[0];
  c.inChannels = ctx.input(0).shape()[1];
  c.outChannels = ctx.input(1).shape()[0];
  c.w = allElements<double>(ctx.input(1));
  if (ctx.has(3)) c.bias = allElements<double>(ctx.input(3));
  int64_t channels = c.inChannels / std::max<int64_t>(c.groups, 1),
          taps = evalShape(window.kernel, {}).numel();
  auto fill = [&](int64_t image, int64_t group, int64_t begin, int64_t n, double* columns) {
    for (int64_t k = 0; k < channels * taps; ++k)
      for (int64_t i = 0; i < n; ++i)
        *columns++ = sampler.at(image, group * channels + k / taps, k % taps, begin + i);
  };
  convolve<double>(c, taps, evalShape(window.out, {}), fill, ctx, ctx.input(0).dtype());
}

}  // namespace

DEFINE_OP(DeformConv) {
  return {
      .name = "DeformConv",
      .doc =
          "Convolution whose taps are moved by offsets that come with the data. Inputs: x, weights, offsets, "
          "bias, "
          "mask.",
      .minInputs = 3,
      .maxInputs = 5,
      .attrs = {{"group", AttrKind::kInt, "groups of input and output channels; default 1"},
                {"offset_group", AttrKind::kInt, "groups of input channels that share offsets; default 1"},
                {"kernel_shape", AttrKind::kInts, "default: the weights'"},
                {"strides", AttrKind::kInts, "default 1"},
                {"dilations", AttrKind::kInts, "default 1"},
                {"pads", AttrKind::kInts, "default 0"}},
      .infer = inferDeformConv,
      .eval = evalDeformConv,
      .cases = {{"x:f32[1,2,5,6], w:f32[3,2,2,2], o:f32[1,8,4,5], b:f32[3], m:f32[1,4,4,5] -> y = "
                 "DeformConv(x, w, o, b, m)"},
                {"x:f32[1,4,5,5], w:f32[2,2,3,3], o:f32[1,36,5,5] -> y = DeformConv(x, w, o) {group=2, "
                 "offset_group=2, pads=[1,1,1,1]}"}}};
}
