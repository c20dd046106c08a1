#include "plan/plan.h"

#include <limits>

namespace tenfold {

int64_t workElements(const Node& node, std::span<const TensorDesc> inputs,
                     std::span<const TensorDesc> outputs) {
  int64_t sum = 0;
  bool fits = true;
  auto add = [&](const Value* v, const TensorDesc& desc) {
    if (!v || v->isConstant()) return;
    int64_t elements = 1;
    for (int64_t extent : desc.shape) fits = fits && !__builtin_mul_overflow(elements, extent, &elements);
    fits = fits && !__builtin_add_overflow(sum, elements, &sum);
  };
  for (size_t i = 0; i < inputs.size(); ++i) add(node.inputs[i], inputs[i]);
  for (size_t i = 0; i < outputs.size(); ++i) add(node.outputs[i], outputs[i]);
  return fits ? sum : std::numeric_limits<int64_t>::max();
}

}  // namespace tenfold
