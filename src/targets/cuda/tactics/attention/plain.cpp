#include <algorithm>

#include "base/error.h"
#include "targets/cuda/codegen/expression.h"
#include "targets/cuda/tactics/attention/present.h"
#include "targets/cuda/tactics/generated.h"
#include "targets/cuda/tactics/tactics.h"

namespace tenfold::cuda {
namespace {

using N = AttentionNode;
constexpr unsigned kThreads = 128;     // kPlainThreads
constexpr int64_t kMostBlocks = 2048;  // each has scores of its own
constexpr int32_t kFar = 1 << 29;

// PlainAttentionParams of kernels/attention_plain.cuh.
struct Params {
  const void *q, *k, *v, *mask, *pastK, *pastV;
  const int64_t* valid;
  void *out, *shown, *scratch;
  int32_t qs[4], ks[4], vs[4], pastKs[4], pastVs[4], outs[4], maskStrides[4];
  int32_t queries, keys, past, hasPast, maskKeys, left, right, size, valueSize, stage;
  uint32_t rows;
  FastDivisor queriesOf, heads, group;
  double scale, softcap, empty;
};

DataType typeOf(Descs descs, const N::Operand& o) { return descs[static_cast<size_t>(o.index)].dtype; }

void checkSupported(const N::Operands& o, Descs inputs, Descs outputs) {
  DataType type = typeOf(inputs, o.in[N::kQuery]);
  auto require = [](bool ok, const char* what) {
    if (!ok) fail(ErrorKind::kUnsupported, "{}", what);
  };
  require(isFloat(type) && isFloat(typeOf(inputs, o.in[N::kValue])), "it computes with floats only");
  require(typeOf(inputs, o.in[N::kKey]) == type, "queries and keys differ in type");
  memoryType(type);
  memoryType(typeOf(inputs, o.in[N::kValue]));
  for (size_t i : {N::kPastKey, N::kPastValue})
    require(!o.in[i].exists() || typeOf(inputs, o.in[i]) == typeOf(inputs, o.in[i - 3]),
            "the past differs in type");
  for (const N::Operand& x : o.out)
    require(!x.exists() || x.index < 0 || hasRegisterType(typeOf(outputs, x)), "the result's type");
  if (o.in[N::kMask].exists()) memoryType(typeOf(inputs, o.in[N::kMask]));
}

class PlainLaunch final : public Launch {
 public:
  PlainLaunch(const N& node, const Module& module, Descs inputs, Descs outputs)
      : operands_(node.operands(inputs, outputs)),
        copies_(operands_, inputs, module),
        function_(module.function("attention")) {
    checkSupported(operands_, inputs, outputs);
    for (size_t i = 0; i < N::kInputs; ++i)
      if (operands_.in[i].exists())
        offsets_[i] = operands_.in[i].offset * typeBits(typeOf(inputs, operands_.in[i])) / 8;
    const N::Operand& out = operands_.out[N::kResult];
    if (out.exists()) outOffset_ = out.offset * typeBits(typeOf(outputs, out)) / 8;
    setParams(node);
    int64_t real = typeOf(inputs, operands_.in[N::kQuery]) == DataType::kFloat64 ? 8 : 4;
    int64_t blocks = std::min<int64_t>(params_.rows, kMostBlocks);
    grid_.blocks[0] = static_cast<unsigned>(blocks);
    grid_.threads = kThreads;
    workspace_ = static_cast<size_t>(blocks * operands_.keys() * real);
  }
  size_t workspaceBytes() const override { return workspace_; }

  void run(const LaunchArgs& args) override {
    copies_.run(args);
    auto input = [&](size_t i) -> const void* {
      const N::Operand& o = operands_.in[i];
      return o.exists() ? static_cast<const char*>(args.inputs[o.index]) + offsets_[i] : nullptr;
    };
    auto output = [&](size_t i, int64_t offset) -> void* {
      const N::Operand& o = operands_.out[i];
      return o.exists() ? static_cast<char*>(args.outputs[o.index]) + offset : nullptr;
    };
    params_.q = input(N::kQuery);
    params_.k = input(N::kKey);
    params_.v = input(N::kValue);
    params_.mask = input(N::kMask);
    params_.pastK = input(N::kPastKey);
    params_.pastV = input(N::kPastValue);
    params_.valid = static_cast<const int64_t*>(input(N::kValidKeys));
    params_.out = output(N::kResult, outOffset_);
    params_.shown = output(N::kScores, 0);
    params_.scratch = args.workspace;
    void* parameters[] = {&params_};
    if (params_.out || params_.shown) launch(function_, grid_, parameters, args.stream);
  }

