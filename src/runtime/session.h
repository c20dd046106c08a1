// A plan that runs on tensors in host memory.
#pragma once

#include <memory>
#include <vector>

#include "runtime/executor.h"

namespace tenfold {

class Session {
 public:
  Session(std::unique_ptr<Plan> plan, Target& target);

  const Plan& plan() const { return *plan_; }
  Target& target() const { return target_; }
  // Runs once. `inputs` as the graph's; the results are copies.
  std::vector<Tensor> run(const std::vector<Tensor>& inputs, StepTimes* times = nullptr);
  // Runs on the inputs of the last run() again, without looking at shapes: what an application's loop does.
  void runAgain(StepTimes* times = nullptr);

 private:
  struct Outputs : OutputMemory {
    void* provide(size_t index, const Shape& shape) override;
    Tensor result(size_t index) const;  // a copy on the host
    Target* target = nullptr;
    std::vector<DataType> types;
    std::vector<Shape> shapes;
    std::vector<std::shared_ptr<void>> memory;
  };
  std::unique_ptr<Plan> plan_;
  Target& target_;
  LoadedPlan loaded_;
  Executor executor_;
  std::shared_ptr<void> arena_;
  std::vector<std::shared_ptr<void>> inputs_;
  std::vector<void*> addresses_;
  Outputs outputs_;
};

}  // namespace tenfold
