#include "targets/strided_view.h"

#include <algorithm>

#include "graph/ops/infer.h"

namespace tenfold {
namespace {

constexpr std::string_view kReshapes[] = {"Reshape", "Squeeze", "Unsqueeze", "Flatten"};

bool isReshape(const Node& node) {
  return std::find(std::begin(kReshapes), std::end(kReshapes), node.opName()) != std::end(kReshapes);
}

// Integers that are known whatever the input shapes are.
std::optional<std::vector<int64_t>> knownInts(const Node& node, size_t input) {
  const Value* v = node.input(input);
  if (!v) return std::nullopt;
  if (v->isConstant()) return v->constant.ints();
  if (!v->contents) return std::nullopt;
  std::vector<int64_t> values;
  for (const Dim& d : *v->contents) {
    if (!d.isConstant()) return std::nullopt;
    values.push_back(d.constant());
  }
  return values;
}

std::vector<int64_t> orderOf(const Node& transpose, size_t rank) {
  std::vector<int64_t> order = transpose.attrs.integers("perm");
  if (!transpose.attrs.has("perm"))
    for (size_t i = rank; i-- > 0;) order.push_back(static_cast<int64_t>(i));
  return order;
}

std::optional<size_t> axisOf(int64_t axis, size_t rank) {
  if (axis < 0) axis += static_cast<int64_t>(rank);
  if (axis < 0 || axis >= static_cast<int64_t>(rank)) return std::nullopt;
  return static_cast<size_t>(axis);
}

bool slice(StridedView& view, const Node& node) {
  auto starts = knownInts(node, 1), axes = knownInts(node, 3), steps = knownInts(node, 4);
  if (!starts || (node.hasInput(3) && !axes) || (node.hasInput(4) && !steps)) return false;
  StridedView result = view;
  for (size_t i = 0; i < starts->size(); ++i) {
    auto axis = axisOf(axes ? (*axes)[i] : static_cast<int64_t>(i), view.extents.size());
    int64_t step = steps ? (*steps)[i] : 1;
    if (!axis || step < 1) return false;
    Dim start((*starts)[i]);
    if ((*starts)[i] < 0) start = view.extents[*axis] + start;
    if (!Dim::provablyAtMost(Dim(0), start) || !Dim::provablyAtMost(start, view.extents[*axis])) return false;
    result.offset = result.offset + start * view.strides[*axis];
    result.strides[*axis] = view.strides[*axis] * step;
  }
  result.extents = *node.outputs[0]->shape;
  view = std::move(result);
  return true;
}

bool split(StridedView& view, const Node& node, size_t output) {
  auto axis = axisOf(node.attrs.integer("axis", 0), view.extents.size());
  if (!axis) return false;
  auto sizes = knownInts(node, 1);
  if (node.hasInput(1) && !sizes) return false;
  const Dim &whole = view.extents[*axis], &part = (*node.outputs[output]->shape)[*axis];
  Dim before = 0;
  for (size_t i = 0; i < output; ++i)
    before = before +
             (sizes ? Dim((*sizes)[i]) : Dim::ceilDiv(whole, Dim(static_cast<int64_t>(node.outputs.size()))));
  view.offset = view.offset + before * view.strides[*axis];
  view.extents[*axis] = part;
  return true;
}

// One place along an axis.
bool gather(StridedView& view, const Node& node) {
  auto axis = axisOf(node.attrs.integer("axis", 0), view.extents.size());
  auto index = knownInts(node, 1);
  if (!axis || !index || index->size() != 1 || node.inputs[1]->rank() > 1) return false;
  Dim at((*index)[0]);
  if ((*index)[0] < 0) at = view.extents[*axis] + at;
  view.offset = view.offset + at * view.strides[*axis];
  view.extents[*axis] = 1;
  if (node.inputs[1]->rank() == 0) {
    view.extents.erase(view.extents.begin() + static_cast<long>(*axis));
    view.strides.erase(view.strides.begin() + static_cast<long>(*axis));
  }
  return true;
}

}  // namespace

StridedView StridedView::of(const SymShape& shape) {
  StridedView view;
  view.extents = shape;
  view.strides.resize(shape.size(), Dim(1));
  for (size_t i = shape.size(); i-- > 1;) view.strides[i - 1] = view.strides[i] * shape[i];
  return view;
}

bool StridedView::permute(const std::vector<int64_t>& order) {
  if (order.size() != extents.size()) return false;
  StridedView result = *this;
  for (size_t i = 0; i < order.size(); ++i) {
    result.extents[i] = extents[static_cast<size_t>(order[i])];
    result.strides[i] = strides[static_cast<size_t>(order[i])];
  }
  *this = std::move(result);
  return true;
}

bool StridedView::reshape(const SymShape& to) {
  const Dim one(1);
  struct Run {
    Dim extent, stride;
  };
  std::vector<Run> runs;  // axes that lie behind one another count as one
  for (size_t i = 0; i < extents.size(); ++i) {
    if (extents[i] == one) continue;
    if (!runs.empty() && runs.back().stride == strides[i] * extents[i])
      runs.back() = {runs.back().extent * extents[i], strides[i]};
    else
      runs.push_back({extents[i], strides[i]});
  }
  std::vector<Dim> result(to.size(), Dim(0));
  bool empty = std::any_of(to.begin(), to.end(), [](const Dim& d) { return d == Dim(0); });
  size_t run = 0;
  for (size_t i = 0; i < to.size() && !empty; ++i) {
    if (to[i] == one) continue;
    if (run == runs.size()) return false;
    auto rest = Dim::exactDiv(runs[run].extent, to[i]);
    if (!rest) return false;
    result[i] = runs[run].stride * *rest;
    runs[run].extent = *rest;
    if (*rest == one) ++run;
  }
  if (!empty && run != runs.size()) return false;
  extents = to;
  strides = std::move(result);
  return true;
}

bool isStridedView(const Node& node) {
  return isReshape(node) || node.is("Transpose") || node.is("Slice") || node.is("Split") || node.is("Gather");
}

bool StridedView::apply(const Node& node, size_t output) {
  const Value* out = node.output(output);
  if (!out || !out->shape) return false;
  if (isReshape(node)) return reshape(*out->shape);
  if (node.is("Transpose")) return permute(orderOf(node, extents.size()));
  if (node.is("Slice")) return slice(*this, node);
  if (node.is("Split")) return split(*this, node, output);
  return node.is("Gather") && gather(*this, node);
}

bool StridedView::applyBackwards(const Node& node) {
  const Value* in = node.input(0);
  if (!in || !in->shape) return false;
  if (isReshape(node)) return reshape(*in->shape);
  if (!node.is("Transpose")) return false;
  std::vector<int64_t> order = orderOf(node, extents.size()), inverse(order.size());
  for (size_t i = 0; i < order.size(); ++i) inverse[static_cast<size_t>(order[i])] = static_cast<int64_t>(i);
  return permute(inverse);
}

}  // namespace tenfold
