#include <fmt/format.h>

#include <cctype>

#include "graph/ops/op_def.h"
#include "tenfold/docs_pages.h"

namespace tenfold {
namespace {

constexpr const char* kIntroduction = R"(# Operators

This page is written by `./dev docs`; do not edit it.

These are the operators of Tenfold's graphs. Names and meaning are those of the newest ONNX opset; models of older
opsets are translated when they are read. An operator is

- *pointwise* if element i of its output depends on element i of its (broadcast) inputs alone: it may join a fused
  region with others;
- *composite* if it is defined as a graph of other operators, which takes its place before kernels are chosen;
- *random*, or with a *side effect*, if it is never folded, merged with an equal one, or removed;
- *data-dependent* if the shape of its output is known only after it has run.

Kernels are tested against the operators' reference implementations, which are written for clarity.

)";

constexpr const char* kKindNames[] = {"integer", "real",  "text",   "integers",
                                      "reals",   "texts", "tensor", "type"};

// "2", "1 to 3", "at least 1".
std::string countText(int least, int most) {
  if (most < 0) return fmt::format("at least {}", least);
  return least == most ? fmt::format("{}", least) : fmt::format("{} to {}", least, most);
}

std::string propertiesText(const OpDef& op) {
  const std::pair<bool, const char*> properties[] = {
      {op.pointwise, "pointwise"},         {op.commutative, "commutative"},
      {op.expand != nullptr, "composite"}, {op.isRandom, "random"},
      {op.hasSideEffects, "side effect"},  {op.dataDependentShape, "data-dependent"},
  };
  std::string text;
  for (const auto& [holds, name] : properties)
    if (holds) text += (text.empty() ? "" : ", ") + std::string(name);
  return text;
}

// A bar ends a cell of a Markdown table.
std::string cell(const std::string& text) {
  std::string safe;
  for (char c : text) safe += c == '|' ? "\\|" : c == '\n' ? " " : std::string(1, c);
  return safe;
}

std::string indexRow(const OpDef& op) {
  std::string anchor = op.name;
  for (char& c : anchor) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return fmt::format("| [{}](#{}) | {} | {} | {} | {} |\n", op.name, anchor,
                     countText(op.minInputs, op.maxInputs), countText(op.minOutputs, op.maxOutputs),
                     op.attrs.size(), propertiesText(op));
}

std::string section(const OpDef& op) {
  std::string text =
      fmt::format("## {}\n\n{}\n\nInputs: {}. Outputs: {}.", op.name, op.doc,
                  countText(op.minInputs, op.maxInputs), countText(op.minOutputs, op.maxOutputs));
  if (std::string properties = propertiesText(op); !properties.empty())
    text += fmt::format(" Properties: {}.", properties);
  text += "\n\n";
  if (op.attrs.empty()) return text;
  text += "| Attribute | Type | Meaning |\n|---|---|---|\n";
  for (const AttrSpec& attr : op.attrs)
    text += fmt::format("| `{}` | {} | {} |\n", attr.name, kKindNames[static_cast<int>(attr.kind)],
                        cell(attr.doc));
  return text + "\n";
}

}  // namespace

std::string operatorsPage() {
  std::string text = kIntroduction;
  text += "| Operator | Inputs | Outputs | Attributes | Properties |\n|---|---|---|---|---|\n";
  for (const OpDef* op : allOpDefs()) text += indexRow(*op);
  text += "\n";
  for (const OpDef* op : allOpDefs()) text += section(*op);
  text.pop_back();
  return text;
}

}  // namespace tenfold
