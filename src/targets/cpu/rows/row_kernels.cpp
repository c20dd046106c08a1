#include "targets/cpu/rows/row_kernels.h"

#include <algorithm>

#include "base/error.h"
#include "targets/cpu/launch_tactic.h"
#include "targets/cpu/parallel.h"
#include "targets/cpu/rows/row_functions.h"
#include "targets/cpu/rows/row_stream.h"
#include "targets/cpu/workspace.h"
#include "targets/strides.h"

namespace tenfold::cpu {
namespace {

// A kernel's parameters for its rows.
struct RowContext {
  const RowFunctions& f;
  int64_t length;  // of a row
  float epsilon;
  const float *scale, *bias;  // null: 1 and 0
  int64_t segments;           // (per channel) pieces of a row with a scale of their own
  int64_t channels;           // (per channel) scales are repeated after so many
};
using RowFunction = void (*)(const RowContext&, int64_t row, const float* x, float* out);

void softmaxRow(const RowContext& c, int64_t, const float* x, float* out) { c.f.softmax(x, out, c.length); }
void logSoftmaxRow(const RowContext& c, int64_t, const float* x, float* out) {
  c.f.logSoftmax(x, out, c.length);
}
void layerRow(const RowContext& c, int64_t, const float* x, float* out) {
  c.f.normalize(x, out, c.length, true, c.epsilon, c.scale, c.bias);
}
void rmsRow(const RowContext& c, int64_t, const float* x, float* out) {
  c.f.normalize(x, out, c.length, false, c.epsilon, c.scale, nullptr);
}
// Instance and group normalization: a scale and a bias for each channel, of which a row holds `segments`.
void channelRow(const RowContext& c, int64_t row, const float* x, float* out) {
  c.f.normalize(x, out, c.length, true, c.epsilon, nullptr, nullptr);
  int64_t n = c.length / c.segments;
  for (int64_t s = 0; s < c.segments; ++s) {
    int64_t channel = (row * c.segments + s) % c.channels;
    c.f.affine(out + s * n, out + s * n, n, c.scale[channel], c.bias ? c.bias[channel] : 0);
  }
}

enum class Axes { kOne, kTrailing, kSpatial, kGroup };
struct Row {
  std::string_view name;
  RowFunction run;
  Axes axes;
  double epsilon;
};
constexpr Row kRows[] = {
    {"Softmax", softmaxRow, Axes::kOne, 0},
    {"LogSoftmax", logSoftmaxRow, Axes::kOne, 0},
    {"LayerNormalization", layerRow, Axes::kTrailing, 1e-5},
    {"RMSNormalization", rmsRow, Axes::kTrailing, 1e-5},
    {"InstanceNormalization", channelRow, Axes::kSpatial, 1e-5},
    {"GroupNormalization", channelRow, Axes::kGroup, 1e-5},
};

constexpr std::string_view kAnchors[] = {
    "Softmax",           "LogSoftmax", "LayerNormalization", "RMSNormalization", "InstanceNormalization",
    "GroupNormalization"};

class RowLaunch final : public Launch {
 public:
  RowLaunch(const Node& node, Descs inputs, Descs outputs);
  size_t workspaceBytes() const override { return static_cast<size_t>(threadLimit()) * threadBytes_; }
  void run(const LaunchArgs& args) override;

 private:
  std::vector<int> layOut(const Row& row, const Node& anchor, const Shape& shape, Layout layout);
  int parameter(const FusedNode& fused, size_t input, Descs inputs, int64_t elements);
  void runRows(const LaunchArgs& args, const RowContext& context, int64_t begin, int64_t end,
               char* memory) const;

