#include "targets/fused_shapes.h"

#include "graph/ops/op_def.h"
#include "targets/tactic_support.h"

namespace tenfold {

Shape shapeInside(const FusedNode& fused, const Value* v, Descs inputs) {
  if (int i = fused.inputIndex(v); i >= 0) return inputs[static_cast<size_t>(i)].shape;
  if (v->isConstant()) return v->constant.shape();
  Shape shape;
  for (const Value* in : v->producer->inputs)
    if (in) shape = broadcastShapes(shape, shapeInside(fused, in, inputs));
  return shape;
}

std::vector<bool> reducedAxes(const FusedNode& fused, Descs inputs, int rank) {
  const Node& anchor = *fused.anchor;
  std::vector<int64_t> axes;
  if (anchor.hasInput(1)) {
    const Value* v = anchor.inputs[1];
    int i = fused.inputIndex(v);
    if (!v->isConstant() && i < 0) fail(ErrorKind::kUnsupported, "its axes are computed inside the region");
    axes = v->isConstant() ? v->constant.ints() : requireInts(inputs, static_cast<size_t>(i));
  }
  bool all = axes.empty() && anchor.attrs.integer("noop_with_empty_axes", 0) == 0;
  std::vector<bool> reduced(static_cast<size_t>(rank), all);
  for (int64_t a : axes) reduced[static_cast<size_t>(normalizeAxis(a, rank))] = true;
  return reduced;
}

}  // namespace tenfold
