#include "graph/ops/expand.h"

using namespace tenfold;

// The sum over neighbouring channels is an average pooling of [N, 1, C, ...] along C that counts the padding.
static void expandLRN(ExpandContext& ctx) {
  Value *x = ctx.input(0), *one = ctx.ints({1});
  int rank = ctx.rank(0);
  ctx.require(rank >= 2, "the input has {} axes; a batch and a channel axis are expected", rank);
  int64_t size = ctx.attrs().integer("size", 1);
  ctx.require(size > 0, "size is {}, it must be positive", size);
  auto axes = static_cast<size_t>(rank - 1);
  std::vector<int64_t> kernel(axes, 1), pads(2 * axes, 0);
  kernel[0] = size;
  pads[0] = (size - 1) / 2;
  pads[axes] = size / 2;
  Attributes pool;
  pool.set("kernel_shape", kernel);
  pool.set("pads", pads);
  pool.set("count_include_pad", int64_t{1});
  auto real = [&](const char* name, double fallback) {
    return ctx.scalar(x->dtype, ctx.attrs().real(name, fallback));
  };
  Value* squares = ctx.emit("Unsqueeze", {ctx.emit("Mul", {x, x}), one});
  Value* mean = ctx.emit("Squeeze", {ctx.emit("AveragePool", {squares}, pool), one});
  Value* base = ctx.emit("Add", {ctx.emit("Mul", {mean, real("alpha", 1e-4)}), real("bias", 1)});
  ctx.setOutput(0, ctx.emit("Div", {x, ctx.emit("Pow", {base, real("beta", 0.75)})}));
}

DEFINE_OP(LRN) {
  return {.name = "LRN",
          .doc =
              "Local response normalization: x / (bias + alpha / size * (sum of squares of neighbouring "
              "channels)) ^ beta.",
          .minInputs = 1,
          .maxInputs = 1,
          .attrs = {{"size", AttrKind::kInt, "how many channels count"},
                    {"alpha", AttrKind::kReal, "default 0.0001"},
                    {"beta", AttrKind::kReal, "default 0.75"},
                    {"bias", AttrKind::kReal, "default 1"}},
          .expand = expandLRN,
          .cases = {{"x:f32[2,7,3,4] -> y = LRN(x) {size=3, alpha=0.1, beta=0.6, bias=1.5}"},
                    {"x:f32[1,5,6] -> y = LRN(x) {size=4}"}}};
}
