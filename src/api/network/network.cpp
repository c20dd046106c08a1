#include "api/network/network.h"

#include <algorithm>

#include "api/convert.h"
#include "api/network/attention.h"
#include "api/network/conditional.h"
#include "api/network/faces.h"
#include "api/network/layer.h"
#include "api/network/loop.h"
#include "graph/ops/infer.h"

namespace tenfold {

Network::Network(nv::IBuilder& builder, std::shared_ptr<const Reporter> maker,
                 nv::NetworkDefinitionCreationFlags flags)
    : builder_(builder), reporter_(std::move(maker)), flags_(flags) {
  mImpl = this;
}
Network::~Network() = default;

TensorFace* Network::faceOf(Value* value) {
  if (!value) return nullptr;
  auto& face = tensors_[value];
  if (!face) {
    if (value->name.empty()) value->name = fmt::format("(Unnamed Tensor* {})", value->id);
    face = std::make_unique<TensorFace>(*this, value);
  }
  return face.get();
}

nv::ITensor* Network::tensorOf(Value* value) { return faceOf(value); }

Value* Network::valueOf(nv::ITensor& tensor) const {
  auto* face = dynamic_cast<TensorFace*>(&tensor);
  require(face && &face->network() == this, "the tensor belongs to another network");
  return face->value();
}

std::vector<Value*> Network::valuesOf(nv::ITensor* const* tensors, int32_t count, const char* what) const {
  require(count >= 0, "the number of {} is {}", what, count);
  require(tensors || count == 0, "{} must not be null", what);
  std::vector<Value*> values;
  for (int32_t i = 0; i < count; ++i) {
    require(tensors[i] != nullptr, "{}[{}] must not be null", what, i);
    values.push_back(valueOf(*tensors[i]));
  }
  return values;
}

Node* Network::addNode(std::string_view op, std::initializer_list<nv::ITensor*> inputs, Attributes attrs,
                       size_t outputs) {
  std::vector<Value*> values;
  for (nv::ITensor* t : inputs) values.push_back(t ? valueOf(*t) : nullptr);
  return graph_->addNode(op, std::move(values), std::move(attrs), outputs);
}

Value* Network::ints(const std::vector<int64_t>& values) {
  return graph_->addConstant(Tensor::of<int64_t>(Shape{static_cast<int64_t>(values.size())}, values));
}

Value* Network::addWeights(const nv::Weights& weights, const Shape& shape, DataType like) {
  DataType type = coreType(weights.type);
  require(weights.count == shape.numel(), "there are {} weights, shape {} needs {}", weights.count,
          shape.str(), shape.numel());
  require(weights.values != nullptr || weights.count == 0, "the weights' values must not be null");
  Tensor view(type, shape, const_cast<void*>(weights.values));
  if (like == type || like == DataType::kUndefined || !isFloat(type) || !isFloat(like)) {
    Value* value = graph_->addConstant(weights.count ? view : Tensor(type, shape));
    borrowed_.insert(value);
    return value;
  }
  Tensor converted(like, shape);
  for (int64_t i = 0; i < view.numel(); ++i) converted.setDouble(i, view.getDouble(i));
  return graph_->addConstant(std::move(converted));
}

// ------------------------------------------------------------------------------------------ layers

void Network::nameLayer(LayerFace& layer) {
  int number = nextLayer_++;
  std::string name = fmt::format("(Unnamed Layer* {}) [{}]", number, layerTypeName(layer.getType()));
  if (layer.node() && layer.node()->name.empty()) layer.node()->name = name;
  if (!layer.node()) layer.name_ = name;
  int index = 0;
  for (Value* v : layer.outputs()) {
    if (v && v->name.empty())
      v->name = fmt::format("{}_output{}", layer.getName(), index ? "_" + std::to_string(index) : "");
    ++index;
  }
}

void Network::keep(std::unique_ptr<LayerFace> layer) {
  if (layer->node()) {
    byNode_[layer->node()] = layer.get();
    syncedNodes_ = graph_->nodes().size();
  }
  nameLayer(*layer);
  layers_.push_back(std::move(layer));
}

void Network::takeBack() {
  Node* node = layers_.back()->node();
  layers_.pop_back();
  byNode_.erase(node);
  broken_.erase(node);
  graph_->eraseNode(node);
  syncedNodes_ = graph_->nodes().size();
  --nextLayer_;
}

void Network::sync() {
  if (graph_->nodes().size() == syncedNodes_) return;
  std::set<const Node*> present(graph_->nodes().begin(), graph_->nodes().end());
  std::erase_if(layers_, [&](const auto& layer) { return layer->node() && !present.count(layer->node()); });
  std::erase_if(byNode_, [&](const auto& entry) { return !present.count(entry.first); });
  for (Node* node : graph_->nodes())
    if (!byNode_.count(node)) keep(makeFace(*this, node));
  syncedNodes_ = graph_->nodes().size();
}

LayerFace* Network::layerOf(const Node* node) {
  sync();
  auto it = byNode_.find(node);
  return it == byNode_.end() ? nullptr : it->second;
}

const std::vector<std::unique_ptr<LayerFace>>& Network::layers() {
  sync();
  return layers_;
}

// --------------------------------------------------------------------------------------- inference

void Network::infer(Node* node) {
  try {
    if (auto face = byNode_.find(node); face != byNode_.end()) face->second->refresh();
    inferNode(*graph_, *node);
    broken_.erase(node);
  } catch (const Error& e) {
    broken_[node] = e.what();
    for (Value* v : node->outputs)
      if (v) v->shape.reset(), v->contents.reset();
  }
}

void Network::inferAll(std::set<const Node*> affected) {
  std::vector<const Node*> pending(affected.begin(), affected.end());
  while (!pending.empty()) {
    const Node* n = pending.back();
    pending.pop_back();
    for (const Value* v : n->outputs)
      if (v)
        for (const Node* reader : v->uses)
          if (affected.insert(reader).second) pending.push_back(reader);
  }
  if (affected.empty()) return;
  for (Node* n : graph_->nodes())
    if (affected.count(n)) infer(n);
}

void Network::update(Node* node) {
  if (!node) return;
  const std::vector<Node*>& order = graph_->nodes();
  bool isLast = !order.empty() && order.back() == node;
  if (!isLast) graph_->sortTopologically();
  inferAll({node});
}

void Network::updateReaders(Value* value) { inferAll({value->uses.begin(), value->uses.end()}); }

std::string Network::complaint(const Value* value) const {
  std::set<const Node*> seen;
  std::vector<const Value*> pending{value};
  while (!pending.empty()) {
    const Value* v = pending.back();
    pending.pop_back();
    if (!v || !v->producer || !seen.insert(v->producer).second) continue;
    auto it = broken_.find(v->producer);
    if (it != broken_.end()) return it->second;
    for (const Value* in : v->producer->inputs)
      if (in && !in->shape) pending.push_back(in);
  }
  return "";
}

}  // namespace tenfold
