#include <algorithm>
#include <cstring>

#include "base/error.h"
#include "base/rounding.h"
#include "graph/ops/op_def.h"
#include "targets/cuda/codegen/expression.h"
#include "targets/cuda/tactics/fast_divisor.h"
#include "targets/cuda/tactics/generated.h"
#include "targets/cuda/tactics/loop_axes.h"
#include "targets/cuda/tactics/strides.h"
#include "targets/cuda/tactics/tactics.h"
#include "targets/fused_node.h"

namespace tenfold::cuda {
namespace {

constexpr int kAxes = 8;  // kLoopAxes of the kernel
constexpr unsigned kThreads = 256;

// What the kernel reads and writes: inputs first.
struct Operands {
  explicit Operands(const Node& node) : fused(node, {}) {
    for (size_t i = 0; i < fused.inputs.size(); ++i) {
      const Value* v = fused.inputs[i];
      bool used = v && !isLiteral(v) && (FusedNode::reads(fused.after, v) || fused.outputIndex(v) >= 0);
      if (used) inputs.push_back(i);
    }
    for (size_t o = 0; o < fused.outputs.size(); ++o)
      if (fused.outputs[o]) outputs.push_back(o);
  }
  size_t count() const { return inputs.size() + outputs.size(); }
  DataType type(size_t k) const {
    return k < inputs.size() ? fused.inputs[inputs[k]]->dtype
                             : fused.outputs[outputs[k - inputs.size()]]->dtype;
  }
  // Elements of one vector access: 16 bytes of the widest type.
  int widest() const {
    int bits = 8;
    for (size_t k = 0; k < count(); ++k) bits = std::max(bits, typeBits(type(k)));
    return std::min(128 / bits, 8);
  }

  FusedNode fused;
  std::vector<size_t> inputs, outputs;  // of the node
};

// The loop at concrete shapes.
struct Plan {
  Plan(const Operands& operands, Descs inputs, Descs outputs) : axes(makeAxes(operands, inputs, outputs)) {
    if (axes.rank() > kAxes) fail(ErrorKind::kUnsupported, "broadcasting along {} axes", axes.rank());
    requireSmall(axes.numel());
    int widest = operands.widest();
    bool vectors = axes.extents.back() % widest == 0;
    for (size_t k = 0; k < operands.count() && vectors; ++k) {
      vectors = axes.strides[k].back() <= 1;
      for (int a = 0; a + 1 < axes.rank(); ++a)
        vectors = vectors && axes.strides[k][static_cast<size_t>(a)] % widest == 0;
    }
    if (vectors) width = widest;
  }
  static LoopAxes makeAxes(const Operands& operands, Descs inputs, Descs outputs) {
    Shape shape = outputs[operands.outputs.at(0)].shape;
    for (size_t o : operands.outputs) shape = broadcastShapes(shape, outputs[o].shape);
    std::vector<Shape> strides;
    for (size_t i : operands.inputs) strides.push_back(broadcastStridesOf(inputs[i], shape));
    for (size_t o : operands.outputs) strides.push_back(broadcastStridesOf(outputs[o], shape));
    return {shape, memoryOrder(shape.rank(), outputs[operands.outputs[0]].layout), strides};
  }

  LoopAxes axes;
  int width = 1;
};

std::string kernelName(int axes, int width) { return fmt::format("pointwise_{}_{}", axes, width); }

class PointwiseLaunch final : public Launch {
 public:
  PointwiseLaunch(const Operands& operands, const Plan& plan, const Module& module, bool isStatic,
                  const Device& device)
      : operands_(operands) {
    int rank = plan.axes.rank(), compiled = isStatic || rank == 1 ? rank : 0;
    vector_ = {module.function(kernelName(compiled, plan.width).c_str()), fill(plan, plan.width, device)};
    scalar_ = {module.function(kernelName(compiled, 1).c_str()), fill(plan, 1, device)};
    for (size_t k = 0; k < operands.count(); ++k) {
      bool isVector = plan.axes.strides[k].back() == 1;
      alignment_.push_back(
          isVector ? static_cast<uintptr_t>(std::min(16, plan.width * typeBits(operands.type(k)) / 8)) : 1);
    }
  }

  void run(const LaunchArgs& args) override {
    std::vector<void*> memory;
    memory.reserve(operands_.count());
    for (size_t i : operands_.inputs) memory.push_back(args.inputs[i]);
    for (size_t o : operands_.outputs) memory.push_back(args.outputs[o]);
    bool aligned = true;
    for (size_t k = 0; k < memory.size(); ++k)
      aligned = aligned && reinterpret_cast<uintptr_t>(memory[k]) % alignment_[k] == 0;
    Variant& variant = aligned ? vector_ : scalar_;
    std::memcpy(variant.params.data.data(), memory.data(), memory.size() * sizeof(void*));
    void* parameters[] = {variant.params.data.data()};
    launch(variant.function, variant.params.grid, parameters, args.stream);
  }

 private:
  // LoopParams of kernels/pointwise.cuh, whose size depends on the number of operands.
  struct Params {
    std::vector<uint64_t> data;
    Grid grid;
  };
  struct Variant {
    CUfunction function = nullptr;
    Params params;
  };

