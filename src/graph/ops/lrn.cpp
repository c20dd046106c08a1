#include <algorithm>
#include <cmath>

#include "graph/ops/elements.h"
#include "graph/ops/eval.h"
#include "graph/ops/infer.h"
#include "graph/ops/reduce.h"

using namespace tenfold;

static void inferLRN(InferContext& ctx) {
  ctx.set(0, ctx.type(0), ctx.shape(0));
  ctx.require(ctx.rank(0) >= 2, "the input has shape {}; a batch and a channel axis are expected",
              str(ctx.shape(0)));
}

static void evalLRN(EvalContext& ctx) {
  const Tensor& x = ctx.input(0);
  int64_t size = ctx.attrs().integer("size", 1);
  double alpha = ctx.attrs().real("alpha", 1e-4), beta = ctx.attrs().real("beta", 0.75),
         bias = ctx.attrs().real("bias", 1);
  std::vector<double> v = allElements<double>(x), y(v.size());
  forEachLane(x.shape(), 1, [&](Lane lane) {
    auto at = [&](int64_t c) { return static_cast<size_t>(lane.offset + c * lane.stride); };
    for (int64_t c = 0; c < lane.extent; ++c) {
      double sum = 0;
      int64_t from = std::max<int64_t>(0, c - (size - 1) / 2), to = std::min(lane.extent - 1, c + size / 2);
      for (int64_t k = from; k <= to; ++k) sum += v[at(k)] * v[at(k)];
      y[at(c)] = v[at(c)] / std::pow(bias + alpha / static_cast<double>(size) * sum, beta);
    }
  });
  writeElements(ctx.output(0, x.dtype(), x.shape()), 0, x.numel(), y.data());
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
          .infer = inferLRN,
          .eval = evalLRN,
          .cases = {{"x:f32[2,7,3,4] -> y = LRN(x) {size=3, alpha=0.1, beta=0.6, bias=1.5}"},
                    {"x:f32[1,5,6] -> y = LRN(x) {size=4}"}}};
}
