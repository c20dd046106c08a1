#include <algorithm>

#include "base/error.h"
#include "targets/cuda/codegen/expression.h"
#include "targets/cuda/tactics/call_tactic.h"
#include "targets/cuda/tactics/loop_axes.h"
#include "targets/cuda/tactics/strides.h"
#include "targets/cuda/tactics/tactics.h"

namespace tenfold::cuda {
namespace {

using Kernels = std::vector<std::string>;

const char* floats(const TuningHint& hint) {
  DataType type = hint.inputs[0].dtype;
  if (!isFloat(type)) fail(ErrorKind::kUnsupported, "elements are {}", typeName(type));
  return memoryType(type);
}
int32_t int32(int64_t n) { return static_cast<int32_t>(n); }

struct Reduction {
  std::string_view op;
  const char *how, *map;
};
constexpr Reduction kReductions[] = {
    {"ReduceL1", "Sum", "kMagnitude"}, {"ReduceMax", "Most", "kPlain"},
    {"ReduceMin", "Least", "kPlain"},  {"ReduceProd", "Product", "kPlain"},
    {"ReduceSum", "Sum", "kPlain"},    {"ReduceSumSquare", "Sum", "kSquared"}};

Kernels reductionKernels(const Node& node, const TuningHint& hint) {
  DataType type = hint.inputs[0].dtype;
  if (isFloat(type) && type != DataType::kFloat64) fail(ErrorKind::kUnsupported, "rows reduces floats");
  auto row = std::find_if(std::begin(kReductions), std::end(kReductions),
                          [&](const Reduction& r) { return node.is(r.op); });
  return {fmt::format("reduceWide<{}, {}, {}>", memoryType(type), row->how, row->map)};
}

std::vector<bool> reducedAxes(const Node& node, Descs in) {
  int rank = in[0].shape.rank();
  std::vector<int64_t> axes;
  if (isPresent(in, 1)) axes = requireInts(in, 1);
  bool all = axes.empty() && node.attrs.integer("noop_with_empty_axes", 0) == 0;
  std::vector<bool> reduced(static_cast<size_t>(rank), all);
  for (int64_t a : axes) reduced[static_cast<size_t>(normalizeAxis(a, rank))] = true;
  return reduced;
}

void setAxes(Call& call, const LoopAxes& axes, int stride, int divisor) {
  constexpr int kMostAxes = 6;
  if (axes.rank() > kMostAxes) fail(ErrorKind::kUnsupported, "reduction along {} axes", axes.rank());
  for (int a = 0; a < axes.rank(); ++a) {
    auto k = static_cast<size_t>(a);
    call.n[stride + a] = int32(axes.strides[0][k]);
    call.d[divisor + a] = divisorOf(axes.extents[k]);
  }
}

CallPlan planReduction(const Node& node, Descs in, Descs out) {
  std::vector<bool> reduced = reducedAxes(node, in);
  std::vector<int> kept, gone;
  for (int d = 0; d < in[0].shape.rank(); ++d) (reduced[static_cast<size_t>(d)] ? gone : kept).push_back(d);
  LoopAxes results(in[0].shape, kept, {stridesOf(in[0])}), parts(in[0].shape, gone, {stridesOf(in[0])});
  CallPlan plan;
  plan.call.count = static_cast<uint32_t>(out[0].shape.numel());
  plan.call.n[1] = results.rank();
  plan.call.n[2] = parts.rank();
  plan.call.n[3] = int32(parts.numel());
  setAxes(plan.call, results, 8, 0);
  setAxes(plan.call, parts, 16, 6);
  plan.steps = {{0, out[0].shape.numel() * 32}};
  return plan;
}

Kernels fourierKernels(const Node& node, const TuningHint& hint) {
  bool inverse = node.attrs.integer("inverse", 0) != 0;
  return {fmt::format("discreteFourier<{}, {}, {}>", floats(hint), inverse,
                      inverse && node.attrs.integer("onesided", 0) != 0)};
}

CallPlan planFourier(const Node& node, Descs in, Descs out) {
  const Shape &x = in[0].shape, &y = out[0].shape;
  int axis = normalizeAxis(isPresent(in, 2) ? requireInts(in, 2).at(0) : -2, x.rank());
  bool toReal = node.attrs.integer("inverse", 0) != 0 && node.attrs.integer("onesided", 0) != 0;
  int64_t length = isPresent(in, 1) ? requireInts(in, 1).at(0) : toReal ? 2 * (x[axis] - 1) : x[axis];
  CallPlan plan = onePerItem(y.numel() / y.back());
  plan.call.d[0] = divisorOf(x.numel(axis + 1, x.rank() - 1));
  plan.call.d[1] = divisorOf(y[axis]);
  plan.call.n[1] = int32(x[axis]);
  plan.call.n[2] = int32(length);
  plan.call.n[3] = int32(x.back());
  plan.call.n[4] = int32(y.back());
  return plan;
}

Kernels frameKernels(const Node&, const TuningHint& hint) {
  requireInts(hint.inputs, 1);
  return {fmt::format("shortTimeFourier<{}>", floats(hint))};
}

CallPlan planFrames(const Node&, Descs in, Descs out) {
  const Shape &x = in[0].shape, &y = out[0].shape;
  CallPlan plan = onePerItem(y.numel() / 2);
  plan.call.d[0] = divisorOf(y[2]);
  plan.call.d[1] = divisorOf(y[1]);
  plan.call.n[1] = int32(x[1]);
  plan.call.n[2] = int32(isPresent(in, 3)   ? requireInts(in, 3).at(0)
                         : isPresent(in, 2) ? in[2].shape.numel()
                                            : x[1]);
  plan.call.n[3] = int32(requireInts(in, 1).at(0));
  plan.call.n[4] = int32(x.rank() == 3 ? x[2] : 1);
  return plan;
}

Kernels determinantKernels(const Node&, const TuningHint& hint) {
  return {fmt::format("determinant<{}>", floats(hint))};
}

CallPlan planDeterminant(const Node&, Descs in, Descs out) {
  CallPlan plan = onePerItem(out[0].shape.numel());
  plan.call.n[1] = int32(in[0].shape.back());
  plan.workspace = static_cast<size_t>(in[0].shape.numel()) * sizeof(double);
  return plan;
}

Kernels rotationKernels(const Node& node, const TuningHint& hint) {
  if (node.hasInput(3) && hint.inputs[3].dtype != DataType::kInt64)
    fail(ErrorKind::kUnsupported, "positions of another type");
  return {fmt::format("rotate<{}, {}, {}>", floats(hint), hint.inputs[0].shape.rank() == 3,
                      node.attrs.integer("interleaved", 0) != 0)};
}

CallPlan planRotation(const Node& node, Descs in, Descs) {
  const Shape& x = in[0].shape;
  CallPlan plan = onePerItem(x.numel());
  bool inside = x.rank() == 3;
  int64_t heads = inside ? node.attrs.integer("num_heads", 0) : x[1];
  if (heads <= 0) fail(ErrorKind::kUnsupported, "the number of heads is not given");
  int64_t size = inside ? x[2] / heads : x[3];
  plan.call.d[0] = divisorOf(size);
  plan.call.d[1] = divisorOf(inside ? heads : x[2]);
  plan.call.d[2] = divisorOf(inside ? x[1] : heads);
  int64_t rotated = node.attrs.integer("rotary_embedding_dim", 0);
  plan.call.n[1] = int32((rotated ? rotated : size) / 2);
  return plan;
}

constexpr CallRow kRows[] = {
    {"DFT", fourierKernels, planFourier},
    {"Det", determinantKernels, planDeterminant},
    {"ReduceL1", reductionKernels, planReduction},
    {"ReduceMax", reductionKernels, planReduction},
    {"ReduceMin", reductionKernels, planReduction},
    {"ReduceProd", reductionKernels, planReduction},
    {"ReduceSum", reductionKernels, planReduction},
    {"ReduceSumSquare", reductionKernels, planReduction},
    {"RotaryEmbedding", rotationKernels, planRotation},
    {"STFT", frameKernels, planFrames},
};

}  // namespace

const CallFamily kSums{"sums", "sums.cuh", kRows};

}  // namespace tenfold::cuda
