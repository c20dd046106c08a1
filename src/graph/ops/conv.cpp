// Convolutions of any spatial rank: plain, transposed and of 8-bit integers.
#include <algorithm>

#include "graph/ops/convolve.h"
#include "graph/ops/elements.h"
#include "graph/ops/eval.h"
#include "graph/ops/infer.h"
#include "graph/ops/window.h"

using namespace tenfold;

namespace {

const std::vector<AttrSpec> kConvAttrs = {
    {"group", AttrKind::kInt, "groups that input and output channels are divided into; default 1"},
    {"kernel_shape", AttrKind::kInts, "the kernel's spatial extents; default: the weights'"},
    {"strides", AttrKind::kInts, "steps of the kernel along each spatial axis; default 1"},
    {"dilations", AttrKind::kInts, "distances between the kernel's elements; default 1"},
    {"pads", AttrKind::kInts, "zeros around the input: all begins, then all ends; default 0"},
    {"auto_pad", AttrKind::kText, "NOTSET (default), VALID, SAME_UPPER or SAME_LOWER"}};

std::vector<AttrSpec> transposedAttrs() {
  std::vector<AttrSpec> attrs = kConvAttrs;
  attrs.push_back(
      {"output_padding", AttrKind::kInts, "elements added at the end of each output axis; default 0"});
  attrs.push_back(
      {"output_shape", AttrKind::kInts, "the output's spatial extents, which then determine the pads"});
  return attrs;
}

void checkForm(InferContext& ctx) {
  ctx.require(ctx.attrs().integer("group", 1) > 0, "group is {}", ctx.attrs().integer("group", 1));
  ctx.require(ctx.rank(0) >= 2 && ctx.rank(1) == ctx.rank(0),
              "input {} and weights {} must have one rank, at least 2", str(ctx.shape(0)), str(ctx.shape(1)));
}

void inferConv(InferContext& ctx, DataType type) {
  ctx.setType(0, type);
  checkForm(ctx);
  const SymShape &x = ctx.shape(0), &w = ctx.shape(1);
  Dim channels = w[1] * ctx.attrs().integer("group", 1);
  ctx.require(!x[1].isConstant() || !channels.isConstant() || x[1] == channels,
              "the input has {} channels, the weights take {} (group {})", x[1].str(), channels.str(),
              ctx.attrs().integer("group", 1));
  SymShape out = slidingWindow(ctx.attrs(), spatialAxes(x), spatialAxes(w)).out;
  out.insert(out.begin(), {x[0], w[0]});
  ctx.setShape(0, out);
}

void inferFloatConv(InferContext& ctx) {
  inferConv(ctx, ctx.type(0));
  ctx.expectShape(2, {ctx.shape(1)[0]}, "bias");
}
void inferConvInteger(InferContext& ctx) { inferConv(ctx, DataType::kInt32); }

void inferConvTranspose(InferContext& ctx) {
  ctx.setType(0, ctx.type(0));
  checkForm(ctx);
  const SymShape &x = ctx.shape(0), &w = ctx.shape(1);
  ctx.require(!x[1].isConstant() || !w[0].isConstant() || x[1] == w[0],
              "the input has {} channels, the weights take {}", x[1].str(), w[0].str());
  SymShape out = transposedWindow(ctx.attrs(), spatialAxes(x), spatialAxes(w)).out;
  out.insert(out.begin(), {x[0], w[1] * ctx.attrs().integer("group", 1)});
  ctx.expectShape(2, {out[1]}, "bias");
  ctx.setShape(0, out);
}

Window window(EvalContext& ctx, bool isTransposed) {
  SymShape in = spatialAxes(symShape(ctx.input(0).shape())),
           kernel = spatialAxes(symShape(ctx.input(1).shape()));
  return isTransposed ? transposedWindow(ctx.attrs(), in, kernel) : slidingWindow(ctx.attrs(), in, kernel);
}

void evalConv(EvalContext& ctx) {
  Convolution<double> c;
  c.groups = ctx.attrs().integer("group", 1);
  c.x = allElements<double>(ctx.input(0));
  c.w = allElements<double>(ctx.input(1));
  if (ctx.has(2)) c.bias = allElements<double>(ctx.input(2));
  c.batch = ctx.input(0).shape()[0];
  c.inChannels = ctx.input(0).shape()[1];
  c.outChannels = ctx.input(1).shape()[0];
  convolve(c, WindowTaps::of(window(ctx, false)), ctx, ctx.input(0).dtype());
}

// The weights [C, M / groups, taps] brought into the order of a plain convolution, [M, C / groups, taps].
std::vector<double> swapChannels(const Tensor& w, int64_t groups) {
  std::vector<double> from = allElements<double>(w), to(from.size());
  int64_t in = w.shape()[0] / groups, out = w.shape()[1], taps = w.shape().numel(2, w.rank());
  for (int64_t g = 0; g < groups; ++g)
    for (int64_t c = 0; c < in; ++c)
      for (int64_t m = 0; m < out; ++m)
        std::copy_n(from.begin() + ((g * in + c) * out + m) * taps, taps,
                    to.begin() + ((g * out + m) * in + c) * taps);
  return to;
}

void evalConvTranspose(EvalContext& ctx) {
  Convolution<double> c;
  c.groups = ctx.attrs().integer("group", 1);
  c.x = allElements<double>(ctx.input(0));
  c.w = swapChannels(ctx.input(1), c.groups);
  if (ctx.has(2)) c.bias = allElements<double>(ctx.input(2));
  c.batch = ctx.input(0).shape()[0];
  c.inChannels = ctx.input(0).shape()[1];
  c.outChannels = ctx.input(1).shape()[1] * c.groups;
  convolve(c, WindowTaps::transposed(window(ctx, true)), ctx, ctx.input(0).dtype());
}

// The zero point of the input is a scalar; the weights may have one for each output channel.
void evalConvInteger(EvalContext& ctx) {
  Convolution<uint64_t> c;
  c.groups = ctx.attrs().integer("group", 1);
  c.x = allElements<uint64_t>(ctx.input(0));
  c.w = allElements<uint64_t>(ctx.input(1));
  c.batch = ctx.input(0).shape()[0];
  c.inChannels = ctx.input(0).shape()[1];
  c.outChannels = ctx.input(1).shape()[0];
  if (ctx.has(2))
    for (uint64_t& v : c.x) v -= static_cast<uint64_t>(ctx.input(2).getInt(0));
  if (ctx.has(3)) {
    const Tensor& zero = ctx.input(3);
    ctx.require(zero.numel() == 1 || zero.numel() == c.outChannels,
                "zero points of shape {} do not fit {} channels", zero.shape().str(), c.outChannels);
    size_t perChannel = c.w.size() / static_cast<size_t>(std::max<int64_t>(c.outChannels, 1));
    for (size_t i = 0; i < c.w.size(); ++i)
      c.w[i] -=
          static_cast<uint64_t>(zero.getInt(zero.numel() == 1 ? 0 : static_cast<int64_t>(i / perChannel)));
  }
  convolve(c, WindowTaps::of(window(ctx, false)), ctx, DataType::kInt32);
}

}  // namespace

