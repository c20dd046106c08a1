// Scaled dot-product attention on floats: one block of queries of one head at a time, whose scores stay in
// the cache. Masks, causality, windows, soft cap, grouped heads, past and present keys and values.
#pragma once

#include "targets/target.h"

namespace tenfold::cpu {

const Tactic& attentionTactic();

}  // namespace tenfold::cpu
