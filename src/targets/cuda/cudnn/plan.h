// Engines that can run a graph of operations, and plans that they make of it.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "targets/cuda/cudnn/graph.h"

namespace tenfold::cuda {

// An engine with its settings. `name` says both, "engine 12, 2=5, 27=1", and can be turned back.
struct DnnEngine {
  Descriptor config;
  std::string name;
};

// What the heuristics recommend for the graph, best first, or, as a fallback, slow ones that take more
// graphs. Without those that round factors (f32 to TF32 is allowed where `tensorCores` are), sum in less than
// f32 or give other results at each run.
std::vector<DnnEngine> recommendedEngines(const OperationGraph& graph, bool tensorCores, bool fallback);
// Throws Error where this cuDNN has no such engine for the graph.
DnnEngine engineNamed(const OperationGraph& graph, const std::string& name);

class DnnPlan {
 public:
  // Throws Error (kUnsupported) where the engine finds that it cannot.
  DnnPlan(const OperationGraph& graph, const DnnEngine& engine);
  // From what json() gave, on the same kind of device and version of cuDNN; throws Error otherwise.
  explicit DnnPlan(const std::string& json);

  // As the plan was when it was made: some engines change theirs while they run.
  const std::string& json() const { return json_; }
  size_t workspaceBytes() const { return workspace_; }
  // Enqueues it with these addresses. Thread-safe: some engines change their plan while they start, so one
  // thread starts it at a time.
  void execute(const Descriptor& variantPack, void* stream) const;

 private:
  Descriptor plan_;
  std::string json_;
  size_t workspace_ = 0;
  mutable std::mutex mutex_;
};

// The plan of an engine for a graph: a new one, or the one that was made before in this process (the last few
// hundred are kept: a build makes each plan to see whether it works, again to measure it and to store it).
std::shared_ptr<const DnnPlan> sharedPlan(const OperationGraph& graph, const DnnEngine& engine);
// The same from its stored form: `text` is the graph's, `name` the engine's.
std::shared_ptr<const DnnPlan> sharedPlan(const std::string& text, const std::string& name,
                                          const std::string& json);

// A plan with the addresses that it runs on. Belongs to one context.
class DnnLaunch {
 public:
  DnnLaunch(std::shared_ptr<const DnnPlan> plan, std::vector<OperationGraph::Tensor> tensors,
            std::vector<OperationGraph::Scalar> scalars);
  size_t workspaceBytes() const { return plan_->workspaceBytes(); }
  // `addresses`: of the tensors in their order.
  void run(std::span<void* const> addresses, void* workspace, void* stream);

 private:
  std::shared_ptr<const DnnPlan> plan_;
  std::vector<int64_t> ids_;
  std::vector<OperationGraph::Scalar> scalars_;
  std::vector<void*> addresses_;  // of the run before, scalars' too
  void* workspace_ = nullptr;
  Descriptor pack_;
};

}  // namespace tenfold::cuda
