#include "graph/ops/subgraph.h"

#include <algorithm>

#include "graph/ops/movement.h"

namespace tenfold {

void nameSymbols(InferContext& ctx, size_t body) {
  Graph& graph = *ctx.node().bodies[body];
  if (graph.symbolScope.empty())
    graph.symbolScope = fmt::format("{}{}{}.", ctx.graph().symbolScope, ctx.node().id, "abcdefgh"[body % 8]);
}

void passCaptures(InferContext& ctx, Graph& body, size_t first, size_t from, size_t count) {
  for (size_t i = 0; i < count; ++i) {
    Value* inner = body.inputs[first + i];
    const Value* outer = ctx.node().input(from + i);
    ctx.require(outer != nullptr, "captured value {} is missing", i);
    inner->dtype = outer->dtype;
    inner->shape = outer->shape;
    inner->contents = ctx.contents(from + i);
  }
}

std::set<std::string> outerSymbols(const InferContext& ctx) {
  std::vector<std::string> found;
  for (const Value* v : ctx.node().inputs) {
    if (!v) continue;
    if (v->shape)
      for (const Dim& d : *v->shape) d.collectSymbols(found);
    if (v->contents)
      for (const Dim& d : *v->contents) d.collectSymbols(found);
  }
  return {found.begin(), found.end()};
}

Tensor Stack::build(const Value& value, int64_t axis, bool reversed) const {
  auto count = static_cast<int64_t>(parts_.size());
  if (parts_.empty()) {
    Shape shape;
    for (const Dim& d : value.shape.value_or(SymShape{0})) shape.push_back(d.tryConstant().value_or(0));
    if (shape.rank()) shape[normalizeAxis(axis, shape.rank())] = 0;
    return Tensor(value.dtype, shape);
  }
  const Shape& part = parts_[0].shape();
  int at = normalizeAxis(axis, part.rank() + 1);
  Shape shape(part.begin(), part.begin() + at);
  shape.push_back(count);
  for (int i = at; i < part.rank(); ++i) shape.push_back(part[i]);
  Tensor out(parts_[0].dtype(), shape);
  int64_t outer = part.numel(0, at), inner = part.numel(at, part.rank());
  for (int64_t k = 0; k < count; ++k) {
    const Tensor& t = parts_[static_cast<size_t>(reversed ? count - 1 - k : k)];
    require(t.shape() == part, "an iteration gives shape {}, the first one gave {}", t.shape().str(),
            part.str());
    ElementMover move(t, out);
    for (int64_t o = 0; o < outer && inner; ++o) move((o * count + k) * inner, o * inner, inner);
  }
  return out;
}

}  // namespace tenfold
