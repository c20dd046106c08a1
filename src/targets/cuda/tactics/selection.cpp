#include <algorithm>
#include <bit>
#include <cstring>

#include "base/error.h"
#include "base/rounding.h"
#include "targets/cuda/codegen/expression.h"
#include "targets/cuda/tactics/call_tactic.h"
#include "targets/cuda/tactics/strides.h"
#include "targets/cuda/tactics/tactics.h"

namespace tenfold::cuda {
namespace {

using Kernels = std::vector<std::string>;

constexpr int64_t kThreads = 256, kWarp = 32;
constexpr int64_t kFlagChunk = 8 * kThreads;  // of kernels/selection.cuh
constexpr int64_t kShortLane = 16;            // one thread is enough for so many elements

const char* elements(const TuningHint& hint, size_t input = 0) {
  return memoryType(hint.inputs[input].dtype);
}
int axisOf(const Node& node, const Shape& shape, int64_t fallback) {
  return normalizeAxis(node.attrs.integer("axis", fallback), shape.rank());
}
int64_t lanesOf(const Call& call, const Shape& shape) {
  return shape.numel() / std::max<int64_t>(call.n[1], 1);
}
int64_t wholeBlocks(int64_t count) { return roundUp(count, kThreads); }

Kernels argKernels(const Node& node, const TuningHint& hint) {
  bool last = node.attrs.integer("select_last_index", 0) != 0;
  Kernels kernels;
  for (int64_t lanes : {int64_t{1}, kWarp})
    kernels.push_back(
        fmt::format("argReduce<{}, {}, {}, {}>", elements(hint), node.is("ArgMax"), last, lanes));
  return kernels;
}

CallPlan planArg(const Node& node, Descs in, Descs) {
  CallPlan plan;
  setLanes(plan.call, in[0].shape, axisOf(node, in[0].shape, 0));
  int64_t lanes = lanesOf(plan.call, in[0].shape);
  plan.call.count = static_cast<uint32_t>(lanes);
  bool byWarp = plan.call.n[2] == 1 && plan.call.n[1] > kShortLane;
  plan.steps = {{byWarp ? size_t{1} : 0, wholeBlocks(lanes * (byWarp ? kWarp : 1))}};
  return plan;
}

Kernels cumulativeKernels(const Node& node, const TuningHint& hint) {
  requireInts(hint.inputs, 1);
  const char* how = node.is("CumSum") ? "Sum" : "Product";
  return {fmt::format("cumulateLanes<{}, {}>", elements(hint), how),
          fmt::format("cumulateBlock<{}, {}>", elements(hint), how)};
}

CallPlan planCumulative(const Node& node, Descs in, Descs) {
  const Shape& shape = in[0].shape;
  CallPlan plan;
  setLanes(plan.call, shape, normalizeAxis(requireInts(in, 1).at(0), std::max(shape.rank(), 1)));
  int64_t lanes = lanesOf(plan.call, shape);
  plan.call.count = static_cast<uint32_t>(lanes);
  plan.call.n[3] = node.attrs.integer("exclusive", 0) != 0;
  plan.call.n[4] = node.attrs.integer("reverse", 0) != 0;
  bool byBlock = plan.call.n[1] > kWarp;
  plan.steps = {{byBlock ? size_t{1} : 0, byBlock ? lanes * kThreads : wholeBlocks(lanes)}};
  return plan;
}

Kernels topKernels(const Node& node, const TuningHint& hint) {
  const char* type = elements(hint);
  bool largest = node.attrs.integer("largest", 1) != 0;
  return {fmt::format("topSorted<{}, {}>", type, largest), fmt::format("topSelected<{}, {}>", type, largest),
          fmt::format("topFill<{}, {}>", type, largest), fmt::format("topPass<{}>", type),
          fmt::format("topWrite<{}>", type)};
}

// The passes of a bitonic sort of runs of `size` elements, `items` in all.
void appendSort(CallPlan& plan, int64_t size, int64_t items) {
  plan.steps.push_back({2, wholeBlocks(items)});
  int levels = std::countr_zero(static_cast<uint64_t>(size));
  for (int run = 1; run <= levels; ++run)
    for (int gap = run - 1; gap >= 0; --gap)
      plan.steps.push_back({3, wholeBlocks(items / 2), run * 32 + gap});
}

Kernels hardmaxKernels(const Node&, const TuningHint& hint) {
  return {fmt::format("hardmax<{}, {}>", elements(hint), bytesType(typeBits(hint.inputs[0].dtype) / 8))};
}

CallPlan planHardmax(const Node& node, Descs in, Descs) {
  CallPlan plan;
  setLanes(plan.call, in[0].shape, axisOf(node, in[0].shape, -1));
  int64_t lanes = lanesOf(plan.call, in[0].shape);
  plan.call.count = static_cast<uint32_t>(lanes);
  uint32_t one = 0;
  Tensor scalar = Tensor::scalar(in[0].dtype, 1);
  std::memcpy(&one, scalar.data(), std::min(sizeof one, scalar.bytes()));
  if (typeBits(in[0].dtype) > 32) fail(ErrorKind::kUnsupported, "elements are {}", typeName(in[0].dtype));
  plan.call.n[3] = static_cast<int32_t>(one);
  plan.steps = {{0, wholeBlocks(lanes * kWarp)}};
  return plan;
}

CallPlan planTop(const Node& node, Descs in, Descs out) {
  constexpr int64_t kSortedAtOnce = 4096, kMostSelected = 2048;  // kernels/topk.cuh
  constexpr int64_t kFew = 128, kLong = 512;                     // where selecting is faster than sorting
  const Shape& shape = in[0].shape;
  int axis = axisOf(node, shape, -1);
  CallPlan plan;
  setLanes(plan.call, shape, axis);
  const Shape& chosen = (isPresent(out, 0) ? out[0] : out[1]).shape;
  int64_t extent = shape[axis], k = chosen[axis], lanes = lanesOf(plan.call, shape);
  bool isWide = typeBits(in[0].dtype) == 64;
  require(k <= extent, "k is {}; the axis has {} elements", k, extent);
  plan.call.n[3] = static_cast<int32_t>(k);
  auto setSize = [&](int64_t n) {
    plan.call.n[4] = static_cast<int32_t>(std::bit_ceil(static_cast<uint64_t>(std::max<int64_t>(n, 1))));
    return int64_t{plan.call.n[4]};
  };
  if (k == 0) return plan;
  bool selects = k <= kFew && extent >= kLong;
  if (!selects && extent <= kSortedAtOnce / (isWide ? 2 : 1)) {
    setSize(extent);
    plan.steps = {{0, lanes * kThreads}};
  } else if (k <= kMostSelected) {
    setSize(k);
    plan.steps = {{1, lanes * kThreads}};
  } else {
    int64_t size = setSize(extent), items = lanes * size;
    if (items >= int64_t{1} << 31) fail(ErrorKind::kUnsupported, "{} elements to be sorted", items);
    plan.call.count = static_cast<uint32_t>(items);
    plan.call.d[1] = divisorOf(size);
    plan.workspace = static_cast<size_t>(items) * (isWide ? 12 : 8);
    appendSort(plan, size, items);
    plan.steps.push_back({4, lanes * kThreads});
  }
  return plan;
}

// The steps that list which of `count` elements of input `input` are not zero.
CallPlan planFlags(int64_t count) {
  CallPlan plan;
  int64_t blocks = std::max<int64_t>(ceilDiv(count, kFlagChunk), 1);
  plan.call.n[1] = static_cast<int32_t>(count);
  plan.call.n[2] = static_cast<int32_t>(blocks);
  plan.steps = {{0, blocks * kThreads}, {1, kThreads}, {2, blocks * kThreads}};
  plan.workspace = static_cast<size_t>(1 + blocks + count) * sizeof(uint32_t);
  return plan;
}

Kernels flagKernels(const char* type, int input, std::string last) {
  return {fmt::format("countFlags<{}, {}>", type, input), "offsetsOfCounts",
          fmt::format("listFlags<{}, {}>", type, input), std::move(last)};
}

Kernels nonZeroKernels(const Node&, const TuningHint& hint) {
  return flagKernels(elements(hint), 0, "coordinates");
}

CallPlan planNonZero(const Node&, Descs in, Descs) {
  const Shape& shape = in[0].shape;
  CallPlan plan = planFlags(shape.numel());
  constexpr int kMostAxes = 8;
  if (shape.rank() > kMostAxes) fail(ErrorKind::kUnsupported, "{} axes", shape.rank());
  plan.call.n[8] = plan.call.n[16] = 1;
  Shape strides = stridesOf(in[0]);
  for (int d = 0; d < shape.rank(); ++d) {
    plan.call.n[8 + d] = static_cast<int32_t>(shape[d]);
    plan.call.n[16 + d] = static_cast<int32_t>(strides[d]);
  }
  return plan;
}

std::vector<Shape> nonZeroShapes(const Node&, Descs in, int64_t count) {
  return {{std::max(in[0].shape.rank(), 1), count}};
}

bool hasAxis(const Node& node) { return node.attrs.has("axis"); }

Kernels compressKernels(const Node&, const TuningHint& hint) {
  if (!isPlainBytes(hint.inputs[0].dtype)) fail(ErrorKind::kUnsupported, "packed elements");
  return flagKernels(elements(hint, 1), 1,
                     fmt::format("takeChosen<{}>", bytesType(typeBits(hint.inputs[0].dtype) / 8)));
}

CallPlan planCompress(const Node& node, Descs in, Descs) {
  const Shape& shape = in[0].shape;
  int axis = hasAxis(node) ? axisOf(node, shape, 0) : 0;
  int64_t extent = hasAxis(node) ? shape[axis] : shape.numel(),
          inner = hasAxis(node) ? shape.numel(axis + 1, shape.rank()) : 1;
  CallPlan plan = planFlags(std::min(in[1].shape.numel(), extent));
  plan.call.n[3] = static_cast<int32_t>(extent);
  plan.call.n[4] = static_cast<int32_t>(inner);
  plan.call.d[1] = divisorOf(inner);
  return plan;
}

std::vector<Shape> compressShapes(const Node& node, Descs in, int64_t count) {
  if (!hasAxis(node)) return {{count}};
  Shape shape = in[0].shape;
  shape[axisOf(node, shape, 0)] = count;
  return {shape};
}

Kernels suppressionKernels(const Node& node, const TuningHint& hint) {
  for (size_t i : {3, 4})
    if (isPresent(hint.inputs, i) && hint.inputs[i].dtype != DataType::kFloat32)
      fail(ErrorKind::kUnsupported, "thresholds of type {}", typeName(hint.inputs[i].dtype));
  return {fmt::format("suppress<{}, {}>", elements(hint), node.attrs.integer("center_point_box", 0) != 0),
          "offsetsOfCounts", "writeSuppressed"};
}

CallPlan planSuppression(const Node&, Descs in, Descs) {
  const Shape& scores = in[1].shape;
  int64_t lists = scores[0] * scores[1], boxes = scores[2], room = boxes;
  if (auto limit = knownInts(in, 2); limit && !limit->empty())
    room = std::clamp<int64_t>(limit->at(0), 0, boxes);
  CallPlan plan;
  plan.call.n[1] = static_cast<int32_t>(boxes);
  plan.call.n[2] = static_cast<int32_t>(lists);
  plan.call.n[3] = static_cast<int32_t>(room);
  plan.call.n[4] = static_cast<int32_t>(scores[1]);
  plan.steps = {{0, lists * kThreads}, {1, kThreads}};
  plan.workspace = static_cast<size_t>((1 + lists + lists * room) * 4 + lists * boxes);
  return plan;
}

std::vector<Shape> suppressionShapes(const Node&, Descs, int64_t count) { return {{count, 3}}; }

constexpr CallRow kRows[] = {
    {"ArgMax", argKernels, planArg},
    {"ArgMin", argKernels, planArg},
    {"CumSum", cumulativeKernels, planCumulative},
    {"CumProd", cumulativeKernels, planCumulative},
    {"Hardmax", hardmaxKernels, planHardmax},
    {"TopK", topKernels, planTop},
    {"NonZero", nonZeroKernels, planNonZero, nonZeroShapes},
    {"Compress", compressKernels, planCompress, compressShapes},
    {"NonMaxSuppression", suppressionKernels, planSuppression, suppressionShapes},
};

}  // namespace

const CallFamily kSelection{"selection", "suppression.cuh", kRows};

}  // namespace tenfold::cuda
