// A model or a plan, ready to run on tensors in host memory.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "plan/build/build.h"
#include "runtime/session.h"

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
// Imports and builds, with an error budget where that is above 0 (precision/error_budget.h), measured on the
// samples. Throws Error.
std::unique_ptr<Plan> buildModel(const std::string& path, Target& target, const ShapeRequest& request,
                                 const std::map<std::string, Tensor>& samples, BuildOptions options = {},
                                 double errorBudget = 0);
std::unique_ptr<Plan> loadPlan(const std::string& path);

// Deterministic inputs for every graph input that `given` lacks; dynamic extents come from the profile's
// optimum, or from `shapes`. Throws Error where a given one has another type or rank, or is none of the
// inputs.
std::vector<Tensor> completeInputs(const Plan& plan, const std::map<std::string, Tensor>& given,
                                   const std::map<std::string, Shape>& shapes = {});

}  // namespace tenfold