  RowFunction run_ = nullptr;
  int64_t rows_ = 1, length_ = 1, segments_ = 1, channels_ = 1;
  int64_t chunk_ = 1;  // rows at a time
  float epsilon_ = 0;
  int scale_ = -1, bias_ = -1;  // inputs of the node
  std::optional<RowSource> source_;
  std::optional<RowSink> sink_;
  size_t bufferBytes_ = 0, threadBytes_ = 0;
};

// Sets rows and lengths; the axes in the order [rows..., row].
std::vector<int> RowLaunch::layOut(const Row& row, const Node& anchor, const Shape& shape, Layout layout) {
  int rank = shape.rank();
  auto isReduced = [&, axis = row.axes == Axes::kOne || row.axes == Axes::kTrailing
                                  ? normalizeAxis(anchor.attrs.integer("axis", -1), rank)
                                  : 2](int d) { return row.axes == Axes::kOne ? d == axis : d >= axis; };
  if (row.axes == Axes::kGroup) {
    if (layout != Layout::kPlain) fail(ErrorKind::kUnsupported, "groups of channels in channels-last layout");
    int64_t groups = anchor.attrs.integer("num_groups", 1);
    channels_ = shape[1];
    segments_ = channels_ / groups;
    rows_ = shape[0] * groups;
    length_ = segments_ * shape.numel(2, rank);
    return memoryOrder(rank, layout);
  }
  std::vector<int> order, last;
  for (int d : memoryOrder(rank, layout)) (isReduced(d) ? last : order).push_back(d);
  for (int d : order) rows_ *= shape[d];
  for (int d : last) length_ *= shape[d];
  if (row.axes == Axes::kTrailing && !std::is_sorted(last.begin(), last.end()))
    fail(ErrorKind::kUnsupported, "the scale lies in another order than the input");
  if (row.axes == Axes::kSpatial) channels_ = shape[1];
  order.insert(order.end(), last.begin(), last.end());
  return order;
}

// The node's input that is the anchor's input `input`, a float tensor of so many elements in row order.
int RowLaunch::parameter(const FusedNode& fused, size_t input, Descs inputs, int64_t elements) {
  if (!fused.anchor->hasInput(input)) return -1;
  int index = fused.inputIndex(fused.anchor->inputs[input]);
  if (index < 0) fail(ErrorKind::kUnsupported, "scale or bias lies inside the region");
  const TensorDesc& d = inputs[static_cast<size_t>(index)];
  if (d.dtype != DataType::kFloat32 || d.layout != Layout::kPlain || d.shape.numel() != elements)
    fail(ErrorKind::kUnsupported, "scale or bias is {}{}, expected {} floats", typeName(d.dtype),
         d.shape.str(), elements);
  return index;
}

RowLaunch::RowLaunch(const Node& node, Descs inputs, Descs outputs) {
  FusedNode fused(node, kAnchors);
  if (!fused.anchor) fail(ErrorKind::kUnsupported, "works on rows with one anchor only");
  const Row& row = *std::find_if(std::begin(kRows), std::end(kRows),
                                 [&](const Row& r) { return fused.anchor->is(r.name); });
  for (size_t o = 1; o < fused.anchor->outputs.size(); ++o)
    if (fused.anchor->outputs[o]) fail(ErrorKind::kUnsupported, "statistics are asked for");
  const Shape& shape = outputs[0].shape;
  int own = fused.inputIndex(fused.anchor->inputs[0]);
  Layout layout = own >= 0 ? inputs[static_cast<size_t>(own)].layout : outputs[0].layout;
  if (shape.numel() == 0) {
    rows_ = 0;
    return;
  }
  run_ = row.run;
  std::vector<int> order = layOut(row, *fused.anchor, shape, layout);
  epsilon_ = static_cast<float>(fused.anchor->attrs.real("epsilon", row.epsilon));
  if (row.axes != Axes::kOne) {
    int64_t elements = row.run == channelRow ? channels_ : length_;
    scale_ = parameter(fused, 1, inputs, elements);
    bias_ = parameter(fused, 2, inputs, elements);
  }
  source_.emplace(fused, fused.anchor->inputs[0], inputs, shape, order);
  sink_.emplace(fused, inputs, outputs, order);
  constexpr int64_t kChunkElements = 4096;
  chunk_ = std::clamp<int64_t>(kChunkElements / length_, 1, rows_);
  bufferBytes_ = wholeLines(static_cast<size_t>(chunk_ * length_) * sizeof(float));
  threadBytes_ = wholeLines(2 * bufferBytes_ + std::max(source_->scratchBytes(), sink_->scratchBytes()));
}

void RowLaunch::runRows(const LaunchArgs& args, const RowContext& context, int64_t begin, int64_t end,
                        char* memory) const {
  float *in = reinterpret_cast<float*>(memory), *out = reinterpret_cast<float*>(memory + bufferBytes_);
  char* scratch = memory + 2 * bufferBytes_;
  for (int64_t r = begin; r < end; r += chunk_) {
    int64_t count = std::min(chunk_, end - r), from = r * length_, to = (r + count) * length_;
    const float* x = source_->get(args, from, to, in, scratch);
    float* y = sink_->place(args, from, out);
    for (int64_t i = 0; i < count; ++i) run_(context, r + i, x + i * length_, y + i * length_);
    sink_->put(args, from, to, y, scratch);
  }
}

void RowLaunch::run(const LaunchArgs& args) {
  if (rows_ == 0) return;
  auto input = [&](int i) { return i < 0 ? nullptr : static_cast<const float*>(args.inputs[i]); };
  RowContext context{rowFunctions(), length_, epsilon_, input(scale_), input(bias_), segments_, channels_};
  constexpr int64_t kGrainElements = 8192;
  int threads = threadsFor(rows_, kGrainElements / length_ + 1);
  onThreads(threads, [&](int t) {
    runRows(args, context, rows_ * t / threads, rows_ * (t + 1) / threads,
            static_cast<char*>(args.workspace) + static_cast<size_t>(t) * threadBytes_);
  });
}

}  // namespace

const Tactic& rowsTactic() {
  static const LaunchTactic tactic("rows", refusesLaunch<RowLaunch>, makeLaunch<RowLaunch>);
  return tactic;
}

}  // namespace tenfold::cpu
