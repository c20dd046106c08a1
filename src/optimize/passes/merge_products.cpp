#include "optimize/passes/merge_products.h"

#include <algorithm>
#include <cstring>

#include "graph/ops/op_def.h"
#include "optimize/rewrite.h"

namespace tenfold {
namespace {

// A product, and the sum behind it that takes the place of its result.
struct Member {
  Node* product = nullptr;
  Node* sum = nullptr;           // null: there is none
  const Tensor* bias = nullptr;  // of the sum
  Value* result() const { return sum ? sum->outputs[0] : product->outputs[0]; }
};

bool isMergeable(const Node& n) {
  if (!n.is("MatMul") || !n.output() || !n.inputs[1]->isConstant() || n.inputs[0]->isConstant()) return false;
  const Tensor& w = n.inputs[1]->constant;
  return isFloat(w.dtype()) && typeBits(w.dtype()) == 16 && w.rank() == 2 && w.numel() > 0 &&
         n.output()->rank() >= 2 && n.inputs[0]->rank() >= 2 && !n.attrs.integer("transA", 0);
}

int64_t columnsOf(const Node& product) {
  const Shape& w = product.inputs[1]->constant.shape();
  return w[product.attrs.integer("transB", 0) ? 0 : 1];
}

Member memberOf(const Graph& graph, Node* product) {
  Member m{product};
  const Value* v = product->outputs[0];
  if (!hasOneUse(graph, v) || !v->uses[0]->is("Add")) return m;
  Node* sum = v->uses[0];
  const Tensor* bias = constantOf(sum->inputs[sum->inputs[0] == v ? 1 : 0]);
  bool perColumn = bias && bias->dtype() == v->dtype && bias->rank() >= 1 && bias->rank() <= v->rank() &&
                   bias->shape().back() == bias->numel() && bias->numel() == columnsOf(*product);
  if (perColumn) {
    m.sum = sum;
    m.bias = bias;
  }
  return m;
}

// The right operands side by side: below one another where they are transposed.
Tensor joinedWeights(const std::vector<Member>& members, bool transposed) {
  const Tensor& first = members[0].product->inputs[1]->constant;
  auto count = static_cast<int64_t>(members.size());
  Shape shape = first.shape();
  shape[transposed ? 0 : 1] *= count;
  Tensor joined(first.dtype(), shape);
  size_t rows = transposed ? 1 : static_cast<size_t>(first.shape()[0]), bytes = first.bytes() / rows;
  for (size_t row = 0; row < rows; ++row)
    for (size_t i = 0; i < members.size(); ++i)
      std::memcpy(joined.as<char>() + (row * members.size() + i) * bytes,
                  members[i].product->inputs[1]->constant.as<char>() + row * bytes, bytes);
  return joined;
}

Tensor joinedBias(const std::vector<Member>& members, DataType type, int64_t columns) {
  Tensor joined(type, {columns * static_cast<int64_t>(members.size())});
  int64_t at = 0;
  for (const Member& m : members)
    for (int64_t i = 0; i < columns; ++i) joined.setDouble(at++, m.bias ? m.bias->getDouble(i) : 0);
  return joined;
}

using Fuses = std::function<bool(const Node&, const Node&)>;

// The Attention that reads all of them, each by way of views that it takes in; null: there is none.
const Node* commonAttention(const Graph& graph, const std::vector<Member>& members, const Fuses& fuses) {
  const Node* attention = nullptr;
  for (const Member& m : members) {
    std::vector<const Node*> views;
    const Value* v = m.result();
    while (hasOneUse(graph, v) && !v->uses[0]->is("Attention") && v->uses[0]->output()) {
      views.push_back(v->uses[0]);
      v = v->uses[0]->outputs[0];
    }
    if (!hasOneUse(graph, v) || (attention && attention != v->uses[0])) return nullptr;
    attention = v->uses[0];
    if (!attention->is("Attention") ||
        !std::all_of(views.begin(), views.end(), [&](const Node* view) { return fuses(*attention, *view); }))
      return nullptr;
  }
  return attention;
}

bool merge(Graph& graph, const std::vector<Member>& members, const Fuses& fuses) {
  const Node* attention = commonAttention(graph, members, fuses);
  Node* first = members[0].product;
  int64_t columns = columnsOf(*first);
  Rewriter rewriter(graph, first);
  Value* all = rewriter.emit(
      "MatMul",
      {first->inputs[0], rewriter.constant(joinedWeights(members, first->attrs.integer("transB", 0) != 0))},
      first->attrs);
  const Node* product = all->producer;
  if (std::any_of(members.begin(), members.end(), [](const Member& m) { return m.sum; }))
    all = rewriter.emit("Add", {all, rewriter.constant(joinedBias(members, all->dtype, columns))});
  Attributes attrs;
  attrs.set("axis", int64_t{all->rank() - 1});
  attrs.set("num_outputs", static_cast<int64_t>(members.size()));
  Node* split = rewriter.emitNode("Split", {all}, attrs, members.size());
  if (!fuses(*product, *split) && !(attention && fuses(*attention, *split))) {
    rewriter.undo();
    return false;
  }
  for (size_t i = 0; i < members.size(); ++i) {
    replaceValue(graph, members[i].result(), split->outputs[i]);
    eraseIfDead(graph, members[i].sum ? members[i].sum : members[i].product);
  }
  return true;
}

// The products that read the same value in the same way as `first`, which is one of them.
std::vector<Member> groupOf(const Graph& graph, Node* first) {
  std::vector<Member> members;
  for (Node* n : first->inputs[0]->uses) {
    bool counted =
        std::any_of(members.begin(), members.end(), [&](const Member& m) { return m.product == n; });
    if (counted || !isMergeable(*n) || n->inputs[0] != first->inputs[0]) continue;
    if (n->inputs[1]->constant.shape() == first->inputs[1]->constant.shape() &&
        n->attrs.integer("transB", 0) == first->attrs.integer("transB", 0))
      members.push_back(memberOf(graph, n));
  }
  return members;
}

}  // namespace

int mergeProducts(Graph& graph, const Fuses& fuses) {
  int changes = 0;
  constexpr int64_t kVector = 8;  // elements that kernels write at once
  std::vector<Node*> order = graph.nodes();
  std::vector<const Node*> gone;
  for (Node* n : order) {
    if (std::find(gone.begin(), gone.end(), n) != gone.end() || !isMergeable(*n) || columnsOf(*n) % kVector)
      continue;
    std::vector<Member> members = groupOf(graph, n);
    if (members.size() < 2) continue;
    for (const Member& m : members) {
      gone.push_back(m.product);
      gone.push_back(m.sum);
    }
    // The first in the order of nodes is where the one product stands: nothing that reads it comes before.
    std::stable_sort(members.begin(), members.end(), [&](const Member& a, const Member& b) {
      return std::find(order.begin(), order.end(), a.product) <
             std::find(order.begin(), order.end(), b.product);
    });
    changes += merge(graph, members, fuses);
  }
  return changes;
}

}  // namespace tenfold
