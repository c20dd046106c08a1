#include <algorithm>
#include <cmath>
#include <limits>

#include "base/error.h"
#include "graph/ir/graph.h"
#include "targets/cuda/cudnn/plan_book.h"
#include "targets/cuda/tactics/generated.h"
#include "targets/cuda/tactics/tactics.h"

namespace tenfold::cuda {
namespace {

constexpr size_t kMostPlans = 6;
enum Operand : size_t { kQuery, kKey, kValue, kMask };

// [batch, heads, length, size] and the strides with which it lies.
struct Heads {
  Shape shape, strides;
  // The last two axes swapped.
  Heads swapped() const {
    Heads h = *this;
    std::swap(h.shape[2], h.shape[3]);
    std::swap(h.strides[2], h.strides[3]);
    return h;
  }
};

Heads headsOf(const Node& node, const Shape& shape, const char* attribute) {
  if (shape.rank() == 4) return {shape, contiguousStrides(shape)};
  if (shape.rank() != 3) fail(ErrorKind::kUnsupported, "an operand has {} axes", shape.rank());
  int64_t heads = node.attrs.integer(attribute, 0);
  require(heads > 0 && shape[2] % heads == 0, "{} elements do not divide into {} heads", shape[2], heads);
  int64_t length = shape[1], size = shape[2] / heads;
  return {{shape[0], heads, length, size}, {length * heads * size, size, heads * size, 1}};
}

// A mask of up to four axes, aligned at the back.
Shape fourAxes(const Shape& shape) {
  Shape four = Shape::filled(4 - shape.rank(), 1);
  for (int64_t d : shape) four.push_back(d);
  return four;
}

void requireForm(const Node& node) {
  if (!node.is("Attention")) fail(ErrorKind::kUnsupported, "it is no attention");
  for (size_t i = kMask + 1; i < node.inputs.size(); ++i)
    if (node.inputs[i]) fail(ErrorKind::kUnsupported, "past keys and numbers of valid keys are not read");
  for (size_t o = 1; o < node.outputs.size(); ++o)
    if (node.outputs[o]) fail(ErrorKind::kUnsupported, "more than the result is wanted");
  for (const char* name : {"left_window_size", "right_window_size"})
    if (node.attrs.integer(name, -1) >= 0) fail(ErrorKind::kUnsupported, "there is a window");
  if (node.attrs.real("softcap", 0) != 0) fail(ErrorKind::kUnsupported, "there is a soft cap");
}

void requireTypes(const Node& node, const TuningHint& hint) {
  DataType type = hint.outputs[0].dtype;
  if (type != DataType::kFloat16 && type != DataType::kBFloat16)
    fail(ErrorKind::kUnsupported, "its engines know f16 and bf16 only, not {}", typeName(type));
  if (hint.outputs[0].layout != Layout::kPlain) fail(ErrorKind::kUnsupported, "it knows plain layout only");
  for (size_t i = 0; i < hint.inputs.size(); ++i) {
    if (!node.inputs[i]) continue;
    if (hint.inputs[i].dtype != type) fail(ErrorKind::kUnsupported, "its operands differ in type");
    if (hint.inputs[i].layout != Layout::kPlain) fail(ErrorKind::kUnsupported, "it knows plain layout only");
  }
  if (!node.hasInput(kMask)) return;
  const TensorDesc& mask = hint.inputs[kMask];
  if (!mask.known || mask.shape.rank() > 4) fail(ErrorKind::kUnsupported, "the mask is no constant");
  // A row that is masked as a whole would become NaN.
  Tensor t(mask.dtype, mask.shape, const_cast<void*>(mask.known));
  for (int64_t i = 0; i < t.numel(); ++i)
    if (!std::isfinite(t.getDouble(i))) fail(ErrorKind::kUnsupported, "the mask is not finite");
}

struct AttentionGraph {
  OperationGraph graph;
  std::vector<OperationGraph::Tensor> tensors;  // queries, keys, values, result, mask
};

// softmax(scale * Q K^T + mask) V, spelled out; the engines recognise it.
AttentionGraph attentionGraph(const Device& device, const Node& node, std::span<const TensorDesc> inputs,
                              const TensorDesc& output) {
  using T = OperationGraph::Tensor;
  AttentionGraph made{OperationGraph(device), {}};
  OperationGraph& g = made.graph;
  Heads q = headsOf(node, inputs[kQuery].shape, "q_num_heads");
  Heads k = headsOf(node, inputs[kKey].shape, "kv_num_heads").swapped();
  Heads v = headsOf(node, inputs[kValue].shape, "kv_num_heads");
  Heads o = headsOf(node, output.shape, "q_num_heads");
  Shape scores{q.shape[0], q.shape[1], q.shape[2], k.shape[3]}, row = scores;
  row[3] = 1;
  if (o.shape.numel() == 0 || scores.numel() == 0) fail(ErrorKind::kUnsupported, "it is empty");
  auto real = [&](const Heads& h) {
    made.tensors.push_back(g.tensor(output.dtype, h.shape, h.strides));
    return made.tensors.back();
  };
  T tq = real(q), tk = real(k), tv = real(v), to = real(o);
  auto next = [&] { return g.temporary(DataType::kFloat32, scores); };
  T at = next();
  g.matmul(tq, tk, at);
  auto binary = [&](cudnnPointwiseMode_t mode, T other) {
    T to = next();
    g.pointwise(mode, at, other, to);
    at = to;
  };
  double scale = node.attrs.real("scale", 0);
  if (scale == 0) scale = 1 / std::sqrt(static_cast<double>(q.shape[3]));
  binary(CUDNN_POINTWISE_MUL, g.scalar(static_cast<float>(scale), 4));
  if (node.hasInput(kMask)) {
    Shape mask = fourAxes(inputs[kMask].shape);
    Shape rows{mask[0], mask[1], scores[2], scores[3]};
    binary(CUDNN_POINTWISE_ADD, real({rows, broadcastStrides(mask, rows)}));
  }
  if (node.attrs.integer("is_causal", 0)) {
    T rows = g.temporary(DataType::kInt32, scores), columns = g.temporary(DataType::kInt32, scores);
    g.index(at, 2, rows);
    g.index(at, 3, columns);
    T seen = g.temporary(DataType::kBool, scores), masked = next();
    g.isNotLess(rows, columns, seen);
    g.select(seen, at, g.scalar(-std::numeric_limits<float>::max(), 4), masked);
    at = masked;
  }
  T top = g.temporary(DataType::kFloat32, row), sum = g.temporary(DataType::kFloat32, row);
  g.reduction(CUDNN_REDUCE_TENSOR_MAX, at, top);
  binary(CUDNN_POINTWISE_SUB, top);
  T powers = next();
  g.pointwise({CUDNN_POINTWISE_EXP}, at, powers);
  g.reduction(CUDNN_REDUCE_TENSOR_ADD, powers, sum);
  // Nobody wants the logarithms of the sums, but the engines know softmax with them only.
  T logarithm = g.temporary(DataType::kFloat32, row);
  g.pointwise({CUDNN_POINTWISE_LOG}, sum, logarithm);
  g.pointwise(CUDNN_POINTWISE_ADD, top, logarithm, g.temporary(DataType::kFloat32, row));
  T probabilities = g.temporary(output.dtype, scores);
  g.pointwise(CUDNN_POINTWISE_DIV, powers, sum, probabilities);
  g.matmul(probabilities, tv, to);
  g.finish();
  return made;
}

class AttentionLaunch final : public Launch {
 public:
  explicit AttentionLaunch(DnnLaunch launch, bool hasMask) : launch_(std::move(launch)), hasMask_(hasMask) {}
  size_t workspaceBytes() const override { return launch_.workspaceBytes(); }
  void run(const LaunchArgs& args) override {
    void* addresses[] = {args.inputs[kQuery], args.inputs[kKey], args.inputs[kValue], args.outputs[0],
                         hasMask_ ? args.inputs[kMask] : nullptr};
    launch_.run(std::span<void* const>(addresses, hasMask_ ? 5 : 4), args.workspace, args.stream);
  }

