#include "plan/regions/extract.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "graph/ops/infer.h"
#include "graph/ops/op_def.h"

namespace tenfold {
namespace {

constexpr size_t kNamesShown = 4;

// What profiles and messages call the region.
std::string joinNames(const std::vector<Node*>& members) {
  std::string name;
  size_t shown = 0;
  for (const Node* n : members) {
    if (n->name.empty() || name.find(n->name) != std::string::npos) continue;
    if (shown++ == kNamesShown) return fmt::format("{} + {} more", name, members.size() - kNamesShown);
    name += (name.empty() ? "" : " + ") + n->name;
  }
  return name;
}

class Extraction {
 public:
  Extraction(Graph& graph, const std::vector<Node*>& members)
      : graph_(graph),
        members_(members),
        inside_(members.begin(), members.end()),
        body_(std::make_unique<Graph>()) {}

  Node* run(std::string_view kind) {
    for (const Node* n : members_) copy(*n);
    for (const Node* n : members_)
      for (Value* v : n->outputs)
        if (v && isReadOutside(v)) outputs_.push_back(v);
    for (Value* v : outputs_) body_->outputs.push_back(map_.at(v));
    Attributes attrs;
    attrs.set("kind", std::string(kind));
    Node* region = graph_.addNode("Region", inputs_, attrs, outputs_.size(), joinNames(members_));
    region->bodies.push_back(std::move(body_));
    inferNode(graph_, *region);
    for (size_t i = 0; i < outputs_.size(); ++i) {
      region->outputs[i]->name = outputs_[i]->name;
      region->outputs[i]->layout = outputs_[i]->layout;
      graph_.replaceUses(outputs_[i], region->outputs[i]);
    }
    for (auto it = members_.rbegin(); it != members_.rend(); ++it) graph_.eraseNode(*it);
    return region;
  }

 private:
  bool isReadOutside(const Value* v) const {
    return graph_.isOutput(v) ||
           std::any_of(v->uses.begin(), v->uses.end(), [&](const Node* n) { return !inside_.count(n); });
  }

  Value* mapped(Value* v) {
    if (!v) return nullptr;
    auto [it, fresh] = map_.emplace(v, nullptr);
    if (!fresh) return it->second;
    if (v->isConstant() && v->constant.numel() == 1)
      return it->second = body_->addConstant(v->constant, v->name);
    inputs_.push_back(v);
    Value* input = body_->addInput(v->name, v->dtype, v->shape);
    input->layout = v->layout;
    return it->second = input;
  }

  void copy(const Node& n) {
    std::vector<Value*> inputs;
    for (Value* v : n.inputs) inputs.push_back(mapped(v));
    Node* inner = body_->addNode(n.op->name, inputs, n.attrs, n.outputs.size(), n.name);
    for (size_t i = 0; i < n.outputs.size(); ++i) {
      if (!n.outputs[i]) {
        body_->dropOutput(inner, i);
        continue;
      }
      inner->outputs[i]->name = n.outputs[i]->name;
      inner->outputs[i]->layout = n.outputs[i]->layout;
      map_[n.outputs[i]] = inner->outputs[i];
    }
  }

  Graph& graph_;
  const std::vector<Node*>& members_;
  std::unordered_set<const Node*> inside_;
  std::unique_ptr<Graph> body_;
  std::unordered_map<const Value*, Value*> map_;
  std::vector<Value*> inputs_, outputs_;
};

}  // namespace

Node* extractRegion(Graph& graph, const std::vector<Node*>& members, std::string_view kind) {
  return Extraction(graph, members).run(kind);
}

}  // namespace tenfold
