#include "targets/cpu/reference.h"

#include "graph/ops/op_def.h"
#include "targets/cpu/launch_tactic.h"
#include "targets/reference_launch.h"

namespace tenfold::cpu {
namespace {

std::string refuses(const Node& node, const TuningHint& hint) {
  if (!node.op->eval) return fmt::format("{} has no reference evaluation", node.opName());
  return refusesChannelsLast(hint);
}

// Slower than anything else: chosen where nothing else accepts the node.
constexpr double kBytesPerSecond = 1e3;

}  // namespace

const Tactic& referenceTactic() {
  static const LaunchTactic tactic("reference", refuses, referenceLaunch, kBytesPerSecond);
  return tactic;
}

}  // namespace tenfold::cpu
