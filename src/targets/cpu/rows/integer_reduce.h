// ReduceSum, ReduceProd, ReduceMax, ReduceMin and ReduceMean of int32 and int64, where the reduced axes lie
// together. Sums and products wrap around; means are rounded towards zero. Plain layout.
#pragma once

#include "targets/target.h"

namespace tenfold::cpu {

const Tactic& integerReduceTactic();

}  // namespace tenfold::cpu