 private:
  void setParams(const N& node) {
    const N::Operands& o = operands_;
    const Attributes& attrs = node.anchor->attrs;
    auto set = [](int32_t(&to)[4], const N::Operand& from) {
      for (size_t i = 0; i < 4; ++i) to[i] = static_cast<int32_t>(from.strides[i]);
    };
    set(params_.qs, o.in[N::kQuery]);
    set(params_.ks, o.in[N::kKey]);
    set(params_.vs, o.in[N::kValue]);
    set(params_.pastKs, o.in[N::kPastKey]);
    set(params_.pastVs, o.in[N::kPastValue]);
    set(params_.outs, o.out[N::kResult]);
    set(params_.maskStrides, o.in[N::kMask]);
    params_.queries = static_cast<int32_t>(o.queries());
    params_.keys = static_cast<int32_t>(o.keys());
    params_.past = static_cast<int32_t>(o.past());
    params_.hasPast = o.in[N::kPastKey].exists();
    params_.maskKeys = static_cast<int32_t>(o.maskKeys);
    int64_t left = attrs.integer("left_window_size", -1), right = attrs.integer("right_window_size", -1);
    params_.left = left < 0 ? kFar : static_cast<int32_t>(std::min<int64_t>(left, kFar));
    params_.right = right < 0 ? kFar : static_cast<int32_t>(std::min<int64_t>(right, kFar));
    if (attrs.integer("is_causal", 0)) params_.right = 0;
    params_.size = static_cast<int32_t>(o.size());
    params_.valueSize = static_cast<int32_t>(o.valueSize());
    params_.stage = static_cast<int32_t>(attrs.integer("qk_matmul_output_mode", 0));
    params_.rows = static_cast<uint32_t>(o.batch() * o.heads() * o.queries());
    params_.queriesOf = divisorOf(o.queries());
    params_.heads = divisorOf(o.heads());
    params_.group = divisorOf(o.heads() / o.kvHeads());
    params_.scale = node.scale(o.size());
    params_.softcap = attrs.real("softcap", 0);
    params_.empty = node.withoutKeys();
  }

  const N::Operands operands_;
  PresentCopies copies_;
  CUfunction function_;
  int64_t offsets_[N::kInputs] = {}, outOffset_ = 0;
  Params params_{};
  Grid grid_;
  size_t workspace_ = 0;
};

std::string refuses(const Device&, const Node& node, const TuningHint& hint) {
  return reasonOf(
      [&] { checkSupported(N(node).operands(hint.inputs, hint.outputs), hint.inputs, hint.outputs); });
}

std::vector<Candidate> candidates(const Device& device, const Node& node, const TuningHint& hint) {
  N::Operands o = N(node).operands(hint.inputs, hint.outputs);
  double products = static_cast<double>(o.batch() * o.heads() * o.queries()) * static_cast<double>(o.keys()) *
                    static_cast<double>(o.size() + o.valueSize());
  constexpr double kPerSecond = 5e11;
  return {{"", products / kPerSecond + memorySeconds(device, hint)}};
}

std::string generate(const Node& node, const std::string&, const TuningHint& hint) {
  N::Operands o = N(node).operands(hint.inputs, hint.outputs);
  DataType query = typeOf(hint.inputs, o.in[N::kQuery]), value = typeOf(hint.inputs, o.in[N::kValue]);
  const N::Operand& mask = o.in[N::kMask];
  DataType maskType = mask.exists() ? typeOf(hint.inputs, mask) : DataType::kBool;
  return fmt::format(
             "#include \"attention_plain.cuh\"\n#include \"attention_present.cuh\"\n"
             "struct C {{\n  typedef {} Query;\n  typedef {} Value;\n  typedef {} Mask;\n  typedef {} Real;\n"
             "  static constexpr int MASK = {};\n}};\n"
             "extern \"C\" __global__ void __launch_bounds__({}) attention(PlainAttentionParams p) {{ "
             "attendPlainly<C>(p); }}\n",
             memoryType(query), memoryType(value), memoryType(maskType),
             query == DataType::kFloat64 ? "double" : "float",
             !mask.exists()                ? 0
             : maskType == DataType::kBool ? 1
                                           : 2,
             kThreads) +
         presentCode(query, value);
}

std::unique_ptr<Kernel> makeKernel(KernelParts parts) {
  return kernelOf([node = N(parts.node), module = std::move(parts.module)](Descs inputs, Descs outputs) {
    return std::make_unique<PlainLaunch>(node, *module, inputs, outputs);
  });
}

}  // namespace

const GeneratedFamily kPlainAttention{"plain-attention", refuses, candidates, generate, makeKernel};

}  // namespace tenfold::cuda
