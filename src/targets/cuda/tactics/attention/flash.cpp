#include <algorithm>

#include "base/error.h"
#include "base/rounding.h"
#include "targets/cuda/codegen/expression.h"
#include "targets/cuda/tactics/attention/flash_config.h"
#include "targets/cuda/tactics/attention/present.h"
#include "targets/cuda/tactics/generated.h"
#include "targets/cuda/tactics/tactics.h"

namespace tenfold::cuda {
namespace {

using N = AttentionNode;
constexpr int kPartThreads = 128;  // of the kernel that joins splits
constexpr int64_t kVectorBytes = 16;
constexpr int32_t kFar = 1 << 29;  // a window without end

struct Strides3 {
  int32_t batch, head, row;
};
// AttentionParams of kernels/attention.cuh.
struct Params {
  const void *q, *k, *v, *mask, *pastK, *pastV;
  const int64_t* valid;
  void* out;
  float* partial;
  Strides3 qs, ks, vs, pastKs, pastVs, outs;
  int32_t maskStrides[4], maskPairs;
  int32_t queries, keys, past, maskKeys, left, right;
  int32_t packed, rows, batches;
  FastDivisor rowBlocks, splits, items, shared, queriesOf;
  float scale, softcap, empty;
};

Strides3 stridesOf(const N::Operand& o) {
  return {static_cast<int32_t>(o.strides[0]), static_cast<int32_t>(o.strides[1]),
          static_cast<int32_t>(o.strides[2])};
}

constexpr size_t kRows[] = {N::kQuery, N::kKey, N::kValue, N::kPastKey, N::kPastValue};

template <typename F>
void eachRowOperand(const N::Operands& o, F f) {
  for (size_t i : kRows)
    if (o.in[i].exists()) f(o.in[i]);
  f(o.out[N::kResult]);
}

// Whether rows can be moved by 16 bytes.
bool isAligned(const N::Operands& o, int64_t bytes) {
  bool aligned = true;
  auto fits = [&](int64_t elements) { return elements * bytes % kVectorBytes == 0; };
  eachRowOperand(o, [&](const N::Operand& x) {
    aligned = aligned && fits(x.offset) && fits(x.extents[3]);
    for (size_t i = 0; i < 3; ++i) aligned = aligned && fits(x.strides[i]);
  });
  return aligned;
}

bool hasWindow(const Attributes& attrs) {
  return attrs.integer("is_causal", 0) != 0 || attrs.integer("left_window_size", -1) >= 0 ||
         attrs.integer("right_window_size", -1) >= 0;
}

void checkSupported(const N& node, const N::Operands& o, Descs inputs) {
  auto refuse = [](const char* why) { fail(ErrorKind::kUnsupported, "{}", why); };
  DataType type = inputs[static_cast<size_t>(o.in[N::kQuery].index)].dtype;
  if (type != DataType::kFloat16 && type != DataType::kBFloat16 && type != DataType::kFloat32)
    refuse("it computes with 16- and 32-bit floats only");
  eachRowOperand(o, [&](const N::Operand& x) {
    if (x.strides[3] != 1 && x.extents[3] > 1) refuse("elements of a head lie apart");
  });
  for (size_t i : kRows)
    if (o.in[i].exists() && inputs[static_cast<size_t>(o.in[i].index)].dtype != type)
      refuse("the operands differ in type");
  if (o.out[N::kScores].exists()) refuse("the scores are wanted");
  if (!o.out[N::kResult].exists()) refuse("the result is not wanted");
  auto size = node.headSize(), valueSize = node.valueSize();
  if (!size || !valueSize) refuse("head sizes change at run time");
  constexpr int64_t kLargestHead = 256;
  if (*size < 1 || *valueSize < 1 || *size > kLargestHead || *valueSize > kLargestHead)
    refuse("head sizes must lie between 1 and 256");
  if (o.in[N::kMask].exists()) {
    DataType mask = inputs[static_cast<size_t>(o.in[N::kMask].index)].dtype;
    if (mask != DataType::kBool && mask != DataType::kFloat16 && mask != DataType::kBFloat16 &&
        mask != DataType::kFloat32)
      refuse("the mask is neither bool nor float");
  }
  if (!(node.scale(*size) > 0)) refuse("the scale is not positive");
  if (node.anchor->attrs.real("softcap", 0) < 0) refuse("the soft cap is negative");
}

FlashMath mathOf(DataType type, bool tf32) {
  if (type == DataType::kFloat16) return FlashMath::kHalf;
  if (type == DataType::kBFloat16) return FlashMath::kBrain;
  return tf32 ? FlashMath::kTf32 : FlashMath::kExact;
}

class FlashLaunch final : public Launch {
 public:
  FlashLaunch(const N& node, const FlashConfig& config, const Module& module, Descs inputs, Descs outputs)
      : operands_(node.operands(inputs, outputs)), copies_(operands_, inputs, module) {
    checkSupported(node, operands_, inputs);
    bytes_ = typeBits(inputs[static_cast<size_t>(operands_.in[N::kQuery].index)].dtype) / 8;
    setParams(node, config);
    size_t shared = config.sharedBytes(operands_.size(), operands_.valueSize());
    function_ = module.function(isAligned(operands_, bytes_) ? "attention" : "attentionAny", shared);
    grid_.threads = static_cast<unsigned>(config.threads());
    grid_.sharedBytes = shared;
    int64_t items = operands_.batch() * params_.items.divisor;
    grid_.blocks[0] = params_.rows && operands_.valueSize()
                          ? static_cast<unsigned>(items * params_.rowBlocks.divisor * params_.splits.divisor)
                          : 0;
    if (config.splits > 1) {
      int64_t rows = items * params_.rows;
      workspace_ = static_cast<size_t>(rows * config.splits * (operands_.valueSize() + 2)) * sizeof(float);
      join_ = module.function("joinSplits");
      joinGrid_.threads = kPartThreads;
      joinGrid_.blocks[0] = static_cast<unsigned>(ceilDiv(rows * 32, kPartThreads));
    }
  }

