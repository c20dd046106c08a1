#include "plan/memory/assign.h"

#include <algorithm>
#include <map>

#include "base/error.h"
#include "plan/memory/planner.h"

namespace tenfold {
namespace {

constexpr int64_t kAlignment = 256;  // of every value in the arena

// All values that share one piece of memory.
struct Class {
  const Value* root = nullptr;
  int first = 0, last = 0;
  int output = -1;  // index of the graph output among its members
};

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

// By id of the root: the plan must not depend on addresses.
std::map<int, Class> lifetimes(const Plan& plan, const AliasMap& map) {
  std::map<int, Class> classes;
  auto touch = [&](const Value* v, int step) -> Class& {
    const Value* root = rootOf(map, v);
    auto [it, fresh] = classes.try_emplace(root->id, Class{root, step, step});
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
  return classes;
}

int idLimit(const Graph& graph) {
  int limit = 0;
  for (const Value* v : graph.values()) limit = std::max(limit, v->id + 1);
  return limit;
}

}  // namespace

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
  for (const auto& [id, cls] : lifetimes(plan, map)) {
    Place& place = memory.places[id];
    if (place.kind != PlaceKind::kNone) continue;
    if (callerOutputs && cls.output >= 0) {
      place = {PlaceKind::kOutput, cls.output, 0};
    } else if (auto size = bytes(*cls.root)) {
      place.kind = PlaceKind::kArena;
      blocks.push_back({*size, cls.first, cls.last});
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

namespace {

// Calls visit(symbol, min, opt, max) for every symbol that an input binds directly.
template <typename Visit>
void forEachInputSymbol(const Graph& graph, const Profile& profile, Visit visit) {
  for (size_t i = 0; i < graph.inputs.size(); ++i) {
    const Value& input = *graph.inputs[i];
    const ProfileInput& p = profile.inputs.at(i);
    for (int d = 0; d < input.rank() && d < p.opt.rank(); ++d)
      if ((*input.shape)[d].isSymbol()) visit(input, (*input.shape)[d].key(), p.min[d], p.opt[d], p.max[d]);
    if (!input.contents) continue;
    for (size_t e = 0; e < input.contents->size() && e < p.optValues.size(); ++e)
      if ((*input.contents)[e].isSymbol())
        visit(input, (*input.contents)[e].key(), p.minValues[e], p.optValues[e], p.maxValues[e]);
  }
}

}  // namespace

DimRanges profileRanges(const Graph& graph, const Profile& profile) {
  DimRanges ranges;
  forEachInputSymbol(graph, profile,
                     [&](const Value& input, const std::string& symbol, int64_t min, int64_t, int64_t max) {
                       auto [it, fresh] = ranges.try_emplace(symbol, DimRange{min, max});
                       if (fresh) return;
                       it->second = {std::max(it->second.min, min), std::min(it->second.max, max)};
                       require(it->second.min <= it->second.max,
                               "input '{}': its profile gives dimension '{}' the range {} to {}, which "
                               "contradicts the range that "
                               "another input gives it; give both the same",
                               input.name, symbol, min, max);
                     });
  return ranges;
}

DimBindings profileOptimum(const Graph& graph, const Profile& profile) {
  DimBindings bindings;
  forEachInputSymbol(graph, profile,
                     [&](const Value&, const std::string& symbol, int64_t, int64_t opt, int64_t) {
                       bindings.try_emplace(symbol, opt);
                     });
  return bindings;
}

}  // namespace tenfold
