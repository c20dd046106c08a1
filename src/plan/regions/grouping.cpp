#include "plan/regions/grouping.h"

#include <algorithm>
#include <unordered_set>

namespace tenfold {

Grouping::Grouping(const Graph& graph) {
  int position = 0;
  for (Node* n : graph.nodes()) {
    if (static_cast<size_t>(n->id) >= index_.size()) index_.resize(static_cast<size_t>(n->id) + 1, -1);
    index_[static_cast<size_t>(n->id)] = position;
    group_.push_back(position++);
    members_.push_back({n});
  }
  visited_.assign(members_.size(), 0);
}

// Depth first from what reads a or b outside of both, back to either.
bool Grouping::hasPathAround(int a, int b) {
  ++visit_;
  std::vector<int> stack;
  bool found = false;
  auto push = [&](int from) {
    for (const Node* n : members(from))
      for (const Value* v : n->outputs) {
        if (!v) continue;
        for (const Node* reader : v->uses) {
          int g = groupOf(reader);
          bool outside = g != a && g != b;
          if (!outside && from != a && from != b) found = true;
          if (!outside || visited_[static_cast<size_t>(g)] == visit_) continue;
          visited_[static_cast<size_t>(g)] = visit_;
          stack.push_back(g);
        }
      }
  };
  push(a);
  push(b);
  while (!stack.empty() && !found) {
    int g = stack.back();
    stack.pop_back();
    push(g);
  }
  return found;
}

bool Grouping::tryMerge(int a, int b) {
  if (a == b || hasPathAround(a, b)) return false;
  std::vector<Node*>&from = members_[static_cast<size_t>(b)], &to = members_[static_cast<size_t>(a)];
  auto position = [&](const Node* n) { return index_[static_cast<size_t>(n->id)]; };
  for (const Node* n : from) group_[static_cast<size_t>(position(n))] = a;
  to.insert(to.end(), from.begin(), from.end());
  from.clear();
  std::sort(to.begin(), to.end(), [&](const Node* x, const Node* y) { return position(x) < position(y); });
  return true;
}

int Grouping::countInputs(int a, int b) const {
  std::unordered_set<const Value*> inputs;
  for (int g : {a, b})
    for (const Node* n : members(g))
      for (const Value* v : n->inputs) {
        if (!v || (v->isConstant() && v->constant.numel() == 1)) continue;
        int producer = v->producer ? groupOf(v->producer) : -1;
        if (producer != a && producer != b) inputs.insert(v);
      }
  return static_cast<int>(inputs.size());
}

}  // namespace tenfold
