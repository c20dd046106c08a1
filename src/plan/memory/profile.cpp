#include "plan/memory/profile.h"

#include <algorithm>

#include "base/error.h"
#include "graph/ir/symbols.h"
#include "plan/memory/assign.h"

namespace tenfold {
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

// The most bytes that a value takes under the profile's bounds; nothing where no bound is known.
std::optional<int64_t> boundedBytes(const Value& v, const DimRanges& ranges) {
  if (!isShapeBoundBy(v, ranges)) return std::nullopt;
  int64_t most = numel(*v.shape).range(ranges).max;
  int64_t product = 1;  // dimension by dimension can be tighter than the product's own interval
  for (const Dim& d : *v.shape) {
    int64_t extent = std::max<int64_t>(d.range(ranges).max, 0);
    if (__builtin_mul_overflow(product, extent, &product)) return std::nullopt;
  }
  constexpr int64_t kLargest = int64_t{1} << 34;
  most = std::min(most, product);
  if (most < 0 || most > kLargest) return std::nullopt;
  return static_cast<int64_t>(typeBytes(v.dtype, most));
}

DimRanges rangesWithUnknown(const Graph& graph, const Profile& profile) {
  DimRanges ranges = profileRanges(graph, profile);
  addUpperBounds(graph, ranges);
  return ranges;
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

MemoryPlan planProfile(const Plan& plan, const Profile& profile) {
  const Graph& graph = *plan.graph;
  DimRanges ranges = profileRanges(graph, profile), withUnknown = rangesWithUnknown(graph, profile);
  MemoryPlan unbounded;
  unbounded.bounded = false;
  for (const Value* v : graph.values())
    if (v->producer && isShapeBoundBy(*v, ranges) && !boundedBytes(*v, ranges)) return unbounded;
  MemoryPlan bounded = assignMemory(
      plan, [&](const Value& v) { return boundedBytes(v, withUnknown); }, true);
  // An arena for shapes that nobody will set may be larger than any memory.
  constexpr int64_t kLargestArena = int64_t{1} << 34;
  return bounded.arenaBytes <= kLargestArena ? bounded : unbounded;
}

std::vector<Resident> residents(const Plan& plan, size_t profile) {
  const MemoryPlan& memory = plan.memory.at(profile);
  std::vector<Resident> found;
  if (!memory.bounded) return found;
  DimRanges ranges = rangesWithUnknown(*plan.graph, plan.profiles.at(profile));
  for (const auto& [id, life] : lifetimes(plan)) {
    const Place& place = memory.places[id];
    if (place.kind != PlaceKind::kArena) continue;
    int64_t bytes = boundedBytes(*life.root, ranges).value_or(0);
    found.push_back({life.root, place.offset, bytes, life.first, life.last});
  }
  return found;
}

}  // namespace tenfold
