#include "graph/ir/restore.h"

#include <algorithm>

#include "base/error.h"
#include "graph/ops/op_def.h"

namespace tenfold {

constexpr int kMaxValueId = 1 << 24;

Value* GraphRestorer::addValue(int id) {
  require(id >= graph_.nextValue_, "value ids do not rise: {}", id);
  require(id < kMaxValueId, "value id {} is too large", id);  // tables by id are as long as the largest
  graph_.values_.push_back(std::make_unique<Value>());
  graph_.values_.back()->id = id;
  graph_.nextValue_ = id + 1;
  return graph_.values_.back().get();
}

Value* GraphRestorer::value(int id) const {
  Value* v = graph_.valueById(id);
  require(v != nullptr, "there is no value {}", id);
  return v;
}

Node* GraphRestorer::addNode(int id, const std::string& op, const std::vector<int>& inputs,
                             const std::vector<int>& outputs) {
  auto node = std::make_unique<Node>();
  Node* n = node.get();
  n->id = id;
  n->op = &opDef(op);
  for (int input : inputs) {
    n->inputs.push_back(input < 0 ? nullptr : value(input));
    if (input >= 0) n->inputs.back()->uses.push_back(n);
  }
  for (int output : outputs) {
    n->outputs.push_back(output < 0 ? nullptr : value(output));
    if (output < 0) continue;
    Value* v = n->outputs.back();
    require(
        !v->producer && !v->isConstant() && std::count(graph_.inputs.begin(), graph_.inputs.end(), v) == 0,
        "value {} has two origins", output);
    v->producer = n;
    v->outputIndex = static_cast<int>(n->outputs.size()) - 1;
  }
  graph_.nextNode_ = std::max(graph_.nextNode_, id + 1);
  graph_.order_.push_back(n);
  graph_.nodes_.push_back(std::move(node));
  return n;
}

}  // namespace tenfold