DEFINE_OP(Conv) {
  return {.name = "Conv",
          .doc = "Convolution of x[N,C,...] with weights [M,C/group,...] and an optional bias [M].",
          .minInputs = 2,
          .maxInputs = 3,
          .attrs = kConvAttrs,
          .infer = inferFloatConv,
          .eval = evalConv,
          .cases = {
              {"x:f32[2,3,8,9], w:f32[4,3,3,3], b:f32[4] -> y = Conv(x, w, b) {pads=[1,1,1,1]}"},
              {"x:f32[1,4,9,9], w:f32[6,2,3,2] -> y = Conv(x, w) {group=2, strides=[2,1], dilations=[1,2]}"},
              {"x:f32[1,8,7,7], w:f32[8,1,3,3], b:f32[8] -> y = Conv(x, w, b) {group=8, "
               "auto_pad=\"SAME_LOWER\", strides=[2,2]}"},
              {"x:f32[2,3,20], w:f32[5,3,4] -> y = Conv(x, w) {pads=[2,1]}"},
              {"x:f32[1,2,5,6,7], w:f32[3,2,2,3,3] -> y = Conv(x, w) {strides=[1,2,2]}"},
              {"x:f16[1,16,6,6], w:f16[8,16,1,1] -> y = Conv(x, w)", 5e-3}}};
}

DEFINE_OP(ConvTranspose) {
  return {
      .name = "ConvTranspose",
      .doc = "Transposed convolution of x[N,C,...] with weights [C,M/group,...] and an optional bias [M].",
      .minInputs = 2,
      .maxInputs = 3,
      .attrs = transposedAttrs(),
      .infer = inferConvTranspose,
      .eval = evalConvTranspose,
      .cases = {
          {"x:f32[2,3,4,5], w:f32[3,4,3,3], b:f32[4] -> y = ConvTranspose(x, w, b) {strides=[2,2], "
           "pads=[1,1,1,1], output_padding=[1,1]}"},
          {"x:f32[1,4,6], w:f32[4,3,2] -> y = ConvTranspose(x, w) {group=2, dilations=[2]}"},
          {"x:f32[1,2,3,3], w:f32[2,2,3,3] -> y = ConvTranspose(x, w) {strides=[3,2], output_shape=[10,8]}"},
          {"x:f32[1,2,2,3,2], w:f32[2,1,2,2,2] -> y = ConvTranspose(x, w) {strides=[2,2,2]}"}}};
}

DEFINE_OP(ConvInteger) {
  return {.name = "ConvInteger",
          .doc = "Convolution of 8-bit integers less their zero points, in i32.",
          .minInputs = 2,
          .maxInputs = 4,
          .attrs = kConvAttrs,
          .infer = inferConvInteger,
          .eval = evalConvInteger,
          .cases = {{"x:u8[1,2,5,5], w:u8[3,2,3,3], zx:u8[], zw:u8[3] -> y = ConvInteger(x, w, zx, zw) "
                     "{pads=[1,1,1,1]}"},
                    {"x:u8[1,2,5,5], w:i8[3,2,2,2] -> y = ConvInteger(x, w)"}}};
}
