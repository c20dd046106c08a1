#include "api/build_network.h"

#include <algorithm>
#include <set>

#include "api/convert.h"
#include "api/facts.h"
#include "api/network/faces.h"
#include "api/network/layer.h"
#include "api/network/network.h"
#include "api/refit_origin.h"
#include "api/refusals.h"
#include "frontend/network/control_flow.h"
#include "graph/ops/infer.h"
#include "optimize/precision/precision.h"
#include "plan/build/build.h"
#include "plan/memory/profile.h"
#include "plugin/describe.h"
#include "precision/error_budget.h"

namespace tenfold {
namespace {

// ------------------------------------------------------------------------------------------- graph

// Everything that reads `value` reads the result of a new node of this operator instead, which takes the
// name.
Value* insertBehind(Graph& graph, Value* value, const char* op, Attributes attrs, DataType type) {
  std::vector<Node*> readers = value->uses;
  Value* result = graph.addNode(op, {value}, std::move(attrs))->outputs[0];
  result->dtype = type;
  result->shape = value->shape;
  for (Node* reader : readers)
    for (size_t i = 0; i < reader->inputs.size(); ++i)
      if (reader->inputs[i] == value) graph.setInput(reader, i, result);
  std::replace(graph.outputs.begin(), graph.outputs.end(), value, result);
  for (Node* node : graph.nodes())
    if (node->is("LoopRecurrence") && node->attrs.integer("next", -1) == value->id)
      node->attrs.set("next", int64_t{result->id});
  result->name = value->name;
  value->name += "_before_" + std::string(op);
  return result;
}

bool isConstrained(const BuilderConfigState& config) {
  return config.flag(nv::BuilderFlag::kOBEY_PRECISION_CONSTRAINTS) ||
         config.flag(nv::BuilderFlag::kPREFER_PRECISION_CONSTRAINTS);
}

Value* castBehind(Graph& graph, Value* value, DataType type) {
  Attributes to;
  to.setType("to", type);
  return insertBehind(graph, value, "Cast", to, type);
}

// A network input of another type than the network was made with: it is converted first of all.
void castInput(Graph& graph, Value* input, DataType wanted) {
  Value* inside = castBehind(graph, input, input->dtype);
  std::swap(inside->name, input->name);
  input->dtype = wanted;
}

// A float between layers passes through the type where layers' types count; an output has it in any case.
void castFloat(Graph& graph, Value* value, DataType wanted, bool obeys) {
  DataType type = value->dtype;
  bool isOutput = graph.isOutput(value);
  if (!isOutput && !obeys) return;
  Value* narrow = castBehind(graph, value, wanted);
  if (narrow->uses.empty()) return;
  Value* wide = castBehind(graph, narrow, type);
  if (!isOutput) return;
  std::swap(wide->name, narrow->name);
  std::replace(graph.outputs.begin(), graph.outputs.end(), wide, narrow);
}

// Types that the program asked for with setOutputType() or setType().
void castWanted(Network& network, Graph& graph, const BuilderConfigState* config) {
  bool isStrong = network.getFlag(nv::NetworkDefinitionCreationFlag::kSTRONGLY_TYPED);
  for (const Value* v : network.graph().values()) {
    DataType wanted = network.faceOf(const_cast<Value*>(v))->wantedType();
    if (isStrong || wanted == DataType::kUndefined || wanted == v->dtype) continue;
    Value* copy = graph.valueById(v->id);
    if (std::count(graph.inputs.begin(), graph.inputs.end(), copy))
      castInput(graph, copy, wanted);
    else if (isFloat(wanted) && isFloat(v->dtype))
      castFloat(graph, copy, wanted, config && isConstrained(*config));
    else
      castBehind(graph, copy, wanted);
  }
}

// Precisions that the program asked for with setPrecision(), where the configuration says that they count.
void askForPrecisions(Network& network, Graph& graph, const BuilderConfigState& config) {
  if (!isConstrained(config) || network.getFlag(nv::NetworkDefinitionCreationFlag::kSTRONGLY_TYPED)) return;
  std::map<int, DataType> wanted;
  for (const auto& layer : network.layers())
    if (layer->node() && layer->precisionIsSet()) wanted[layer->node()->id] = coreType(layer->getPrecision());
  for (Node* node : graph.nodes()) {
    auto it = wanted.find(node->id);
    if (it == wanted.end() || !isFloat(it->second)) continue;
    bool half = it->second == DataType::kFloat16, bfloat = it->second == DataType::kBFloat16;
    bool allowed =
        (!half || config.flag(nv::BuilderFlag::kFP16)) && (!bfloat || config.flag(nv::BuilderFlag::kBF16));
    if (!allowed && config.flag(nv::BuilderFlag::kOBEY_PRECISION_CONSTRAINTS))
      fail("layer '{}' must compute in {}, and BuilderFlag::{} is not set", node->name, typeName(it->second),
           half ? "kFP16" : "kBF16");
    if (allowed) node->attrs.setType(kWantedPrecision, it->second);
  }
}

// The 16-bit type that the flags allow and the target gains from.
DataType lowPrecision(const Network& network, const BuilderConfigState& config, const Target& target) {
  if (network.getFlag(nv::NetworkDefinitionCreationFlag::kSTRONGLY_TYPED)) return DataType::kUndefined;
  constexpr std::pair<nv::BuilderFlag, DataType> kTypes[] = {{nv::BuilderFlag::kFP16, DataType::kFloat16},
                                                             {nv::BuilderFlag::kBF16, DataType::kBFloat16}};
  // A budget is held, and so measured, on any target.
  for (auto [flag, type] : kTypes)
    if (config.flag(flag) && (target.profitsFrom(type) || config.errorBudget > 0)) return type;
  return DataType::kUndefined;
}

// An output must be written by a node of its own.
void separateInputsFromOutputs(Graph& graph) {
  for (Value*& output : graph.outputs) {
    if (output->producer) continue;
    Value* copy = graph.addNode("Identity", {output})->outputs[0];
    copy->name = output->name;
    if (!std::count(graph.inputs.begin(), graph.inputs.end(), output)) output->name += "_constant";
    output = copy;
  }
}

// The program's bytes need to live until the build ends only: the plan gets copies of its own. What the
// layers keep beside the operators' attributes goes.
void detach(Network& network, Graph& graph) {
  for (const Value* v : network.graph().values())
    if (network.isBorrowed(v))
      if (Value* copy = graph.valueById(v->id)) copy->constant = copy->constant.clone();
  for (Node* node : graph.nodes()) {
    std::vector<std::string> extra;
    for (const auto& [name, value] : node->attrs.all())
      if (name.rfind("layer.", 0) == 0) extra.push_back(name);
    for (const std::string& name : extra) node->attrs.erase(name);
  }
}

void requireUniqueNames(const Graph& graph) {
  std::set<std::string> names;
  auto check = [&](const Value* v, const char* what) {
    require(!v->name.empty(), "{} {} of the network has no name; give it one with setName()", what, v->id);
    require(names.insert(v->name).second, "two inputs or outputs have the name '{}'; names must be unique",
            v->name);
  };
  for (const Value* v : graph.inputs) check(v, "input");
  for (const Value* v : graph.outputs) check(v, "output");
}

// Nothing is laid out in any other way for the program.
void requireLinear(Network& network) {
  constexpr auto kLinear = 1U << static_cast<uint32_t>(nv::TensorFormat::kLINEAR);
  for (const auto* values : {&network.graph().inputs, &network.graph().outputs})
    for (Value* v : *values)
      require((network.faceOf(v)->getAllowedFormats() & kLinear) != 0,
              "'{}' may not be linear: inputs and outputs have TensorFormat::kLINEAR, add it with "
              "setAllowedFormats()",
              v->name);
}

void requireComputable(const Graph& graph) {
  for (const Node* node : graph.nodes()) {
    if (!isComputable(*node->op))
      fail(ErrorKind::kUnsupported,
           "layer '{}' ({}) is not implemented: it can be in a network, but not be built", node->name,
           node->opName());
    for (const auto& body : node->bodies) requireComputable(*body);
  }
}

// ---------------------------------------------------------------------------------------- profiles

bool canBeShape(const Value& v) { return v.rank() >= 0 && v.rank() <= 1 && isInteger(v.dtype); }

const ProfileEntry* entryOf(const ProfileFace& profile, const std::string& name) {
  auto it = profile.entries().find(name);
  return it == profile.entries().end() ? nullptr : &it->second;
}

// The elements of inputs whose values a profile bounds are symbols, so that shapes computed of them are
// formulas.
void nameShapeValues(Graph& graph, const BuilderConfigState& config) {
  for (Value* v : graph.inputs) {
    bool hasValues = false;
    for (const ProfileFace* p : config.profiles)
      if (const ProfileEntry* entry = entryOf(*p, v->name)) hasValues = hasValues || entry->values[0];
    if (!hasValues) continue;
    require(canBeShape(*v),
            "a profile has values for '{}', which is {}; only integers of rank 0 or 1 can have them", v->name,
            v->typeStr());
    auto shape = constantShape(*v->shape);
    require(shape.has_value(), "the length of '{}' must be fixed, since a profile has values for it",
            v->name);
    DimList elements;
    for (int64_t i = 0; i < shape->numel(); ++i)
      elements.push_back(Dim::symbol(fmt::format("{}[{}]", v->name, i)));
    v->contents = elements;
  }
}

// Dimensions that the network fixes need no profile, and must agree where there is one.
void fillDims(const Value& v, const ProfileEntry* entry, size_t number, ProfileInput& input) {
  bool isSet = entry && entry->dims[0];
  auto fixed = constantShape(*v.shape);
  require(isSet || fixed,
          "input '{}' has dynamic dimensions {}, and profile {} has none for it; set minimum, optimum and "
          "maximum with "
          "IOptimizationProfile::setDimensions()",
          v.name, str(*v.shape), number);
  Shape* const shapes[] = {&input.min, &input.opt, &input.max};
  for (size_t i = 0; i < 3; ++i) {
    *shapes[i] = isSet ? toShape(*entry->dims[i]) : *fixed;
    require(shapes[i]->rank() == v.rank(), "input '{}' has {} dimensions, profile {} gives {}", v.name,
            v.rank(), number, shapes[i]->rank());
    for (int d = 0; d < v.rank(); ++d) {
      auto extent = (*v.shape)[static_cast<size_t>(d)].tryConstant();
      require(!extent || *extent == (*shapes[i])[d], "dimension {} of input '{}' is {}, profile {} says {}",
              d, v.name, extent.value_or(0), number, (*shapes[i])[d]);
    }
  }
}

void fillValues(const Value& v, const ProfileEntry* entry, size_t number, ProfileInput& input) {
  if (!v.contents) return;
  require(entry && entry->values[0], "profile {} has no values for the shape tensor '{}', as others have",
          number, v.name);
  std::vector<int64_t>* const values[] = {&input.minValues, &input.optValues, &input.maxValues};
  for (size_t i = 0; i < 3; ++i) {
    *values[i] = *entry->values[i];
    require(values[i]->size() == v.contents->size(),
            "the shape tensor '{}' has {} elements, profile {} gives {}", v.name, v.contents->size(), number,
            values[i]->size());
  }
}

std::vector<Profile> makeProfiles(const Graph& graph, const BuilderConfigState& config) {
  std::vector<Profile> profiles;
  for (const ProfileFace* face : config.profiles) {
    size_t number = profiles.size();
    for (const auto& [name, entry] : face->entries()) {
      bool isKnown = std::any_of(graph.inputs.begin(), graph.inputs.end(),
                                 [&, &wanted = name](const Value* v) { return v->name == wanted; });
      require(isKnown, "profile {} describes '{}', which is no input of the network", number, name);
    }
    Profile& profile = profiles.emplace_back();
    for (const Value* v : graph.inputs) {
      require(v->shape.has_value(), "the rank of input '{}' is not known", v->name);
      const ProfileEntry* entry = entryOf(*face, v->name);
      ProfileInput& input = profile.inputs.emplace_back();
      fillDims(*v, entry, number, input);
      fillValues(*v, entry, number, input);
    }
  }
  return profiles;
}

// ----------------------------------------------------------------------------------------- options

// Phases as IProgressMonitor wants them: each is finished before the next one starts.
class Progress {
 public:
  explicit Progress(nv::IProgressMonitor* monitor) : monitor_(monitor) {
    if (monitor_) monitor_->phaseStart(kWhole, nullptr, 1);
  }
  ~Progress() {
    finish();
    if (monitor_) monitor_->phaseFinish(kWhole);
  }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  bool operator()(const char* phase, int done, int total) {
    if (!monitor_) return true;
    if (phase_ != phase) {
      finish();
      phase_ = phase;
      monitor_->phaseStart(phase, kWhole, total);
    }
    return done == 0 || monitor_->stepComplete(phase, done - 1);
  }

