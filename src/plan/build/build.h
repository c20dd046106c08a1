// Graph -> plan: optimizes, forms regions, chooses tactics, places memory.
#pragma once

#include <functional>

#include "plan/autotune/tuner.h"
#include "plan/plan.h"

namespace tenfold {

// What a build may do; nvinfer1::IBuilderConfig fills it.
struct BuildOptions {
  std::vector<Profile> profiles;  // at least one where an input has a dynamic shape
  TunerOptions tuner;
  std::vector<std::string> disabledPasses;  // of buildPassNames()
  // The 16-bit type that float32 networks may compute in: kFloat16, kBFloat16, or kUndefined for none. Single
  // nodes may ask for a type of their own (optimize/precision/precision.h).
  DataType lowPrecision = DataType::kUndefined;
  bool allowTf32 = true;  // products of float32 may round their operands to 10 binary digits
  // Keep the weights' original bytes even where a kernel has packed them.
  bool keepWeights = false;
  // Called with (phase, steps done, steps in all); false cancels the build with an Error.
  std::function<bool(const char* phase, int done, int total)> progress;
};

// The passes that a build can leave out, in order: the optimizer's, and those that need the target.
std::vector<std::string> buildPassNames();

// A profile for a network whose input shapes are all fixed.
Profile fixedProfile(const Graph& graph);

// Takes the graph over. Throws Error: what is not supported, which input lacks a profile, ...
std::unique_ptr<Plan> buildPlan(std::unique_ptr<Graph> graph, Target& target, BuildOptions options);

}  // namespace tenfold
