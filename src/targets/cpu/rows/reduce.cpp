#include "targets/cpu/rows/reduce.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "base/rounding.h"
#include "targets/cpu/launch_tactic.h"
#include "targets/cpu/parallel.h"
#include "targets/cpu/pointwise/passes.h"
#include "targets/cpu/rows/row_functions.h"
#include "targets/cpu/rows/row_stream.h"
#include "targets/cpu/workspace.h"
#include "targets/fused_shapes.h"
#include "targets/strides.h"

namespace tenfold::cpu {
namespace {

enum class Finish : uint8_t { kNone, kMean, kRoot, kLog, kLogSumExp };
struct Row {
  std::string_view name;
  Reduction reduction;
  Finish finish;
};
constexpr Row kRows[] = {
    {"ReduceSum", Reduction::kSum, Finish::kNone},
    {"ReduceMean", Reduction::kSum, Finish::kMean},
    {"ReduceMax", Reduction::kMax, Finish::kNone},
    {"ReduceMin", Reduction::kMin, Finish::kNone},
    {"ReduceProd", Reduction::kProduct, Finish::kNone},
    {"ReduceL1", Reduction::kSumAbs, Finish::kNone},
    {"ReduceL2", Reduction::kSumSquares, Finish::kRoot},
    {"ReduceSumSquare", Reduction::kSumSquares, Finish::kNone},
    {"ReduceLogSum", Reduction::kSum, Finish::kLog},
    {"ReduceLogSumExp", Reduction::kSum, Finish::kLogSumExp},
    {"GlobalAveragePool", Reduction::kSum, Finish::kMean},
    {"GlobalMaxPool", Reduction::kMax, Finish::kNone},
};
constexpr std::string_view kAnchors[] = {
    "ReduceSum", "ReduceMean",      "ReduceMax",    "ReduceMin",       "ReduceProd",        "ReduceL1",
    "ReduceL2",  "ReduceSumSquare", "ReduceLogSum", "ReduceLogSumExp", "GlobalAveragePool", "GlobalMaxPool"};

constexpr int64_t kPiece = 4096;       // elements in the cache at a time
constexpr int64_t kLine = 16;          // floats of a cache line
constexpr int64_t kGrain = 16 * 1024;  // elements per thread at least

// What joins partial results, in which squares and absolute values are taken already.
Reduction combiner(Reduction r) {
  return r == Reduction::kSumAbs || r == Reduction::kSumSquares ? Reduction::kSum : r;
}

std::vector<bool> maskOf(const FusedNode& fused, Descs inputs, int rank) {
  if (!fused.anchor->is("GlobalAveragePool") && !fused.anchor->is("GlobalMaxPool"))
    return reducedAxes(fused, inputs, rank);
  std::vector<bool> mask(static_cast<size_t>(rank), true);
  std::fill_n(mask.begin(), std::min(rank, 2), false);
  return mask;
}

class ReduceLaunch final : public Launch {
 public:
  ReduceLaunch(const Node& node, Descs inputs, Descs outputs);
  size_t workspaceBytes() const override { return passesOffset_ + passes_.workspaceBytes(); }
  void run(const LaunchArgs& args) override;

 private:
  std::vector<int> layOut(const Shape& shape, const std::vector<bool>& reduced, Layout layout);
  void checkOrder(const Shape& shape, const std::vector<bool>& reduced, Layout in,
                  const TensorDesc& out) const;
  void reduceRows(const LaunchArgs& args, float* result, int64_t begin, int64_t end, char* memory) const;
  void reduceColumns(const LaunchArgs& args, float* result, int64_t block, char* memory) const;
  float finish(float x) const;

