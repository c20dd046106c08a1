#include "graph/ir/verify.h"

#include <unordered_map>
#include <unordered_set>

#include "base/error.h"
#include "graph/ops/op_def.h"

namespace tenfold {
namespace {

class Verifier {
 public:
  explicit Verifier(const Graph& graph) : graph_(graph) {
    for (const Value* v : graph.values()) own_.insert(v);
  }

  void run() {
    for (const Value* v : graph_.inputs) {
      check(v && own_.count(v), nullptr, "an input is no value of the graph");
      check(!v->producer && !v->isConstant(), nullptr, "input '{}' has a producer or contents", v->name);
      check(known_.insert(v).second, nullptr, "input '{}' occurs twice", v->name);
    }
    for (const Node* n : graph_.nodes()) node(*n);
    for (const Value* v : graph_.outputs)
      check(v && readable(v), nullptr, "an output is produced by no node");
    for (const Value* v : graph_.values()) value(*v);
  }

 private:
  template <typename... Args>
  void check(bool ok, const Node* n, fmt::format_string<Args...> format, Args&&... args) const {
    if (ok) return;
    std::string where = n ? fmt::format("node '{}' ({}, #{}): ", n->name, n->opName(), n->id) : "";
    fail(ErrorKind::kInternal, "graph '{}' is broken: {}{}", graph_.name, where,
         fmt::format(format, std::forward<Args>(args)...));
  }

  bool readable(const Value* v) const { return own_.count(v) && (v->isConstant() || known_.count(v)); }

  void node(const Node& n) {
    int inputs = static_cast<int>(n.inputs.size()), outputs = static_cast<int>(n.outputs.size());
    check(inputs >= n.op->minInputs && (n.op->maxInputs < 0 || inputs <= n.op->maxInputs), &n,
          "has {} inputs", inputs);
    check(outputs >= n.op->minOutputs && (n.op->maxOutputs < 0 || outputs <= n.op->maxOutputs), &n,
          "has {} outputs", outputs);
    for (size_t i = 0; i < n.inputs.size(); ++i) {
      if (!n.inputs[i]) continue;
      check(readable(n.inputs[i]), &n, "reads input {} before it is produced", i);
      ++reads_[n.inputs[i]][&n];
    }
    for (size_t i = 0; i < n.outputs.size(); ++i) {
      const Value* v = n.outputs[i];
      if (!v) continue;
      check(own_.count(v), &n, "output {} is no value of the graph", i);
      check(v->producer == &n && v->outputIndex == static_cast<int>(i), &n,
            "output {} names another producer", i);
      check(!v->isConstant(), &n, "output {} is a constant", i);
      check(known_.insert(v).second, &n, "output {} is produced twice", i);
      check(v->dtype != DataType::kUndefined, &n, "output {} has no element type", i);
    }
    for (const auto& body : n.bodies) Verifier(*body).run();
  }

  void value(const Value& v) const {
    if (v.isConstant()) {
      check(!v.producer, v.producer, "constant '{}' has a producer", v.name);
      check(v.constant.dtype() == v.dtype && v.shape && *v.shape == symShape(v.constant.shape()), nullptr,
            "constant '{}' is said to be {}", v.name, v.typeStr());
    } else {
      check(known_.count(&v), nullptr, "value '{}' (#{}) has no producer", v.name, v.id);
    }
    std::unordered_map<const Node*, int> uses;
    for (const Node* n : v.uses) ++uses[n];
    auto it = reads_.find(&v);
    check(it == reads_.end() ? uses.empty() : uses == it->second, v.producer,
          "the uses of value '{}' (#{}) are wrong", v.name, v.id);
  }

  const Graph& graph_;
  std::unordered_set<const Value*> own_, known_;
  std::unordered_map<const Value*, std::unordered_map<const Node*, int>> reads_;
};

}  // namespace

void verify(const Graph& graph) { Verifier(graph).run(); }

}  // namespace tenfold
