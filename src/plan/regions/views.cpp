#include "plan/regions/views.h"

#include <algorithm>

#include "targets/strided_view.h"

namespace tenfold {
namespace {

constexpr size_t kOperands = 3;  // queries, keys, values
constexpr size_t kLongest = 12;  // views of one operand

// [batch, length, heads * size] becomes [batch, length, heads, size].
bool splitHeads(StridedView& view, const Node& attention, const char* heads) {
  if (view.extents.size() != 3) return true;
  const SymShape& e = view.extents;
  Dim count = attention.attrs.integer(heads, 1);
  auto size = Dim::exactDiv(e[2], count);
  return size && view.reshape({e[0], e[1], count, *size});
}

bool isReadable(StridedView view, const Node& attention, size_t operand) {
  if (!splitHeads(view, attention, operand == 0 ? "q_num_heads" : "kv_num_heads")) return false;
  return view.extents.size() == 4 && (view.strides[3] == Dim(1) || view.extents[3] == Dim(1));
}

// Whether what the view does follows from shapes alone.
bool isDecided(const Node& view) {
  for (size_t i = 1; i < view.inputs.size(); ++i)
    if (view.inputs[i] && !view.inputs[i]->isConstant() && !view.inputs[i]->contents) return false;
  return true;
}

// The views that lead to an operand, the last one first.
class Chain {
 public:
  explicit Chain(const Value* operand) : operand_(operand) {}

  // The next view up from what was taken so far; null where there is none that strides can follow.
  Node* next(const Node& attention, size_t operand) const {
    const Value* source = taken_.empty() ? operand_ : taken_.back()->inputs[0];
    Node* n = source->producer;
    if (!n || taken_.size() == kLongest || !isStridedView(*n) || !isDecided(*n) || !n->inputs[0]->shape)
      return nullptr;
    StridedView view = StridedView::of(*n->inputs[0]->shape);
    if (!view.apply(*n, static_cast<size_t>(source->outputIndex))) return nullptr;
    for (size_t i = taken_.size(); i-- > 0;) {
      const Value* to = i == 0 ? operand_ : taken_[i - 1]->inputs[0];
      if (!view.apply(*taken_[i], static_cast<size_t>(to->outputIndex))) return nullptr;
    }
    return isReadable(std::move(view), attention, operand) ? n : nullptr;
  }
  void take(Node* n) { taken_.push_back(n); }

 private:
  const Value* operand_;
  std::vector<Node*> taken_;
};

bool isReadInside(const Graph& graph, const Node& node, const Grouping& groups, int group) {
  return std::all_of(node.outputs.begin(), node.outputs.end(), [&](const Value* v) {
    return !v || (!graph.isOutput(v) && std::all_of(v->uses.begin(), v->uses.end(), [&](const Node* reader) {
      return groups.groupOf(reader) == group;
    }));
  });
}

void growOperands(const Graph& graph, Node& attention, const Grouping& groups,
                  const std::function<bool(Node*)>& join) {
  std::vector<Chain> chains;
  for (size_t i = 0; i < kOperands; ++i) chains.emplace_back(attention.inputs[i]);
  // A view that several operands share joins when the last of them has come up to it.
  for (bool changed = true; changed;) {
    changed = false;
    for (size_t i = 0; i < kOperands; ++i) {
      Node* n = chains[i].next(attention, i);
      int group = groups.groupOf(&attention);
      if (!n || !isReadInside(graph, *n, groups, group)) continue;
      if (groups.groupOf(n) != group && (!groups.isAlone(n) || !join(n))) continue;
      chains[i].take(n);
      changed = true;
    }
  }
}

void growResult(const Graph& graph, Node& attention, const Grouping& groups,
                const std::function<bool(Node*)>& join) {
  std::vector<Node*> taken;
  const Value* v = attention.outputs[0];
  while (taken.size() < kLongest && v->uses.size() == 1 && !graph.isOutput(v)) {
    Node* n = v->uses[0];
    if (!isStridedView(*n) || !isDecided(*n) || n->inputs[0] != v || !n->output() || !n->outputs[0]->shape ||
        !groups.isAlone(n))
      return;
    StridedView view = StridedView::of(*n->outputs[0]->shape);
    bool fits = view.applyBackwards(*n);
    for (size_t i = taken.size(); i-- > 0 && fits;) fits = view.applyBackwards(*taken[i]);
    if (!fits || !isReadable(std::move(view), attention, 0) || !join(n)) return;
    taken.push_back(n);
    v = n->outputs[0];
  }
}

}  // namespace

void growViews(const Graph& graph, Node& attention, const Grouping& groups,
               const std::function<bool(Node*)>& join) {
  bool known = attention.output() && std::all_of(attention.inputs.begin(), attention.inputs.end(),
                                                 [](const Value* v) { return !v || v->shape; });
  if (!known) return;
  growOperands(graph, attention, groups, join);
  growResult(graph, attention, groups, join);
}

}  // namespace tenfold
