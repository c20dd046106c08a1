#include "targets/cuda/tactics/row_code.h"

#include "base/error.h"
#include "targets/cuda/codegen/expression.h"

namespace tenfold::cuda {
namespace {

// Statements that read the operands of one shape as vectors, and for element i of each.
struct Loads {
  std::string vectors, elements;
};

Loads loads(const RowNode& node, bool result, Variables& variables) {
  Loads code;
  for (size_t k = 0; k < node.operands.size(); ++k) {
    const RowOperand& o = node.operands[k];
    if (o.isOutput || o.isResult != result) continue;
    const char* memory = memoryType(o.value->dtype);
    code.vectors += fmt::format(
        "    Vector<{0}, W> m{1} = readVector<{0}, W>(p.memory[{1}], at[{1}], p.vectorStrides[{1}]);\n",
        memory, k);
    code.elements += fmt::format("      {} a{} = Element<{}>::load(m{}.at[i]);\n",
                                 registerType(o.value->dtype), k, memory, k);
    variables[o.value] = fmt::format("a{}", k);
  }
  return code;
}

constexpr const char* kEach = "#pragma unroll\n    for (int i = 0; i < W; ++i) {\n";

std::string method(size_t operands, const char* name, const char* parameter, const std::string& body) {
  return fmt::format(
      "  template <int W>\n"
      "  static __device__ __forceinline__ void {}(const RowParams<{}>& p, const u32* at, {}) {{\n{}  "
      "}}\n",
      name, operands, parameter, body);
}

// A function that gives one of the anchor's inputs.
std::string inputMethod(const RowNode& node, const char* name, size_t input, const char* absent) {
  std::string body;
  if (!node.fused.anchor->hasInput(input)) {
    body = kEach + fmt::format("      out[i] = {};\n", absent);
  } else {
    Variables variables;
    Loads read = loads(node, false, variables);
    body = read.vectors + kEach + read.elements + emitPointwise(node.fused.before, variables);
    body += fmt::format("      out[i] = static_cast<float>({});\n",
                        nameOf(node.fused.anchor->inputs[input], variables));
  }
  return method(node.operands.size(), name, "float* out", body + "    }\n");
}

std::string sinkMethod(const RowNode& node) {
  Variables variables;
  bool reduces = node.anchor->reduces;
  Loads read = loads(node, reduces, variables);
  std::string body = read.elements, results, writes;
  if (!reduces) body += emitPointwise(node.fused.before, variables, "b");
  variables[node.fused.anchor->outputs[0]] = "y[i]";
  body += emitPointwise(node.fused.after, variables);
  for (size_t k = 0; k < node.operands.size(); ++k) {
    const RowOperand& o = node.operands[k];
    if (!o.isOutput) continue;
    const char* memory = memoryType(o.value->dtype);
    results += fmt::format("    Vector<{}, W> r{};\n", memory, k);
    body += fmt::format("      r{}.at[i] = Element<{}>::store({});\n", k, memory, nameOf(o.value, variables));
    writes += fmt::format("    writeVector<{0}, W>(p.memory[{1}], at[{1}], p.vectorStrides[{1}], r{1});\n",
                          memory, k);
  }
  return method(node.operands.size(), "sink", "const float* y",
                read.vectors + results + kEach + body + "    }\n" + writes);
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

std::string kernel(const char* name, const RowNode& node, int width, int threads, const std::string& call) {
  return fmt::format(
      "extern \"C\" __global__ void __launch_bounds__({}) {}_{}(const __grid_constant__ RowParams<{}> p) {{\n"
      "  {}(p);\n}}\n",
      threads, name, width, node.operands.size(), call);
}

}  // namespace

std::string rowCode(const RowNode& node, const RowConfig& config, int rowAxes, int columnAxes) {
  std::string code = "#include \"rows.cuh\"\n" + regionCode(node);
  std::vector<int> widths{1};
  if (config.width > 1) widths.push_back(config.width);
  const char* anchor = node.anchor->code;
  const char* many = config.many ? "true" : "false";
  for (int w : widths) {
    int kept = w == config.width ? config.kept : 0;
    code += kernel("rows", node, w, config.threads(),
                   fmt::format("runRows<Region, {}, {}, {}, {}, {}, {}, {}>", anchor, config.lanes, kept, w,
                               many, rowAxes, columnAxes));
    if (!node.splits()) continue;
    code += kernel("part", node, w, config.threads(),
                   fmt::format("runPart<Region, {}, {}, {}, {}, {}, {}>", anchor, config.lanes, w, many,
                               rowAxes, columnAxes));
    code += kernel("join", node, w, config.threads(),
                   fmt::format("runJoin<Region, {}, {}, {}, {}>", anchor, w, many, rowAxes));
  }
  return code;
}

}  // namespace tenfold::cuda
