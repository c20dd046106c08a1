#include "plan/build/precision_notes.h"

#include <fmt/format.h>

#include "optimize/precision/policy.h"
#include "optimize/precision/precision.h"

namespace tenfold {
namespace {

std::string factName(const Node& node) { return fmt::format("precision.{}", node.id); }

// The reasons of the node and of the nodes inside, each once.
std::string takeNotes(Node& node) {
  std::string all = node.attrs.text(kPrecisionReason, "");
  node.attrs.erase(kPrecisionReason);
  node.attrs.erase(kWantedPrecision);
  for (const auto& body : node.bodies)
    for (Node* inner : body->nodes()) {
      std::string why = takeNotes(*inner);
      if (why.empty() || !node.is("Region")) continue;
      why = fmt::format("{}: {}", inner->opName(), why);
      if (all.find(why) == std::string::npos) all += (all.empty() ? "" : "; ") + why;
    }
  return all;
}

DataType computedType(const Node& node) {
  const Value* v = precisionPolicy(node).kind == PrecisionKind::kProduct ? node.input(0) : node.output();
  return v && isFloat(v->dtype) ? v->dtype : DataType::kUndefined;
}

}  // namespace

void takePrecisionNotes(Plan& plan) {
  for (Node* node : plan.graph->nodes())
    if (std::string why = takeNotes(*node); !why.empty()) plan.facts[factName(*node)] = why;
}

PrecisionNote precisionOf(const Plan& plan, const Step& step) {
  PrecisionNote note{computedType(*step.node), ""};
  for (const auto& body : step.node->bodies)
    for (const Node* n : body->nodes())
      if (step.node->is("Region") && precisionPolicy(*n).kind == PrecisionKind::kProduct)
        note.type = computedType(*n);
  auto fact = plan.facts.find(factName(*step.node));
  if (fact != plan.facts.end()) note.why = fact->second;
  return note;
}

}  // namespace tenfold
