#include <algorithm>

#include "graph/ops/movement.h"

using namespace tenfold;

namespace {

bool contains(const std::vector<int>& axes, int axis) {
  return std::find(axes.begin(), axes.end(), axis) != axes.end();
}

// `shape` with 1 at each of `axes`, which count in the result.
template <typename S>
S insertOnes(const S& shape, const std::vector<int64_t>& axes) {
  int rank = static_cast<int>(shape.size() + axes.size());
  std::vector<int> ones = normalizeAxes(axes, rank);
  S out;
  auto next = shape.begin();
  for (int i = 0; i < rank; ++i) out.push_back(contains(ones, i) ? 1 : *next++);
  return out;
}

void inferUnsqueeze(InferContext& ctx) {
  ctx.setType(0, ctx.type(0));
  auto axes = ctx.ints(1);
  if (!axes) return;
  ctx.setShape(0, insertOnes(ctx.shape(0), *axes));
  if (auto contents = ctx.contents(0)) ctx.setContents(0, *contents);
}

void evalUnsqueeze(EvalContext& ctx) {
  const Tensor& x = ctx.input(0);
  ctx.setOutput(0, x.reshaped(insertOnes(x.shape(), ctx.input(1).ints())));
}

void inferSqueeze(InferContext& ctx) {
  ctx.setType(0, ctx.type(0));
  const SymShape& in = ctx.shape(0);
  SymShape out;
  if (ctx.has(1)) {
    auto known = ctx.ints(1);
    if (!known) return;
    std::vector<int> axes = normalizeAxes(*known, ctx.rank(0));
    for (int i = 0; i < ctx.rank(0); ++i) {
      auto extent = in[i].tryConstant();
      if (!contains(axes, i))
        out.push_back(in[i]);
      else
        ctx.require(!extent || *extent == 1, "axis {} of shape {} is not 1", i, str(in));
    }
  } else {
    // Whether a symbolic dimension goes depends on its value: then even the rank is open.
    for (const Dim& d : in) {
      if (!d.isConstant()) return;
      if (d.constant() != 1) out.push_back(d);
    }
  }
  ctx.setShape(0, out);
  if (auto contents = ctx.contents(0)) ctx.setContents(0, *contents);
}

void evalSqueeze(EvalContext& ctx) {
  const Tensor& x = ctx.input(0);
  std::vector<int> axes;
  if (ctx.has(1)) axes = normalizeAxes(ctx.input(1).ints(), x.rank());
  Shape out;
  for (int i = 0; i < x.rank(); ++i) {
    bool goes = ctx.has(1) ? contains(axes, i) : x.shape()[i] == 1;
    ctx.require(!goes || x.shape()[i] == 1, "axis {} of shape {} is not 1", i, x.shape().str());
    if (!goes) out.push_back(x.shape()[i]);
  }
  ctx.setOutput(0, x.reshaped(out));
}

}  // namespace

DEFINE_OP(Unsqueeze) {
  return {.name = "Unsqueeze",
          .doc = "Inserts axes of extent 1 at the places that input 1 lists, which count in the result.",
          .minInputs = 2,
          .maxInputs = 2,
          .infer = inferUnsqueeze,
          .eval = evalUnsqueeze,
          .cases = {{"x:f32[2,3] -> y = Unsqueeze(x, i64[2]{0,-1})"}}};
}

DEFINE_OP(Squeeze) {
  return {.name = "Squeeze",
          .doc = "Removes the axes that input 1 lists, or every axis of extent 1.",
          .minInputs = 1,
          .maxInputs = 2,
          .infer = inferSqueeze,
          .eval = evalSqueeze,
          .cases = {{"x:f32[1,3,1] -> y = Squeeze(x, i64[1]{-1})"}, {"x:f16[1,3,1,2] -> y = Squeeze(x)"}}};
}
