// What a refittable plan keeps beside itself: the network that it was built from, how it was built, and which
// of its constants are weights. With other weights the same build is done again; times that were measured are
// kept, so that it chooses the same kernels without measuring.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "NvInfer.h"
#include "api/builder/builder_config.h"
#include "api/network/network.h"
#include "plan/build/build.h"

namespace tenfold {

// One constant of the network; it is known by a name, by layer and role, or both.
struct RefittableWeights {
  int value = -1;  // id in the graph
  std::string name, layer;
  nvinfer1::WeightsRole role = nvinfer1::WeightsRole::kANY;
};

// A network as it was before a build.
struct RefitOrigin {
  std::unique_ptr<Graph> graph;
  BuildOptions options;
  std::shared_ptr<TimingCache> timings;  // that the options name, where they were read from a plan
  std::vector<RefittableWeights> weights;
};

// Whether the configuration asks for a plan that can be refitted.
bool wantsRefit(const BuilderConfigState& config);
// What can be refitted of the network whose completed graph this is.
std::vector<RefittableWeights> refittableWeights(Network& network, const BuilderConfigState& config,
                                                 const Graph& graph);

// Puts the origin into the plan that was built of it. Throws Error where it is too large.
void keepOrigin(Plan& plan, const RefitOrigin& origin);
// Throws Error where the plan has none.
RefitOrigin readOrigin(const Plan& plan);
// The plan for the same network with other constants, by value id.
std::unique_ptr<Plan> rebuildPlan(const Plan& plan, const std::map<int, Tensor>& constants, Target& target);

}  // namespace tenfold
