#include "api/refit_origin.h"

#include <algorithm>
#include <set>

#include "api/convert.h"
#include "api/facts.h"
#include "api/network/layer.h"
#include "plan/autotune/timing_cache.h"
#include "plan/format/file.h"

namespace tenfold {
namespace {

constexpr const char* kOrigin = "refit origin";
// Facts of the origin.
constexpr const char* kTimings = "timings";
constexpr const char* kExcluded = "excluded";
constexpr const char* kLowPrecision = "low precision";
constexpr const char* kTf32 = "tf32";
constexpr const char* kMeasure = "measure";
constexpr const char* kIterations = "iterations";
// The weights' lists, in the same order.
constexpr const char* kWeightIds = "ids";
constexpr const char* kWeightNames = "names";
constexpr const char* kWeightLayers = "layers";
constexpr const char* kWeightRoles = "roles";

bool holdsWeights(const Value& v) {
  return v.isConstant() && v.constant.data() && toApi(v.dtype) &&
         (isFloat(v.dtype) || typeBits(v.dtype) <= 8) && v.dtype != DataType::kBool;
}

// Which input of a layer's node has which role.
struct RoleSlot {
  const char* op;
  size_t slot;
  nv::WeightsRole role;
};
constexpr RoleSlot kRoles[] = {
    {"Conv", 1, nv::WeightsRole::kKERNEL},          {"Conv", 2, nv::WeightsRole::kBIAS},
    {"ConvTranspose", 1, nv::WeightsRole::kKERNEL}, {"ConvTranspose", 2, nv::WeightsRole::kBIAS},
    {"Scale", 1, nv::WeightsRole::kSHIFT},          {"Scale", 2, nv::WeightsRole::kSCALE}};

// Layer and role of constants, by value id.
std::map<int, std::pair<std::string, nv::WeightsRole>> rolesOf(Network& network) {
  std::map<int, std::pair<std::string, nv::WeightsRole>> roles;
  for (const auto& layer : network.layers()) {
    if (const Node* node = layer->node()) {
      for (const RoleSlot& r : kRoles)
        if (node->is(r.op) && node->input(r.slot) && node->input(r.slot)->isConstant())
          roles[node->input(r.slot)->id] = {layer->getName(), r.role};
    } else if (layer->getType() == nv::LayerType::kCONSTANT) {
      roles[network.valueOf(*layer->getOutput(0))->id] = {layer->getName(), nv::WeightsRole::kCONSTANT};
    }
  }
  return roles;
}

}  // namespace

bool wantsRefit(const BuilderConfigState& config) {
  return config.flag(nv::BuilderFlag::kREFIT) || config.flag(nv::BuilderFlag::kREFIT_IDENTICAL) ||
         config.flag(nv::BuilderFlag::kREFIT_INDIVIDUAL);
}

std::vector<RefittableWeights> refittableWeights(Network& network, const BuilderConfigState& config,
                                                 const Graph& graph) {
  std::map<int, std::string> names;
  for (const auto& [value, name] : network.weightNames()) names[value->id] = name;
  auto roles = rolesOf(network);
  std::vector<RefittableWeights> all;
  std::set<std::string> taken;
  for (const Value* v : graph.values()) {
    if (!holdsWeights(*v)) continue;
    RefittableWeights w{v->id, "", "", nv::WeightsRole::kANY};
    w.name = names.count(v->id) ? names[v->id] : v->name;
    if (w.name.find('\n') != std::string::npos || !taken.insert(w.name).second) w.name.clear();
    if (auto role = roles.find(v->id); role != roles.end()) std::tie(w.layer, w.role) = role->second;
    bool isChosen =
        !config.flag(nv::BuilderFlag::kREFIT_INDIVIDUAL) || network.refittableWeights().count(w.name) != 0;
    if (isChosen && (!w.name.empty() || !w.layer.empty())) all.push_back(w);
  }
  return all;
}

void keepOrigin(Plan& plan, const RefitOrigin& origin) {
  Plan kept;
  kept.graph = origin.graph->clone();
  for (Node* node : kept.graph->nodes()) kept.steps.emplace_back().node = node;
  std::vector<std::string> ids, names, layers, roles;
  for (const RefittableWeights& w : origin.weights) {
    ids.push_back(std::to_string(w.value));
    names.push_back(w.name);
    layers.push_back(w.layer);
    roles.push_back(std::to_string(static_cast<int>(w.role)));
  }
  facts::setNames(kept, kWeightIds, ids);
  facts::setNames(kept, kWeightNames, names);
  facts::setNames(kept, kWeightLayers, layers);
  facts::setNames(kept, kWeightRoles, roles);
  const BuildOptions& o = origin.options;
  facts::setNames(kept, kExcluded, o.tuner.excluded);
  facts::setNumber(kept, kLowPrecision, static_cast<int64_t>(o.lowPrecision));
  facts::setNumber(kept, kTf32, o.allowTf32);
  facts::setNumber(kept, kMeasure, o.tuner.measure ? o.tuner.maxMeasured : 0);
  facts::setNumber(kept, kIterations, o.tuner.iterations);
  if (o.tuner.cache) {
    std::vector<uint8_t> timings = o.tuner.cache->serialize();
    kept.facts[kTimings] = {timings.begin(), timings.end()};
  }
  size_t bytes = 0;
  for (const Value* v : kept.graph->values()) bytes += v->isConstant() ? v->constant.bytes() : 0;
  constexpr size_t kMost = size_t{1} << 30;  // what the plan's tables can hold beside the rest
  require(bytes <= kMost, "a refittable plan holds at most {} bytes of weights, the network has {}", kMost,
          bytes);
  std::vector<uint8_t> packed = writePlan(kept);
  plan.facts[kOrigin] = {packed.begin(), packed.end()};
}

RefitOrigin readOrigin(const Plan& plan) {
  auto fact = plan.facts.find(kOrigin);
  require(
      fact != plan.facts.end(),
      "the engine cannot be refitted: set BuilderFlag::kREFIT, kREFIT_IDENTICAL or kREFIT_INDIVIDUAL when "
      "it is built");
  const std::string& packed = fact->second;
  std::unique_ptr<Plan> kept = readPlanCopy({reinterpret_cast<const uint8_t*>(packed.data()), packed.size()});
  RefitOrigin origin;
  auto ids = facts::names(*kept, kWeightIds), names = facts::names(*kept, kWeightNames),
       layers = facts::names(*kept, kWeightLayers), roles = facts::names(*kept, kWeightRoles);
  for (size_t i = 0; i < ids.size(); ++i) {
    int id = std::atoi(ids[i].c_str());
    const Value* v = kept->graph->valueById(id);
    if (i >= names.size() || i >= layers.size() || i >= roles.size() || !v || !v->isConstant())
      fail(ErrorKind::kInvalidPlan, "the plan's list of weights is damaged");
    origin.weights.push_back(
        {id, names[i], layers[i], static_cast<nv::WeightsRole>(std::atoi(roles[i].c_str()))});
  }
  origin.graph = std::move(kept->graph);
  BuildOptions& o = origin.options;
  o.tuner.excluded = facts::names(*kept, kExcluded);
  o.lowPrecision =
      static_cast<DataType>(facts::number(*kept, kLowPrecision, static_cast<int64_t>(DataType::kUndefined)));
  o.allowTf32 = facts::number(*kept, kTf32, 1) != 0;
  o.tuner.maxMeasured = static_cast<int>(facts::number(*kept, kMeasure, 0));
  o.tuner.measure = o.tuner.maxMeasured > 0;
  o.tuner.iterations = static_cast<int>(facts::number(*kept, kIterations, 3));
  o.profiles = plan.profiles;
  if (auto timings = kept->facts.find(kTimings); timings != kept->facts.end())
    origin.timings =
        std::make_shared<TimingCache>(TimingCache::parse(timings->second.data(), timings->second.size()));
  o.tuner.cache = origin.timings.get();
  return origin;
}

std::unique_ptr<Plan> rebuildPlan(const Plan& plan, const std::map<int, Tensor>& constants, Target& target) {
  RefitOrigin origin = readOrigin(plan);
  for (const auto& [id, tensor] : constants) origin.graph->valueById(id)->constant = tensor;
  std::unique_ptr<Plan> built = buildPlan(origin.graph->clone(), target, origin.options);
  built->facts = plan.facts;
  keepOrigin(*built, origin);
  return built;
}

}  // namespace tenfold
