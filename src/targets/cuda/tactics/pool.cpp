#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>

#include "base/error.h"
#include "base/rounding.h"
#include "graph/ops/op_def.h"
#include "graph/ops/window.h"
#include "targets/cuda/codegen/expression.h"
#include "targets/cuda/tactics/fast_divisor.h"
#include "targets/cuda/tactics/generated.h"
#include "targets/cuda/tactics/strides.h"
#include "targets/cuda/tactics/tactics.h"
#include "targets/fused_node.h"

namespace tenfold::cuda {
namespace {

constexpr int kAxes = 5;  // kPoolAxes of kernels/pool.cuh
constexpr unsigned kThreads = 256, kWholeThreads = 512;
constexpr std::string_view kAnchors[] = {"AveragePool", "GlobalAveragePool", "GlobalMaxPool", "MaxPool"};

bool isGlobal(const Node& anchor) { return anchor.opName().starts_with("Global"); }
bool isMean(const Node& anchor) { return anchor.opName().ends_with("AveragePool"); }

// Which inputs and outputs of the node take part.
struct Operands {
  explicit Operands(const Node& node) : fused(node, kAnchors) {
    if (!fused.anchor) fail(ErrorKind::kUnsupported, "there is no pooling, or several");
    if (!fused.before.empty()) fail(ErrorKind::kUnsupported, "the input is computed in the region");
    if (fused.anchor->output(1)) fail(ErrorKind::kUnsupported, "indices are wanted");
    int in = fused.inputIndex(fused.anchor->inputs.at(0));
    if (in < 0) fail(ErrorKind::kUnsupported, "the pooled value is no input");
    input = static_cast<size_t>(in);
    for (size_t i = 0; i < fused.inputs.size(); ++i)
      if (fused.inputs[i] && FusedNode::reads(fused.after, fused.inputs[i])) extras.push_back(i);
    for (size_t o = 0; o < fused.outputs.size(); ++o)
      if (fused.outputs[o]) outputs.push_back(o);
  }
  FusedNode fused;
  size_t input = 0;
  std::vector<size_t> extras, outputs;
};

// Channels that a thread takes where they are neighbours in memory: 16 bytes of the widest type.
int widest(const Operands& operands) {
  int bits = 16;
  for (size_t i : operands.extras) bits = std::max(bits, typeBits(operands.fused.inputs[i]->dtype));
  for (size_t o : operands.outputs) bits = std::max(bits, typeBits(operands.fused.outputs[o]->dtype));
  return 128 / std::max(bits, typeBits(operands.fused.anchor->inputs[0]->dtype));
}

// The words after the pointers in Pool of kernels/pool.cuh, without extraStride (its size varies).
struct Plan {
  uint32_t count = 0;
  FastDivisor extent[kAxes];
  int32_t axis[kAxes] = {}, inStride[kAxes] = {};
  std::vector<std::array<int32_t, kAxes>> extraStride;
  int32_t window[6][3] = {};  // in3, kernel, stride, dilation, begin, end
  int32_t countPadding = 0;
};

// Where a logical axis of an image of this rank stands among kAxes.
int placeOf(int axis, int rank) { return axis < 2 ? axis : axis + kAxes - rank; }

void setWindow(const Node& anchor, const Shape& in, Plan& plan) {
  int spatial = in.rank() - 2;
  for (int a = 0; a < 3; ++a)
    for (int row = 0; row < 4; ++row) plan.window[row][a] = 1;
  SymShape extents(static_cast<size_t>(spatial));
  for (int i = 0; i < spatial; ++i) extents[static_cast<size_t>(i)] = Dim(in[i + 2]);
  Window w;
  if (!isGlobal(anchor)) w = slidingWindow(anchor.attrs, extents, kernelShape(anchor.attrs, extents.size()));
  for (int i = 0; i < spatial; ++i) {
    auto k = static_cast<size_t>(i);
    int at = i + 3 - spatial;
    plan.window[0][at] = static_cast<int32_t>(in[i + 2]);
    plan.window[1][at] = plan.window[0][at];
    if (isGlobal(anchor)) continue;
    plan.window[1][at] = static_cast<int32_t>(*w.kernel[k].tryConstant());
    plan.window[2][at] = static_cast<int32_t>(w.strides[k]);
    plan.window[3][at] = static_cast<int32_t>(w.dilations[k]);
    plan.window[4][at] = static_cast<int32_t>(*w.padBegin[k].tryConstant());
    plan.window[5][at] = static_cast<int32_t>(*w.padEnd[k].tryConstant());
  }
  plan.countPadding = anchor.attrs.integer("count_include_pad", 0) != 0;
}

Plan makePlan(const Operands& operands, Descs in, Descs out, int width) {
  requireSmall(in);
  requireSmall(out);
  const TensorDesc &image = in[operands.input], &first = out[operands.outputs.at(0)];
  int rank = image.shape.rank();
  if (rank < 3 || rank > kAxes) fail(ErrorKind::kUnsupported, "the image has rank {}", rank);
  require(first.shape.rank() == rank, "the result has shape {}", first.shape.str());
  for (size_t o : operands.outputs)
    if (!(out[o].shape == first.shape) || out[o].layout != first.layout)
      fail(ErrorKind::kUnsupported, "outputs of several shapes or layouts");
  Plan plan;
  setWindow(*operands.fused.anchor, image.shape, plan);
  plan.count = static_cast<uint32_t>(first.shape.numel() / width);
  std::vector<int> order = memoryOrder(rank, first.layout);
  int used = kAxes - rank;
  for (int d = 0; d < used; ++d) plan.axis[d] = 2 + d;
  for (int d = 0; d < rank; ++d) {
    int axis = order[static_cast<size_t>(d)];
    plan.axis[used + d] = placeOf(axis, rank);
    int64_t extent = first.shape[axis] / (axis == 1 ? width : 1);
    plan.extent[used + d] = divisorOf(extent);
  }
  Shape strides = stridesOf(image);
  for (int d = 0; d < rank; ++d) plan.inStride[placeOf(d, rank)] = static_cast<int32_t>(strides[d]);
  for (size_t i : operands.extras) {
    Shape s = broadcastStridesOf(in[i], first.shape);
    plan.extraStride.emplace_back();
    for (int d = 0; d < rank; ++d)
      plan.extraStride.back()[static_cast<size_t>(placeOf(d, rank))] = static_cast<int32_t>(s[d]);
  }
  return plan;
}

// Whether `width` channels can be moved at once.
bool takesWidth(const Operands& operands, Descs in, Descs out, int width) {
  const TensorDesc &image = in[operands.input], &first = out[operands.outputs.at(0)];
  if (image.layout != Layout::kChannelsLast || first.layout != Layout::kChannelsLast) return false;
  if (image.shape[1] % width) return false;
  for (size_t i : operands.extras) {
    Shape s = broadcastStridesOf(in[i], first.shape);
    if (s[1] == 0) continue;
    for (int d = 0; d < s.rank(); ++d)
      if (s[d] % width && !(d == 1 && s[d] == 1)) return false;
  }
  return true;
}

size_t atLeastOne(size_t n) { return std::max<size_t>(n, 1); }

template <typename T>
void append(std::vector<uint32_t>& words, const T* values, size_t n) {
  size_t at = words.size();
  words.resize(at + n * sizeof(T) / sizeof(uint32_t));
  std::memcpy(words.data() + at, values, n * sizeof(T));
}

// How whole images are pooled: by threads that take a result each, or by blocks, of which so many threads
// take neighbouring channels (the configuration "whole 8").
int acrossOf(const std::string& config) {
  int across = 0;
  if (config.empty()) return 0;
  bool known =
      std::sscanf(config.c_str(), "whole %d", &across) == 1 && (across == 2 || across == 8 || across == 32);
  if (!known) fail(ErrorKind::kInvalidPlan, "pool has no configuration '{}'", config);
  return across;
}

// Threads of `width` channels each; by blocks where `across` says so.
class Variant {
 public:
  Variant(const Operands& operands, const Module& module, Descs inputs, Descs outputs, int width, int across)
      : function_(module.function(fmt::format("pooled_{}", width).c_str())) {
    Plan plan = makePlan(operands, inputs, outputs, width);
    size_t extras = atLeastOne(operands.extras.size());
    std::vector<uint32_t> words((1 + extras + operands.outputs.size()) * 2, 0);
    append(words, &plan.count, 1);
    append(words, plan.extent, kAxes);
    append(words, plan.axis, kAxes);
    append(words, plan.inStride, kAxes);
    plan.extraStride.resize(extras);
    append(words, plan.extraStride.data(), extras);
    append(words, &plan.window[0][0], 18);
    append(words, &plan.countPadding, 1);
    params_.resize((words.size() + 1) / 2);
    std::memcpy(params_.data(), words.data(), words.size() * sizeof(uint32_t));
    grid_.threads = across ? kWholeThreads : kThreads;
    grid_.blocks[0] = ceilDiv(plan.count, kThreads);
    if (across) {
      uint32_t vectors = plan.extent[kAxes - 1].divisor;
      grid_.blocks[0] = plan.count / vectors * ceilDiv(vectors, static_cast<uint32_t>(across));
    }
  }
  void run(const std::vector<void*>& memory, StreamHandle stream) {
    std::memcpy(params_.data(), memory.data(), memory.size() * sizeof(void*));
    void* parameters[] = {params_.data()};
    launch(function_, grid_, parameters, stream);
  }

