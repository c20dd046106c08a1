#include "api/runtime/layer_text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <limits>

#include "api/runtime/bindings.h"
#include "plan/build/precision_notes.h"

namespace tenfold {
namespace {

using nvinfer1::LayerInformationFormat;
using nvinfer1::ProfilingVerbosity;

std::string layoutText(const Value& v) {
  return fmt::format("{} {}", v.layout == Layout::kPlain ? "Linear" : "Channels last", typeName(v.dtype));
}

std::string tensorJson(const Value& v, const DimBindings& bindings) {
  auto shape = extents(v, bindings);
  return fmt::format(R"({{"Name": {}, "Location": "{}", "Dimensions": [{}], "Format/Datatype": "{}"}})",
                     jsonString(v.name), v.isConstant() ? "Constant" : "Device",
                     shape ? fmt::format("{}", fmt::join(*shape, ",")) : "", layoutText(v));
}

std::string tensorLine(const Value& v, const DimBindings& bindings) {
  auto shape = extents(v, bindings);
  return fmt::format("{}: {}[{}]", v.name, typeName(v.dtype),
                     shape ? fmt::format("{}", fmt::join(*shape, ",")) : "?");
}

template <typename Describe>
std::string list(const std::vector<Value*>& values, Describe describe) {
  std::string text;
  for (const Value* v : values)
    if (v) text += (text.empty() ? "" : ", ") + describe(*v);
  return text;
}

std::string bodyOperators(const Node& node) {
  std::string text;
  for (const auto& body : node.bodies)
    for (const Node* n : body->nodes()) text += (text.empty() ? "" : "+") + std::string(n->opName());
  return text;
}

std::string kernelText(const CompiledKernel& kernel) {
  return kernel.tactic + (kernel.config.empty() ? "" : " " + kernel.config);
}

std::string tacticText(const Step& step) {
  if (step.kind == StepKind::kControl) return "control flow";
  std::string text = kernelText(step.compiled);
  for (const Variant& v : step.variants)
    text += v.most == std::numeric_limits<int64_t>::max()
                ? fmt::format("; from {} elements: {}", v.least, kernelText(v.compiled))
                : fmt::format("; {} to {} elements: {}", v.least, v.most, kernelText(v.compiled));
  return text;
}

std::string detailedJson(const Plan& plan, const Step& step, const DimBindings& bindings) {
  auto tensor = [&](const Value& v) { return tensorJson(v, bindings); };
  const Node& node = *step.node;
  PrecisionNote precision = precisionOf(plan, step);
  return fmt::format(
      R"({{"Name": {}, "LayerType": "{}", "Inputs": [{}], "Outputs": [{}], "ParameterType": {}, )"
      R"("TacticName": {}, "Precision": "{}", "PrecisionReason": {}, "StreamId": 0, "Metadata": ""}})",
      jsonString(node.name), node.opName(), list(node.inputs, tensor), list(node.outputs, tensor),
      jsonString(bodyOperators(node)), jsonString(tacticText(step)),
      precision.type == DataType::kUndefined ? "" : typeName(precision.type), jsonString(precision.why));
}

std::string detailedLine(const Plan& plan, const Step& step, const DimBindings& bindings) {
  auto tensor = [&](const Value& v) { return tensorLine(v, bindings); };
  const Node& node = *step.node;
  std::string body = bodyOperators(node), why = precisionOf(plan, step).why;
  return fmt::format("{} ({}{}): inputs: {}; outputs: {}; tactic: {}{}", node.name, node.opName(),
                     body.empty() ? "" : " " + body, list(node.inputs, tensor), list(node.outputs, tensor),
                     tacticText(step), why.empty() ? "" : "; precision: " + why);
}

}  // namespace

std::string jsonString(const std::string& text) {
  std::string quoted = "\"";
  for (char c : text) {
    if (c == '"' || c == '\\')
      (quoted += '\\') += c;
    else if (static_cast<unsigned char>(c) < 0x20)
      quoted += fmt::format("\\u{:04x}", static_cast<int>(c));
    else
      quoted += c;
  }
  return quoted + "\"";
}

std::string layerText(const Plan& plan, const Step& step, ProfilingVerbosity verbosity,
                      LayerInformationFormat format, const DimBindings& bindings) {
  bool json = format == LayerInformationFormat::kJSON;
  if (verbosity == ProfilingVerbosity::kNONE) return json ? "\"\"" : "";
  if (verbosity == ProfilingVerbosity::kDETAILED)
    return json ? detailedJson(plan, step, bindings) : detailedLine(plan, step, bindings);
  return json ? jsonString(step.node->name) : step.node->name;
}

}  // namespace tenfold
