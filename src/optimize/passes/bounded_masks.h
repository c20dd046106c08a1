#pragma once

#include "graph/ir/graph.h"

namespace tenfold {

// Gives the attribute bounded_mask to every Attention whose additive mask shows by the operators that make it
// that no element is beyond 1e38 (NaN may be among them where an input of the network is NaN). Kernels that
// would lose rows of which all is masked by -infinity ask for it.
int markBoundedMasks(Graph& graph);

}  // namespace tenfold
