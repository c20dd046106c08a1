#include "graph/ops/movement.h"

using namespace tenfold;

namespace {

// Extents of equal parts; what is left over makes the last ones smaller.
DimList equalParts(const Dim& extent, int64_t parts) {
  if (auto exact = Dim::exactDiv(extent, parts)) return DimList(static_cast<size_t>(parts), *exact);
  Dim size = Dim::ceilDiv(extent, parts);
  if (parts == 2) return {size, extent - size};
  DimList extents;
  for (int64_t i = 0; i < parts; ++i) extents.push_back(Dim::min(size, Dim::max(extent - size * i, 0)));
  return extents;
}

void inferSplit(InferContext& ctx) {
  for (size_t i = 0; i < ctx.numOutputs(); ++i) ctx.setType(i, ctx.type(0));
  const SymShape& in = ctx.shape(0);
  ctx.require(!in.empty(), "a scalar cannot be split");
  auto axis = static_cast<size_t>(normalizeAxis(ctx.attrs().integer("axis", 0), ctx.rank(0)));
  auto count = static_cast<int64_t>(ctx.numOutputs());
  int64_t wanted = ctx.attrs().integer("num_outputs", count);
  ctx.require(wanted == count, "num_outputs is {}, the node has {} outputs", wanted, count);
  std::optional<DimList> parts = ctx.has(1) ? ctx.contents(1) : equalParts(in[axis], count);
  ctx.require(!parts || parts->size() == ctx.numOutputs(), "{} extents are given for {} outputs",
              parts ? parts->size() : 0, count);
  if (parts) {
    Dim sum = 0;
    for (const Dim& d : *parts) sum = sum + d;
    ctx.require(!sum.isConstant() || !in[axis].isConstant() || sum == in[axis],
                "the parts sum to {}, axis {} of shape {} has {}", sum.str(), axis, str(in), in[axis].str());
  }
  for (size_t i = 0; i < ctx.numOutputs(); ++i) {
    SymShape out = in;
    out[axis] = parts ? (*parts)[i] : ctx.unknownDim(fmt::format("part{}", i), in[axis]);
    ctx.setShape(i, out);
  }
  inferMovedContents(ctx);
}

void evalSplit(EvalContext& ctx) {
  const Tensor& x = ctx.input(0);
  int axis = normalizeAxis(ctx.attrs().integer("axis", 0), x.rank());
  std::vector<int64_t> parts;
  if (ctx.has(1))
    parts = ctx.input(1).ints();
  else
    for (const Dim& d : equalParts(x.shape()[axis], static_cast<int64_t>(ctx.numOutputs())))
      parts.push_back(d.constant());
  int64_t at = 0, stride = x.shape().numel(axis + 1, x.rank());
  for (size_t i = 0; i < ctx.numOutputs(); ++i) {
    Shape shape = x.shape();
    shape[axis] = parts.at(i);
    ctx.require(parts[i] >= 0 && at + parts[i] <= x.shape()[axis], "the parts exceed axis {} of shape {}",
                axis, x.shape().str());
    copyStrided(x, ctx.output(i, x.dtype(), shape), contiguousStrides(x.shape()), at * stride);
    at += parts[i];
  }
  ctx.require(at == x.shape()[axis], "the parts sum to {}, axis {} has {}", at, axis, x.shape()[axis]);
}

}  // namespace

DEFINE_OP(Split) {
  return {
      .name = "Split",
      .doc =
          "Cuts a tensor along one axis: into the extents that input 1 lists, or into equal parts, of which "
          "the last may be smaller.",
      .minInputs = 1,
      .maxInputs = 2,
      .minOutputs = 1,
      .maxOutputs = -1,
      .attrs = {{"axis", AttrKind::kInt, "default 0"},
                {"num_outputs", AttrKind::kInt, "how many equal parts"}},
      .infer = inferSplit,
      .eval = evalSplit,
      .cases = {{"x:f32[2,6] -> y, z, w = Split(x) {axis=1, num_outputs=3}"},
                {"x:f16[7,2] -> y, z = Split(x, i64[2]{2,5})"},
                {"x:i4[2,5] -> y, z = Split(x) {axis=-1, num_outputs=2}"}}};
}
