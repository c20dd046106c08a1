// The shapes that kernels are chosen for, and the kernels for other sizes than the best one.
#pragma once

#include "plan/build/build.h"

namespace tenfold {

// The sizes that kernels are chosen for: `optimum` first of all, and others where another kernel may be much
// faster.
struct TunedSizes {
  DimBindings optimum;
  std::vector<DimBindings> others;
};
// The first profile's optimum; minimum and maximum of every profile and the other optima.
TunedSizes tunedSizes(const Graph& graph, const std::vector<Profile>& profiles);

// The node and what tactics may know of it when these are the extents of its symbols. Elements that follow
// from shapes are known on targets whose memory the host cannot read: it computes them before the launch.
TunedNode tunedNode(const Node& node, const Target& target, bool allowTf32, const DimBindings& bindings);

// Gives the steps variants for the other sizes, where they pay; `launches` and `used` say of each
// step what its own kernel was chosen for, and which it is.
void chooseVariants(const std::vector<Step*>& steps, const std::vector<TunedNode>& launches,
                    const std::vector<Choice>& used, Target& target, const TunerOptions& tuner,
                    const TunedSizes& sizes);

}  // namespace tenfold
