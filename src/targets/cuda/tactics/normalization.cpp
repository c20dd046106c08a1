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

constexpr int64_t kThreads = 256, kWarp = 32;

const char* floats(DataType type) {
  if (!isFloat(type) || typeBits(type) > 32 || typeBits(type) < 16)
    fail(ErrorKind::kUnsupported, "elements are {}", typeName(type));
  return memoryType(type);
}
const char* floats(const TuningHint& hint, size_t input = 0) { return floats(hint.inputs[input].dtype); }
int32_t int32(int64_t n) { return static_cast<int32_t>(n); }
float epsilonOf(const Node& node) { return static_cast<float>(node.attrs.real("epsilon", 1e-5)); }

Kernels groupKernels(const Node&, const TuningHint& hint) {
  return {fmt::format("groupNormalize<{}, {}>", floats(hint), floats(hint, 1))};
}

CallPlan planGroups(const Node& node, Descs in, Descs) {
  const Shape& x = in[0].shape;
  int64_t groups = node.attrs.integer("num_groups", 0), area = x.numel(2, x.rank());
  require(groups > 0 && x[1] % groups == 0, "{} channels do not divide into {} groups", x[1], groups);
  CallPlan plan;
  plan.call.n[1] = int32(x[1] / groups * area);
  plan.call.n[2] = int32(x[1] / groups);
  plan.call.n[3] = int32(groups);
  plan.call.d[0] = divisorOf(area);
  plan.call.f[0] = epsilonOf(node);
  plan.steps = {{0, plan.call.n[1] ? x[0] * groups * kThreads : 0}};
  return plan;
}

Kernels batchKernels(const Node& node, const TuningHint& hint) {
  if (node.attrs.integer("training_mode", 0)) fail(ErrorKind::kUnsupported, "statistics of the batch");
  return {fmt::format("batchNormalize<{}, {}, {}>", floats(hint), floats(hint, 1), floats(hint, 3))};
}

CallPlan planBatch(const Node& node, Descs in, Descs) {
  const Shape& x = in[0].shape;
  CallPlan plan = onePerItem(x.numel());
  plan.call.d[0] = divisorOf(x.rank() > 1 ? x.numel(2, x.rank()) : x.numel());
  plan.call.d[1] = divisorOf(x.rank() > 1 ? x[1] : 1);
  plan.call.f[0] = epsilonOf(node);
  return plan;
}

DataType statisticsType(const TuningHint& hint) {
  for (size_t o = 1; o < hint.outputs.size(); ++o)
    if (hint.outputs[o].dtype != DataType::kUndefined) return hint.outputs[o].dtype;
  fail(ErrorKind::kUnsupported, "no statistics are wanted");
}

Kernels statisticsKernels(const Node&, const TuningHint& hint) {
  return {fmt::format("normalizeWithStatistics<{}, {}, {}>", floats(hint), floats(hint, 1),
                      floats(statisticsType(hint)))};
}

CallPlan planStatistics(const Node& node, Descs in, Descs) {
  const Shape& x = in[0].shape;
  int axis = normalizeAxis(node.attrs.integer("axis", -1), x.rank());
  Shape run(x.begin() + axis, x.end());
  std::vector<Shape> strides{broadcastStridesOf(in[1], run)};
  strides.push_back(isPresent(in, 2) ? broadcastStridesOf(in[2], run) : strides[0]);
  std::vector<int> order;
  for (int d = 0; d < run.rank(); ++d) order.push_back(d);
  LoopAxes axes(run, order, strides);
  constexpr int kMostAxes = 8;
  if (axes.rank() > kMostAxes) fail(ErrorKind::kUnsupported, "scales along {} axes", axes.rank());
  CallPlan plan;
  plan.call.n[1] = int32(run.numel());
  plan.call.n[2] = axes.rank();
  for (int a = 0; a < axes.rank(); ++a) {
    auto k = static_cast<size_t>(a);
    plan.call.d[a] = divisorOf(axes.extents[k]);
    plan.call.n[8 + a] = int32(axes.strides[0][k]);
    plan.call.n[16 + a] = int32(axes.strides[1][k]);
  }
  plan.call.f[0] = epsilonOf(node);
  plan.steps = {{0, x.numel(0, axis) * kThreads}};
  return plan;
}

Kernels lengthKernels(const Node& node, const TuningHint& hint) {
  return {fmt::format("normalizeLength<{}, {}>", floats(hint), node.attrs.integer("p", 2) == 2)};
}

CallPlan planLength(const Node& node, Descs in, Descs) {
  const Shape& x = in[0].shape;
  CallPlan plan;
  setLanes(plan.call, x, normalizeAxis(node.attrs.integer("axis", -1), x.rank()));
  int64_t lanes = x.numel() / std::max<int64_t>(plan.call.n[1], 1);
  plan.call.count = static_cast<uint32_t>(lanes);
  plan.steps = {{0, lanes * kWarp}};
  return plan;
}

bool fromScores(const Node& node) { return node.is("SoftmaxCrossEntropyLoss"); }

Kernels lossKernels(const Node& node, const TuningHint& hint) {
  std::string reduction = node.attrs.text("reduction", "mean");
  const char* how = reduction == "none" ? "kEach" : reduction == "sum" ? "kTotal" : "kMean";
  return {fmt::format("likelihood<{}, {}, {}, {}>", floats(hint), memoryType(hint.inputs[1].dtype), how,
                      fromScores(node)),
          fmt::format("logProbabilities<{}, {}>", floats(hint), node.output(1) != nullptr)};
}

CallPlan planLoss(const Node& node, Descs in, Descs) {
  const Shape& x = in[0].shape;
  int64_t lanes = in[1].shape.numel();
  CallPlan plan = onePerItem(lanes);
  setLanes(plan.call, x, 1);
  plan.call.n[3] = node.attrs.has("ignore_index");
  plan.call.n[4] = int32(node.attrs.integer("ignore_index", 0));
  int64_t threads = plan.steps[0].threads;
  plan.steps.clear();
  if (fromScores(node)) {
    plan.steps.push_back({1, threads});
    plan.workspace = static_cast<size_t>(x.numel()) * sizeof(float);
  }
  plan.steps.push_back({0, node.attrs.text("reduction", "mean") == "none" ? threads : kThreads});
  return plan;
}

constexpr CallRow kRows[] = {
    {"BatchNormalization", batchKernels, planBatch},
    {"GroupNormalization", groupKernels, planGroups},
    {"LayerNormalization", statisticsKernels, planStatistics},
    {"LpNormalization", lengthKernels, planLength},
    {"NegativeLogLikelihoodLoss", lossKernels, planLoss},
    {"SoftmaxCrossEntropyLoss", lossKernels, planLoss},
};

}  // namespace

const CallFamily kNormalization{"normalization", "normalization.cuh", kRows};

}  // namespace tenfold::cuda
