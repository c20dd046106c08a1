#include "targets/strides.h"

#include "base/error.h"

namespace tenfold {

std::vector<int> memoryOrder(int rank, Layout layout) {
  std::vector<int> order;
  for (int i = 0; i < rank; ++i) order.push_back(i);
  if (layout == Layout::kChannelsLast && rank > 2) {
    order.erase(order.begin() + 1);
    order.push_back(1);
  }
  return order;
}

Shape stridesOf(const TensorDesc& desc) {
  Shape strides = Shape::filled(desc.shape.rank(), 1);
  int64_t stride = 1;
  std::vector<int> order = memoryOrder(desc.shape.rank(), desc.layout);
  for (size_t i = order.size(); i-- > 0;) {
    strides[order[i]] = stride;
    stride *= desc.shape[order[i]];
  }
  return strides;
}

Shape broadcastStridesOf(const TensorDesc& desc, const Shape& target) {
  Shape own = stridesOf(desc), strides = Shape::filled(target.rank(), 0);
  int lead = target.rank() - desc.shape.rank();
  require(lead >= 0, "shape {} does not broadcast to {}", desc.shape.str(), target.str());
  for (int d = 0; d < desc.shape.rank(); ++d) {
    if (desc.shape[d] == 1) continue;
    require(desc.shape[d] == target[lead + d], "shape {} does not broadcast to {}", desc.shape.str(),
            target.str());
    strides[lead + d] = own[d];
  }
  return strides;
}

Shape permuted(const Shape& values, const std::vector<int>& axes) {
  Shape result;
  for (int a : axes) result.push_back(values[a]);
  return result;
}

}  // namespace tenfold
