// A plan made ready to run: kernels loaded, and what every context needs precomputed. Immutable, shared.
#pragma once

#include <memory>
#include <set>
#include <span>
#include <vector>

#include "plan/plan.h"

namespace tenfold {

class LoadedPlan {
 public:
  // `plan`, `target` and `memory` must outlive the object. Weights lie in memory from `memory` (null: from
  // the target). Throws Error where a kernel cannot be loaded.
  LoadedPlan(const Plan& plan, Target& target, DeviceMemory* memory = nullptr);

  const Plan& plan() const { return plan_; }
  Target& target() const { return target_; }
  DeviceMemory& memory() const { return memory_; }
  // The launch of a step at these shapes, by the kernel that is the best for their size.
  std::unique_ptr<Launch> prepare(size_t step, std::span<const TensorDesc> inputs,
                                  std::span<const TensorDesc> outputs) const;
  const LoadedPlan& body(size_t step, size_t i) const { return *bodies_[step][i]; }
  // By value id: the value, or null for an id that is no longer used.
  const Value* value(int id) const { return values_[id]; }
  int numValues() const { return static_cast<int>(values_.size()); }
  // Its shape follows from the shapes (and the shape tensors) of the graph's inputs.
  bool hasStaticShape(const Value& v) const { return staticShape_[v.id]; }
  // Everything the step reads and writes has a static shape: it can be prepared before the launch.
  bool isStatic(size_t step) const { return staticStep_[step]; }
  bool allStatic() const { return allStatic_; }
  // Its shapes may fail to fit at some shapes of the inputs (see shape_checks.h).
  bool isOpen(size_t step) const { return openStep_[step]; }
  // Where kernels find a constant's bytes: the plan's own, or their copy on the device.
  void* constant(const Value& v) const { return constants_[v.id]; }

 private:
  LoadedPlan(const Plan& plan, Target& target, DeviceMemory& memory,
             const std::set<std::string>& outerSymbols);
  void classify(const std::set<std::string>& outerSymbols);
  void placeConstants();

  const Plan& plan_;
  Target& target_;
  DeviceMemory& memory_;
  std::vector<std::unique_ptr<Kernel>> kernels_;
  std::vector<std::vector<std::unique_ptr<Kernel>>> variants_;  // by step, as Step::variants
  std::vector<std::vector<std::unique_ptr<LoadedPlan>>> bodies_;
  std::vector<const Value*> values_;
  std::vector<bool> staticShape_, staticStep_, openStep_;
  std::vector<void*> constants_;           // by value id
  std::shared_ptr<void> constantsMemory_;  // of targets whose memory is not the host's
  bool allStatic_ = true;
};

// Kernels that this thread loads and prepares while it lives take the memory they need from the plan's.
class KernelMemory {
 public:
  explicit KernelMemory(const LoadedPlan& plan) : target_(plan.target()) {
    target_.setKernelMemory(&plan.memory());
  }
  ~KernelMemory() { target_.setKernelMemory(nullptr); }
  KernelMemory(const KernelMemory&) = delete;

 private:
  Target& target_;
};

}  // namespace tenfold