  size_t workspaceBytes() const override { return workspace_; }

  void run(const LaunchArgs& args) override {
    copies_.run(args);
    params_.q = input(args, N::kQuery);
    params_.k = input(args, N::kKey);
    params_.v = input(args, N::kValue);
    params_.mask = input(args, N::kMask);
    params_.pastK = input(args, N::kPastKey);
    params_.pastV = input(args, N::kPastValue);
    params_.valid = static_cast<const int64_t*>(input(args, N::kValidKeys));
    const N::Operand& out = operands_.out[N::kResult];
    params_.out = static_cast<char*>(args.outputs[out.index]) + out.offset * bytes_;
    params_.partial = static_cast<float*>(args.workspace);
    void* parameters[] = {&params_};
    launch(function_, grid_, parameters, args.stream);
    if (join_ && grid_.blocks[0]) launch(join_, joinGrid_, parameters, args.stream);
  }

 private:
  const void* input(const LaunchArgs& args, size_t i) const {
    const N::Operand& o = operands_.in[i];
    return o.exists() ? static_cast<const char*>(args.inputs[o.index]) + o.offset * bytes_ : nullptr;
  }

  void setParams(const N& node, const FlashConfig& config) {
    const N::Operands& o = operands_;
    const Attributes& attrs = node.anchor->attrs;
    Params& p = params_;
    p.qs = stridesOf(o.in[N::kQuery]);
    p.ks = stridesOf(o.in[N::kKey]);
    p.vs = stridesOf(o.in[N::kValue]);
    p.pastKs = stridesOf(o.in[N::kPastKey]);
    p.pastVs = stridesOf(o.in[N::kPastValue]);
    p.outs = stridesOf(o.out[N::kResult]);
    for (size_t i = 0; i < 4; ++i) p.maskStrides[i] = static_cast<int32_t>(o.in[N::kMask].strides[i]);
    p.maskPairs = 1;
    for (size_t i = 0; i < 3; ++i) p.maskPairs = p.maskPairs && p.maskStrides[i] % 2 == 0;
    p.queries = static_cast<int32_t>(o.queries());
    p.keys = static_cast<int32_t>(o.keys());
    p.past = static_cast<int32_t>(o.past());
    p.maskKeys = static_cast<int32_t>(o.maskKeys);
    int64_t left = attrs.integer("left_window_size", -1), right = attrs.integer("right_window_size", -1);
    p.left = left < 0 ? kFar : static_cast<int32_t>(std::min<int64_t>(left, kFar));
    p.right = right < 0 ? kFar : static_cast<int32_t>(std::min<int64_t>(right, kFar));
    if (attrs.integer("is_causal", 0)) p.right = 0;
    // Few queries of several heads that read the same keys become one block.
    constexpr int64_t kMostRows = 64;
    int64_t group = o.heads() / o.kvHeads();
    bool sameMask = !o.in[N::kMask].exists() || !node.maskIsOneRow() || p.maskStrides[1] == 0;
    bool pack = group > 1 && group * o.queries() <= kMostRows && sameMask;
    p.packed = static_cast<int32_t>(pack ? group : 1);
    p.rows = static_cast<int32_t>(p.packed * o.queries());
    p.batches = static_cast<int32_t>(o.batch());
    p.rowBlocks = divisorOf(ceilDiv(p.rows, config.blockRows()));
    p.splits = divisorOf(config.splits);
    p.items = divisorOf(o.heads() / p.packed);
    p.shared = divisorOf(group / p.packed);
    p.queriesOf = divisorOf(o.queries());
    p.scale = static_cast<float>(node.scale(o.size()));
    p.softcap = static_cast<float>(attrs.real("softcap", 0));
    // A sum over no keys at all is 0 in any case.
    p.empty = p.keys ? static_cast<float>(node.withoutKeys()) : 0.f;
  }

