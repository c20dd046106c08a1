#include "targets/cuda/cudnn/plan_book.h"

#include <map>
#include <mutex>

#include "base/error.h"
#include "targets/cuda/text_tensor.h"

namespace tenfold::cuda {
namespace {

constexpr size_t kMostWorkspace = size_t{1} << 28;  // bytes
constexpr size_t kText = 0, kJson = 1;              // blobs

// Whether the stored form of the engine's plans is the same each time. Some hold addresses of the process;
// the same build would give other bytes. Asked once for each engine, whatever its settings; one that cannot
// make its plan twice counts as such.
bool isReproducible(const OperationGraph& graph, const DnnEngine& engine, const DnnPlan& plan) {
  static std::mutex mutex;
  static std::map<std::string, bool> known;
  std::lock_guard lock(mutex);
  auto [it, isNew] = known.emplace(engine.name.substr(0, engine.name.find(',')), false);
  if (isNew) try {
      it->second = DnnPlan(graph, engine).json() == plan.json();
    } catch (const Error&) {
      it->second = false;
    }
  return it->second;
}

}  // namespace

std::vector<std::string> workingEngines(const OperationGraph& graph, bool tensorCores, bool fallback,
                                        size_t most) {
  std::vector<std::string> names;
  for (const DnnEngine& engine : recommendedEngines(graph, tensorCores, fallback)) try {
      if (names.size() == most) break;
      // By its name, as a build from a timing cache will make it: both give the same bytes.
      DnnEngine named = engineNamed(graph, engine.name);
      if (sharedPlan(graph, named)->workspaceBytes() <= kMostWorkspace) names.push_back(engine.name);
    } catch (const Error&) {
      // Heuristics recommend what does not work as well.
    }
  return names;
}

std::vector<Tensor> PlanBook::blobs(const OperationGraph& graph, const std::string& engine) {
  DnnEngine named = engineNamed(graph, engine);
  auto plan = sharedPlan(graph, named);
  return {textTensor(graph.text()), textTensor(isReproducible(graph, named, *plan) ? plan->json() : "")};
}

PlanBook::PlanBook(std::string engine, bool tensorCores, std::span<const Tensor> blobs)
    : engine_(std::move(engine)), tensorCores_(tensorCores) {
  if (blobs.size() < kBlobs) fail(ErrorKind::kInvalidPlan, "the plan holds no engine of cuDNN");
  std::string text = textOf(blobs[kText]), json = textOf(blobs[kJson]);
  if (json.empty()) return;  // find() makes it
  try {
    plans_[text] = sharedPlan(text, engine_, json);
  } catch (const Error&) {
    // Another device or version of cuDNN: find() makes the plan again.
    plans_.clear();
  }
}

std::shared_ptr<const DnnPlan> PlanBook::find(const OperationGraph& graph) const {
  std::lock_guard lock(mutex_);
  auto& plan = plans_[graph.text()];
  if (plan) return plan;
  try {
    return plan = sharedPlan(graph, engineNamed(graph, engine_));
  } catch (const Error&) {
    // The engine was chosen for other shapes.
  }
  for (bool fallback : {false, true})
    if (auto names = workingEngines(graph, tensorCores_, fallback, 1); !names.empty())
      return plan = sharedPlan(graph, engineNamed(graph, names[0]));
  fail(ErrorKind::kUnsupported, "cuDNN has no engine for {}", graph.text());
}

}  // namespace tenfold::cuda
