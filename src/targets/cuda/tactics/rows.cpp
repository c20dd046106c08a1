#include "targets/cuda/tactics/rows.h"

#include <algorithm>
#include <cstdio>
#include <cstring>

#include "base/error.h"
#include "targets/cuda/codegen/expression.h"
#include "targets/cuda/tactics/fast_divisor.h"
#include "targets/cuda/tactics/row_plan.h"

namespace tenfold::cuda {
namespace {

constexpr int kAxes = 8;       // kRowAxes of the kernel
constexpr int kThreads = 256;  // kRowThreads

struct Config {
  int lanes = 32, kept = 0;
  std::string str() const { return fmt::format("lanes={} kept={}", lanes, kept); }
  static Config parse(const std::string& text) {
    Config c;
    if (std::sscanf(text.c_str(), "lanes=%d kept=%d", &c.lanes, &c.kept) != 2)
      fail(ErrorKind::kInvalidPlan, "rows: the configuration '{}' is not known", text);
    return c;
  }
};

// Axes of kernels/rows.cuh as 32-bit words.
void appendAxes(std::vector<uint32_t>& words, const LoopAxes& axes) {
  auto rank = static_cast<size_t>(axes.rank());
  for (const auto& strides : axes.strides)
    for (size_t a = 0; a < kAxes; ++a)
      words.push_back(a < rank ? static_cast<uint32_t>(strides[rank - 1 - a]) : 0);
  for (size_t a = 0; a < kAxes; ++a) {
    FastDivisor d(static_cast<uint32_t>(std::max<int64_t>(a < rank ? axes.extents[rank - 1 - a] : 1, 1)));
    words.insert(words.end(), {d.divisor, d.multiplier, d.shift});
  }
  words.insert(words.end(), {static_cast<uint32_t>(axes.numel()), static_cast<uint32_t>(rank)});
}

class RowLaunch final : public Launch {
 public:
  RowLaunch(const RowNode& node, const RowPlan& plan, const Config& config, CUfunction function)
      : node_(node), function_(function) {
    std::vector<uint32_t> words(node.operands.size() * 2, 0);
    appendAxes(words, plan.rows);
    appendAxes(words, plan.columns);
    params_.resize((words.size() + 1) / 2);
    std::memcpy(params_.data(), words.data(), words.size() * sizeof(uint32_t));
    int64_t rowsOfBlock = kThreads / config.lanes;
    grid_.threads = kThreads;
    grid_.blocks[0] = static_cast<unsigned>((plan.rows.numel() + rowsOfBlock - 1) / rowsOfBlock);
  }

  void run(const LaunchArgs& args) override {
    for (size_t k = 0; k < node_.operands.size(); ++k) {
      const RowOperand& o = node_.operands[k];
      void* memory = o.isOutput ? args.outputs[o.index] : args.inputs[o.index];
      std::memcpy(&params_[k], &memory, sizeof(memory));
    }
    void* parameters[] = {params_.data()};
    launch(function_, grid_, parameters, args.stream);
  }

 private:
  const RowNode& node_;
  CUfunction function_;
  std::vector<uint64_t> params_;  // RowParams
  Grid grid_;
};

class RowKernel final : public Kernel {
 public:
  RowKernel(const Node& node, const std::string& config, std::shared_ptr<const Module> module)
      : node_(node), config_(Config::parse(config)), module_(std::move(module)) {}
  std::unique_ptr<Launch> prepare(Descs inputs, Descs outputs) const override {
    return std::make_unique<RowLaunch>(node_, RowPlan(node_, inputs, outputs), config_,
                                       module_->function("rows"));
  }

