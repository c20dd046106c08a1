// A model or a plan, ready to run on tensors in host memory.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "plan/build/build.h"
#include "runtime/executor.h"

namespace tenfold {

// What the user said about the shapes of dynamic inputs, by input name; "" in place of a name: any input.
struct ShapeRequest {
  std::map<std::string, Shape> min, opt, max;
};

// The profile for a request. Where it is silent, a dynamic dimension may be anything from 1 up, tuned for
// what `samples` have, else 1.
Profile makeProfile(const Graph& graph, const ShapeRequest& request,
                    const std::map<std::string, Tensor>& samples);

bool isPlanFile(const std::string& path);
// Imports and builds. Throws Error.
std::unique_ptr<Plan> buildModel(const std::string& path, Target& target, const ShapeRequest& request,
                                 const std::map<std::string, Tensor>& samples, BuildOptions options = {});
std::unique_ptr<Plan> loadPlan(const std::string& path);

class Session {
 public:
  Session(std::unique_ptr<Plan> plan, Target& target);

  const Plan& plan() const { return *plan_; }
  // Runs once. `inputs` as the graph's; the results are copies.
  std::vector<Tensor> run(const std::vector<Tensor>& inputs, StepObserver* observer = nullptr);
  // Runs on the inputs of the last run() again, without looking at shapes: what an application's loop does.
  void runAgain(StepObserver* observer = nullptr);

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

// Deterministic inputs for every graph input that `given` lacks; dynamic extents come from the profile's
// optimum. Throws Error where a given one has another type or rank.
std::vector<Tensor> completeInputs(const Plan& plan, const std::map<std::string, Tensor>& given);

}  // namespace tenfold