  static Params fill(const Plan& plan, int width, const Device& device) {
    size_t count = plan.axes.strides.size();
    auto rank = static_cast<size_t>(plan.axes.rank());
    auto vectors = static_cast<uint32_t>(plan.axes.numel() / width);
    std::vector<uint32_t> words(count * 2, 0);
    for (size_t k = 0; k < count; ++k)
      for (size_t a = 0; a < kAxes; ++a)
        words.push_back(a < rank ? static_cast<uint32_t>(plan.axes.strides[k][rank - 1 - a]) : 0);
    for (size_t a = 0; a < kAxes; ++a) {
      int64_t extent = a < rank ? plan.axes.extents[rank - 1 - a] / (a == 0 ? width : 1) : 1;
      FastDivisor d = divisorOf(extent);
      words.insert(words.end(), {d.divisor, d.multiplier, d.shift});
    }
    words.insert(words.end(), {vectors, static_cast<uint32_t>(rank)});
    Params params;
    params.data.resize((words.size() + 1) / 2);
    std::memcpy(params.data.data(), words.data(), words.size() * sizeof(uint32_t));
    params.grid.threads = kThreads;
    constexpr unsigned kBlocksOfProcessor = 16;
    params.grid.blocks[0] = std::min(static_cast<unsigned>(ceilDiv(vectors, kThreads)),
                                     static_cast<unsigned>(device.multiprocessors) * kBlocksOfProcessor);
    return params;
  }

  const Operands& operands_;
  Variant vector_, scalar_;
  std::vector<uintptr_t> alignment_;
};

// The function for one vector of W elements.
std::string stepCode(const Operands& operands) {
  size_t count = operands.count(), inputs = operands.inputs.size();
  std::string code = fmt::format(
      "template <int AXES, int W>\n"
      "__device__ __forceinline__ void step(const LoopParams<{0}>& p, u32 index) {{\n"
      "  u32 at[{0}];\n  locate<AXES, W>(p, index, at);\n",
      count);
  std::string loads, stores;
  Variables variables;
  for (size_t k = 0; k < count; ++k) {
    const char* memory = memoryType(operands.type(k));
    if (k >= inputs) {
      code += fmt::format("  Vector<{}, W> y{};\n", memory, k);
      continue;
    }
    code += fmt::format(
        "  Vector<{0}, W> x{1} = readVector<{0}, W>(p.memory[{1}], at[{1}], p.strides[{1}][0]);\n", memory,
        k);
    loads += fmt::format("    {} a{} = Element<{}>::load(x{}.at[i]);\n", registerType(operands.type(k)), k,
                         memory, k);
    variables[operands.fused.inputs[operands.inputs[k]]] = fmt::format("a{}", k);
  }
  std::string body = emitPointwise(operands.fused.after, variables);
  std::string writes;
  for (size_t k = inputs; k < count; ++k) {
    const char* memory = memoryType(operands.type(k));
    stores += fmt::format("    y{}.at[i] = Element<{}>::store({});\n", k, memory,
                          variables.at(operands.fused.outputs[operands.outputs[k - inputs]]));
    writes +=
        fmt::format("  writeVector<{0}, W>(p.memory[{1}], at[{1}], p.strides[{1}][0], y{1});\n", memory, k);
  }
  return code + "#pragma unroll\n  for (int i = 0; i < W; ++i) {\n" + loads + body + stores + "  }\n" +
         writes + "}\n";
}

std::string kernelCode(size_t operands, int axes, int width) {
  return fmt::format(
      "extern \"C\" __global__ void __launch_bounds__({0}) {1}(LoopParams<{2}> p) {{\n"
      "  allowNext();\n  waitForPrevious();\n"
      "  for (u32 i = blockIdx.x * {0} + threadIdx.x; i < p.vectors; i += gridDim.x * {0}) step<{3}, {4}>(p, "
      "i);\n}}\n",
      kThreads, kernelName(axes, width), operands, axes, width);
}

constexpr const char* kStatic = "static";
constexpr const char* kDynamic = "any shape";

std::string refuses(const Device&, const Node& node, const TuningHint& hint) {
  Operands operands(node);
  for (const Node* n : operands.fused.after) {
    if (!n->op->pointwise) return fmt::format("{} is not pointwise", n->opName());
    if (std::string why = refusesExpression(*n); !why.empty()) return why;
  }
  if (operands.outputs.empty()) return "no output is wanted";
  constexpr size_t kMostOperands = 64;  // parameters of a kernel are 4 KiB at most
  if (operands.count() > kMostOperands) return fmt::format("it has {} operands", operands.count());
  return reasonOf([&] {
    for (size_t k = 0; k < operands.count(); ++k) memoryType(operands.type(k));
    Plan(operands, hint.inputs, hint.outputs);
  });
}

std::vector<Candidate> candidates(const Device& device, const Node&, const TuningHint& hint) {
  return {{hint.staticShapes ? kStatic : kDynamic, memorySeconds(device, hint)}};
}

std::string generate(const Node& node, const std::string& config, const TuningHint& hint) {
  Operands operands(node);
  std::string code = "#include \"common.cuh\"\n" + std::string(kMathInclude) +
                     "#include \"pointwise.cuh\"\n" + stepCode(operands);
  int widest = operands.widest();
  std::vector<std::pair<int, int>> variants{{0, 1}, {1, 1}};
  if (widest > 1) variants.insert(variants.end(), {{0, widest}, {1, widest}});
  if (config == kStatic) {
    Plan plan(operands, hint.inputs, hint.outputs);
    variants = {{plan.axes.rank(), 1}};
    if (plan.width > 1) variants.emplace_back(plan.axes.rank(), plan.width);
  }
  for (auto [axes, width] : variants) code += kernelCode(operands.count(), axes, width);
  return code;
}

std::unique_ptr<Kernel> makeKernel(KernelParts parts) {
  return kernelOf([operands = Operands(parts.node), isStatic = parts.config == kStatic,
                   module = std::move(parts.module), &device = parts.device](Descs inputs, Descs outputs) {
    return std::make_unique<PointwiseLaunch>(operands, Plan(operands, inputs, outputs), *module, isStatic,
                                             device);
  });
}

}  // namespace

const GeneratedFamily kPointwise{"pointwise", refuses, candidates, generate, makeKernel};

}  // namespace tenfold::cuda