  const N::Operands operands_;
  PresentCopies copies_;
  int64_t bytes_ = 0;
  Params params_{};
  CUfunction function_ = nullptr, join_ = nullptr;
  Grid grid_, joinGrid_;
  size_t workspace_ = 0;
};

// The struct C of kernels/attention.cuh.
std::string traits(const char* name, const N& node, const N::Operands& o, const FlashConfig& c, Descs inputs,
                   bool aligned) {
  constexpr const char* kMath[] = {"HalfMath<f16>", "HalfMath<bf16>", "SingleMath<1>",
                                   "SingleMath<3>", "GroupMath<f16>", "GroupMath<bf16>"};
  const Attributes& attrs = node.anchor->attrs;
  const N::Operand& mask = o.in[N::kMask];
  DataType maskType = mask.exists() ? inputs[static_cast<size_t>(mask.index)].dtype : DataType::kBool;
  return fmt::format(
      "struct {} {{\n"
      "  typedef {} Math;\n"
      "  typedef {} Mask;\n"
      "  static constexpr int SIZE = {}, VALUE_SIZE = {}, WARPS = {}, ROWS = {}, KEY_WARPS = {}, KEYS = {}, "
      "STAGES = {}, MASK = {};\n"
      "  static constexpr bool ALIGNED = {}, MASK_ROWS = {}, WINDOW = {}, SOFTCAP = {}, VALID = {}, PAST = "
      "{}, "
      "SPLIT = {}, AHEAD_SCORES = {};\n}};\n",
      name, kMath[static_cast<int>(c.math)], memoryType(maskType), *node.headSize(), *node.valueSize(),
      c.warps, c.rows, c.keyWarps, c.keys, c.stages,
      !mask.exists()                ? 0
      : maskType == DataType::kBool ? 1
                                    : 2,
      aligned, mask.exists() && !node.maskIsOneRow(), hasWindow(attrs), attrs.real("softcap", 0) > 0,
      o.in[N::kValidKeys].exists(), o.in[N::kPastKey].exists(), c.splits > 1, c.ahead);
}

// Whether kernels/attention_whole.cuh can take it, if the keys are few.
bool canBeWhole(const N& node, const N::Operands& o, const TuningHint& hint) {
  const Attributes& attrs = node.anchor->attrs;
  constexpr int64_t kBytes = 2;  // of 16-bit floats
  return hint.staticShapes && isAligned(o, kBytes) && o.size() == o.valueSize() && !hasWindow(attrs) &&
         attrs.real("softcap", 0) == 0 && !o.in[N::kValidKeys].exists() && !o.in[N::kPastKey].exists() &&
         (!o.in[N::kMask].exists() || node.maskIsOneRow());
}

std::string refuses(const Device&, const Node& node, const TuningHint& hint) {
  return reasonOf([&] {
    N attention(node);
    checkSupported(attention, attention.operands(hint.inputs, hint.outputs), hint.inputs);
  });
}

std::vector<Candidate> candidates(const Device& device, const Node& node, const TuningHint& hint) {
  N attention(node);
  N::Operands o = attention.operands(hint.inputs, hint.outputs);
  FlashMath math = mathOf(hint.inputs[static_cast<size_t>(o.in[N::kQuery].index)].dtype, hint.allowTf32);
  std::vector<Candidate> found;
  for (const auto& [config, seconds] :
       flashConfigs(device, math, o, bytesMoved(hint), canBeWhole(attention, o, hint)))
    found.push_back({config.str(), seconds});
  return found;
}

std::string generate(const Node& node, const std::string& config, const TuningHint& hint) {
  N attention(node);
  N::Operands o = attention.operands(hint.inputs, hint.outputs);
  FlashConfig c = FlashConfig::parse(config);
  DataType type = hint.inputs[static_cast<size_t>(o.in[N::kQuery].index)].dtype;
  bool aligned = isAligned(o, typeBits(type) / 8);
  std::string code = "#include \"attention.cuh\"\n";
  if (c.math == FlashMath::kHalfGroup || c.math == FlashMath::kBrainGroup)
    code += c.whole ? "#include \"attention_whole.cuh\"\n" : "#include \"attention_wgmma.cuh\"\n";
  // Shapes that change may lose their alignment, or gain it.
  for (bool a : {false, true}) {
    if (hint.staticShapes && a != aligned) continue;
    bool possible = !a || (*attention.headSize() * typeBits(type) / 8 % kVectorBytes == 0 &&
                           *attention.valueSize() * typeBits(type) / 8 % kVectorBytes == 0);
    if (!possible) continue;
    const char *region = a ? "Aligned" : "Any", *name = a ? "attention" : "attentionAny";
    code += traits(region, attention, o, c, hint.inputs, a) +
            fmt::format(
                "extern \"C\" __global__ void __launch_bounds__({}{}) {}(const __grid_constant__ "
                "AttentionParams p) {{ {}<{}>(p); }}\n",
                c.threads(), c.whole ? fmt::format(", {}", c.blocks(*attention.valueSize())) : "", name,
                c.whole ? "attendWhole" : "attend", region);
  }
  if (c.splits > 1)
    code += fmt::format(
        "extern \"C\" __global__ void __launch_bounds__({}) joinSplits(const __grid_constant__ "
        "AttentionParams "
        "p) {{ joinParts<{}>(p); }}\n",
        kPartThreads, hint.staticShapes && aligned ? "Aligned" : "Any");
  if (o.out[N::kPresentKey].exists() || o.out[N::kPresentValue].exists())
    code += "#include \"attention_present.cuh\"\n" + presentCode(type, type);
  return code;
}

std::unique_ptr<Kernel> makeKernel(KernelParts parts) {
  return kernelOf([node = N(parts.node), config = FlashConfig::parse(parts.config),
                   module = std::move(parts.module)](Descs inputs, Descs outputs) {
    return std::make_unique<FlashLaunch>(node, config, *module, inputs, outputs);
  });
}

}  // namespace

const GeneratedFamily kFlashAttention{"flash-attention", refuses, candidates, generate, makeKernel};

}  // namespace tenfold::cuda