 private:
  static constexpr const char* kWhole = "Building engine";
  void finish() {
    if (!phase_.empty()) monitor_->phaseFinish(phase_.c_str());
    phase_.clear();
  }
  nv::IProgressMonitor* monitor_;
  std::string phase_;
};

// Libraries that a program switches off. Without its saying so all are used: what TensorRT itself leaves out
// by default it replaces by kernels that are its own.
std::vector<std::string> excludedTactics(const BuilderConfigState& config) {
  constexpr std::pair<nv::TacticSource, const char*> kLibraries[] = {
      {nv::TacticSource::kCUBLAS_LT, "cublaslt"}, {nv::TacticSource::kCUDNN, "cudnn"}};
  std::vector<std::string> excluded;
  for (auto [source, tactic] : kLibraries)
    if (config.hasTacticSources && !((config.tacticSources >> static_cast<uint32_t>(source)) & 1U))
      excluded.emplace_back(tactic);
  return excluded;
}

TunerOptions tunerOptions(const BuilderConfigState& config, TimingCache& cache) {
  // What the optimization levels mean: how many candidates are measured for a region, how far behind the best
  // the cost model may put them, and how long they are tried in the whole network.
  struct Level {
    int measured;
    double hopeless, networkSeconds;
  };
  constexpr Level kLevels[] = {{1, 1, 0}, {2, 1.5, 0}, {4, 2, 1}, {8, 4, 3}, {16, 8, 8}, {64, 32, 30}};
  const Level& level = kLevels[config.optimizationLevel];
  TunerOptions tuner;
  tuner.measure = config.optimizationLevel > 0 && config.maxTactics != 0;
  tuner.maxMeasured = config.maxTactics > 0 ? std::min(level.measured, config.maxTactics) : level.measured;
  tuner.hopeless = level.hopeless;
  tuner.networkSeconds = level.networkSeconds;
  tuner.iterations = std::max(tuner.iterations, config.avgTimingIterations);
  tuner.excluded = excludedTactics(config);
  tuner.cache = &cache;
  return tuner;
}

void checkConfig(const BuilderConfigState& config) {
  if (config.capability != nv::EngineCapability::kSTANDARD) refuse(Refusal::kEngineCapability);
  if (config.platform != nv::RuntimePlatform::kSAME_AS_BUILD) refuse(Refusal::kOtherPlatform);
  if (config.flag(nv::BuilderFlag::kSTRIP_PLAN)) refuse(Refusal::kStrippedPlan);
  if (!config.plugins.empty()) refuse(Refusal::kPluginsInPlan);
  if (config.flag(nv::BuilderFlag::kINT8) && config.calibrator) refuse(Refusal::kCalibration);
  bool wantsDla = config.defaultDevice == nv::DeviceType::kDLA;
  for (const auto& [layer, device] : config.devices) wantsDla = wantsDla || device == nv::DeviceType::kDLA;
  if (wantsDla && !config.flag(nv::BuilderFlag::kGPU_FALLBACK)) refuse(Refusal::kDla);
}

// The sample that the program gave for an input; undefined where it gave none.
Tensor sampleOf(const BuilderConfigState& config, const Value& input, const Shape& shape) {
  auto sample = config.errorBudgetInputs.find(input.name);
  if (sample == config.errorBudgetInputs.end()) return {};
  const std::vector<uint8_t>& bytes = sample->second;
  Tensor t(input.dtype, shape);
  require(bytes.size() == t.bytes(), "input '{}' is {}{}, which takes {} bytes; the sample for it has {}",
          input.name, typeName(input.dtype), shape.str(), t.bytes(), bytes.size());
  std::copy(bytes.begin(), bytes.end(), static_cast<uint8_t*>(t.data()));
  return t;
}

// Marks the layers that lose more than the budget in 16 bits. Gives the report, or nothing where there is no
// budget, or nothing that would compute in 16 bits.
std::string holdBudget(Graph& graph, const BuilderConfigState& config, Target& target,
                       const BuildOptions& build, const Reporter& reporter) {
  if (config.errorBudget <= 0 || build.lowPrecision == DataType::kUndefined) return "";
  BudgetOptions options;
  options.type = build.lowPrecision;
  options.budget = config.errorBudget;
  options.profile = build.profiles.empty() ? fixedProfile(graph) : build.profiles[0];
  for (size_t i = 0; i < graph.inputs.size(); ++i)
    options.inputs.push_back(sampleOf(config, *graph.inputs[i], options.profile.inputs[i].opt));
  BudgetReport report = holdErrorBudget(graph, target, options);
  reporter.log(nv::ILogger::Severity::kINFO, report.text());
  return report.json();
}

// Makes the graph one that needs the program's plugin objects no more.
void finishPlugins(const Network& network, Graph& graph, const std::vector<Profile>& profiles) {
  PluginBuild build;
  build.mayConvert = !network.getFlag(nv::NetworkDefinitionCreationFlag::kSTRONGLY_TYPED);
  for (const Profile& profile : profiles) build.profiles.push_back(profileRanges(graph, profile));
  if (!profiles.empty()) build.optimum = profileOptimum(graph, profiles[0]);
  if (finishPlugins(graph, build)) inferGraph(graph);
}

struct DebugTensors {
  std::vector<std::string> names;
  int64_t hidden = 0;
};

// Debug tensors are outputs, so that they are kept.
DebugTensors keepDebugTensors(Network& network, Graph& graph) {
  DebugTensors debug;
  for (const Value* v : network.graph().values()) {
    if (!network.isDebugValue(v)) continue;
    debug.names.push_back(v->name);
    Value* copy = graph.valueById(v->id);
    if (!copy || copy->name != v->name || graph.isOutput(copy)) continue;
    graph.outputs.push_back(copy);
    ++debug.hidden;
  }
  return debug;
}

void setFacts(Plan& plan, Network& network, const BuilderConfigState& config, const DebugTensors& debug) {
  facts::setNumber(plan, facts::kCapability, static_cast<int64_t>(config.capability));
  facts::setNumber(plan, facts::kTacticSources, config.tacticSources);
  facts::setNumber(plan, facts::kProfilingVerbosity, static_cast<int64_t>(config.verbosity));
  facts::setNumber(plan, facts::kHardwareCompatibility, static_cast<int64_t>(config.hardwareCompatibility));
  facts::setNumber(plan, facts::kRefittable, wantsRefit(config));
  facts::setNumber(plan, facts::kAuxStreams, config.maxAuxStreams);
  facts::setNumber(plan, facts::kHiddenOutputs, debug.hidden);
  facts::setNames(plan, facts::kDebugTensors, debug.names);
  std::vector<std::string> shapes, unfused;
  for (const Value* v : network.graph().outputs)
    if (network.isShapeOutput(v)) shapes.push_back(v->name);
  facts::setNames(plan, facts::kShapeOutputs, shapes);
  if (!network.allUnfusedAreDebug()) return;
  for (const Node* node : plan.graph->nodes())
    for (const Value* v : node->outputs)
      if (v && !v->name.empty()) unfused.push_back(v->name);
  facts::setNames(plan, facts::kUnfusedDebugTensors, unfused);
}

}  // namespace

std::unique_ptr<Graph> completeGraph(Network& network, const BuilderConfigState* config) {
  network.layers();
  for (const auto& [node, reason] : network.broken()) fail("{}", reason);
  if (config) requireLinear(network);
  require(!network.graph().outputs.empty(), "the network has no outputs; mark one with markOutput()");
  std::unique_ptr<Graph> graph = network.graph().clone();
  if (config) askForPrecisions(network, *graph, *config);
  castWanted(network, *graph, config);
  detach(network, *graph);
  closeControlFlow(*graph);
  separateInputsFromOutputs(*graph);
  graph->sortTopologically();
  return graph;
}

void checkNetwork(Network& network, const BuilderConfigState& config) {
  checkConfig(config);
  std::unique_ptr<Graph> graph = completeGraph(network, &config);
  graph->eraseDeadNodes();
  requireComputable(*graph);
}

std::unique_ptr<Plan> buildFromNetwork(Network& network, const BuilderConfigState& config, Target& target,
                                       const Reporter& reporter) {
  checkConfig(config);
  std::unique_ptr<Graph> graph = completeGraph(network, &config);
  DebugTensors debug = keepDebugTensors(network, *graph);
  graph->eraseDeadNodes();
  requireUniqueNames(*graph);
  requireComputable(*graph);
  nameShapeValues(*graph, config);
  inferGraph(*graph);
  std::vector<Profile> profiles = makeProfiles(*graph, config);
  finishPlugins(network, *graph, profiles);

  TimingCache own;
  bool usesOwn = !config.timingCache || config.flag(nv::BuilderFlag::kDISABLE_TIMING_CACHE);
  TimingCache& cache = usesOwn ? own : *config.timingCache;
  size_t known = cache.size();
  Progress progress(config.monitor);
  BuildOptions options;
  options.profiles = std::move(profiles);
  options.tuner = tunerOptions(config, cache);
  options.allowTf32 = config.flag(nv::BuilderFlag::kTF32);
  options.lowPrecision = lowPrecision(network, config, target);
  options.progress = [&](const char* phase, int done, int total) { return progress(phase, done, total); };
  std::string budget = holdBudget(*graph, config, target, options, reporter);
  RefitOrigin origin;
  if (wantsRefit(config)) {
    origin = {graph->clone(), options, nullptr, refittableWeights(network, config, *graph)};
    origin.options.progress = {};
  }
  std::unique_ptr<Plan> plan = buildPlan(std::move(graph), target, std::move(options));
  if (origin.graph) keepOrigin(*plan, origin);
  if (!budget.empty()) plan->facts[facts::kErrorBudget] = budget;
  require(!config.flag(nv::BuilderFlag::kERROR_ON_TIMING_CACHE_MISS) || cache.size() == known,
          "the timing cache lacks {} entries, and BuilderFlag::kERROR_ON_TIMING_CACHE_MISS is set",
          cache.size() - known);
  setFacts(*plan, network, config, debug);
  return plan;
}

}  // namespace tenfold
