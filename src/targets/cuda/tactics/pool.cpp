#include <algorithm>
#include <array>
#include <cstring>

#include "base/error.h"
#include "graph/ops/op_def.h"
#include "graph/ops/window.h"
#include "targets/cuda/codegen/expression.h"
#include "targets/cuda/tactics/fast_divisor.h"
#include "targets/cuda/tactics/launch_tactic.h"
#include "targets/cuda/tactics/strides.h"
#include "targets/fused_node.h"

namespace tenfold::cuda {
namespace {

constexpr int kAxes = 5;  // kPoolAxes of kernels/pool.cuh
constexpr unsigned kThreads = 256, kWarp = 32;
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

Plan makePlan(const Operands& operands, Descs in, Descs out) {
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
  plan.count = static_cast<uint32_t>(first.shape.numel());
  std::vector<int> order = memoryOrder(rank, first.layout);
  int used = kAxes - rank;
  for (int d = 0; d < used; ++d) plan.axis[d] = 2 + d;
  for (int d = 0; d < rank; ++d) {
    int axis = order[static_cast<size_t>(d)];
    plan.axis[used + d] = placeOf(axis, rank);
    plan.extent[used + d] = FastDivisor(static_cast<uint32_t>(std::max<int64_t>(first.shape[axis], 1)));
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

size_t atLeastOne(size_t n) { return std::max<size_t>(n, 1); }

template <typename T>
void append(std::vector<uint32_t>& words, const T* values, size_t n) {
  size_t at = words.size();
  words.resize(at + n * sizeof(T) / sizeof(uint32_t));
  std::memcpy(words.data() + at, values, n * sizeof(T));
}

class PoolLaunch final : public Launch {
 public:
  PoolLaunch(Operands operands, std::shared_ptr<const Module> module, Descs inputs, Descs outputs)
      : operands_(std::move(operands)), module_(std::move(module)), function_(module_->function("pooled")) {
    Plan plan = makePlan(operands_, inputs, outputs);
    extras_ = atLeastOne(operands_.extras.size());
    std::vector<uint32_t> words((1 + extras_ + operands_.outputs.size()) * 2, 0);
    append(words, &plan.count, 1);
    append(words, plan.extent, kAxes);
    append(words, plan.axis, kAxes);
    append(words, plan.inStride, kAxes);
    std::vector<std::array<int32_t, kAxes>> strides = plan.extraStride;
    strides.resize(extras_);
    append(words, strides.data(), extras_);
    append(words, &plan.window[0][0], 18);
    append(words, &plan.countPadding, 1);
    params_.resize((words.size() + 1) / 2);
    std::memcpy(params_.data(), words.data(), words.size() * sizeof(uint32_t));
    int64_t lanes = isGlobal(*operands_.fused.anchor) ? kWarp : 1;
    grid_.threads = kThreads;
    grid_.blocks[0] = static_cast<unsigned>((plan.count * lanes + kThreads - 1) / kThreads);
  }

  void run(const LaunchArgs& args) override {
    std::vector<void*> memory(1 + extras_ + operands_.outputs.size());
    memory[0] = args.inputs[operands_.input];
    for (size_t k = 0; k < operands_.extras.size(); ++k) memory[1 + k] = args.inputs[operands_.extras[k]];
    for (size_t k = 0; k < operands_.outputs.size(); ++k)
      memory[1 + extras_ + k] = args.outputs[operands_.outputs[k]];
    std::memcpy(params_.data(), memory.data(), memory.size() * sizeof(void*));
    void* parameters[] = {params_.data()};
    launch(function_, grid_, parameters, args.stream);
  }

 private:
  const Operands operands_;
  std::shared_ptr<const Module> module_;
  CUfunction function_;
  size_t extras_;
  std::vector<uint64_t> params_;
  Grid grid_;
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

std::string meanCode(const char* reg) {
  return fmt::format(
      "  pooled /= static_cast<{}>(countedTaps(p, 0, at[2]) * countedTaps(p, 1, at[3]) * countedTaps(p, 2, "
      "at[4]));\n",
      reg);
}

std::string epilogueCode(const Operands& operands) {
  Variables variables;
  variables[operands.fused.anchor->outputs[0]] = "pooled";
  std::string code;
  for (size_t k = 0; k < operands.extras.size(); ++k) {
    const Value* v = operands.fused.inputs[operands.extras[k]];
    code += fmt::format(
        "  i32 at{0} = 0;\n  for (int a = 0; a < kPoolAxes; ++a) at{0} += at[a] * "
        "p.extraStride[{0}][a];\n  {1} x{0} = Element<{2}>::load(static_cast<const "
        "{2}*>(p.extras[{0}])[at{0}]);\n",
        k, registerType(v->dtype), memoryType(v->dtype));
    variables[v] = fmt::format("x{}", k);
  }
  code += emitPointwise(operands.fused.after, variables);
  for (size_t k = 0; k < operands.outputs.size(); ++k) {
    const Value* v = operands.fused.outputs[operands.outputs[k]];
    code += fmt::format("  static_cast<{0}*>(p.out[{1}])[i] = Element<{0}>::store({2});\n",
                        memoryType(v->dtype), k, variables.at(v));
  }
  return code;
}

std::string refuses(const Node& node, const TuningHint& hint) {
  return reasonOf([&] {
    Operands operands(node);
    requireTypes(operands);
    makePlan(operands, hint.inputs, hint.outputs);
  });
}

std::string generate(const Node& node, const TuningHint&) {
  Operands operands(node);
  const Node& anchor = *operands.fused.anchor;
  DataType type = anchor.inputs[0]->dtype;
  unsigned lanes = isGlobal(anchor) ? kWarp : 1;
  std::string code = "#include \"common.cuh\"\n" + std::string(kMathInclude) + "#include \"pool.cuh\"\n";
  code += fmt::format(
      "extern \"C\" __global__ void __launch_bounds__({}) pooled(const __grid_constant__ Pool<{}, {}> p) {{\n"
      "  waitForPrevious();\n  allowNext();\n"
      "  u32 i = (blockIdx.x * {}u + threadIdx.x) / {}u;\n  if (i >= p.count) return;\n"
      "  i32 at[kPoolAxes];\n  locatePool(p, i, at);\n"
      "  {} pooled = poolWindow<{}, {}, {}, {}>(p, at);\n",
      kThreads, atLeastOne(operands.extras.size()), operands.outputs.size(), kThreads, lanes,
      registerType(type), memoryType(type), registerType(type), isMean(anchor) ? "PoolSum" : "PoolMax",
      lanes);
  if (isMean(anchor)) code += meanCode(registerType(type));
  if (lanes > 1) code += fmt::format("  if (threadIdx.x % {}u) return;\n", lanes);
  return code + epilogueCode(operands) + "}\n";
}

std::unique_ptr<Launch> prepare(const Node& node, std::shared_ptr<const Module> module, Descs inputs,
                                Descs outputs) {
  return std::make_unique<PoolLaunch>(Operands(node), std::move(module), inputs, outputs);
}

}  // namespace

const LaunchFamily kPool{"pool", refuses, generate, prepare};

}  // namespace tenfold::cuda
