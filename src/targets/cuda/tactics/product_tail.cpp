#include "targets/cuda/tactics/product_tail.h"

#include <unordered_map>

#include "base/error.h"
#include "graph/ops/infer.h"
#include "targets/fused_node.h"

namespace tenfold::cuda {
namespace {

constexpr std::string_view kAnchors[] = {"Conv", "ConvTranspose"};

// Copies what follows the product into the body of a region.
class TailBuilder {
 public:
  explicit TailBuilder(const Node& node) : original_(node), fused_(node, kAnchors) {
    if (!fused_.anchor) fail(ErrorKind::kUnsupported, "there is no convolution, or several");
    if (!fused_.before.empty()) fail(ErrorKind::kUnsupported, "an operand is computed in the region");
    tail_.graph = std::make_unique<Graph>();
    body_ = std::make_unique<Graph>();
  }

  ProductTail build() && {
    const Value& product = *fused_.anchor->output();
    map_[&product] = addInput(product, ProductTail::kProduct);
    if (fused_.anchor->hasInput(2)) addBias(product);
    for (const Node* n : fused_.after) copy(*n);
    if (body_->nodes().empty()) return {};
    for (const Value* v : fused_.outputs) {
      if (v == &product && !fused_.anchor->hasInput(2))
        fail(ErrorKind::kUnsupported, "the product itself is wanted");
      if (v) body_->outputs.push_back(map_.at(v));
    }
    finish();
    return std::move(tail_);
  }

 private:
  Value* addInput(const Value& v, int from) {
    outer_.push_back(tail_.graph->addInput(v.name, v.dtype, v.shape));
    outer_.back()->layout = v.layout;
    tail_.inputs.push_back(from);
    Value* inner = body_->addInput(v.name, v.dtype, v.shape);
    inner->layout = v.layout;
    return inner;
  }

  // [channels] as [channels, 1...], so that it is added to the axis of the channels.
  void addBias(const Value& product) {
    const Value* bias = fused_.anchor->input(2);
    int index = fused_.inputIndex(bias);
    if (index < 0) fail(ErrorKind::kUnsupported, "the bias is computed in the region");
    Value shaped;
    shaped.name = bias->name;
    shaped.dtype = bias->dtype;
    shaped.shape = SymShape(product.shape->size() - 1, Dim(1));
    (*shaped.shape)[0] = (*product.shape)[1];
    tail_.bias = static_cast<int>(tail_.inputs.size());
    Node* add = body_->addNode("Add", {map_.at(&product), addInput(shaped, index)});
    inferNode(*body_, *add);
    add->output()->layout = product.layout;
    map_[&product] = add->output();
  }

  Value* mapped(const Value* v) {
    if (!v) return nullptr;
    if (auto it = map_.find(v); it != map_.end()) return it->second;
    if (v->isConstant()) return map_[v] = body_->addConstant(v->constant, v->name);
    int index = fused_.inputIndex(v);
    if (index < 0) fail(ErrorKind::kUnsupported, "a value of the region comes from nowhere");
    return map_[v] = addInput(*v, index);
  }

  void copy(const Node& n) {
    std::vector<Value*> inputs;
    for (const Value* v : n.inputs) inputs.push_back(mapped(v));
    Node* inner = body_->addNode(n.opName(), inputs, n.attrs, n.outputs.size(), n.name);
    inferNode(*body_, *inner);
    for (size_t i = 0; i < n.outputs.size(); ++i) {
      if (!n.outputs[i]) continue;
      inner->outputs[i]->layout = n.outputs[i]->layout;
      map_[n.outputs[i]] = inner->outputs[i];
    }
  }

  void finish() {
    Attributes attrs;
    attrs.set("kind", std::string("pointwise"));
    Graph& graph = *tail_.graph;
    tail_.node = graph.addNode("Region", outer_, attrs, original_.outputs.size(), original_.name);
    size_t made = 0;
    std::vector<const Value*> inner(body_->outputs.begin(), body_->outputs.end());
    for (size_t o = 0; o < original_.outputs.size(); ++o) {
      if (!original_.outputs[o]) fail(ErrorKind::kUnsupported, "an output is not wanted");
      tail_.node->outputs[o]->dtype = inner.at(made)->dtype;
      tail_.node->outputs[o]->shape = inner.at(made)->shape;
      tail_.node->outputs[o]->layout = original_.outputs[o]->layout;
      graph.outputs.push_back(tail_.node->outputs[o]);
      ++made;
    }
    tail_.node->bodies.push_back(std::move(body_));
  }

  const Node& original_;
  const FusedNode fused_;
  ProductTail tail_;
  std::unique_ptr<Graph> body_;
  std::vector<Value*> outer_;
  std::unordered_map<const Value*, Value*> map_;
};

}  // namespace

std::vector<TensorDesc> ProductTail::describe(std::span<const TensorDesc> original,
                                              const TensorDesc& product) const {
  std::vector<TensorDesc> described;
  for (size_t i = 0; i < inputs.size(); ++i) {
    described.push_back(inputs[i] == kProduct ? product : original[static_cast<size_t>(inputs[i])]);
    if (static_cast<int>(i) != bias) continue;
    Shape shape = Shape::filled(product.shape.rank() - 1, 1);
    shape[0] = product.shape[1];
    described.back().shape = shape;
    described.back().layout = Layout::kPlain;
  }
  return described;
}

ProductTail productTail(const Node& node) { return TailBuilder(node).build(); }

}  // namespace tenfold::cuda
