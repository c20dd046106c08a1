#include "plan/regions/layout.h"

#include <algorithm>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

#include "graph/ops/infer.h"
#include "graph/ops/op_def.h"

namespace tenfold {
namespace {

// Operators that may work on channels-last data beside pointwise ones. Those that profit from it are why a
// part of the graph becomes channels-last; the others only go along.
struct Row {
  std::string_view op;
  bool profits;
  bool allInputs;  // otherwise input 0 alone is an activation
};
constexpr Row kRows[] = {
    {"Conv", true, false},
    {"ConvInteger", true, false},
    {"ConvTranspose", true, false},
    {"MaxPool", false, false},
    {"AveragePool", false, false},
    {"GlobalAveragePool", false, false},
    {"GlobalMaxPool", false, false},
    {"Resize", false, false},
    {"Pad", false, false},
    {"Slice", false, false},
    {"Split", false, false},
    {"Identity", false, false},
    {"QuantizeLinear", false, false},
    {"DequantizeLinear", false, false},
    {"Concat", false, true},
    {"BatchNormalization", false, false},
};

const Row* rowOf(const Node& node) {
  static constexpr Row kPointwise{"", false, true};
  for (const Row& row : kRows)
    if (node.is(row.op)) return &row;
  return node.op->pointwise ? &kPointwise : nullptr;
}

bool isActivation(const Value* v) {
  return v && !v->isConstant() && v->rank() >= 3 && v->rank() <= 5 && typeBits(v->dtype) >= 8;
}

// Transposes between channels first and channels last move no element if the channels-first side is laid out
// channels-last.
enum class Turn { kNone, kToLast, kFromLast };
Turn turnOf(const Node& node) {
  if (!node.is("Transpose") || !isActivation(node.input(0)) || !node.output()) return Turn::kNone;
  std::vector<int64_t> perm = node.attrs.integers("perm");
  auto rank = static_cast<int64_t>(perm.size());
  if (rank != node.inputs[0]->rank() || perm[0] != 0) return Turn::kNone;
  bool toLast = perm.back() == 1, fromLast = perm[1] == rank - 1;
  for (int64_t i = 1; i + 1 < rank; ++i) {
    toLast = toLast && perm[static_cast<size_t>(i)] == i + 1;
    fromLast = fromLast && perm[static_cast<size_t>(i) + 1] == i;
  }
  return toLast ? Turn::kToLast : fromLast ? Turn::kFromLast : Turn::kNone;
}

class LayoutAssignment {
 public:
  LayoutAssignment(Graph& graph, const std::function<bool(const Node&)>& accepts) : graph_(graph) {
    for (Node* n : graph.nodes()) {
      if (canFollow(*n) && accepts(*n)) able_.insert(n);
      if (turnOf(*n) != Turn::kNone && accepts(*n)) turns_.insert(n);
    }
  }

  int run() {
    spread();
    int changed = 0;
    for (Node* n : graph_.nodes())
      for (Value* v : n->outputs)
        if (v && (chosen_.count(n) || turnsInto(*n))) v->layout = Layout::kChannelsLast, ++changed;
    insertReorders();
    return changed;
  }

 private:
  static bool canFollow(const Node& n) {
    const Row* row = rowOf(n);
    const Value* out = n.output();
    if (!row || !isActivation(out)) return false;
    for (const Value* v : n.outputs)
      if (v && (!isActivation(v) || v->rank() != out->rank())) return false;
    return row->allInputs || (isActivation(n.input(0)) && n.input(0)->rank() == out->rank());
  }

  // Whether input i carries an activation that must have the node's layout.
  static bool followsLayout(const Node& n, size_t i) {
    const Value* v = n.input(i);
    if (!isActivation(v) || v->rank() != n.output()->rank()) return false;
    return i == 0 || rowOf(n)->allInputs;
  }

