#include <algorithm>
#include <map>
#include <utility>

#include "base/error.h"
#include "graph/ops/infer.h"
#include "graph/ops/op_def.h"
#include "optimize/precision/assign.h"
#include "optimize/precision/convert.h"
#include "optimize/rewrite.h"

namespace tenfold {
namespace {

constexpr double kLargestHalf = 65504;

class Lowering {
 public:
  Lowering(Graph& graph, PrecisionAssignment assignment)
      : graph_(graph), assignment_(std::move(assignment)) {}

  int run() {
    int changes = 0;
    const std::vector<Node*> nodes = graph_.nodes();  // of before: Casts are inserted
    for (Node* n : nodes) changes += visit(*n);
    keepOutputs();
    return changes;
  }

 private:
  int visit(Node& n) {
    auto it = assignment_.choices.find(&n);
    const PrecisionChoice* choice = it == assignment_.choices.end() ? nullptr : &it->second;
    std::string why = choice ? choice->why : "";
    int changes = 0;
    if (choice && choice->isLow()) {
      why = lower(n, choice->type);
      if (why.empty()) return 1;
      ++changes;
    }
    if (!why.empty() && n.attrs.text(kPrecisionReason, "") != why) n.attrs.set(kPrecisionReason, why);
    restore(n);
    return changes;
  }

  // Empty, or why it could not be.
  std::string lower(Node& n, DataType type) {
    PrecisionPolicy policy = precisionPolicy(n);
    const std::vector<Value*> former = n.inputs;
    std::vector<DataType> types;
    for (const Value* v : n.outputs) types.push_back(v ? v->dtype : DataType::kUndefined);
    try {
      for (size_t i = 0; i < former.size(); ++i)
        if (former[i] && policy.lowers(i) && originalType(former[i]) == DataType::kFloat32)
          graph_.setInput(&n, i, as(former[i], type, n, i));
      inferNode(graph_, n);
    } catch (const Error& e) {
      for (size_t i = 0; i < former.size(); ++i) graph_.setInput(&n, i, former[i]);
      return fmt::format("it takes no {}: {}", typeName(type), e.what());
    }
    for (size_t i = 0; i < n.outputs.size(); ++i)
      if (n.outputs[i] && n.outputs[i]->dtype != types[i]) originals_[n.outputs[i]] = types[i];
    return "";
  }

  // Inputs of a node that is not lowered have the types that they had.
  void restore(Node& n) {
    PrecisionPolicy policy = precisionPolicy(n);
    if (policy.kind == PrecisionKind::kAnyType) return;
    std::map<const Value*, Value*> wide;
    for (size_t i = 0; i < n.inputs.size(); ++i) {
      Value* v = n.inputs[i];
      if (!v || !originals_.count(v)) continue;
      // A conversion for each reader: inside a kernel it costs nothing, between two it costs memory.
      Value*& widened = wide[v];
      if (!widened) widened = cast(v, originals_.at(v), n);
      graph_.setInput(&n, i, widened);
    }
  }

  DataType originalType(const Value* v) const {
    auto it = originals_.find(v);
    return it == originals_.end() ? v->dtype : it->second;
  }

  Value* as(Value* v, DataType type, Node& reader, size_t slot) {
    if (v->dtype == type) return v;
    Value*& known = narrow_[{v, type}];
    if (known) return known;
    if (v->isConstant()) return known = graph_.addConstant(convertFloats(v->constant, type), v->name);
    bool isMask = reader.is("Attention") && slot == 3;
    Value* bounded = v;
    if (type == DataType::kFloat16 && v->dtype == DataType::kFloat32 &&
        (isMask || assignment_.large.count(v))) {
      Rewriter rewriter(graph_, &reader);
      bounded = rewriter.emit(
          "Clip", {v, rewriter.scalar(v->dtype, -kLargestHalf), rewriter.scalar(v->dtype, kLargestHalf)});
    }
    return known = cast(bounded, type, reader);
  }

  Value* cast(Value* v, DataType type, Node& reader) {
    Attributes to;
    to.setType("to", type);
    Rewriter rewriter(graph_, &reader);
    return rewriter.emit("Cast", {v}, to);
  }

  // The network's outputs have the types that they had.
  void keepOutputs() {
    for (Value*& output : graph_.outputs) {
      if (!originals_.count(output)) continue;
      Value* v = output;
      Attributes to;
      to.setType("to", originals_.at(v));
      Node* n = graph_.addNode("Cast", {v}, to, 1, v->producer->name);
      inferNode(graph_, *n);
      n->outputs[0]->name = std::exchange(v->name, "");
      output = n->outputs[0];
    }
  }

  Graph& graph_;
  PrecisionAssignment assignment_;
  std::unordered_map<const Value*, DataType> originals_;        // of values that changed type
  std::map<std::pair<const Value*, DataType>, Value*> narrow_;  // one for all readers
};

}  // namespace

int lowerPrecision(Graph& graph, DataType type) {
  return Lowering(graph, assignPrecision(graph, type)).run();
}

void inheritPrecision(const Node& from, Node& to) {
  DataType wanted = from.attrs.type(kWantedPrecision, DataType::kUndefined);
  if (wanted != DataType::kUndefined && !to.attrs.has(kWantedPrecision))
    to.attrs.setType(kWantedPrecision, wanted);
}

}  // namespace tenfold
