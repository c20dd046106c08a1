#include "targets/cuda/tactics/attention/node.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/error.h"
#include "graph/ops/infer.h"
#include "targets/cuda/tactics/strides.h"

namespace tenfold::cuda {
namespace {

using Operand = AttentionNode::Operand;

const char* headsAttribute(size_t input) {
  return input == AttentionNode::kQuery ? "q_num_heads" : "kv_num_heads";
}

const Node* findAnchor(const Graph& body) {
  const Node* anchor = nullptr;
  for (const Node* n : body.nodes()) {
    if (!n->is("Attention")) continue;
    if (anchor) fail(ErrorKind::kUnsupported, "there are several attentions");
    anchor = n;
  }
  if (!anchor) fail(ErrorKind::kUnsupported, "there is no attention");
  return anchor;
}

template <typename List>
int indexOf(const List& values, const Value* v) {
  auto it = std::find(values.begin(), values.end(), v);
  return it == values.end() ? -1 : static_cast<int>(it - values.begin());
}

// The symbols of the region's inputs as these shapes have them.
DimBindings bindingsOf(const Node& region, std::span<const TensorDesc> inputs) {
  DimBindings bindings;
  for (size_t i = 0; i < region.inputs.size(); ++i) {
    const Value* v = region.inputs[i];
    for (int d = 0; v && v->shape && d < v->rank(); ++d)
      if (const Dim& dim = (*v->shape)[static_cast<size_t>(d)]; dim.isSymbol())
        bindings.emplace(dim.str(), inputs[i].shape[d]);
  }
  return bindings;
}

// Integers that are known, or follow from shapes.
std::optional<DimList> contentsOf(const Value* v, const TensorDesc& d, const DimBindings& bindings) {
  if (!isInteger(d.dtype) || d.shape.rank() > 1) return std::nullopt;
  if (d.known) {
    std::vector<int64_t> values = Tensor(d.dtype, d.shape, const_cast<void*>(d.known)).ints();
    return DimList(values.begin(), values.end());
  }
  if (!v || !v->contents) return std::nullopt;
  DimList values;
  for (const Dim& dim : *v->contents) values.emplace_back(dim.eval(bindings));
  return values;
}

// The body at concrete shapes.
std::unique_ptr<Graph> concreteBody(const Node& region, std::span<const TensorDesc> inputs) {
  std::unique_ptr<Graph> body = region.bodies.at(0)->clone();
  DimBindings bindings = bindingsOf(region, inputs);
  for (size_t i = 0; i < body->inputs.size(); ++i) {
    Value& v = *body->inputs[i];
    const TensorDesc& d = inputs[i];
    v.shape = symShape(d.shape);
    v.contents = contentsOf(region.inputs[i], d, bindings);
  }
  inferGraph(*body);
  return body;
}

// The view that `v` is, and of which input of the body.
StridedView viewOf(const Graph& body, const Value* v, int& input) {
  input = indexOf(body.inputs, v);
  if (input >= 0) return StridedView::of(*v->shape);
  if (!v->producer) fail(ErrorKind::kUnsupported, "an operand is a constant of one element");
  const Node& node = *v->producer;
  StridedView view = viewOf(body, node.inputs.at(0), input);
  if (!v->shape || !constantShape(*v->shape))
    fail(ErrorKind::kUnsupported, "the shape that {} makes is not known", node.opName());
  if (!view.apply(node, static_cast<size_t>(v->outputIndex)))
    fail(ErrorKind::kUnsupported, "{} moves elements", node.opName());
  return view;
}

// The view of a value of the body as it lies in an output.
StridedView viewFromOutput(const Graph& body, const Value* v, int& output) {
  output = indexOf(body.outputs, v);
  if (output >= 0) return StridedView::of(*v->shape);
  if (v->uses.size() != 1) fail(ErrorKind::kUnsupported, "the result is read inside the region");
  const Node& node = *v->uses[0];
  if (!v->shape || !constantShape(*v->shape))
    fail(ErrorKind::kUnsupported, "the shape before {} is not known", node.opName());
  StridedView view = viewFromOutput(body, node.outputs.at(0), output);
  if (!view.applyBackwards(node)) fail(ErrorKind::kUnsupported, "{} moves elements", node.opName());
  return view;
}

// As [batch, heads, length, size].
Operand toOperand(StridedView view, int64_t heads, int index) {
  SymShape e = view.extents();
  if (e.size() == 3) {
    if (heads <= 0 || !view.reshape({e[0], e[1], Dim(heads), Dim::floorDiv(e[2], Dim(heads))}))
      fail(ErrorKind::kUnsupported, "{} is not divided into {} heads", str(e), heads);
    view.permute({0, 2, 1, 3});
    e = view.extents();
  }
  if (e.size() != 4) fail(ErrorKind::kUnsupported, "an operand has {} axes", e.size());
  auto strides = view.strides();
  if (!strides) fail(ErrorKind::kUnsupported, "no strides describe an operand");
  Operand operand{index, *constantShape(e), {}, view.offset().constant()};
  for (size_t i = 0; i < 4; ++i) operand.strides[i] = (*strides)[i].constant();
  return operand;
}

void checkFit(const AttentionNode::Operands& o) {
  const Operand &q = o.in[AttentionNode::kQuery], &k = o.in[AttentionNode::kKey],
                &v = o.in[AttentionNode::kValue];
  bool fits = q.extents[3] == k.extents[3] && k.extents[1] == v.extents[1] && k.extents[2] == v.extents[2] &&
              q.extents[0] == k.extents[0] && q.extents[0] == v.extents[0];
  if (!fits)
    fail(ErrorKind::kUnsupported, "queries {}, keys {} and values {} do not fit", q.extents.str(),
         k.extents.str(), v.extents.str());
  if (!k.extents[1] || q.extents[1] % k.extents[1])
    fail(ErrorKind::kUnsupported, "{} query heads do not divide among {} key heads", q.extents[1],
         k.extents[1]);
}

std::optional<int64_t> lastExtent(const Value* v, int64_t heads) {
  if (!v->shape || v->shape->empty()) return std::nullopt;
  auto last = v->shape->back().tryConstant();
  if (last && v->rank() == 3) return heads > 0 ? std::optional(*last / heads) : std::nullopt;
  return last;
}

}  // namespace

AttentionNode::AttentionNode(const Node& n) : node(&n), anchor(&n) {
  if (n.is("Region")) anchor = findAnchor(*n.bodies.at(0));
  if (!anchor->is("Attention")) fail(ErrorKind::kUnsupported, "is no attention");
}

AttentionNode::Operands AttentionNode::operands(std::span<const TensorDesc> inputs,
                                                std::span<const TensorDesc> outputs) const {
  for (auto side : {inputs, outputs})
    for (const TensorDesc& d : side)
      if (d.layout != Layout::kPlain) fail(ErrorKind::kUnsupported, "it knows plain layout only");
  requireSmall(inputs);
  requireSmall(outputs);
  std::unique_ptr<Graph> body = node->is("Region") ? concreteBody(*node, inputs) : nullptr;
  const Node& attention = body ? *findAnchor(*body) : *anchor;
  auto inputView = [&](size_t i, int& index) {
    if (body) return viewOf(*body, attention.inputs[i], index);
    index = static_cast<int>(i);
    return StridedView::of(symShape(inputs[i].shape));
  };
  auto outputView = [&](size_t i, int& index) {
    if (body) return viewFromOutput(*body, attention.outputs[i], index);
    index = static_cast<int>(i);
    return StridedView::of(symShape(outputs[i].shape));
  };
  Operands o;
  int index = -1;
  for (size_t i : {kQuery, kKey, kValue, kPastKey, kPastValue})
    if (attention.hasInput(i)) {
      StridedView view = inputView(i, index);
      o.in[i] = toOperand(std::move(view), anchor->attrs.integer(headsAttribute(i), 0), index);
    }
  checkFit(o);
  if (attention.hasInput(kMask)) {
    StridedView view = inputView(kMask, index);
    TensorDesc mask{DataType::kFloat32, *constantShape(view.extents()), Layout::kPlain, nullptr};
    if (mask.shape.rank() < 1) fail(ErrorKind::kUnsupported, "the mask is a scalar");
    o.maskKeys = mask.shape.back();
    Shape target{o.batch(), o.heads(), o.queries(), o.maskKeys};
    Shape strides = broadcastStridesOf(mask, target);
    o.in[kMask].index = index;
    o.in[kMask].extents = target;
    std::copy(strides.begin(), strides.end(), o.in[kMask].strides.begin());
    if (view.strides() != StridedView::of(view.extents()).strides() || !(view.offset() == Dim(0)))
      fail(ErrorKind::kUnsupported, "the mask is a view");
  }
  if (attention.hasInput(kValidKeys)) inputView(kValidKeys, o.in[kValidKeys].index);
  for (size_t i = 0; i < kOutputs; ++i)
    if (attention.output(i)) {
      StridedView view = outputView(i, index);
      o.out[i] = toOperand(std::move(view), o.heads(), index);
    }
  return o;
}

std::optional<int64_t> AttentionNode::headSize() const {
  return lastExtent(anchor->inputs[kQuery], anchor->attrs.integer("q_num_heads", 0));
}
std::optional<int64_t> AttentionNode::valueSize() const {
  return lastExtent(anchor->inputs[kValue], anchor->attrs.integer("kv_num_heads", 0));
}

bool AttentionNode::maskIsOneRow() const {
  const Value* mask = anchor->input(kMask);
  if (!mask || !mask->shape) return false;
  return mask->rank() < 2 || (*mask->shape)[mask->shape->size() - 2] == Dim(1);
}

double AttentionNode::scale(int64_t size) const {
  double given = anchor->attrs.real("scale", 0);
  return given != 0 ? given : 1 / std::sqrt(static_cast<double>(std::max<int64_t>(size, 1)));
}

double AttentionNode::withoutKeys() const {
  return anchor->attrs.integer("nan_without_keys", 0) ? std::numeric_limits<double>::quiet_NaN() : 0;
}

}  // namespace tenfold::cuda
