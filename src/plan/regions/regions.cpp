#include "plan/regions/regions.h"

#include <algorithm>

#include "plan/regions/anchors.h"
#include "plan/regions/extract.h"
#include "plan/regions/grouping.h"
#include "plan/regions/views.h"

namespace tenfold {
namespace {

bool sameShapeAndLayout(const Value* a, const Value* b) {
  return a->shape && b->shape && *a->shape == *b->shape && a->layout == b->layout;
}

// The node that alone reads the value, in however many slots; null where there are several or it is an
// output.
Node* onlyReader(const Graph& graph, const Value* v) {
  if (v->uses.empty() || graph.isOutput(v)) return nullptr;
  Node* first = v->uses[0];
  return std::all_of(v->uses.begin(), v->uses.end(), [&](const Node* n) { return n == first; }) ? first
                                                                                                : nullptr;
}

class RegionFormer {
 public:
  RegionFormer(Graph& graph, const RegionRules& rules) : graph_(graph), rules_(rules), groups_(graph) {}

  int run() {
    // Later anchors choose first: the sum of two branches goes to the one that is computed last.
    const std::vector<Node*>& order = graph_.nodes();
    for (auto it = order.rbegin(); it != order.rend(); ++it) growAnchor(*it);
    if (rules_.limits.pointwise)
      for (Node* n : order)
        if (isPointwise(*n) && groups_.isAlone(n)) growPointwise(n);
    return extractAll();
  }

 private:
  bool isPointwise(const Node& n) const {
    return isFusiblePointwise(n) && (!rules_.fusesPointwise || rules_.fusesPointwise(n));
  }

  bool join(int group, Node* n) {
    int other = groups_.groupOf(n);
    if (static_cast<int>(groups_.members(group).size() + groups_.members(other).size()) >
        rules_.limits.maxNodes)
      return false;
    if (groups_.countInputs(group, other) > rules_.limits.maxInputs) return false;
    return groups_.tryMerge(group, other);
  }

  void growAnchor(Node* anchor) {
    const Anchor* row = anchorOf(*anchor);
    if (!row || !anchor->output(0) || !anchor->outputs[0]->shape || !groups_.isAlone(anchor)) return;
    if (row->cls == AnchorClass::kAttention) {
      auto accepts = [&](const Node* n) { return rules_.fusesEpilogue && rules_.fusesEpilogue(*anchor, *n); };
      growViews(graph_, *anchor, groups_,
                [&](Node* n) { return accepts(n) && join(groups_.groupOf(anchor), n); });
      return;
    }
    for (size_t i = 1; i < anchor->outputs.size(); ++i)
      if (anchor->outputs[i]) return;
    bool product = row->cls == AnchorClass::kProduct;
    const FusionLimits& limits = rules_.limits;
    if (product ? limits.productEpilogue : limits.reductionEpilogue) growEpilogue(anchor, product);
    if (product && limits.productEpilogue) growOperand(anchor);
    if (!product && limits.reductionPrologue) growPrologue(anchor);
    if (anchor->is("GlobalAveragePool") && groups_.isAlone(anchor)) growProducts(anchor);
  }

  // A Split, whose parts are the group's results, or a MaxPool ends the epilogue.
  bool isFusibleEnd(const Node& anchor, const Node& next, const Value* v) const {
    return (next.is("Split") || next.is("MaxPool")) && next.inputs[0] == v && rules_.fusesEpilogue &&
           rules_.fusesEpilogue(anchor, next) &&
           std::all_of(next.outputs.begin(), next.outputs.end(),
                       [&](const Value* part) { return part && part->shape && part->layout == v->layout; });
  }

  // One by one along the only reader: the group keeps a single result, so no path can lead around it.
  void growEpilogue(Node* anchor, bool product) {
    int group = groups_.groupOf(anchor);
    for (const Value* v = anchor->outputs[0];;) {
      Node* next = onlyReader(graph_, v);
      if (next && product && groups_.isAlone(next) && isFusibleEnd(*anchor, *next, v)) join(group, next);
      if (!next || !groups_.isAlone(next) || !isFusiblePointwise(*next) ||
          !sameShapeAndLayout(next->outputs[0], v))
        return;
      bool accepted =
          product ? !rules_.fusesEpilogue || rules_.fusesEpilogue(*anchor, *next) : isPointwise(*next);
      if (!accepted || !join(group, next)) return;
      v = next->outputs[0];
    }
  }