 private:
  CUfunction function_;
  std::vector<uint64_t> params_;
  Grid grid_;
};

class PoolLaunch final : public Launch {
 public:
  PoolLaunch(Operands operands, int across, std::shared_ptr<const Module> module, Descs inputs, Descs outputs)
      : operands_(std::move(operands)), module_(std::move(module)) {
    variants_.emplace_back(operands_, *module_, inputs, outputs, 1, 0);
    int width = widest(operands_);
    if (width > 1 && takesWidth(operands_, inputs, outputs, width))
      variants_.emplace_back(operands_, *module_, inputs, outputs, width, across);
    extras_ = atLeastOne(operands_.extras.size());
    memory_.resize(1 + extras_ + operands_.outputs.size());
  }

  void run(const LaunchArgs& args) override {
    memory_[0] = args.inputs[operands_.input];
    for (size_t k = 0; k < operands_.extras.size(); ++k) memory_[1 + k] = args.inputs[operands_.extras[k]];
    for (size_t k = 0; k < operands_.outputs.size(); ++k)
      memory_[1 + extras_ + k] = args.outputs[operands_.outputs[k]];
    bool aligned = std::all_of(memory_.begin(), memory_.end(),
                               [](void* m) { return reinterpret_cast<uintptr_t>(m) % 16 == 0; });
    (aligned ? variants_.back() : variants_.front()).run(memory_, args.stream);
  }

