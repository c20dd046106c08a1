#include "targets/cpu/fused_node.h"

#include <algorithm>
#include <unordered_set>

namespace tenfold::cpu {
namespace {

int indexOf(const std::vector<const Value*>& values, const Value* v) {
  auto it = std::find(values.begin(), values.end(), v);
  return v && it != values.end() ? static_cast<int>(it - values.begin()) : -1;
}

}  // namespace

FusedNode::FusedNode(const Node& n, std::span<const std::string_view> anchors) : node(n) {
  auto isAnchor = [&](const Node* candidate) {
    return std::find(anchors.begin(), anchors.end(), candidate->opName()) != anchors.end();
  };
  if (!n.is("Region")) {
    inputs.assign(n.inputs.begin(), n.inputs.end());
    outputs.assign(n.outputs.begin(), n.outputs.end());
    if (isAnchor(&n))
      anchor = &n;
    else
      after.push_back(&n);
    return;
  }
  body = n.bodies.at(0).get();
  inputs.assign(body->inputs.begin(), body->inputs.end());
  for (size_t i = 0; i < body->outputs.size(); ++i)
    outputs.push_back(n.output(i) ? body->outputs[i] : nullptr);
  int found = 0;
  for (const Node* candidate : body->nodes())
    if (isAnchor(candidate)) {
      anchor = candidate;
      ++found;
    }
  if (found != 1) anchor = nullptr;
  std::unordered_set<const Value*> needed;
  if (anchor) needed.insert(anchor->inputs.begin(), anchor->inputs.end());
  std::unordered_set<const Node*> isBefore;
  const std::vector<Node*>& order = body->nodes();
  for (auto it = order.rbegin(); it != order.rend(); ++it) {
    if (*it == anchor) continue;
    if (std::none_of((*it)->outputs.begin(), (*it)->outputs.end(),
                     [&](const Value* v) { return v && needed.count(v); }))
      continue;
    isBefore.insert(*it);
    needed.insert((*it)->inputs.begin(), (*it)->inputs.end());
  }
  for (const Node* member : order)
    if (member != anchor) (isBefore.count(member) ? before : after).push_back(member);
}

int FusedNode::inputIndex(const Value* v) const { return indexOf(inputs, v); }
int FusedNode::outputIndex(const Value* v) const { return indexOf(outputs, v); }

}  // namespace tenfold::cpu
