#include <algorithm>
#include <charconv>

#include "base/error.h"
#include "targets/cuda/cudnn/plan.h"

namespace tenfold::cuda {
namespace {

constexpr std::string_view kPrefix = "engine ";

struct Knob {
  cudnnBackendKnobType_t type;
  int64_t value;
};

std::vector<Knob> knobsOf(const Descriptor& config) {
  std::vector<Knob> knobs;
  for (const Descriptor& d : config.descriptors(
           CUDNN_ATTR_ENGINECFG_KNOB_CHOICES, CUDNN_BACKEND_KNOB_CHOICE_DESCRIPTOR, CUDNN_KNOB_TYPE_COUNTS)) {
    Knob k{};
    d.get(CUDNN_ATTR_KNOB_CHOICE_KNOB_TYPE, CUDNN_TYPE_KNOB_TYPE, 1, &k.type);
    k.value = d.integer(CUDNN_ATTR_KNOB_CHOICE_KNOB_VALUE);
    knobs.push_back(k);
  }
  return knobs;
}

Descriptor engineOf(const Descriptor& config) {
  auto engines = config.descriptors(CUDNN_ATTR_ENGINECFG_ENGINE, CUDNN_BACKEND_ENGINE_DESCRIPTOR, 1);
  if (engines.empty()) fail(ErrorKind::kUnsupported, "cuDNN names no engine");
  return std::move(engines[0]);
}

std::string nameOf(const Descriptor& engine, const std::vector<Knob>& knobs) {
  std::string name = fmt::format("{}{}", kPrefix, engine.integer(CUDNN_ATTR_ENGINE_GLOBAL_INDEX));
  for (const Knob& k : knobs) name += fmt::format(", {}={}", static_cast<int>(k.type), k.value);
  return name;
}

bool isAcceptable(const Descriptor& engine, bool tensorCores) {
  cudnnBackendNumericalNote_t notes[CUDNN_NUMERICAL_NOTE_TYPE_COUNT] = {};
  int64_t count = engine.get(CUDNN_ATTR_ENGINE_NUMERICAL_NOTE, CUDNN_TYPE_NUMERICAL_NOTE,
                             CUDNN_NUMERICAL_NOTE_TYPE_COUNT, notes);
  return std::none_of(notes, notes + count, [&](cudnnBackendNumericalNote_t note) {
    return note == CUDNN_NUMERICAL_NOTE_DOWN_CONVERT_INPUTS ||
           note == CUDNN_NUMERICAL_NOTE_REDUCED_PRECISION_REDUCTION ||
           note == CUDNN_NUMERICAL_NOTE_NONDETERMINISTIC ||
           note == CUDNN_NUMERICAL_NOTE_WINOGRAD_TILE_13x13 ||
           (note == CUDNN_NUMERICAL_NOTE_TENSOR_CORE && !tensorCores);
  });
}

// Nothing where the heuristic does not know the graph.
std::vector<Descriptor> ask(const OperationGraph& graph, cudnnBackendHeurMode_t mode) {
  try {
    Descriptor heuristic(CUDNN_BACKEND_ENGINEHEUR_DESCRIPTOR);
    heuristic.set(CUDNN_ATTR_ENGINEHEUR_OPERATION_GRAPH, graph.descriptor());
    heuristic.set(CUDNN_ATTR_ENGINEHEUR_MODE, CUDNN_TYPE_HEUR_MODE, 1, &mode);
    if (graph.absentDevice()) heuristic.set(CUDNN_ATTR_ENGINEHEUR_DEVICEPROP, *graph.absentDevice());
    heuristic.finalize();
    return heuristic.descriptors(
        CUDNN_ATTR_ENGINEHEUR_RESULTS, CUDNN_BACKEND_ENGINECFG_DESCRIPTOR,
        heuristic.count(CUDNN_ATTR_ENGINEHEUR_RESULTS, CUDNN_TYPE_BACKEND_DESCRIPTOR));
  } catch (const Error&) {
    return {};
  }
}

int64_t number(const char*& at, const char* end) {
  int64_t value = 0;
  auto [next, error] = std::from_chars(at, end, value);
  if (error != std::errc())
    fail(ErrorKind::kInvalidPlan, "'{}' names no engine of cuDNN", std::string(at, end));
  at = next;
  return value;
}

bool skip(const char*& at, const char* end, std::string_view text) {
  if (!std::string_view(at, static_cast<size_t>(end - at)).starts_with(text)) return false;
  at += text.size();
  return true;
}

}  // namespace

std::vector<DnnEngine> recommendedEngines(const OperationGraph& graph, bool tensorCores, bool fallback) {
  std::vector<cudnnBackendHeurMode_t> modes{CUDNN_HEUR_MODE_A, CUDNN_HEUR_MODE_B};
  if (fallback) modes = {CUDNN_HEUR_MODE_FALLBACK};
  std::vector<DnnEngine> found;
  for (cudnnBackendHeurMode_t mode : modes)
    for (Descriptor& config : ask(graph, mode)) {
      Descriptor engine = engineOf(config);
      if (!isAcceptable(engine, tensorCores)) continue;
      std::string name = nameOf(engine, knobsOf(config));
      bool known =
          std::any_of(found.begin(), found.end(), [&](const DnnEngine& e) { return e.name == name; });
      if (!known) found.push_back({std::move(config), std::move(name)});
    }
  return found;
}

DnnEngine engineNamed(const OperationGraph& graph, const std::string& name) {
  const char *at = name.data(), *end = at + name.size();
  if (!skip(at, end, kPrefix)) fail(ErrorKind::kInvalidPlan, "'{}' names no engine of cuDNN", name);
  Descriptor engine(CUDNN_BACKEND_ENGINE_DESCRIPTOR);
  engine.set(CUDNN_ATTR_ENGINE_OPERATION_GRAPH, graph.descriptor());
  engine.set(CUDNN_ATTR_ENGINE_GLOBAL_INDEX, number(at, end));
  if (graph.absentDevice()) engine.set(CUDNN_ATTR_ENGINE_DEVICEPROP, *graph.absentDevice());
  engine.finalize();
  std::vector<Descriptor> knobs;
  while (skip(at, end, ", ")) {
    auto type = static_cast<cudnnBackendKnobType_t>(number(at, end));
    if (!skip(at, end, "=")) fail(ErrorKind::kInvalidPlan, "'{}' names no engine of cuDNN", name);
    Descriptor& knob = knobs.emplace_back(CUDNN_BACKEND_KNOB_CHOICE_DESCRIPTOR);
    knob.set(CUDNN_ATTR_KNOB_CHOICE_KNOB_TYPE, CUDNN_TYPE_KNOB_TYPE, 1, &type);
    knob.set(CUDNN_ATTR_KNOB_CHOICE_KNOB_VALUE, number(at, end));
    knob.finalize();
  }
  DnnEngine found{Descriptor(CUDNN_BACKEND_ENGINECFG_DESCRIPTOR), name};
  found.config.set(CUDNN_ATTR_ENGINECFG_ENGINE, engine);
  if (!knobs.empty()) found.config.set(CUDNN_ATTR_ENGINECFG_KNOB_CHOICES, std::span<const Descriptor>(knobs));
  found.config.finalize();
  return found;
}

}  // namespace tenfold::cuda
