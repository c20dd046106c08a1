#include <algorithm>

#include "base/error.h"
#include "base/rounding.h"
#include "targets/cuda/codegen/expression.h"
#include "targets/cuda/tactics/call_tactic.h"
#include "targets/cuda/tactics/strides.h"
#include "targets/cuda/tactics/tactics.h"
#include "targets/moves.h"

namespace tenfold::cuda {
namespace {

using Kernels = std::vector<std::string>;

constexpr int64_t kThreads = 256;

int32_t int32(int64_t n) { return static_cast<int32_t>(n); }

int bitsOf(Descs in) {
  int bits = typeBits(in[0].dtype);
  if (bits != 2 && bits != 4) fail(ErrorKind::kUnsupported, "elements are {}", typeName(in[0].dtype));
  return bits;
}

CallPlan::Step stepFor(Descs in, int64_t elements, int32_t argument = 0) {
  return {0, blocksFor(ceilDiv(elements, 8 / bitsOf(in)), kThreads) * kThreads, argument};
}

// The elements of one position of the axis.
int64_t setAxis(CallPlan& plan, const Shape& shape, int axis) {
  int64_t inner = shape.numel(axis + 1, shape.rank());
  plan.call.d[0] = divisorOf(std::max<int64_t>(inner, 1));
  return inner;
}

Kernels moveKernels(const Node&, const TuningHint& hint) {
  return {fmt::format("packedMove<{}>", bitsOf(hint.inputs))};
}

CallPlan planMove(const Node& node, Descs in, Descs out) {
  std::vector<Move> moves = planMoves(node, in, out);
  require(moves.size() == 1, "{} moves {} pieces", node.opName(), moves.size());
  const Move& move = moves[0];
  CallPlan plan;
  if (static_cast<size_t>(move.dims.rank()) > std::size(plan.call.d))
    fail(ErrorKind::kUnsupported, "{} axes", move.dims.rank());
  plan.call.count = static_cast<uint32_t>(out[0].shape.numel());
  plan.call.n[1] = move.dims.rank();
  plan.call.n[2] = int32(move.fromOffset);
  for (int d = 0; d < move.dims.rank(); ++d) {
    plan.call.d[d] = divisorOf(std::max<int64_t>(move.dims[d], 1));
    plan.call.n[8 + d] = int32(move.from[d]);
  }
  plan.steps = {stepFor(in, out[0].shape.numel())};
  return plan;
}

Kernels concatKernels(const Node&, const TuningHint& hint) {
  return {fmt::format("packedConcat<{}>", bitsOf(hint.inputs))};
}

CallPlan planConcat(const Node& node, Descs in, Descs out) {
  const Shape& shape = out[0].shape;
  const int axis = normalizeAxis(node.attrs.integer("axis", 0), shape.rank());
  CallPlan plan;
  plan.call.count = static_cast<uint32_t>(shape.numel());
  setAxis(plan, shape, axis);
  plan.call.d[1] = divisorOf(std::max<int64_t>(shape[axis], 1));
  plan.call.n[1] = int32(static_cast<int64_t>(in.size()));
  for (size_t i = 0; i < in.size(); ++i) plan.call.n[9 + i] = plan.call.n[8 + i] + int32(in[i].shape[axis]);
  plan.steps = {stepFor(in, shape.numel())};
  return plan;
}

Kernels splitKernels(const Node& node, const TuningHint& hint) {
  if (node.outputs.size() > std::size(Call{}.out)) fail(ErrorKind::kUnsupported, "it has many outputs");
  return {fmt::format("packedSplit<{}>", bitsOf(hint.inputs))};
}

CallPlan planSplit(const Node& node, Descs in, Descs out) {
  const Shape& shape = in[0].shape;
  const int axis = normalizeAxis(node.attrs.integer("axis", 0), shape.rank());
  CallPlan plan;
  setAxis(plan, shape, axis);
  plan.call.n[1] = int32(shape[axis]);
  int64_t begin = 0;
  for (size_t o = 0; o < out.size(); ++o) {
    if (!isPresent(out, o)) fail(ErrorKind::kUnsupported, "nobody wants output {}", o);
    plan.call.n[8 + o] = int32(begin);
    plan.call.n[16 + o] = int32(out[o].shape.numel());
    plan.call.d[1 + o] = divisorOf(std::max<int64_t>(out[o].shape[axis], 1));
    plan.steps.push_back(stepFor(in, out[o].shape.numel(), int32(static_cast<int64_t>(o))));
    begin += out[o].shape[axis];
  }
  return plan;
}

Kernels gatherKernels(const Node&, const TuningHint& hint) {
  DataType index = hint.inputs[1].dtype;
  if (index != DataType::kInt32 && index != DataType::kInt64)
    fail(ErrorKind::kUnsupported, "indices are {}", typeName(index));
  return {fmt::format("packedGather<{}, {}>", bitsOf(hint.inputs), memoryType(index))};
}

CallPlan planGather(const Node& node, Descs in, Descs out) {
  const Shape& shape = in[0].shape;
  const int axis = normalizeAxis(node.attrs.integer("axis", 0), shape.rank());
  CallPlan plan;
  plan.call.count = static_cast<uint32_t>(out[0].shape.numel());
  setAxis(plan, shape, axis);
  plan.call.d[1] = divisorOf(std::max<int64_t>(in[1].shape.numel(), 1));
  plan.call.n[1] = int32(shape[axis]);
  plan.steps = {stepFor(in, out[0].shape.numel())};
  return plan;
}

constexpr CallRow kRows[] = {
    {"Concat", concatKernels, planConcat}, {"Expand", moveKernels, planMove},
    {"Flatten", moveKernels, planMove},    {"Gather", gatherKernels, planGather},
    {"Identity", moveKernels, planMove},   {"Reshape", moveKernels, planMove},
    {"Slice", moveKernels, planMove},      {"Split", splitKernels, planSplit},
    {"Squeeze", moveKernels, planMove},    {"Tile", moveKernels, planMove},
    {"Transpose", moveKernels, planMove},  {"Unsqueeze", moveKernels, planMove},
};

}  // namespace

const CallFamily kPacked{"packed", "packed.cuh", kRows};

}  // namespace tenfold::cuda