 private:
  const Operands operands_;
  std::shared_ptr<const Module> module_;
  std::vector<Variant> variants_;  // of one channel, then of several
  size_t extras_ = 0;
  std::vector<void*> memory_;
};

void requireTypes(const Operands& operands) {
  DataType type = operands.fused.anchor->inputs[0]->dtype;
  bool small = type == DataType::kInt8 || type == DataType::kUInt8;
  bool floats =
      type == DataType::kFloat32 || type == DataType::kFloat64 || (isFloat(type) && typeBits(type) == 16);
  if (!floats && !(small && !isMean(*operands.fused.anchor)))
    fail(ErrorKind::kUnsupported, "elements are {}", typeName(type));
  for (const Node* n : operands.fused.after) {
    if (!n->op->pointwise) fail(ErrorKind::kUnsupported, "{} is not pointwise", n->opName());
    if (std::string why = refusesExpression(*n); !why.empty()) fail(ErrorKind::kUnsupported, "{}", why);
  }
  for (size_t i : operands.extras) memoryType(operands.fused.inputs[i]->dtype);
}

std::string meanCode(const char* reg, bool whole) {
  if (whole)
    return fmt::format(
        "  {0} taps = static_cast<{0}>(p.in3[0] * p.in3[1] * p.in3[2]);\n"
        "  for (int w = 0; w < W; ++w) pooled[w] /= taps;\n",
        reg);
  return fmt::format(
      "  {} taps = static_cast<{}>(countedTaps(p, 0, at[2]) * countedTaps(p, 1, at[3]) * countedTaps(p, 2, "
      "at[4]));\n  for (int w = 0; w < W; ++w) pooled[w] /= taps;\n",
      reg, reg);
}

std::string epilogueCode(const Operands& operands) {
  Variables variables;
  variables[operands.fused.anchor->outputs[0]] = "pooled[w]";
  std::string vectors, elements, stores, writes;
  for (size_t k = 0; k < operands.extras.size(); ++k) {
    const Value* v = operands.fused.inputs[operands.extras[k]];
    const char* memory = memoryType(v->dtype);
    vectors += fmt::format(
        "  Vector<{0}, W> m{1} = readVector<{0}, W>(p.extras[{1}], extraOffset(p, {1}, at), "
        "p.extraStride[{1}][1]);\n",
        memory, k);
    elements +=
        fmt::format("    {} x{} = Element<{}>::load(m{}.at[w]);\n", registerType(v->dtype), k, memory, k);
    variables[v] = fmt::format("x{}", k);
  }
  std::string body = elements + emitPointwise(operands.fused.after, variables);
  for (size_t k = 0; k < operands.outputs.size(); ++k) {
    const Value* v = operands.fused.outputs[operands.outputs[k]];
    const char* memory = memoryType(v->dtype);
    vectors += fmt::format("  Vector<{}, W> r{};\n", memory, k);
    stores += fmt::format("    r{}.at[w] = Element<{}>::store({});\n", k, memory, variables.at(v));
    writes += fmt::format("  writeVector<{}, W>(p.out[{}], i * W, 1, r{});\n", memory, k, k);
  }
  return vectors + "#pragma unroll\n  for (int w = 0; w < W; ++w) {\n" + body + stores + "  }\n" + writes;
}

// Threads of `width` channels, blocks where `across` says so.
std::string kernelCode(const Operands& operands, int width, int across) {
  const Node& anchor = *operands.fused.anchor;
  const char* reg = registerType(anchor.inputs[0]->dtype);
  const char *memory = memoryType(anchor.inputs[0]->dtype), *how = isMean(anchor) ? "PoolSum" : "PoolMax";
  std::string code = fmt::format(
      "extern \"C\" __global__ void __launch_bounds__({}) pooled_{}(const __grid_constant__ "
      "Pool<{}, {}> p) {{\n  constexpr int W = {};\n  allowNext();\n  waitForPrevious();\n",
      across ? kWholeThreads : kThreads, width, atLeastOne(operands.extras.size()), operands.outputs.size(),
      width);
  if (across)
    code += fmt::format(
        "  constexpr u32 kAcross = {0}, kThreads = {1};\n"
        "  u32 vectors = p.extent[kPoolAxes - 1].divisor, sets = (vectors + kAcross - 1) / kAcross;\n"
        "  u32 image = blockIdx.x / sets, vector = (blockIdx.x - image * sets) * kAcross + threadIdx.x % "
        "kAcross;\n"
        "  i32 at[kPoolAxes] = {{static_cast<i32>(image), static_cast<i32>(vector) * W, 0, 0, 0}};\n"
        "  {2} pooled[W];\n"
        "  poolWhole<{3}, {2}, {4}, kAcross, kThreads, W>(p, at[0] * p.inStride[0] + at[1], vector < "
        "vectors, "
        "pooled);\n"
        "  if (threadIdx.x >= kAcross || vector >= vectors) return;\n"
        "  u32 i = image * vectors + vector;\n",
        across, kWholeThreads, reg, memory, how);
  else
    code += fmt::format(
        "  u32 i = blockIdx.x * {0}u + threadIdx.x;\n  if (i >= p.count) return;\n"
        "  i32 at[kPoolAxes];\n  locatePool(p, i, at);\n  at[1] *= W;\n"
        "  {1} pooled[W];\n  poolWindow<{2}, {1}, {3}, W>(p, at, pooled);\n",
        kThreads, reg, memory, how);
  if (isMean(anchor)) code += meanCode(reg, across > 0);
  return code + epilogueCode(operands) + "}\n";
}

std::vector<Candidate> candidates(const Device& device, const Node& node, const TuningHint& hint) {
  Operands operands(node);
  std::vector<Candidate> found = oneCandidate(device, node, hint);
  int width = widest(operands);
  const TensorDesc& image = hint.inputs[operands.input];
  if (!isGlobal(*operands.fused.anchor)) return found;
  // Loads of a thread follow one another, four at once.
  constexpr double kLatency = 7e-7;
  auto pixels = static_cast<double>(image.shape.numel(2, image.shape.rank()));
  double memory = found[0].seconds;
  found[0].seconds += kLatency * pixels / 4;
  if (width == 1 || !takesWidth(operands, hint.inputs, hint.outputs, width)) return found;
  for (int across : {2, 8, 32}) {
    int64_t sets = ceilDiv(image.shape[1] / width, int64_t{across});
    if (across > 2 && sets * across >= 2 * (image.shape[1] / width)) continue;
    double waves = std::ceil(static_cast<double>(image.shape[0] * sets) / (4.0 * device.multiprocessors));
    found.push_back({fmt::format("whole {}", across),
                     memory + kLatency * waves * std::ceil(pixels * across / (8.0 * kWholeThreads))});
  }
  keepCheapest(found);
  return found;
}

std::string refuses(const Device&, const Node& node, const TuningHint& hint) {
  return reasonOf([&] {
    Operands operands(node);
    requireTypes(operands);
    makePlan(operands, hint.inputs, hint.outputs, 1);
  });
}

std::string generate(const Node& node, const std::string& config, const TuningHint&) {
  Operands operands(node);
  std::string code = "#include \"common.cuh\"\n" + std::string(kMathInclude) + "#include \"pool.cuh\"\n";
  code += kernelCode(operands, 1, 0);
  if (int width = widest(operands); width > 1) code += kernelCode(operands, width, acrossOf(config));
  return code;
}

std::unique_ptr<Kernel> makeKernel(KernelParts parts) {
  return kernelOf([&node = parts.node, across = acrossOf(parts.config), module = std::move(parts.module)](
                      Descs inputs, Descs outputs) {
    return std::make_unique<PoolLaunch>(Operands(node), across, module, inputs, outputs);
  });
}

}  // namespace

const GeneratedFamily kPool{"pool", refuses, candidates, generate, makeKernel};

}  // namespace tenfold::cuda
