#include "graph/ops/expand.h"

using namespace tenfold;

static void expandSwiGLU(ExpandContext& ctx) {
  Attributes attrs;
  attrs.set("alpha", ctx.attrs().real("alpha", 1));
  ctx.setOutput(0, ctx.emit("Mul", {ctx.emit("Swish", {ctx.input(0)}, attrs), ctx.input(1)}));
}

DEFINE_OP(SwiGLU) {
  return {.name = "SwiGLU",
          .doc = "y = Swish(a) * b: a gate on a linear input.",
          .minInputs = 2,
          .maxInputs = 2,
          .attrs = {{"alpha", AttrKind::kReal, "the factor inside the sigmoid; default 1"}},
          .expand = expandSwiGLU,
          .cases = {{"a:f32[2,3], b:f32[2,3] -> y = SwiGLU(a, b) {alpha=1.2}"}}};
}
