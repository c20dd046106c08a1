#include "plan/memory/assign.h"

#include <algorithm>
#include <map>

#include "base/error.h"
#include "plan/memory/planner.h"

namespace tenfold {
namespace {

constexpr int64_t kAlignment = 256;  // of every value in the arena

using AliasMap = std::map<const Value*, const Value*>;

AliasMap aliases(const Plan& plan) {
  AliasMap map;
  for (const Step& step : plan.steps) {
    if (step.kind != StepKind::kAlias) continue;
    const Value* from = step.node->input(0);
    auto it = map.find(from);
    map[step.node->output()] = it == map.end() ? from : it->second;
  }
  return map;
}

const Value* rootOf(const AliasMap& map, const Value* value) {
  auto it = map.find(value);
  return it == map.end() ? value : it->second;
}

std::map<int, Lifetime> lifetimes(const Plan& plan, const AliasMap& map) {
  std::map<int, Lifetime> lives;
  auto touch = [&](const Value* v, int step) -> Lifetime& {
    const Value* root = rootOf(map, v);
    auto [it, fresh] = lives.try_emplace(root->id, Lifetime{root, step, step});
    it->second.last = std::max(it->second.last, step);
    return it->second;
  };
  int count = static_cast<int>(plan.steps.size());
  for (int i = 0; i < count; ++i) {
    for (const Value* v : plan.steps[i].node->inputs)
      if (v && v->producer) touch(v, i);
    for (const Value* v : plan.steps[i].node->outputs)
      if (v) touch(v, i);
  }
  for (size_t i = 0; i < plan.graph->outputs.size(); ++i)
    if (const Value* v = plan.graph->outputs[i]; rootOf(map, v)->producer)
      touch(v, count).output = static_cast<int>(i);
  return lives;
}

int idLimit(const Graph& graph) {
  int limit = 0;
  for (const Value* v : graph.values()) limit = std::max(limit, v->id + 1);
  return limit;
}

}  // namespace

std::map<int, Lifetime> lifetimes(const Plan& plan) { return lifetimes(plan, aliases(plan)); }

const Value* aliasRoot(const Plan& plan, const Value* value) { return rootOf(aliases(plan), value); }

MemoryPlan assignMemory(const Plan& plan, const ValueBytes& bytes, bool callerOutputs, int rounds) {
  const Graph& graph = *plan.graph;
  MemoryPlan memory;
  memory.places.resize(idLimit(graph));
  AliasMap map = aliases(plan);
  for (const Value* v : graph.values())
    if (v->isConstant()) memory.places[v->id].kind = PlaceKind::kConstant;
  for (size_t i = 0; i < graph.inputs.size(); ++i)
    memory.places[graph.inputs[i]->id] = {PlaceKind::kInput, static_cast<int>(i), 0};
  for (const auto& [value, root] : map) memory.places[value->id] = {PlaceKind::kAlias, root->id, 0};

  std::vector<Block> blocks;
  std::vector<Place*> blockPlaces;
  for (const auto& [id, life] : lifetimes(plan, map)) {
    Place& place = memory.places[id];
    if (place.kind != PlaceKind::kNone) continue;
    if (callerOutputs && life.output >= 0) {
      place = {PlaceKind::kOutput, life.output, 0};
    } else if (auto size = bytes(*life.root)) {
      place.kind = PlaceKind::kArena;
      blocks.push_back({*size, life.first, life.last});
      blockPlaces.push_back(&place);
    } else {
      place.kind = PlaceKind::kDynamic;
    }
  }
  BlockPlan planned = planBlocks(blocks, kAlignment, rounds);
  for (size_t i = 0; i < blocks.size(); ++i) blockPlaces[i]->offset = planned.offsets[i];
  memory.arenaBytes = planned.bytes;
  memory.lowerBound = planned.lowerBound;
  return memory;
}

}  // namespace tenfold
