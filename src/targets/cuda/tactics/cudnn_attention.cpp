#include <algorithm>
#include <cmath>
#include <limits>

#include "base/error.h"
#include "graph/ir/graph.h"
#include "targets/cuda/cudnn/plan_book.h"
#include "targets/cuda/tactics/attention/node.h"
#include "targets/cuda/tactics/generated.h"
#include "targets/cuda/tactics/tactics.h"

namespace tenfold::cuda {
namespace {

using N = AttentionNode;
constexpr size_t kMostPlans = 6;

// [batch, heads, length, size] and the strides with which it lies.
struct Heads {
  Shape shape, strides;
  explicit Heads(const N::Operand& o) : shape(o.extents), strides(o.strides.begin(), o.strides.end()) {}
  // The last two axes swapped.
  Heads swapped() const {
    Heads h = *this;
    std::swap(h.shape[2], h.shape[3]);
    std::swap(h.strides[2], h.strides[3]);
    return h;
  }
};

void requireForm(const Node& anchor) {
  for (size_t i = N::kMask + 1; i < anchor.inputs.size(); ++i)
    if (anchor.inputs[i]) fail(ErrorKind::kUnsupported, "past keys and numbers of valid keys are not read");
  for (size_t o = 1; o < anchor.outputs.size(); ++o)
    if (anchor.outputs[o]) fail(ErrorKind::kUnsupported, "more than the result is wanted");
  for (const char* name : {"left_window_size", "right_window_size"})
    if (anchor.attrs.integer(name, -1) >= 0) fail(ErrorKind::kUnsupported, "there is a window");
  if (anchor.attrs.real("softcap", 0) != 0) fail(ErrorKind::kUnsupported, "there is a soft cap");
}

const TensorDesc& resultOf(const N::Operands& o, std::span<const TensorDesc> outputs) {
  return outputs[static_cast<size_t>(o.out[N::kResult].index)];
}

// A row whose masks are all infinite, or become so when they are multiplied by log2(e), would be NaN.
void requireMask(const N& node, const N::Operands& o, const TensorDesc& mask) {
  if (o.maskKeys != o.keys()) fail(ErrorKind::kUnsupported, "the mask is shorter than the keys");
  if (node.anchor->attrs.integer("bounded_mask", 0)) return;
  if (!mask.known) fail(ErrorKind::kUnsupported, "nothing shows that the mask is finite");
  Tensor t(mask.dtype, mask.shape, const_cast<void*>(mask.known));
  for (int64_t i = 0; i < t.numel(); ++i)
    if (!std::isfinite(t.getDouble(i))) fail(ErrorKind::kUnsupported, "the mask is not finite");
}

void requireTypes(const N& node, const N::Operands& o, const TuningHint& hint) {
  constexpr int64_t kAligned = 8;  // elements: 16 bytes
  DataType type = resultOf(o, hint.outputs).dtype;
  if (type != DataType::kFloat16 && type != DataType::kBFloat16)
    fail(ErrorKind::kUnsupported, "its engines know f16 and bf16 only, not {}", typeName(type));
  for (const N::Operand& operand : o.in) {
    if (!operand.exists()) continue;
    if (hint.inputs[static_cast<size_t>(operand.index)].dtype != type)
      fail(ErrorKind::kUnsupported, "its operands differ in type");
    if (operand.offset % kAligned) fail(ErrorKind::kUnsupported, "an operand begins between 16 bytes");
  }
  if (o.out[N::kResult].offset % kAligned)
    fail(ErrorKind::kUnsupported, "the result begins between 16 bytes");
  if (o.in[N::kMask].exists()) requireMask(node, o, hint.inputs[static_cast<size_t>(o.in[N::kMask].index)]);
}

struct AttentionGraph {
  OperationGraph graph;
  std::vector<OperationGraph::Tensor> tensors;  // queries, keys, values, result, mask
};

// softmax(scale * Q K^T + mask) V, spelled out; the engines recognise it.
AttentionGraph attentionGraph(const Device& device, const N& node, const N::Operands& operands,
                              DataType type) {
  using T = OperationGraph::Tensor;
  AttentionGraph made{OperationGraph(device), {}};
  OperationGraph& g = made.graph;
  Heads q(operands.in[N::kQuery]), k = Heads(operands.in[N::kKey]).swapped(), v(operands.in[N::kValue]),
                                   o(operands.out[N::kResult]);
  Shape scores{q.shape[0], q.shape[1], q.shape[2], k.shape[3]}, row = scores;
  row[3] = 1;
  if (o.shape.numel() == 0 || scores.numel() == 0) fail(ErrorKind::kUnsupported, "it is empty");
  auto real = [&](const Heads& h) {
    made.tensors.push_back(g.tensor(type, h.shape, h.strides));
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
  binary(CUDNN_POINTWISE_MUL, g.scalar(static_cast<float>(node.scale(q.shape[3])), 4));
  if (operands.in[N::kMask].exists()) {
    Heads mask(operands.in[N::kMask]);
    for (int axis : {0, 1})
      if (mask.strides[axis] == 0) mask.shape[axis] = 1;
    binary(CUDNN_POINTWISE_ADD, real(mask));
  }
  if (node.anchor->attrs.integer("is_causal", 0)) {
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
  T probabilities = g.temporary(type, scores);
  g.pointwise(CUDNN_POINTWISE_DIV, powers, sum, probabilities);
  g.matmul(probabilities, tv, to);
  g.finish();
  return made;
}

class AttentionLaunch final : public Launch {
 public:
  AttentionLaunch(DnnLaunch launch, N::Operands operands) : launch_(std::move(launch)), operands_(operands) {}
  size_t workspaceBytes() const override { return launch_.workspaceBytes(); }
  void run(const LaunchArgs& args) override {
    constexpr int64_t kBytes = 2;  // of an element
    auto at = [](const void* memory, const N::Operand& o) {
      return static_cast<char*>(const_cast<void*>(memory)) + kBytes * o.offset;
    };
    auto input = [&](N::Input i) -> void* {
      const N::Operand& o = operands_.in[i];
      return o.exists() ? at(args.inputs[o.index], o) : nullptr;
    };
    const N::Operand& result = operands_.out[N::kResult];
    void* addresses[] = {input(N::kQuery), input(N::kKey), input(N::kValue),
                         at(args.outputs[result.index], result), input(N::kMask)};
    launch_.run(std::span<void* const>(addresses, addresses[4] ? 5 : 4), args.workspace, args.stream);
  }

 private:
  DnnLaunch launch_;
  const N::Operands operands_;
};

class AttentionKernel final : public Kernel {
 public:
  AttentionKernel(const Device& device, const Node& node, const CompiledKernel& compiled)
      : device_(device), node_(node), plans_(compiled.config, true, compiled.blobs) {}
  std::unique_ptr<Launch> prepare(std::span<const TensorDesc> inputs,
                                  std::span<const TensorDesc> outputs) const override {
    N::Operands operands = node_.operands(inputs, outputs);
    AttentionGraph made = attentionGraph(device_, node_, operands, resultOf(operands, outputs).dtype);
    return std::make_unique<AttentionLaunch>(
        DnnLaunch(plans_.find(made.graph), made.tensors, made.graph.scalars()), operands);
  }

 private:
  const Device& device_;
  const N node_;
  const PlanBook plans_;
};

double estimate(const Device& device, const N::Operands& o, const TuningHint& hint) {
  double operations =
      4.0 * static_cast<double>(o.in[N::kQuery].extents.numel()) * static_cast<double>(o.keys());
  return std::max(operations / (0.5 * device.halfRate), bytesMoved(hint) / (0.7 * device.bandwidth)) +
         device.launchSeconds;
}

AttentionGraph graphOf(const Device& device, const Node& node, const TuningHint& hint) {
  N attention(node);
  N::Operands operands = attention.operands(hint.inputs, hint.outputs);
  return attentionGraph(device, attention, operands, resultOf(operands, hint.outputs).dtype);
}

class CudnnAttentionTactic final : public Tactic {
 public:
  explicit CudnnAttentionTactic(const Device& device) : device_(device) {}
  std::string_view name() const override { return "cudnn-attention"; }
  std::string refuses(const Node& node, const TuningHint& hint) const override {
    try {
      N attention(node);
      requireForm(*attention.anchor);
      if (!hint.knownRanks) return "the ranks are not known";
      requireTypes(attention, attention.operands(hint.inputs, hint.outputs), hint);
      if (std::string why = cudnnMissing(); !why.empty()) return why;
      AttentionGraph made = graphOf(device_, node, hint);
      if (workingEngines(made.graph, true, false, 1).empty()) return "cuDNN has no engine for it";
    } catch (const Error& e) {
      return e.what();
    }
    return "";
  }

  std::vector<Candidate> candidates(const Node& node, const TuningHint& hint) const override {
    AttentionGraph made = graphOf(device_, node, hint);
    double seconds = estimate(device_, N(node).operands(hint.inputs, hint.outputs), hint);
    std::vector<Candidate> found;
    for (std::string& engine : workingEngines(made.graph, true, false, device_.exists() ? kMostPlans : 1))
      found.push_back({std::move(engine), seconds * (1 + 0.01 * static_cast<double>(found.size()))});
    return found;
  }

  CompiledKernel compile(const Node& node, const std::string& config, const TuningHint& hint) const override {
    AttentionGraph made = graphOf(device_, node, hint);
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
