#include <algorithm>
#include <bit>

#include "base/error.h"
#include "targets/cuda/codegen/expression.h"
#include "targets/cuda/tactics/call_tactic.h"
#include "targets/cuda/tactics/strides.h"
#include "targets/cuda/tactics/tactics.h"

namespace tenfold::cuda {
namespace {

constexpr int64_t kThreads = 256;

enum Step : size_t { kFill, kPass, kGroups, kFirsts, kRanks };

bool isSorted(const Node& node) { return node.attrs.integer("sorted", 1) != 0; }

std::vector<std::string> uniqueKernels(const Node& node, const TuningHint& hint) {
  DataType type = hint.inputs[0].dtype;
  if (!isPlainBytes(type)) fail(ErrorKind::kUnsupported, "packed elements");
  const char* name = memoryType(type);
  return {"uniqueFill",
          fmt::format("uniquePass<{}>", name),
          fmt::format("uniqueGroups<{}>", name),
          fmt::format("uniqueFirsts<{}>", name),
          "uniqueRanks",
          fmt::format("uniqueWrite<{}, {}>", bytesType(typeBits(type) / 8), isSorted(node))};
}

// A bitonic sort of the slices' positions, a launch for each pass, then the groups.
CallPlan planUnique(const Node& node, Descs in, Descs) {
  const Shape& shape = in[0].shape;
  int64_t slices = shape.numel(), together = 1, all = 1;
  if (node.attrs.has("axis")) {
    int axis = normalizeAxis(node.attrs.integer("axis", 0), shape.rank());
    slices = shape[axis];
    together = shape.numel(axis + 1, shape.rank());
    all = together * shape.numel(0, axis);
  }
  if (slices && !all) fail(ErrorKind::kUnsupported, "slices without elements");
  const auto sorted = std::bit_ceil(static_cast<uint64_t>(std::max<int64_t>(slices, 1)));
  requireSmall(static_cast<int64_t>(sorted));
  auto int32 = [](int64_t n) { return static_cast<int32_t>(n); };
  CallPlan plan;
  plan.call.count = static_cast<uint32_t>(sorted);
  plan.call.n[1] = int32(slices);
  plan.call.n[2] = int32(together);
  plan.call.n[3] = int32(all);
  plan.call.n[4] = int32(static_cast<int64_t>(sorted));
  plan.call.d[0] = divisorOf(std::max<int64_t>(together, 1));
  plan.call.d[1] = divisorOf(std::max<int64_t>(all, 1));
  plan.workspace = (1 + sorted + 2 * static_cast<size_t>(slices) + 1) * sizeof(uint32_t);
  auto whole = [](int64_t items) { return blocksFor(items, kThreads) * kThreads; };
  plan.steps = {{kFill, whole(plan.call.count)}};
  for (int run = 1; run <= std::countr_zero(sorted); ++run)
    for (int gap = run - 1; gap >= 0; --gap)
      plan.steps.push_back({kPass, whole(plan.call.count / 2), run * 32 + gap});
  plan.steps.push_back({kGroups, kThreads});
  if (!isSorted(node)) {
    plan.steps.push_back({kFirsts, whole(slices)});
    plan.steps.push_back({kRanks, kThreads});
  }
  return plan;
}

std::vector<Shape> uniqueShapes(const Node& node, Descs in, int64_t count) {
  Shape shape = in[0].shape, list{count};
  int64_t slices = shape.numel();
  if (node.attrs.has("axis")) {
    int axis = normalizeAxis(node.attrs.integer("axis", 0), shape.rank());
    slices = shape[axis];
    shape[axis] = count;
  } else {
    shape = list;
  }
  return {shape, list, Shape{slices}, list};
}

constexpr CallRow kRows[] = {{"Unique", uniqueKernels, planUnique, uniqueShapes}};

}  // namespace

const CallFamily kUnique{"unique", "unique.cuh", kRows};

}  // namespace tenfold::cuda
