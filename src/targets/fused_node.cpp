#include "targets/fused_node.h"

#include <algorithm>
#include <unordered_set>

namespace tenfold {
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
  std::vector<const Node*> members{&node};
  if (node.is("Region")) {
    body = node.bodies.at(0).get();
    members.assign(body->nodes().begin(), body->nodes().end());
    inputs.assign(body->inputs.begin(), body->inputs.end());
    for (size_t i = 0; i < body->outputs.size(); ++i)
      outputs.push_back(node.output(i) ? body->outputs[i] : nullptr);
  } else {
    inputs.assign(node.inputs.begin(), node.inputs.end());
    outputs.assign(node.outputs.begin(), node.outputs.end());
  }
  if (std::count_if(members.begin(), members.end(), isAnchor) == 1)
    anchor = *std::find_if(members.begin(), members.end(), isAnchor);
  std::unordered_set<const Value*> needed;
  if (anchor) needed.insert(anchor->inputs.begin(), anchor->inputs.end());
  for (auto it = members.rbegin(); it != members.rend(); ++it) {
    const Node* member = *it;
    if (member == anchor) continue;
    bool feeds = std::any_of(member->outputs.begin(), member->outputs.end(),
                             [&](const Value* v) { return v && needed.count(v); });
    if (feeds) needed.insert(member->inputs.begin(), member->inputs.end());
    (feeds ? before : after).push_back(member);
  }
  std::reverse(before.begin(), before.end());
  std::reverse(after.begin(), after.end());
}

int FusedNode::inputIndex(const Value* v) const { return indexOf(inputs, v); }
int FusedNode::outputIndex(const Value* v) const { return indexOf(outputs, v); }

bool FusedNode::reads(std::span<const Node* const> nodes, const Value* v) {
  return std::any_of(nodes.begin(), nodes.end(), [&](const Node* n) {
    return std::find(n->inputs.begin(), n->inputs.end(), v) != n->inputs.end();
  });
}

}  // namespace tenfold
