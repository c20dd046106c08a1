#include <algorithm>

#include "graph/ops/movement.h"

using namespace tenfold;

namespace {

// The dimension that -1 stands for: all elements over the product of the other dimensions. Factors that occur
// on both sides cancel first, so that sums such as past + length divide exactly too.
Dim inferredDim(SymShape elements, SymShape others) {
  std::erase_if(others, [&](const Dim& d) {
    auto same = std::find(elements.begin(), elements.end(), d);
    if (same == elements.end() || d == Dim(0)) return false;
    elements.erase(same);
    return true;
  });
  Dim total = numel(elements), known = numel(others);
  if (known == Dim(0)) return 0;
  return Dim::floorDiv(total, known);
}

void inferReshape(InferContext& ctx) {
  ctx.setType(0, ctx.type(0));
  auto wanted = ctx.contents(1);
  const SymShape& in = ctx.shape(0);
  SymShape out;
  if (!wanted) {
    auto rank = ctx.shape(1)[0].tryConstant();
    if (!rank) return;
    for (int64_t i = 0; i < *rank; ++i) out.push_back(ctx.unknownDim(fmt::format("dim{}", i)));
    ctx.setShape(0, out);
    return;
  }
  bool allowZero = ctx.attrs().integer("allowzero", 0) != 0;
  std::optional<size_t> free;
  SymShape others;
  for (size_t i = 0; i < wanted->size(); ++i) {
    Dim d = (*wanted)[i];
    if (d == Dim(-1)) {
      ctx.require(!free, "the shape {} has more than one -1", str(*wanted));
      free = i;
    } else if (d == Dim(0) && !allowZero) {
      ctx.require(i < in.size(), "the shape {} copies dimension {} of {}", str(*wanted), i, str(in));
      d = in[i];
    }
    out.push_back(d);
    if (free != i) others.push_back(d);
  }
  if (free) out[*free] = inferredDim(in, others);
  auto before = numel(in).tryConstant(), after = numel(out).tryConstant();
  ctx.require(!before || !after || *before == *after, "a tensor of shape {} cannot become {}", str(in),
              str(*wanted));
  ctx.setShape(0, out);
  if (auto contents = ctx.contents(0)) ctx.setContents(0, *contents);
}

void evalReshape(EvalContext& ctx) {
  const Tensor& x = ctx.input(0);
  bool allowZero = ctx.attrs().integer("allowzero", 0) != 0;
  std::vector<int64_t> wanted = ctx.input(1).ints();
  Shape out;
  int64_t known = 1;
  for (size_t i = 0; i < wanted.size(); ++i) {
    bool copies = wanted[i] == 0 && !allowZero;
    ctx.require(!copies || static_cast<int>(i) < x.rank(), "dimension {} to copy is missing in {}", i,
                x.shape().str());
    out.push_back(copies ? x.shape()[static_cast<int>(i)] : wanted[i]);
    if (out.back() != -1) known *= out.back();
  }
  for (int64_t& d : out)
    if (d == -1) d = known == 0 ? 0 : x.numel() / known;
  ctx.require(out.numel() == x.numel(), "a tensor of shape {} cannot become {}", x.shape().str(), out.str());
  ctx.setOutput(0, x.reshaped(out));
}

int64_t flattenAxis(const Attributes& attrs, int rank) {
  int64_t axis = attrs.integer("axis", 1);
  require(axis >= -rank && axis <= rank, "axis {} is out of range for rank {}", axis, rank);
  return axis < 0 ? axis + rank : axis;
}

void inferFlatten(InferContext& ctx) {
  ctx.setType(0, ctx.type(0));
  const SymShape& in = ctx.shape(0);
  auto axis = static_cast<size_t>(flattenAxis(ctx.attrs(), ctx.rank(0)));
  ctx.setShape(0, {numel(in, 0, axis), numel(in, axis)});
}

void evalFlatten(EvalContext& ctx) {
  const Tensor& x = ctx.input(0);
  int axis = static_cast<int>(flattenAxis(ctx.attrs(), x.rank()));
  ctx.setOutput(0, x.reshaped({x.shape().numel(0, axis), x.shape().numel(axis, x.rank())}));
}

}  // namespace

DEFINE_OP(Reshape) {
  return {
      .name = "Reshape",
      .doc = "The same elements under another shape, which is input 1: 0 copies a dimension, -1 is inferred.",
      .minInputs = 2,
      .maxInputs = 2,
      .attrs = {{"allowzero", AttrKind::kInt, "1: a 0 in the shape is a dimension of extent 0; default 0"}},
      .infer = inferReshape,
      .eval = evalReshape,
      .cases = {{"x:f32[2,3,4] -> y = Reshape(x, i64[2]{0,-1})"},
                {"x:i4[3,4] -> y = Reshape(x, i64[3]{2,2,3})"}}};
}

DEFINE_OP(Flatten) {
  return {.name = "Flatten",
          .doc = "The same elements as a matrix: the axes before `axis` become rows, the others columns.",
          .minInputs = 1,
          .maxInputs = 1,
          .attrs = {{"axis", AttrKind::kInt, "the first axis of the columns; default 1"}},
          .infer = inferFlatten,
          .eval = evalFlatten,
          .cases = {{"x:f32[2,3,4] -> y = Flatten(x)"}, {"x:f16[2,3,4] -> y = Flatten(x) {axis=-1}"}}};
}
