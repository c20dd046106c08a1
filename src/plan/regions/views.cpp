#include "plan/regions/views.h"

#include <algorithm>

#include "targets/strided_view.h"

namespace tenfold {
namespace {

constexpr size_t kOperands = 3;  // queries, keys, values
constexpr size_t kLongest = 12;  // views of one operand

// [batch, length, heads * size] becomes [batch, length, heads, size].
bool splitHeads(StridedView& view, const Node& attention, const char* heads) {
  if (view.rank() != 3) return true;
  SymShape e = view.extents();
  Dim count = attention.attrs.integer(heads, 1);
  auto size = Dim::exactDiv(e[2], count);
  return size && view.reshape({e[0], e[1], count, *size});
}

bool isReadable(StridedView view, const Node& attention, size_t operand) {
  if (!splitHeads(view, attention, operand == 0 ? "q_num_heads" : "kv_num_heads")) return false;
  auto strides = view.strides();
  return view.rank() == 4 && strides && ((*strides)[3] == Dim(1) || view.extents()[3] == Dim(1));
}

// Whether what the view does follows from shapes alone.
bool isDecided(const Node& view) {
  for (size_t i = 1; i < view.inputs.size(); ++i)
    if (view.inputs[i] && !view.inputs[i]->isConstant() && !view.inputs[i]->contents) return false;
  return true;
}

// The views that lead to an operand, the last one first, as far as strides can follow them.
struct Chain {
  std::vector<Node*> nodes;
  std::vector<bool> readable{true};  // by how many of them are taken: whether a kernel can read what remains
  size_t limit = 0, taken = 0;

  Chain(const Node& attention, size_t operand) {
    const Value* source = attention.inputs[operand];
    std::vector<size_t> outputs;  // which output of each node the chain goes through
    while (nodes.size() < kLongest) {
      Node* n = source->producer;
      if (!n || !isStridedView(*n) || !isDecided(*n) || !n->inputs[0]->shape) break;
      nodes.push_back(n);
      outputs.push_back(static_cast<size_t>(source->outputIndex));
      StridedView view = StridedView::of(*n->inputs[0]->shape);
      bool follows = true;
      for (size_t i = nodes.size(); i-- > 0 && follows;) follows = view.apply(*nodes[i], outputs[i]);
      if (!follows) {
        nodes.pop_back();
        break;
      }
      readable.push_back(isReadable(std::move(view), attention, operand));
      source = n->inputs[0];
    }
    limitTo(nodes.size());
  }
  // At most `most` of them, so many that what remains is readable.
  void limitTo(size_t most) {
    limit = most;
    while (!readable[limit]) --limit;
  }
};

// Takes the views that nothing but the attention and views taken before read; in that order.
std::vector<Node*> takeViews(const Graph& graph, const Node& attention, const Grouping& groups,
                             std::vector<Chain>& chains) {
  std::vector<Node*> taken;
  auto isInside = [&](const Node* n) {
    return n == &attention || std::find(taken.begin(), taken.end(), n) != taken.end();
  };
  auto isPrivate = [&](const Node& n) {
    return groups.isAlone(&n) && std::all_of(n.outputs.begin(), n.outputs.end(), [&](const Value* v) {
             return !v || (!graph.isOutput(v) && std::all_of(v->uses.begin(), v->uses.end(), isInside));
           });
  };
  for (Chain& c : chains) c.taken = 0;
  for (bool changed = true; changed;) {
    changed = false;
    for (Chain& c : chains) {
      if (c.taken == c.limit) continue;
      Node* n = c.nodes[c.taken];
      if (!isInside(n) && !isPrivate(*n)) continue;
      if (!isInside(n)) taken.push_back(n);
      ++c.taken;
      changed = true;
    }
  }
  return taken;
}

void growOperands(const Graph& graph, Node& attention, const Grouping& groups,
                  const std::function<bool(Node*)>& join) {
  std::vector<Chain> chains;
  for (size_t i = 0; i < kOperands; ++i) chains.emplace_back(attention, i);
  while (true) {
    std::vector<Node*> taken = takeViews(graph, attention, groups, chains);
    auto stuck =
        std::find_if(chains.begin(), chains.end(), [](const Chain& c) { return !c.readable[c.taken]; });
    if (stuck == chains.end()) {
      for (Node* n : taken)
        if (!join(n)) return;
      return;
    }
    stuck->limitTo(stuck->taken);
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
