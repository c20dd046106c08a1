#include "plan/build/build.h"

#include <algorithm>
#include <cstdlib>

#include "base/error.h"
#include "graph/ops/infer.h"
#include "optimize/passes/merge_products.h"
#include "optimize/pipeline.h"
#include "plan/build/precision_notes.h"
#include "plan/build/steps.h"
#include "plan/memory/assign.h"
#include "plan/regions/layout.h"
#include "plan/regions/regions.h"

namespace tenfold {

Profile fixedProfile(const Graph& graph) {
  Profile profile;
  for (const Value* v : graph.inputs) {
    Shape shape = *constantShape(*v->shape);
    profile.inputs.push_back({shape, shape, shape, {}, {}, {}});
  }
  return profile;
}

namespace {

void checkProfile(const Graph& graph, const Profile& profile, size_t index) {
  require(profile.inputs.size() == graph.inputs.size(), "profile {} describes {} inputs, the network has {}",
          index, profile.inputs.size(), graph.inputs.size());
  for (size_t i = 0; i < graph.inputs.size(); ++i) {
    const Value& v = *graph.inputs[i];
    const ProfileInput& p = profile.inputs[i];
    require(v.shape.has_value(), "input '{}' has an unknown rank; give it a shape", v.name);
    require(
        p.opt.rank() == v.rank() && p.min.rank() == v.rank() && p.max.rank() == v.rank(),
        "input '{}' has {} dimensions, profile {} gives {}; set min, opt and max for it with setDimensions",
        v.name, v.rank(), index, p.opt.rank());
    for (int d = 0; d < v.rank(); ++d)
      require(0 <= p.min[d] && p.min[d] <= p.opt[d] && p.opt[d] <= p.max[d],
              "input '{}', profile {}: dimension {} must have 0 <= min <= opt <= max, found {}, {}, {}",
              v.name, index, d, p.min[d], p.opt[d], p.max[d]);
  }
}

// The most bytes that a value takes under the profile's bounds; nothing where no bound is known.
std::optional<int64_t> boundedBytes(const Value& v, const DimRanges& ranges) {
  if (!v.shape) return std::nullopt;
  std::vector<std::string> symbols;
  for (const Dim& d : *v.shape) d.collectSymbols(symbols);
  for (const std::string& s : symbols)
    if (!ranges.count(s)) return std::nullopt;
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

// Bounds of the dimensions that only run time tells, where the operator gave one.
void addUnknownBounds(const Graph& graph, DimRanges& ranges) {
  constexpr std::string_view kSymbol = "symbol.";
  for (const Node* node : graph.nodes())
    for (const auto& [name, value] : node->attrs.all()) {
      if (name.rfind(kSymbol, 0) != 0) continue;
      std::string upper = node->attrs.text("upper." + name.substr(kSymbol.size()), "");
      if (upper.empty()) continue;
      Dim bound = Dim::parse(upper);
      std::vector<std::string> symbols;
      bound.collectSymbols(symbols);
      if (std::all_of(symbols.begin(), symbols.end(),
                      [&](const std::string& s) { return ranges.count(s) != 0; }))
        ranges[std::get<std::string>(value)] = {0, bound.range(ranges).max};
    }
}

bool onlySymbolsOf(const Value& v, const DimRanges& ranges) {
  std::vector<std::string> symbols;
  if (v.shape)
    for (const Dim& d : *v.shape) d.collectSymbols(symbols);
  return v.shape && std::all_of(symbols.begin(), symbols.end(),
                                [&](const std::string& s) { return ranges.count(s) != 0; });
}

MemoryPlan planProfile(const Plan& plan, const Profile& profile) {
  const Graph& graph = *plan.graph;
  DimRanges ranges = profileRanges(graph, profile), withUnknown = ranges;
  addUnknownBounds(graph, withUnknown);
  MemoryPlan unbounded;
  unbounded.bounded = false;
  for (const Value* v : graph.values())
    if (v->producer && onlySymbolsOf(*v, ranges) && !boundedBytes(*v, ranges)) return unbounded;
  return assignMemory(
      plan, [&](const Value& v) { return boundedBytes(v, withUnknown); }, true);
}

// The last three passes need the target, so they are not the optimizer's; they can be switched off like its
// own.
bool isDisabled(const BuildOptions& options, std::string_view pass) {
  const char* environment = std::getenv("TENFOLD_DISABLE_PASSES");
  std::string list = "," + std::string(environment ? environment : "") + ",";
  for (const std::string& name : options.disabledPasses) list += name + ",";
  return list.find("," + std::string(pass) + ",") != std::string::npos;
}

std::vector<PassSummary> optimizeFor(Graph& graph, const Target& target, const BuildOptions& options) {
  std::vector<PassSummary> passes;
  OptimizeOptions optimizer;
  optimizer.disabled = options.disabledPasses;
  optimizer.lowPrecision = options.lowPrecision;
  for (const PassReport& report : optimize(graph, optimizer)) passes.push_back({report.pass, report.changes});
  auto fuses = [&](const Node& anchor, const Node& node) { return target.fusesEpilogue(anchor, node); };
  if (!isDisabled(options, "merge-products"))
    passes.push_back({"merge-products", mergeProducts(graph, fuses)});
  auto accepts = [&](const Node& node) { return target.acceptsChannelsLast(node); };
  if (!isDisabled(options, "assign-layouts"))
    passes.push_back({"assign-layouts", assignLayouts(graph, accepts)});
  RegionRules rules;
  rules.limits = target.fusionLimits();
  rules.fusesEpilogue = fuses;
  // A pointwise node is its own anchor.
  rules.fusesPointwise = [&](const Node& node) { return target.fusesEpilogue(node, node); };
  if (!isDisabled(options, "form-regions")) passes.push_back({"form-regions", formRegions(graph, rules)});
  return passes;
}

}  // namespace

std::unique_ptr<Plan> buildPlan(std::unique_ptr<Graph> graph, Target& target, BuildOptions options) {
  if (options.profiles.empty()) {
    for (const Value* v : graph->inputs)
      require(v->shape && constantShape(*v->shape),
              "input '{}' has a dynamic shape {} and there is no optimization profile; add one with "
              "createOptimizationProfile, or give --minShapes, --optShapes and --maxShapes",
              v->name, v->typeStr());
    options.profiles.push_back(fixedProfile(*graph));
  }
  for (size_t i = 0; i < options.profiles.size(); ++i) checkProfile(*graph, options.profiles[i], i);

  auto plan = std::make_unique<Plan>();
  plan->name = graph->name;
  plan->target = target.name();
  plan->device = target.deviceSignature();
  plan->graph = std::move(graph);
  plan->passes = optimizeFor(*plan->graph, target, options);
  separateOutputs(*plan->graph);
  plan->graph->eraseDeadNodes();
  takePrecisionNotes(*plan);
  chooseSteps(*plan, target, options, profileOptimum(*plan->graph, options.profiles[0]));
  if (!options.keepWeights) dropPackedConstants(*plan);
  for (const Profile& profile : options.profiles) plan->memory.push_back(planProfile(*plan, profile));
  plan->profiles = std::move(options.profiles);
  return plan;
}

}  // namespace tenfold