 private:
  const RowNode node_;
  const Config config_;
  std::shared_ptr<const Module> module_;
};

// Statements that load the operands of one shape into variables.
std::string loads(const RowNode& node, bool result, Variables& variables) {
  std::string code;
  for (size_t k = 0; k < node.operands.size(); ++k) {
    const RowOperand& o = node.operands[k];
    if (o.isOutput || o.isResult != result) continue;
    const char* memory = memoryType(o.value->dtype);
    code +=
        fmt::format("    {0} a{1} = Element<{2}>::load(static_cast<const {2}*>(p.memory[{1}])[at[{1}]]);\n",
                    registerType(o.value->dtype), k, memory);
    variables[o.value] = fmt::format("a{}", k);
  }
  return code;
}

std::string method(size_t operands, const char* type, const char* name, const char* more,
                   const std::string& body) {
  return fmt::format(
      "  static __device__ __forceinline__ {} {}(const RowParams<{}>& p, const u32 (&at)[{}]{}) {{\n{}  }}\n",
      type, name, operands, operands, more, body);
}

// A function that gives one of the anchor's inputs.
std::string inputMethod(const RowNode& node, const char* name, size_t input, const char* absent) {
  if (!node.fused.anchor->hasInput(input))
    return method(node.operands.size(), "float", name, "", fmt::format("    return {};\n", absent));
  Variables variables;
  std::string body = loads(node, false, variables);
  body += emitPointwise(node.fused.before, variables);
  const Value* v = node.fused.anchor->inputs[input];
  return method(node.operands.size(), "float", name, "",
                body + fmt::format("    return static_cast<float>({});\n", nameOf(v, variables)));
}

std::string sinkMethod(const RowNode& node) {
  Variables variables;
  bool reduces = node.anchor->reduces;
  std::string body = loads(node, reduces, variables);
  if (!reduces) body += emitPointwise(node.fused.before, variables, "b");
  variables[node.fused.anchor->outputs[0]] = "y";
  body += emitPointwise(node.fused.after, variables);
  for (size_t k = 0; k < node.operands.size(); ++k) {
    const RowOperand& o = node.operands[k];
    if (!o.isOutput) continue;
    body += fmt::format("    static_cast<{0}*>(p.memory[{1}])[at[{1}]] = Element<{0}>::store({2});\n",
                        memoryType(o.value->dtype), k, nameOf(o.value, variables));
  }
  return method(node.operands.size(), "void", "sink", ", float y", body);
}

std::string regionCode(const RowNode& node) {
  std::string code = "struct Region {\n" + inputMethod(node, "source", 0, "0");
  if (node.isNormalization()) {
    code += inputMethod(node, "scale", 1, "1") + inputMethod(node, "bias", 2, "0");
    code += fmt::format("  static __device__ __forceinline__ float epsilon() {{ return {:#.9g}f; }}\n",
                        node.fused.anchor->attrs.real("epsilon", 1e-5));
  }
  return code + sinkMethod(node) + "};\n";
}

}  // namespace

std::string RowsTactic::refuses(const Node& node, const TuningHint& hint) const {
  return reasonOf([&] {
    RowNode rows(node);
    RowPlan plan(rows, hint.inputs, hint.outputs);
    regionCode(rows);
  });
}

std::vector<Candidate> RowsTactic::candidates(const Node& node, const TuningHint& hint) const {
  RowPlan plan(RowNode(node), hint.inputs, hint.outputs);
  Config config{plan.lanes(), 0};
  constexpr int64_t kMostKept = 32;
  int64_t each = (plan.columns.numel() + config.lanes - 1) / config.lanes;
  if (hint.staticShapes && each <= kMostKept) config.kept = static_cast<int>(each);
  return {{config.str(), memorySeconds(device_, hint)}};
}

std::string RowsTactic::generate(const Node& node, const std::string& config, const TuningHint& hint) const {
  RowNode rows(node);
  RowPlan plan(rows, hint.inputs, hint.outputs);
  Config c = Config::parse(config);
  return "#include \"rows.cuh\"\n" + regionCode(rows) +
         fmt::format(
             "extern \"C\" __global__ void __launch_bounds__({}) rows(RowParams<{}> p) {{\n"
             "  runRows<Region, {}, {}, {}, {}, {}>(p);\n}}\n",
             kThreads, rows.operands.size(), rows.anchor->code, c.lanes, c.kept,
             hint.staticShapes ? plan.rows.rank() : 0, hint.staticShapes ? plan.columns.rank() : 0);
}

std::unique_ptr<Kernel> RowsTactic::makeKernel(const Node& node, const std::string& config,
                                               std::shared_ptr<const Module> module,
                                               std::vector<DeviceBuffer>) const {
  return std::make_unique<RowKernel>(node, config, std::move(module));
}

}  // namespace tenfold::cuda