  // From the nodes that profit through everything able that is connected with them.
  void spread() {
    std::vector<const Node*> pending;
    auto choose = [&](const Node* n) {
      if (n && able_.count(n) && chosen_.insert(n).second) pending.push_back(n);
    };
    for (const Node* n : able_)
      if (rowOf(*n)->profits) choose(n);
    while (!pending.empty()) {
      const Node* n = pending.back();
      pending.pop_back();
      for (size_t i = 0; i < n->inputs.size(); ++i)
        if (followsLayout(*n, i)) choose(n->inputs[i]->producer);
      for (const Value* v : n->outputs)
        if (v)
          for (const Node* reader : v->uses)
            for (size_t i = 0; i < reader->inputs.size(); ++i)
              if (reader->inputs[i] == v && able_.count(reader) && followsLayout(*reader, i)) choose(reader);
    }
  }

  // A transpose to channels first that some reader wants channels-last.
  bool turnsInto(const Node& n) const {
    if (!turns_.count(&n) || turnOf(n) != Turn::kFromLast) return false;
    for (const Node* reader : n.output()->uses)
      for (size_t i = 0; chosen_.count(reader) && i < reader->inputs.size(); ++i)
        if (reader->inputs[i] == n.output() && followsLayout(*reader, i)) return true;
    return false;
  }

  Value* reordered(Value* v, Node* before, Layout layout) {
    auto [it, fresh] = copies_.emplace(v, nullptr);
    if (!fresh) return it->second;
    Node* n = before ? graph_.insertNode(before, "Reorder", {v}, {}, 1, v->name)
                     : graph_.addNode("Reorder", {v}, {}, 1, v->name);
    inferNode(graph_, *n);
    n->outputs[0]->layout = layout;
    return it->second = n->outputs[0];
  }

  void insertReorders() {
    std::vector<Node*> nodes = graph_.nodes();
    for (Node* n : nodes)
      for (size_t i = 0; i < n->inputs.size(); ++i) {
        Value* v = n->inputs[i];
        if (!v || v->isConstant() || (turns_.count(n) && turnOf(*n) == Turn::kToLast)) continue;
        Layout wanted = chosen_.count(n) && followsLayout(*n, i) ? Layout::kChannelsLast : Layout::kPlain;
        // A broadcast operand of another rank keeps what it has: plain.
        if (v->layout != wanted) graph_.setInput(n, i, reordered(v, n, wanted));
      }
    for (Value*& v : graph_.outputs) {
      if (v->layout == Layout::kPlain) continue;
      std::string name = v->name;
      Value* plain = reordered(v, nullptr, Layout::kPlain);
      v->name.clear();
      plain->name = name;
      v = plain;
    }
  }

  Graph& graph_;
  std::unordered_set<const Node*> able_, chosen_, turns_;
  std::unordered_map<const Value*, Value*> copies_;
};

void dropReorders(Graph& graph, const std::function<bool(const Node&, const Node&)>& readsPlain) {
  const std::vector<Node*> nodes = graph.nodes();
  for (Node* reorder : nodes) {
    if (!reorder->is("Reorder") || reorder->output()->layout != Layout::kChannelsLast) continue;
    Value *from = reorder->inputs[0], *to = reorder->output();
    const std::vector<Node*> readers = to->uses;
    bool needless = !graph.isOutput(to) && from->layout == Layout::kPlain &&
                    std::all_of(readers.begin(), readers.end(),
                                [&](const Node* reader) { return readsPlain(*reader, *reorder); });
    if (!needless) continue;
    graph.replaceUses(to, from);
    graph.eraseNode(reorder);
  }
}

}  // namespace

int assignLayouts(Graph& graph, const std::function<bool(const Node&)>& accepts,
                  const std::function<bool(const Node& reader, const Node& reorder)>& readsPlain) {
  int changed = 0;
  for (Node* n : graph.nodes())
    for (const auto& body : n->bodies) changed += assignLayouts(*body, accepts, readsPlain);
  changed += LayoutAssignment(graph, accepts).run();
  if (readsPlain) dropReorders(graph, readsPlain);
  return changed;
}

}  // namespace tenfold
