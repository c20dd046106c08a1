#include "frontend/onnx/node_order.h"

#include <functional>
#include <queue>
#include <string_view>
#include <unordered_map>

#include "onnx.pb.h"

namespace tenfold::onnx_frontend {
namespace {

// Every name that the node reads, those inside its graphs included: too many are harmless.
template <typename Visit>
void forEachRead(const onnx::NodeProto& node, const Visit& visit) {
  for (const std::string& name : node.input()) visit(name);
  for (const auto& attribute : node.attribute()) {
    if (!attribute.has_g()) continue;
    for (const auto& inner : attribute.g().node()) forEachRead(inner, visit);
    for (const auto& output : attribute.g().output()) visit(output.name());
  }
}

}  // namespace

std::vector<int> importOrder(const std::vector<const onnx::NodeProto*>& nodes) {
  int count = static_cast<int>(nodes.size());
  std::unordered_map<std::string_view, int> producers;
  for (int i = 0; i < count; ++i)
    for (const std::string& name : nodes[i]->output())
      if (!name.empty()) producers.emplace(name, i);
  std::vector<std::vector<int>> readers(nodes.size());
  std::vector<int> waiting(nodes.size());
  for (int i = 0; i < count; ++i)
    forEachRead(*nodes[i], [&](const std::string& name) {
      auto it = producers.find(name);
      if (it == producers.end()) return;
      // A node that reads its own output finds it missing when it is imported.
      if (it->second == i) return;
      readers[it->second].push_back(i);
      ++waiting[i];
    });
  // The smallest index that is ready keeps the listed order.
  std::priority_queue<int, std::vector<int>, std::greater<>> ready;
  for (int i = 0; i < count; ++i)
    if (waiting[i] == 0) ready.push(i);
  std::vector<int> order;
  std::vector<bool> placed(nodes.size());
  while (!ready.empty()) {
    int i = ready.top();
    ready.pop();
    order.push_back(i);
    placed[i] = true;
    for (int reader : readers[i])
      if (--waiting[reader] == 0) ready.push(reader);
  }
  for (int i = 0; i < count; ++i)
    if (!placed[i]) order.push_back(i);
  return order;
}

}  // namespace tenfold::onnx_frontend
