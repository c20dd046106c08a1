#include "optimize/passes/cse.h"

#include <fmt/format.h>
#include <xxhash.h>

#include <algorithm>
#include <cstring>
#include <unordered_map>

#include "graph/ops/op_def.h"
#include "optimize/rewrite.h"

namespace tenfold {
namespace {

struct AttributeKey {
  std::string operator()(int64_t v) const { return fmt::format("{}", v); }
  std::string operator()(double v) const { return fmt::format("{}f", v); }
  std::string operator()(const std::string& v) const { return fmt::format("{}:{}", v.size(), v); }
  std::string operator()(const Tensor& t) const {
    return fmt::format("{}{}#{:x}", typeName(t.dtype()), t.shape().str(), XXH64(t.data(), t.bytes(), 0));
  }
  template <typename T>
  std::string operator()(const std::vector<T>& values) const {
    std::string key = "[";
    for (const T& v : values) key += (*this)(v) + ",";
    return key;
  }
};

// Symbols of dimensions are named per node: equal nodes differ in them only.
bool isInferred(const std::string& attribute) { return attribute.find('.') != std::string::npos; }

std::string nodeKey(const Node& node) {
  std::string key(node.opName());
  std::vector<int> ids;
  for (const Value* v : node.inputs) ids.push_back(v ? v->id : -1);
  if (node.op->commutative) std::sort(ids.begin(), ids.end());
  for (int id : ids) key += fmt::format(" {}", id);
  for (const auto& [name, value] : node.attrs.all())
    if (!isInferred(name)) key += fmt::format(";{}={}", name, std::visit(AttributeKey{}, value));
  key += fmt::format(" -> {}", node.outputs.size());
  return key;
}

// Equal constants have equal keys; contents are sampled, so that large weights are not read in every round.
uint64_t constantKey(const Tensor& t) {
  constexpr size_t kSample = 4096;
  uint64_t key = XXH64(t.data(), std::min(t.bytes(), kSample), static_cast<uint64_t>(t.dtype()) + 1);
  return t.bytes() <= kSample ? key : XXH64(t.as<char>() + t.bytes() - kSample, kSample, key ^ t.bytes());
}

int mergeConstants(Graph& graph) {
  std::unordered_map<uint64_t, std::vector<Value*>> seen;
  int changes = 0;
  for (Value* v : graph.values()) {
    if (!v->isConstant() || (v->uses.empty() && !graph.isOutput(v)) || typeBits(v->dtype) == 0) continue;
    const Tensor& t = v->constant;
    auto& candidates = seen[constantKey(t)];
    auto same = std::find_if(candidates.begin(), candidates.end(), [&](const Value* other) {
      return other->dtype == v->dtype && other->constant.shape() == t.shape() &&
             (t.bytes() == 0 || std::memcmp(other->constant.data(), t.data(), t.bytes()) == 0);
    });
    if (same == candidates.end()) {
      candidates.push_back(v);
    } else if (!graph.isOutput(v)) {
      graph.replaceUses(v, *same);
      ++changes;
    }
  }
  return changes;
}

}  // namespace

int mergeEqualNodes(Graph& graph) {
  int changes = mergeConstants(graph);
  std::unordered_map<std::string, Node*> seen;
  std::vector<Node*> nodes = graph.nodes();
  for (Node* n : nodes) {
    if (n->op->isRandom || n->op->hasSideEffects || !n->bodies.empty()) continue;
    auto [it, fresh] = seen.emplace(nodeKey(*n), n);
    if (fresh) continue;
    Node* first = it->second;
    bool mergeable = true;
    for (size_t i = 0; i < n->outputs.size(); ++i)
      mergeable = mergeable && (!n->outputs[i] || first->outputs[i]) &&
                  !(n->outputs[i] && graph.isOutput(n->outputs[i]));
    if (!mergeable) continue;
    for (size_t i = 0; i < n->outputs.size(); ++i)
      if (n->outputs[i]) graph.replaceUses(n->outputs[i], first->outputs[i]);
    graph.eraseNode(n);
    ++changes;
  }
  return changes;
}

}  // namespace tenfold
