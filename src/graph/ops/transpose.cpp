#include "graph/ops/movement.h"

using namespace tenfold;

namespace {

std::vector<int> permutation(const Attributes& attrs, int rank) {
  std::vector<int64_t> perm = attrs.integers("perm");
  if (!attrs.has("perm"))
    for (int i = rank - 1; i >= 0; --i) perm.push_back(i);
  require(static_cast<int>(perm.size()) == rank, "perm has {} entries for rank {}", perm.size(), rank);
  return normalizeAxes(perm, rank);
}

void inferTranspose(InferContext& ctx) {
  ctx.setType(0, ctx.type(0));
  const SymShape& in = ctx.shape(0);
  SymShape out;
  for (int axis : permutation(ctx.attrs(), ctx.rank(0))) out.push_back(in[static_cast<size_t>(axis)]);
  ctx.setShape(0, out);
  inferMovedContents(ctx);
}

void evalTranspose(EvalContext& ctx) {
  const Tensor& x = ctx.input(0);
  Shape shape, strides, own = contiguousStrides(x.shape());
  for (int axis : permutation(ctx.attrs(), x.rank())) {
    shape.push_back(x.shape()[axis]);
    strides.push_back(own[axis]);
  }
  Tensor& y = ctx.output(0, x.dtype(), shape);
  copyStrided(x, y, strides);
}

}  // namespace

DEFINE_OP(Transpose) {
  return {.name = "Transpose",
          .doc = "Permutes the axes: axis i of the result is axis perm[i] of the input.",
          .minInputs = 1,
          .maxInputs = 1,
          .attrs = {{"perm", AttrKind::kInts, "the order of the input's axes; default reversed"}},
          .infer = inferTranspose,
          .eval = evalTranspose,
          .cases = {{"x:f32[2,3,4] -> y = Transpose(x)"},
                    {"x:f16[2,3,4,5] -> y = Transpose(x) {perm=[0,2,1,3]}"},
                    {"x:i4[3,5] -> y = Transpose(x)"}}};
}
