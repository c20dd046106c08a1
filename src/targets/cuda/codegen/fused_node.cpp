#include "targets/cuda/codegen/fused_node.h"

#include <algorithm>
#include <set>

namespace tenfold::cuda {
namespace {

int indexOf(const std::vector<const Value*>& values, const Value* v) {
  auto it = std::find(values.begin(), values.end(), v);
  return v && it != values.end() ? static_cast<int>(it - values.begin()) : -1;
}

}  // namespace

FusedNode::FusedNode(const Node& node, std::span<const std::string_view> anchors) {
  auto isAnchor = [&](const Node* n) {
    return std::find(anchors.begin(), anchors.end(), n->opName()) != anchors.end();
  };
  std::vector<const Node*> members{&node};
  if (node.is("Region")) {
    const Graph& body = *node.bodies.at(0);
    members.assign(body.nodes().begin(), body.nodes().end());
    inputs.assign(body.inputs.begin(), body.inputs.end());
    for (size_t i = 0; i < body.outputs.size(); ++i)
      outputs.push_back(node.output(i) ? body.outputs[i] : nullptr);
  } else {
    inputs.assign(node.inputs.begin(), node.inputs.end());
    outputs.assign(node.outputs.begin(), node.outputs.end());
  }
  if (std::count_if(members.begin(), members.end(), isAnchor) == 1)
    anchor = *std::find_if(members.begin(), members.end(), isAnchor);
  std::set<const Value*> needed;
  if (anchor) needed.insert(anchor->inputs.begin(), anchor->inputs.end());
  for (auto it = members.rbegin(); it != members.rend(); ++it) {
    const Node* n = *it;
    if (n == anchor) continue;
    bool feeds = std::any_of(n->outputs.begin(), n->outputs.end(),
                             [&](const Value* v) { return v && needed.count(v); });
    if (feeds) needed.insert(n->inputs.begin(), n->inputs.end());
    (feeds ? before : after).insert((feeds ? before : after).begin(), n);
  }
}

int FusedNode::inputIndex(const Value* v) const { return indexOf(inputs, v); }
int FusedNode::outputIndex(const Value* v) const { return indexOf(outputs, v); }

bool FusedNode::reads(std::span<const Node* const> nodes, const Value* v) {
  return std::any_of(nodes.begin(), nodes.end(), [&](const Node* n) {
    return std::find(n->inputs.begin(), n->inputs.end(), v) != n->inputs.end();
  });
}

}  // namespace tenfold::cuda