  Row row_{};
  // The input as [outer, length, inner], of which length is reduced. Row by row where inner is 1.
  int64_t outer_ = 1, length_ = 1, inner_ = 1;
  int64_t piece_ = kPiece, columns_ = 1;  // (inner > 1) columns of one block
  std::optional<RowSource> source_;
  PointwisePasses passes_;
  int resultOutput_ = -1;
  size_t bufferBytes_ = 0, threadBytes_ = 0, resultOffset_ = 0, passesOffset_ = 0;
};

std::vector<int> ReduceLaunch::layOut(const Shape& shape, const std::vector<bool>& reduced, Layout layout) {
  auto isReduced = [&](int d) { return reduced[static_cast<size_t>(d)] != 0; };
  std::vector<int> memory = memoryOrder(shape.rank(), layout), outer, middle, inner;
  // What is kept behind the last reduced axis is reduced column by column.
  while (!memory.empty() && (!isReduced(memory.back()) || shape[memory.back()] == 1)) {
    inner.insert(inner.begin(), memory.back());
    memory.pop_back();
  }
  for (int d : memory) (isReduced(d) ? middle : outer).push_back(d);
  for (int d : outer) outer_ *= shape[d];
  for (int d : middle) length_ *= shape[d];
  for (int d : inner) inner_ *= shape[d];
  std::vector<int> order = outer;
  order.insert(order.end(), middle.begin(), middle.end());
  order.insert(order.end(), inner.begin(), inner.end());
  return order;
}

// Results are written one after the other, so the kept axes must lie in the output as they lie in the input.
void ReduceLaunch::checkOrder(const Shape& shape, const std::vector<bool>& reduced, Layout in,
                              const TensorDesc& out) const {
  std::vector<int> kept, wanted, axisOfOut;
  for (int d : memoryOrder(shape.rank(), in))
    if (!reduced[static_cast<size_t>(d)] && shape[d] != 1) kept.push_back(d);
  for (int d = 0; d < shape.rank(); ++d)
    if (out.shape.rank() == shape.rank() || !reduced[static_cast<size_t>(d)]) axisOfOut.push_back(d);
  for (int d : memoryOrder(static_cast<int>(axisOfOut.size()), out.layout)) {
    int axis = axisOfOut[static_cast<size_t>(d)];
    if (!reduced[static_cast<size_t>(axis)] && shape[axis] != 1) wanted.push_back(axis);
  }
  if (kept != wanted) fail(ErrorKind::kUnsupported, "the output lies in another order than the input");
}

ReduceLaunch::ReduceLaunch(const Node& node, Descs inputs, Descs outputs) {
  FusedNode fused(node, kAnchors);
  if (!fused.anchor) fail(ErrorKind::kUnsupported, "reduces not once");
  row_ = *std::find_if(std::begin(kRows), std::end(kRows),
                       [&](const Row& r) { return fused.anchor->is(r.name); });
  const Value *in = fused.anchor->inputs[0], *out = fused.anchor->outputs[0];
  Shape shape = shapeInside(fused, in, inputs);
  Layout layout = outputs[0].layout;
  for (const TensorDesc& d : inputs)
    if (d.shape == shape) layout = d.layout;
  std::vector<bool> reduced = maskOf(fused, inputs, shape.rank());
  TensorDesc result{DataType::kFloat32, {}, outputs[0].layout, nullptr};
  bool keep = fused.anchor->attrs.integer("keepdims", 1) != 0;
  for (int d = 0; d < shape.rank(); ++d) {
    if (!reduced[static_cast<size_t>(d)])
      result.shape.push_back(shape[d]);
    else if (keep)
      result.shape.push_back(1);
  }
  if (result.shape.rank() != outputs[0].shape.rank()) result.layout = Layout::kPlain;
  if (laneOf(in->dtype) != Lane::kF32) fail(ErrorKind::kUnsupported, "reductions of {}", typeName(in->dtype));
  checkOrder(shape, reduced, layout, result);
  std::vector<int> order = layOut(shape, reduced, layout);
  if (length_ == 0) fail(ErrorKind::kUnsupported, "nothing is reduced");
  source_.emplace(fused, in, inputs, shape, order);

  if (row_.finish == Finish::kLogSumExp) {
    if (inner_ > 1) fail(ErrorKind::kUnsupported, "sums of exponentials by columns");
    piece_ = std::max(kPiece, length_);
  }
  int64_t share = ceilDiv(inner_, threadLimit());
  columns_ = std::clamp<int64_t>(roundUp(share, kLine), kLine, 1024);
  if (outer_ >= threadLimit()) columns_ = std::min<int64_t>(inner_, 1024);
  bufferBytes_ = wholeLines(static_cast<size_t>(std::max(piece_, columns_)) * sizeof(float));
  threadBytes_ = wholeLines(3 * bufferBytes_ + source_->scratchBytes());

  resultOutput_ = fused.outputIndex(out);
  if (out->dtype != DataType::kFloat32) resultOutput_ = -1;
  std::vector<bool> written(outputs.size(), false);
  if (resultOutput_ >= 0) written[static_cast<size_t>(resultOutput_)] = true;
  Internal internal{out, result};
  resultOffset_ = static_cast<size_t>(threadLimit()) * threadBytes_;
  passesOffset_ = resultOffset_ + wholeLines(static_cast<size_t>(outer_ * inner_) * sizeof(float));
  passes_ = PointwisePasses(fused, fused.after, inputs, outputs, {&internal, 1}, written);
}

float ReduceLaunch::finish(float x) const {
  switch (row_.finish) {
    case Finish::kMean:
      return x / static_cast<float>(length_);
    case Finish::kRoot:
      return std::sqrt(x);
    case Finish::kLog:
      return std::log(x);
    default:
      return x;
  }
}

// Whole rows while they are short, else piece by piece.
void ReduceLaunch::reduceRows(const LaunchArgs& args, float* result, int64_t begin, int64_t end,
                              char* memory) const {
  const RowFunctions& f = rowFunctions();
  float* buffer = reinterpret_cast<float*>(memory);
  char* scratch = memory + 2 * bufferBytes_;
  int64_t rows = std::max<int64_t>(1, piece_ / length_);
  for (int64_t r = begin; r < end; r += rows) {
    int64_t count = std::min(rows, end - r);
    if (length_ <= piece_) {
      const float* x = source_->get(args, r * length_, (r + count) * length_, buffer, scratch);
      for (int64_t i = 0; i < count; ++i)
        result[r + i] = row_.finish == Finish::kLogSumExp
                            ? f.logSumExp(x + i * length_, length_)
                            : finish(f.reduce(row_.reduction, x + i * length_, length_));
      continue;
    }
    float total = identityOf(row_.reduction);
    for (int64_t at = 0; at < length_; at += piece_) {
      int64_t n = std::min(piece_, length_ - at);
      const float* x = source_->get(args, r * length_ + at, r * length_ + at + n, buffer, scratch);
      float part = f.reduce(row_.reduction, x, n);
      f.accumulate(combiner(row_.reduction), &total, &part, 1);
    }
    result[r] = finish(total);
  }
}

void ReduceLaunch::reduceColumns(const LaunchArgs& args, float* result, int64_t block, char* memory) const {
  const RowFunctions& f = rowFunctions();
  float *total = reinterpret_cast<float*>(memory), *buffer = reinterpret_cast<float*>(memory + bufferBytes_);
  float* part = reinterpret_cast<float*>(memory + 2 * bufferBytes_);
  char* scratch = memory + 3 * bufferBytes_;
  int64_t blocks = ceilDiv(inner_, columns_), o = block / blocks, first = block % blocks * columns_;
  int64_t n = std::min(columns_, inner_ - first);
  std::fill_n(total, n, identityOf(row_.reduction));
  std::fill_n(part, n, identityOf(row_.reduction));
  // Long sums in one go would lose digits: they are made of short ones.
  constexpr int64_t kLinesOfPart = 128;
  int64_t pending = 0;
  auto flush = [&] {
    f.accumulate(combiner(row_.reduction), total, part, n);
    std::fill_n(part, n, identityOf(row_.reduction));
    pending = 0;
  };
  // A few lines at once where they are computed and follow each other.
  int64_t lines = n == inner_ ? std::max<int64_t>(1, piece_ / n) : 1;
  for (int64_t r = 0; r < length_; r += lines) {
    int64_t count = std::min(lines, length_ - r), from = (o * length_ + r) * inner_ + first;
    const float* x = source_->get(args, from, from + (count - 1) * inner_ + n, buffer, scratch);
    for (int64_t i = 0; i < count; ++i) {
      f.accumulate(row_.reduction, part, x + i * n, n);
      if (++pending == kLinesOfPart) flush();
    }
  }
  flush();
  for (int64_t i = 0; i < n; ++i) result[o * inner_ + first + i] = finish(total[i]);
}

void ReduceLaunch::run(const LaunchArgs& args) {
  char* workspace = static_cast<char*>(args.workspace);
  float* result = resultOutput_ >= 0 ? static_cast<float*>(args.outputs[resultOutput_])
                                     : reinterpret_cast<float*>(workspace + resultOffset_);
  int64_t units = inner_ == 1 ? outer_ : outer_ * ceilDiv(inner_, columns_);
  int64_t perUnit = length_ * (inner_ == 1 ? 1 : std::min(columns_, inner_));
  int threads = threadsFor(units, kGrain / std::max<int64_t>(perUnit, 1) + 1);
  onThreads(threads, [&](int t) {
    char* memory = workspace + static_cast<size_t>(t) * threadBytes_;
    int64_t begin = units * t / threads, end = units * (t + 1) / threads;
    if (inner_ == 1) return reduceRows(args, result, begin, end, memory);
    for (int64_t b = begin; b < end; ++b) reduceColumns(args, result, b, memory);
  });
  void* internal = result;
  passes_.run(args, &internal, workspace + passesOffset_);
}

std::string refuses(const Node& node, const TuningHint& hint) {
  for (const TensorDesc& d : hint.inputs)
    if (d.dtype != DataType::kUndefined && !hasLane(d.dtype))
      return fmt::format("elements are {}", typeName(d.dtype));
  return refusesLaunch<ReduceLaunch>(node, hint);
}

}  // namespace

const Tactic& reduceTactic() {
  static const LaunchTactic tactic("reduce", refuses, makeLaunch<ReduceLaunch>);
  return tactic;
}

}  // namespace tenfold::cpu
