#include "plan/build/finish.h"

#include <algorithm>

#include "base/error.h"
#include "plan/build/sizes.h"

namespace tenfold {
namespace {

bool isEstimated(const Step& step) {
  return step.kind == StepKind::kLaunch && !step.trials.empty() && !step.trials[0].measured;
}

bool hasConstants(const Node& node) {
  return std::all_of(node.inputs.begin(), node.inputs.end(), [](const Value* v) {
    return !v || !v->isConstant() || v->constant.data() || v->constant.numel() == 0;
  });
}

}  // namespace

int finishPlan(Plan& plan, Target& target, const TunerOptions& tuner, const std::function<bool()>& goOn) {
  auto fact = plan.facts.find(kTf32Fact);
  const bool allowTf32 = fact == plan.facts.end() || fact->second != "0";
  const TunedSizes sizes = tunedSizes(*plan.graph, plan.profiles);
  std::vector<Step*> steps;
  std::vector<TunedNode> launches;
  for (Step& step : plan.steps) {
    if (!isEstimated(step) || !hasConstants(*step.node)) continue;
    steps.push_back(&step);
    launches.push_back(tunedNode(*step.node, target, allowTf32, sizes.optimum));
  }
  auto progress = [&](int, int) {
    if (!goOn()) fail("the tuning was ended");
  };
  std::vector<Choice> choices = chooseTactics(launches, target, tuner, progress);
  for (size_t i = 0; i < steps.size(); ++i) {
    steps[i]->compiled = std::move(choices[i].compiled);
    steps[i]->trials = std::move(choices[i].trials);
    steps[i]->variants.clear();
  }
  chooseVariants(steps, launches, choices, target, tuner, sizes);
  plan.device = target.deviceSignature();
  return static_cast<int>(steps.size());
}

}  // namespace tenfold