  // What a product reads, converted or scaled, where its kernel does that in passing.
  void growOperand(Node* anchor) {
    const Value* v = anchor->inputs[0];
    Node* n = v->producer;
    if (n && (n->is("Cast") || n->is("Mul")) && isFloat(n->inputs[0]->dtype) && groups_.isAlone(n) &&
        isFusiblePointwise(*n) && onlyReader(graph_, v) == anchor && rules_.fusesEpilogue &&
        rules_.fusesEpilogue(*anchor, *n))
      join(groups_.groupOf(anchor), n);
  }

  // The group of the convolution that alone reads `v`, where everything in it follows from that, the weights
  // and constants of one element; null where there is none, or the mean's kernel does not compute it.
  const std::vector<Node*>* productBehind(const Node& mean, const Value* v) const {
    Node* conv = onlyReader(graph_, v);
    if (!conv || !conv->is("Conv") || conv->inputs[0] != v || !rules_.fusesEpilogue ||
        !rules_.fusesEpilogue(mean, *conv))
      return nullptr;
    const std::vector<Node*>& members = groups_.members(groups_.groupOf(conv));
    auto isInside = [&](const Value* x) {
      return !x || (x->isConstant() && x->constant.numel() == 1) ||
             (x->producer && groups_.groupOf(x->producer) == groups_.groupOf(conv));
    };
    auto follows = [&](const Node* n) {
      return n == conv ||
             (n->outputs[0]->dtype == v->dtype && std::all_of(n->inputs.begin(), n->inputs.end(), isInside));
    };
    return std::all_of(members.begin(), members.end(), follows) ? &members : nullptr;
  }

  // The two products behind the mean of images.
  void growProducts(Node* mean) {
    const std::vector<Node*>* first = productBehind(*mean, mean->outputs[0]);
    const std::vector<Node*>* second = first ? productBehind(*mean, first->back()->outputs[0]) : nullptr;
    if (!second || 1 + first->size() + second->size() > static_cast<size_t>(rules_.limits.maxNodes)) return;
    for (Node* conv : {first->front(), second->front()})
      groups_.tryMerge(groups_.groupOf(mean), groups_.groupOf(conv));
  }

  // Pointwise nodes that only the group reads, of the shape of what reads them.
  void growPrologue(Node* anchor) {
    int group = groups_.groupOf(anchor);
    std::vector<Node*> pending = groups_.members(group);
    while (!pending.empty()) {
      Node* reader = pending.back();
      pending.pop_back();
      for (size_t i = 0; i < reader->inputs.size(); ++i) {
        Value* v = reader->inputs[i];
        if (!v || !v->producer || (reader == anchor && i > 0)) continue;
        const Value* wanted = reader == anchor ? v : reader->outputs[0];
        Node* p = v->producer;
        if (!groups_.isAlone(p) || !isPointwise(*p) || !sameShapeAndLayout(v, wanted) ||
            onlyReader(graph_, v) != reader)
          continue;
        if (join(group, p)) pending.push_back(p);
      }
    }
  }

  void growPointwise(Node* n) {
    for (Value* v : n->inputs) {
      if (!v || !v->producer || !isPointwise(*v->producer) || !sameShapeAndLayout(v, n->outputs[0])) continue;
      int group = groups_.groupOf(v->producer);
      if (group != groups_.groupOf(n) && kindOf(groups_.members(group)) == "pointwise") join(group, n);
    }
  }

  static std::string_view kindOf(const std::vector<Node*>& members) {
    for (const Node* n : members)
      if (const Anchor* row = anchorOf(*n)) return row->kind;
    return "pointwise";
  }

  int extractAll() {
    int count = 0;
    for (int g = 0; g < groups_.size(); ++g) {
      if (groups_.members(g).size() < 2) continue;
      extractRegion(graph_, groups_.members(g), kindOf(groups_.members(g)));
      ++count;
    }
    if (count) graph_.sortTopologically();
    return count;
  }

  Graph& graph_;
  const RegionRules& rules_;
  Grouping groups_;
};

}  // namespace

int formRegions(Graph& graph, const RegionRules& rules) {
  graph.eraseDeadNodes();
  int count = 0;
  for (Node* n : graph.nodes())
    if (!n->is("Region"))
      for (const auto& body : n->bodies) count += formRegions(*body, rules);
  return count + RegionFormer(graph, rules).run();
}

}  // namespace tenfold
