#include "graph/ir/graph.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "base/error.h"
#include "graph/ops/op_def.h"

namespace tenfold {

std::string Value::typeStr() const {
  return std::string(typeName(dtype)) + (shape ? str(*shape) : std::string("[?]"));
}

std::string_view Node::opName() const { return op->name; }
bool Node::is(std::string_view name) const { return op->name == name; }

Graph::Graph() = default;
Graph::~Graph() = default;

Value* Graph::newValue() {
  values_.push_back(std::make_unique<Value>());
  values_.back()->id = nextValue_++;
  return values_.back().get();
}

Value* Graph::addInput(const std::string& name, DataType dtype, std::optional<SymShape> shape) {
  Value* v = newValue();
  v->name = name;
  v->dtype = dtype;
  v->shape = std::move(shape);
  inputs.push_back(v);
  return v;
}

Value* Graph::addConstant(Tensor data, const std::string& name) {
  Value* v = newValue();
  v->name = name;
  v->dtype = data.dtype();
  v->shape = symShape(data.shape());
  v->constant = std::move(data);
  return v;
}

Node* Graph::addNode(std::string_view op, std::vector<Value*> nodeInputs, Attributes attrs,
                     size_t outputCount, const std::string& nodeName) {
  auto node = std::make_unique<Node>();
  Node* n = node.get();
  n->id = nextNode_++;
  n->op = &opDef(op);
  n->name = nodeName;
  n->attrs = std::move(attrs);
  n->inputs = std::move(nodeInputs);
  for (Value* v : n->inputs)
    if (v) v->uses.push_back(n);
  for (size_t i = 0; i < outputCount; ++i) {
    Value* v = newValue();
    v->producer = n;
    v->outputIndex = static_cast<int>(i);
    n->outputs.push_back(v);
  }
  nodes_.push_back(std::move(node));
  order_.push_back(n);
  return n;
}

Node* Graph::insertNode(Node* position, std::string_view op, std::vector<Value*> nodeInputs, Attributes attrs,
                        size_t outputCount, const std::string& nodeName) {
  Node* n = addNode(op, std::move(nodeInputs), std::move(attrs), outputCount, nodeName);
  moveBefore(n, position);
  return n;
}

void Graph::forgetUse(Value* value, Node* node) {
  auto it = std::find(value->uses.begin(), value->uses.end(), node);
  if (it != value->uses.end()) value->uses.erase(it);
}

void Graph::setInput(Node* node, size_t index, Value* value) {
  while (node->inputs.size() <= index) node->inputs.push_back(nullptr);
  if (node->inputs[index]) forgetUse(node->inputs[index], node);
  node->inputs[index] = value;
  if (value) value->uses.push_back(node);
}

void Graph::appendInput(Node* node, Value* value) { setInput(node, node->inputs.size(), value); }

void Graph::dropOutput(Node* node, size_t index) {
  Value* gone = node->outputs[index];
  node->outputs[index] = nullptr;
  std::erase_if(values_, [&](const auto& v) { return v.get() == gone; });
}

void Graph::replaceUses(Value* from, Value* to) {
  if (from == to) return;
  std::vector<Node*> readers = from->uses;
  for (Node* n : readers)
    for (size_t i = 0; i < n->inputs.size(); ++i)
      if (n->inputs[i] == from) setInput(n, i, to);
  std::replace(outputs.begin(), outputs.end(), from, to);
}

void Graph::eraseNode(Node* node) {
  for (Value* v : node->outputs)
    if (v && (!v->uses.empty() || isOutput(v)))
      fail(ErrorKind::kInternal, "node '{}' ({}) is erased while its output is still read", node->name,
           node->opName());
  for (Value* v : node->inputs)
    if (v) forgetUse(v, node);
  std::unordered_set<const Value*> gone(node->outputs.begin(), node->outputs.end());
  std::erase_if(values_, [&](const auto& v) { return gone.count(v.get()) != 0; });
  std::erase(order_, node);
  std::erase_if(nodes_, [&](const auto& n) { return n.get() == node; });
}

int Graph::eraseDeadNodes() {
  std::unordered_set<const Value*> kept(outputs.begin(), outputs.end());
  std::unordered_set<const Node*> live;
  for (auto it = order_.rbegin(); it != order_.rend(); ++it) {
    Node* n = *it;
    bool used = n->op->hasSideEffects;
    for (Value* v : n->outputs) used = used || (v && kept.count(v));
    if (!used) continue;
    live.insert(n);
    for (Value* v : n->inputs)
      if (v) kept.insert(v);
  }
  int erased = static_cast<int>(order_.size() - live.size());
  for (Value* v : inputs) kept.insert(v);
  for (const Node* n : live) kept.insert(n->outputs.begin(), n->outputs.end());
  for (const auto& v : values_) std::erase_if(v->uses, [&](Node* n) { return live.count(n) == 0; });
  std::erase_if(order_, [&](Node* n) { return live.count(n) == 0; });
  std::erase_if(nodes_, [&](const auto& n) { return live.count(n.get()) == 0; });
  std::erase_if(values_, [&](const auto& v) { return kept.count(v.get()) == 0; });
  return erased;
}

void Graph::moveBefore(Node* node, Node* position) {
  if (node == position) return;
  std::erase(order_, node);
  order_.insert(std::find(order_.begin(), order_.end(), position), node);
}

void Graph::sortTopologically() {
  std::unordered_map<const Node*, int> waiting;
  std::vector<Node*> sorted, ready;
  for (Node* n : order_) {
    int count = 0;
    for (Value* v : n->inputs) count += v && v->producer;
    waiting[n] = count;
  }
  // Depth first along the given order keeps producers close to their readers' original places.
  std::unordered_set<const Node*> done;
  for (Node* start : order_) {
    if (waiting[start] != 0 || done.count(start)) continue;
    ready.push_back(start);
    while (!ready.empty()) {
      Node* n = ready.back();
      ready.pop_back();
      if (!done.insert(n).second) continue;
      sorted.push_back(n);
      for (Value* v : n->outputs)
        if (v)
          for (Node* reader : v->uses)
            if (--waiting[reader] == 0) ready.push_back(reader);
    }
  }
  require(sorted.size() == order_.size(), "graph '{}' has a cycle: some node depends on its own result",
          name);
  order_ = std::move(sorted);
}

std::vector<Value*> Graph::values() const {
  std::vector<Value*> all;
  for (const auto& v : values_) all.push_back(v.get());
  return all;
}

Value* Graph::valueById(int id) const {
  auto it = std::lower_bound(values_.begin(), values_.end(), id,
                             [](const auto& v, int wanted) { return v->id < wanted; });
  return it != values_.end() && (*it)->id == id ? it->get() : nullptr;
}

bool Graph::isOutput(const Value* value) const {
  return std::find(outputs.begin(), outputs.end(), value) != outputs.end();
}

Dim Graph::freshSymbol(const std::string& hint) {
  return Dim::symbol(fmt::format("{}${}{}", hint, symbolScope, nextSymbol_++));
}

std::unique_ptr<Graph> Graph::clone() const {
  auto copy = std::make_unique<Graph>();
  copy->name = name;
  copy->symbolScope = symbolScope;
  std::unordered_map<const Value*, Value*> map;
  for (const auto& v : values_) {
    auto value = std::make_unique<Value>(*v);
    value->uses.clear();
    value->producer = nullptr;
    map[v.get()] = value.get();
    copy->values_.push_back(std::move(value));
  }
  auto mapped = [&](Value* v) { return v ? map.at(v) : nullptr; };
  for (Node* n : order_) {
    auto node = std::make_unique<Node>();
    node->id = n->id;
    node->op = n->op;
    node->name = n->name;
    node->attrs = n->attrs;
    for (Value* v : n->inputs) {
      node->inputs.push_back(mapped(v));
      if (v) map.at(v)->uses.push_back(node.get());
    }
    for (Value* v : n->outputs) {
      node->outputs.push_back(mapped(v));
      if (v) map.at(v)->producer = node.get();
    }
    for (const auto& body : n->bodies) node->bodies.push_back(body->clone());
    copy->order_.push_back(node.get());
    copy->nodes_.push_back(std::move(node));
  }
  for (Value* v : inputs) copy->inputs.push_back(mapped(v));
  for (Value* v : outputs) copy->outputs.push_back(mapped(v));
  copy->nextValue_ = nextValue_;
  copy->nextNode_ = nextNode_;
  copy->nextSymbol_ = nextSymbol_;
  return copy;
}

}  // namespace tenfold
