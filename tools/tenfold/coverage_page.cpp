#include <fmt/format.h>

#include <map>
#include <set>
#include <vector>

#include "api/refusals.h"
#include "frontend/onnx/registry.h"
#include "graph/ops/op_def.h"
#include "plan/build/build.h"
#include "tenfold/docs_pages.h"

namespace tenfold {
namespace {

struct OnnxOperator {
  const char *domain, *name;
  bool deprecated;
};

constexpr OnnxOperator kOnnxOperators[] = {
#define ONNX_OPERATOR(DOMAIN, NAME, DEPRECATED) {DOMAIN, NAME, DEPRECATED},
#include "tenfold/onnx_operators.def"
#undef ONNX_OPERATOR
};

// The operators of one domain of ONNX.
struct Domain {
  std::vector<std::string> works, waits;
};

// In the newest opset, or in an older one where the operator has been given up since.
bool isSupported(const OnnxOperator& op) {
  for (int opset = onnx_frontend::kNewestOpset; opset > 0; --opset) {
    if (onnx_frontend::findImporter(op.domain, op.name, opset)) return true;
    if (!op.deprecated) return false;
  }
  return false;
}

std::map<std::string, Domain> onnxDomains() {
  std::map<std::string, Domain> domains;
  for (const OnnxOperator& op : kOnnxOperators) {
    Domain& domain = domains[*op.domain ? op.domain : "ai.onnx"];
    (isSupported(op) ? domain.works : domain.waits)
        .push_back(std::string(op.name) + (op.deprecated ? " (deprecated)" : ""));
  }
  return domains;
}

std::string listed(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return names.empty() ? "none" : text;
}

std::string onnxText() {
  std::string table =
      "| Domain | Operators | Supported | Waiting |\n"
      "|---|---|---|---|\n";
  std::string lists;
  for (const auto& [name, domain] : onnxDomains()) {
    table += fmt::format("| {} | {} | {} | {} |\n", name, domain.works.size() + domain.waits.size(),
                         domain.works.size(), domain.waits.size());
    lists += fmt::format("### {}\n\nSupported: {}.\n\nWaiting: {}.\n\n", name, listed(domain.works),
                         listed(domain.waits));
  }
  std::set<std::string> microsoft;
  for (const onnx_frontend::ImporterRow& row : onnx_frontend::microsoftFamily()) microsoft.insert(row.op);
  lists +=
      fmt::format("### com.microsoft\n\nSupported: {}.\n\n", listed({microsoft.begin(), microsoft.end()}));
  return "## ONNX operators\n\n"
         "As of opset 28, which is the newest; older forms of the same operators are translated.\n\n" +
         table + "\n" + lists;
}

std::string interfaceText() {
  std::string text =
      "## Programming interface\n\n"
      "What the C++ classes refuse: the call logs an error that says so and gives the value that means "
      "failure.\n\n";
  text += "| Class | Method | Refused | Instead |\n|---|---|---|---|\n";
  for (const RefusalRow& r : refusals())
    text += fmt::format("| {} | {} | {} | {} |\n", r.interface, r.method, r.what, r.advice);
  std::vector<std::string> layers;
  for (const OpDef* op : allOpDefs())
    if (!isComputable(*op)) layers.emplace_back(op->name);
  return text + "\nOperators of layers that can be in a network, but not be built: " + listed(layers) +
         ".\n\n";
}

std::string passesText() {
  std::string text =
      "## Passes of the optimizer\n\nIn the order in which they first run; `--disablePass NAME` leaves one "
      "out.\n\n";
  for (const std::string& name : buildPassNames()) text += fmt::format("- `{}`\n", name);
  return text;
}

}  // namespace

std::string coveragePage() {
  return fmt::format(
             "# What works\n\nThis page is written by `./dev docs`; do not edit it.\n\n"
             "The graph has {} operators ([operators.md](operators.md)).\n\n",
             allOpDefs().size()) +
         onnxText() + interfaceText() + passesText();
}

}  // namespace tenfold
