#include "frontend/network/control_flow.h"

#include <algorithm>

#include "base/error.h"
#include "frontend/network/body.h"
#include "graph/ops/infer.h"

namespace tenfold {

void lowerConditional(Graph& graph, const Construct& conditional) {
  require(!conditional.limits.empty(), "{} has no condition; set it with setCondition()",
          conditional.title());
  if (conditional.exits.empty()) return;
  std::vector<std::unique_ptr<Graph>> bodies;
  for (int i = 0; i < 2; ++i) bodies.push_back(std::make_unique<Graph>());
  Captures captures({bodies[0].get(), bodies[1].get()});
  for (size_t branch = 0; branch < 2; ++branch) {
    ValueMap map;
    for (const Node* entry : conditional.entries)
      map[entry->outputs[0]] = captures.in(branch, entry->inputs[0]);
    std::vector<Value*> wanted;
    for (const Node* exit : conditional.exits) wanted.push_back(exit->inputs[branch]);
    copyNodes(graph, wanted, conditional.inside, *bodies[branch], map,
              [&](Value* v) { return captures.in(branch, v); });
    for (const Value* v : wanted) bodies[branch]->outputs.push_back(map.at(v));
  }
  std::vector<Value*> inputs{scalarOf(graph, conditional.limits[0]->inputs[0], DataType::kBool)};
  inputs.insert(inputs.end(), captures.values().begin(), captures.values().end());
  Node* node = graph.addNode("If", inputs, {}, conditional.exits.size(), conditional.title());
  node->bodies = std::move(bodies);
  inferNode(graph, *node);
  for (size_t i = 0; i < conditional.exits.size(); ++i)
    redirect(graph, conditional.exits[i]->outputs[0], node->outputs[i]);
}

namespace {

// Whether `outer` has boundary nodes of `inner` in it.
bool contains(const Construct& outer, const Construct& inner) {
  for (const auto* list : {&inner.entries, &inner.exits, &inner.limits})
    for (const Node* node : *list)
      if (outer.inside.count(node)) return true;
  return false;
}

void eraseBoundaries(Graph& graph) {
  std::vector<Node*> sinks;
  for (Node* node : graph.nodes())
    if (node->is("LoopTripLimit") || node->is("IfCondition")) sinks.push_back(node);
  for (Node* node : sinks) graph.eraseNode(node);
  graph.eraseDeadNodes();
}

}  // namespace

void closeControlFlow(Graph& graph) {
  std::vector<std::pair<bool, int64_t>> done;
  for (;;) {
    std::vector<Construct> open = findConstructs(graph);
    std::erase_if(open, [&](const Construct& c) {
      return std::find(done.begin(), done.end(), std::pair(c.isLoop, c.number)) != done.end();
    });
    if (open.empty()) break;
    auto innermost = std::find_if(open.begin(), open.end(), [&](const Construct& c) {
      return std::none_of(open.begin(), open.end(),
                          [&](const Construct& d) { return &c != &d && contains(c, d); });
    });
    require(innermost != open.end(), "{} and {} overlap: one must lie within the other", open.front().title(),
            open.back().title());
    innermost->isLoop ? lowerLoop(graph, *innermost) : lowerConditional(graph, *innermost);
    done.emplace_back(innermost->isLoop, innermost->number);
    graph.sortTopologically();
  }
  if (!done.empty()) eraseBoundaries(graph);
}

}  // namespace tenfold
