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

}  // namespace

StridedView StridedView::of(const SymShape& shape) {
  StridedView view;
  Dim stride = 1;
  for (size_t i = shape.size(); i-- > 0; stride = stride * shape[i]) {
    Axis axis{shape[i], {}};
    append(axis.runs, {shape[i], stride});
    view.axes_.insert(view.axes_.begin(), std::move(axis));
  }
  return view;
}

// Runs that lie behind one another count as one.
void StridedView::append(std::vector<Run>& runs, const Run& run) {
  if (run.extent == Dim(1)) return;
  if (!runs.empty() && runs.back().stride == run.stride * run.extent)
    runs.back() = {runs.back().extent * run.extent, run.stride};
  else
    runs.push_back(run);
}

SymShape StridedView::extents() const {
  SymShape extents;
  for (const Axis& axis : axes_) extents.push_back(axis.extent);
  return extents;
}

std::optional<DimList> StridedView::strides() const {
  DimList strides;
  for (const Axis& axis : axes_) {
    if (axis.runs.size() > 1) return std::nullopt;
    strides.push_back(axis.runs.empty() ? Dim(0) : axis.runs[0].stride);
  }
  return strides;
}

bool StridedView::permute(const std::vector<int64_t>& order) {
  if (order.size() != axes_.size()) return false;
  std::vector<Axis> result;
  result.reserve(order.size());
  for (int64_t axis : order) result.push_back(axes_[static_cast<size_t>(axis)]);
  axes_ = std::move(result);
  return true;
}

bool StridedView::reshape(const SymShape& to) {
  const Dim one(1);
  std::vector<Run> runs;
  for (const Axis& axis : axes_)
    for (const Run& run : axis.runs) append(runs, run);
  bool empty = std::any_of(to.begin(), to.end(), [](const Dim& d) { return d == Dim(0); });
  std::vector<Axis> result;
  size_t next = 0;
  for (const Dim& extent : to) {
    Axis axis{extent, {}};
    for (Dim wanted = extent; !empty && !(wanted == one);) {
      if (next == runs.size()) return false;
      Run& run = runs[next];
      if (auto more = Dim::exactDiv(wanted, run.extent)) {
        append(axis.runs, run);
        wanted = *more;
        ++next;
      } else if (auto rest = Dim::exactDiv(run.extent, wanted)) {
        append(axis.runs, {wanted, run.stride * *rest});
        run.extent = *rest;
        wanted = one;
      } else {
        return false;
      }
    }
    result.push_back(std::move(axis));
  }
  if (!empty && next != runs.size()) return false;
  axes_ = std::move(result);
  return true;
}

bool StridedView::cut(size_t index, const Dim& start, int64_t step, const Dim& extent) {
  Axis& axis = axes_[index];
  if (axis.runs.size() > 1) return false;
  if (axis.runs.empty()) return start == Dim(0) || axis.extent == Dim(0);
  Dim stride = axis.runs[0].stride;
  offset_ = offset_ + start * stride;
  axis = {extent, {}};
  append(axis.runs, {extent, stride * step});
  return true;
}

bool StridedView::slice(const Node& node) {
  auto starts = knownInts(node, 1), axes = knownInts(node, 3), steps = knownInts(node, 4);
  if (!starts || (node.hasInput(3) && !axes) || (node.hasInput(4) && !steps)) return false;
  for (size_t i = 0; i < starts->size(); ++i) {
    auto axis = axisOf(axes ? (*axes)[i] : static_cast<int64_t>(i), rank());
    int64_t step = steps ? (*steps)[i] : 1;
    if (!axis || step < 1) return false;
    const Dim& whole = axes_[*axis].extent;
    Dim start((*starts)[i]);
    if ((*starts)[i] < 0) start = whole + start;
    if (!Dim::provablyAtMost(Dim(0), start) || !Dim::provablyAtMost(start, whole)) return false;
    if (!cut(*axis, start, step, (*node.outputs[0]->shape)[*axis])) return false;
  }
  return true;
}

bool StridedView::split(const Node& node, size_t output) {
  auto axis = axisOf(node.attrs.integer("axis", 0), rank());
  auto sizes = knownInts(node, 1);
  if (!axis || (node.hasInput(1) && !sizes)) return false;
  Dim each = Dim::ceilDiv(axes_[*axis].extent, Dim(static_cast<int64_t>(node.outputs.size()))), before = 0;
  for (size_t i = 0; i < output; ++i) before = before + (sizes ? Dim((*sizes)[i]) : each);
  return cut(*axis, before, 1, (*node.outputs[output]->shape)[*axis]);
}

// One place along an axis.
bool StridedView::gather(const Node& node) {
  auto axis = axisOf(node.attrs.integer("axis", 0), rank());
  auto index = knownInts(node, 1);
  if (!axis || !index || index->size() != 1 || node.inputs[1]->rank() > 1) return false;
  Dim at((*index)[0]);
  if ((*index)[0] < 0) at = axes_[*axis].extent + at;
  if (!cut(*axis, at, 1, 1)) return false;
  if (node.inputs[1]->rank() == 0) axes_.erase(axes_.begin() + static_cast<long>(*axis));
  return true;
}

bool isStridedView(const Node& node) {
  return isReshape(node) || node.is("Transpose") || node.is("Slice") || node.is("Split") || node.is("Gather");
}

bool StridedView::apply(const Node& node, size_t output) {
  const Value* out = node.output(output);
  if (!out || !out->shape) return false;
  StridedView result = *this;
  bool applied = isReshape(node)        ? result.reshape(*out->shape)
                 : node.is("Transpose") ? result.permute(orderOf(node, rank()))
                 : node.is("Slice")     ? result.slice(node)
                 : node.is("Split")     ? result.split(node, output)
                                        : node.is("Gather") && result.gather(node);
  if (applied) *this = std::move(result);
  return applied;
}

bool StridedView::applyBackwards(const Node& node) {
  const Value* in = node.input(0);
  if (!in || !in->shape) return false;
  if (isReshape(node)) return reshape(*in->shape);
  if (!node.is("Transpose")) return false;
  std::vector<int64_t> order = orderOf(node, rank()), inverse(order.size());
  for (size_t i = 0; i < order.size(); ++i) inverse[static_cast<size_t>(order[i])] = static_cast<int64_t>(i);
  return permute(inverse);
}

}  // namespace tenfold