 private:
  DnnLaunch launch_;
  const bool hasMask_;
};

class AttentionKernel final : public Kernel {
 public:
  AttentionKernel(const Device& device, const Node& node, const CompiledKernel& compiled)
      : device_(device), node_(node), plans_(compiled.config, true, compiled.blobs) {}
  std::unique_ptr<Launch> prepare(std::span<const TensorDesc> inputs,
                                  std::span<const TensorDesc> outputs) const override {
    AttentionGraph made = attentionGraph(device_, node_, inputs, outputs[0]);
    return std::make_unique<AttentionLaunch>(
        DnnLaunch(plans_.find(made.graph), made.tensors, made.graph.scalars()), node_.hasInput(kMask));
  }

 private:
  const Device& device_;
  const Node& node_;
  const PlanBook plans_;
};

double estimate(const Device& device, const Node& node, const TuningHint& hint) {
  Heads q = headsOf(node, hint.inputs[kQuery].shape, "q_num_heads");
  Heads k = headsOf(node, hint.inputs[kKey].shape, "kv_num_heads");
  double operations = 4.0 * static_cast<double>(q.shape.numel()) * static_cast<double>(k.shape[2]);
  return std::max(operations / (0.5 * device.halfRate), bytesMoved(hint) / (0.7 * device.bandwidth)) +
         device.launchSeconds;
}

class CudnnAttentionTactic final : public Tactic {
 public:
  explicit CudnnAttentionTactic(const Device& device) : device_(device) {}
  std::string_view name() const override { return "cudnn-attention"; }
  std::string refuses(const Node& node, const TuningHint& hint) const override {
    try {
      requireForm(node);
      if (!hint.knownRanks) return "the ranks are not known";
      requireTypes(node, hint);
      if (std::string why = cudnnMissing(); !why.empty()) return why;
      AttentionGraph made = attentionGraph(device_, node, hint.inputs, hint.outputs[0]);
      if (workingEngines(made.graph, true, false, 1).empty()) return "cuDNN has no engine for it";
    } catch (const Error& e) {
      return e.what();
    }
    return "";
  }

  std::vector<Candidate> candidates(const Node& node, const TuningHint& hint) const override {
    AttentionGraph made = attentionGraph(device_, node, hint.inputs, hint.outputs[0]);
    double seconds = estimate(device_, node, hint);
    std::vector<Candidate> found;
    for (std::string& engine : workingEngines(made.graph, true, false, device_.exists() ? kMostPlans : 1))
      found.push_back({std::move(engine), seconds * (1 + 0.01 * static_cast<double>(found.size()))});
    return found;
  }

  CompiledKernel compile(const Node& node, const std::string& config, const TuningHint& hint) const override {
    AttentionGraph made = attentionGraph(device_, node, hint.inputs, hint.outputs[0]);
    return {std::string(name()), config, PlanBook::blobs(made.graph, config),
            std::vector<uint8_t>(node.inputs.size(), 0)};
  }

  std::unique_ptr<Kernel> load(const Node& node, const CompiledKernel& compiled) const override {
    return std::make_unique<AttentionKernel>(device_, node, compiled);
  }

 private:
  const Device& device_;
};

}  // namespace

std::unique_ptr<Tactic> makeCudnnAttention(const Device& device) {
  return std::make_unique<CudnnAttentionTactic>(device);
}

}  // namespace tenfold::cuda
