// The plans of one node: the one that was chosen while building, and those of other shapes.
#pragma once

#include <map>
#include <mutex>

#include "base/tensor.h"
#include "targets/cuda/cudnn/plan.h"

namespace tenfold::cuda {

// The first recommended engines that make a plan of the graph with a bearable workspace, at most so many.
std::vector<std::string> workingEngines(const OperationGraph& graph, bool tensorCores, bool fallback,
                                        size_t most);

class PlanBook {
 public:
  static constexpr size_t kBlobs = 2;
  // What a plan file keeps of an engine's plan for the graph: no more than the graph where two builds would
  // not store the same. Throws Error where there is none.
  static std::vector<Tensor> blobs(const OperationGraph& graph, const std::string& engine);

  // `blobs` begins with what blobs() gave. Throws Error (kInvalidPlan) where it does not.
  PlanBook(std::string engine, bool tensorCores, std::span<const Tensor> blobs);
  // The engine's plan for the graph; where it does not know the graph, the first recommended one's.
  // Thread-safe. Throws Error (kUnsupported).
  std::shared_ptr<const DnnPlan> find(const OperationGraph& graph) const;

 private:
  const std::string engine_;
  const bool tensorCores_;
  mutable std::mutex mutex_;
  mutable std::map<std::string, std::shared_ptr<const DnnPlan>> plans_;  // by the graph's text
};

}  // namespace tenfold::cuda
