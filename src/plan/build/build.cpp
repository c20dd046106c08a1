#include "plan/build/build.h"

#include <algorithm>
#include <cstdlib>
#include <set>

#include "base/error.h"
#include "graph/ir/symbols.h"
#include "graph/ops/infer.h"
#include "optimize/passes/merge_products.h"
#include "optimize/pipeline.h"
#include "plan/autotune/candidates.h"
#include "plan/build/finish.h"
#include "plan/build/precision_notes.h"
#include "plan/build/steps.h"
#include "plan/memory/profile.h"
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

// What needs the target is not the optimizer's, but can be switched off by name like its passes.
constexpr const char *kMergeProducts = "merge-products", *kAssignLayouts = "assign-layouts",
                     *kFormRegions = "form-regions", *kFuseCasts = "fuse-casts", *kReadImages = "read-images",
                     *kFusePools = "fuse-pools", *kFuseScales = "fuse-scales", *kFuseMeans = "fuse-means";

bool isDisabled(const BuildOptions& options, std::string_view pass) {
  const char* environment = std::getenv("TENFOLD_DISABLE_PASSES");
  std::string list = "," + std::string(environment ? environment : "") + ",";
  for (const std::string& name : options.disabledPasses) list += name + ",";
  return list.find("," + std::string(pass) + ",") != std::string::npos;
}

// Whether all but the batch follow from the inputs' shapes. Where only running tells them, kernels cannot be
// tried at the usual shapes, and the plain layout is the one that every node runs in.
bool hasKnownExtents(const Node& node, const std::set<std::string>& known) {
  auto isKnown = [&](const Value* v) {
    if (!v || v->isConstant() || !v->shape || v->shape->empty()) return true;
    return areBoundBy(std::span(*v->shape).subspan(1), known);
  };
  return std::all_of(node.inputs.begin(), node.inputs.end(), isKnown) &&
         std::all_of(node.outputs.begin(), node.outputs.end(), isKnown);
}

std::vector<PassSummary> optimizeFor(Graph& graph, const Target& target, const BuildOptions& options) {
  std::vector<PassSummary> passes;
  OptimizeOptions optimizer;
  optimizer.disabled = options.disabledPasses;
  optimizer.lowPrecision = options.lowPrecision;
  optimizer.integerProducts = target.profitsFrom(DataType::kInt8);
  for (const PassReport& report : optimize(graph, optimizer)) passes.push_back({report.pass, report.changes});
  // Those that the target's kernels do in passing have names as well.
  const bool casts = !isDisabled(options, kFuseCasts), images = !isDisabled(options, kReadImages),
             pools = !isDisabled(options, kFusePools), scales = !isDisabled(options, kFuseScales),
             means = !isDisabled(options, kFuseMeans);
  auto fuses = [&](const Node& anchor, const Node& node) {
    bool product = anchor.is("MatMul") || anchor.is("Conv") || anchor.is("ConvTranspose");
    bool scaling = node.is("Mul") && node.outputs[0] == anchor.inputs[0];
    if (product && ((node.is("Cast") && !casts) || (node.is("Reorder") && !images) ||
                    (node.is("MaxPool") && !pools) || (scaling && !scales)))
      return false;
    if (anchor.is("GlobalAveragePool") && node.is("Conv") && !means) return false;
    // Kernels that read images in any layout, or scale them, round floats to TF32.
    if (product && (node.is("Reorder") || scaling) && !options.allowTf32 &&
        anchor.inputs[0]->dtype == DataType::kFloat32)
      return false;
    return target.fusesEpilogue(anchor, node);
  };
  if (!isDisabled(options, kMergeProducts)) passes.push_back({kMergeProducts, mergeProducts(graph, fuses)});
  const std::set<std::string> known = symbolsOfInputs(graph);
  auto accepts = [&](const Node& node) {
    return hasKnownExtents(node, known) && target.acceptsChannelsLast(node);
  };
  if (!isDisabled(options, kAssignLayouts))
    passes.push_back({kAssignLayouts, assignLayouts(graph, accepts, fuses)});
  RegionRules rules;
  rules.limits = target.fusionLimits();
  rules.fusesEpilogue = fuses;
  // A pointwise node is its own anchor.
  rules.fusesPointwise = [&](const Node& node) { return target.fusesEpilogue(node, node); };
  if (!isDisabled(options, kFormRegions)) passes.push_back({kFormRegions, formRegions(graph, rules)});
  return passes;
}

}  // namespace

std::vector<std::string> buildPassNames() {
  std::vector<std::string> names = passNames();
  names.insert(names.end(), {kMergeProducts, kAssignLayouts, kFormRegions, kFuseCasts, kReadImages,
                             kFusePools, kFuseScales, kFuseMeans});
  return names;
}

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
  chooseSteps(*plan, target, options, tunedSizes(*plan->graph, options.profiles));
  if (!options.allowTf32) plan->facts[kTf32Fact] = "0";
  // Where the device is, other kernels may turn out to be better: they pack the weights in their own way.
  if (!options.keepWeights && canRun(target)) dropPackedConstants(*plan);
  for (const Profile& profile : options.profiles) plan->memory.push_back(planProfile(*plan, profile));
  plan->profiles = std::move(options.profiles);
  return plan;
}

}  // namespace tenfold
