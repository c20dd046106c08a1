#include "frontend/network/body.h"

#include <map>

#include "base/error.h"
#include "graph/ops/infer.h"

namespace tenfold {
namespace {

// What depends on the entries, as far as the exits.
void findInside(Construct& c) {
  std::vector<const Node*> pending(c.entries.begin(), c.entries.end());
  while (!pending.empty()) {
    const Node* node = pending.back();
    pending.pop_back();
    for (const Value* v : node->outputs) {
      if (!v) continue;
      for (const Node* reader : v->uses)
        if (!c.owns(*reader) && c.inside.insert(reader).second) pending.push_back(reader);
    }
  }
}

void copyNode(const Node& node, Graph& to, ValueMap& map, const std::function<Value*(Value*)>& at) {
  std::vector<Value*> inputs;
  for (Value* v : node.inputs) inputs.push_back(v ? at(v) : nullptr);
  Node* copy = to.addNode(node.opName(), std::move(inputs), node.attrs, node.outputs.size(), node.name);
  // Symbols of the graph around mean nothing in a body: inference gives the copy its own.
  for (const auto& [name, value] : node.attrs.all())
    if (name.rfind("symbol.", 0) == 0) copy->attrs.erase(name);
  for (const auto& body : node.bodies) copy->bodies.push_back(body->clone());
  for (size_t i = node.outputs.size(); i-- > 0;) {
    const Value* v = node.outputs[i];
    if (!v) {
      to.dropOutput(copy, i);
      continue;
    }
    copy->outputs[i]->name = v->name;
    map[v] = copy->outputs[i];
  }
  inferNode(to, *copy);
}

}  // namespace

std::string Construct::title() const { return fmt::format("{} {}", isLoop ? "loop" : "conditional", number); }

bool Construct::owns(const Node& node) const {
  return node.opName().rfind(isLoop ? "Loop" : "If", 0) == 0 &&
         node.attrs.integer(isLoop ? "loop" : "conditional", -1) == number;
}

std::vector<Construct> findConstructs(Graph& graph) {
  struct Kind {
    const char* op;
    bool isLoop;
    std::vector<Node*> Construct::*list;
  };
  const Kind kinds[] = {
      {"LoopRecurrence", true, &Construct::entries}, {"LoopIterator", true, &Construct::entries},
      {"LoopOutput", true, &Construct::exits},       {"LoopTripLimit", true, &Construct::limits},
      {"IfInput", false, &Construct::entries},       {"IfOutput", false, &Construct::exits},
      {"IfCondition", false, &Construct::limits}};
  std::map<std::pair<bool, int64_t>, Construct> found;
  for (Node* node : graph.nodes())
    for (const Kind& kind : kinds) {
      if (!node->is(kind.op)) continue;
      int64_t number = node->attrs.integer(kind.isLoop ? "loop" : "conditional", -1);
      Construct& c = found[{kind.isLoop, number}];
      c.isLoop = kind.isLoop;
      c.number = number;
      (c.*kind.list).push_back(node);
    }
  std::vector<Construct> all;
  for (auto& [key, c] : found) {
    findInside(c);
    all.push_back(std::move(c));
  }
  return all;
}

void copyNodes(const Graph& from, const std::vector<Value*>& wanted, const std::set<const Node*>& inside,
               Graph& to, ValueMap& map, const std::function<Value*(Value*)>& outside) {
  std::function<Value*(Value*)> at = [&](Value* v) {
    if (auto it = map.find(v); it != map.end()) return it->second;
    Value* there = !v->isConstant() ? outside(v) : &to == &from ? v : to.addConstant(v->constant, v->name);
    return map[v] = there;
  };
  std::set<const Node*> needed;
  std::vector<const Value*> pending(wanted.begin(), wanted.end());
  while (!pending.empty()) {
    const Value* v = pending.back();
    pending.pop_back();
    if (!v || map.count(v) || !v->producer || !inside.count(v->producer)) continue;
    if (!needed.insert(v->producer).second) continue;
    for (const Value* in : v->producer->inputs) pending.push_back(in);
  }
  std::vector<Node*> order = from.nodes();
  for (const Node* node : order)
    if (needed.count(node)) copyNode(*node, to, map, at);
  for (Value* v : wanted) at(v);
}

Value* Captures::in(size_t which, Value* value) {
  auto it = inputs_.find(value);
  if (it == inputs_.end()) {
    std::vector<Value*> inputs;
    for (Graph* body : bodies_) {
      inputs.push_back(body->addInput(value->name, value->dtype, value->shape));
      inputs.back()->contents = value->contents;
    }
    values_.push_back(value);
    it = inputs_.emplace(value, std::move(inputs)).first;
  }
  return it->second[which];
}

void redirect(Graph& graph, Value* from, Value* to) {
  to->name = from->name;
  graph.replaceUses(from, to);
  for (Node* node : graph.nodes())
    if (node->is("LoopRecurrence") && node->attrs.integer("next", -1) == from->id)
      node->attrs.set("next", int64_t{to->id});
}

Value* append(Graph& graph, std::string_view op, std::vector<Value*> inputs, Attributes attrs) {
  Node* node = graph.addNode(op, std::move(inputs), std::move(attrs));
  inferNode(graph, *node);
  return node->outputs[0];
}

Value* intsConstant(Graph& graph, const std::vector<int64_t>& values) {
  return graph.addConstant(Tensor::of<int64_t>(Shape{static_cast<int64_t>(values.size())}, values));
}

Value* scalarOf(Graph& graph, Value* value, DataType type) {
  if (value->dtype != type) {
    Attributes to;
    to.setType("to", type);
    value = append(graph, "Cast", {value}, to);
  }
  return value->rank() == 0 ? value : append(graph, "Reshape", {value, intsConstant(graph, {})});
}

}  // namespace tenfold
