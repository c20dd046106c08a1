#include "targets/cuda/tactics/strides.h"

#include <algorithm>

namespace tenfold::cuda {

std::vector<int> memoryOrder(int rank, Layout layout) {
  std::vector<int> order;
  bool channelsLast = layout == Layout::kChannelsLast && rank > 2;
  for (int i = 0; i < rank; ++i)
    if (i != 1 || !channelsLast) order.push_back(i);
  if (channelsLast) order.push_back(1);
  return order;
}

Shape stridesOf(const TensorDesc& desc) {
  Shape strides = Shape::filled(desc.shape.rank(), 1);
  std::vector<int> order = memoryOrder(desc.shape.rank(), desc.layout);
  int64_t stride = 1;
  for (auto axis = order.rbegin(); axis != order.rend(); ++axis) {
    strides[*axis] = stride;
    stride *= desc.shape[*axis];
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

std::vector<int64_t> requireInts(Descs inputs, size_t i) {
  if (i >= inputs.size() || !inputs[i].known || !isInteger(inputs[i].dtype))
    fail(ErrorKind::kUnsupported, "input {} is not known before the launch", i);
  return Tensor(inputs[i].dtype, inputs[i].shape, const_cast<void*>(inputs[i].known)).ints();
}

bool isPlainBytes(DataType type) {
  return type != DataType::kUndefined && type != DataType::kString && typeBits(type) >= 8;
}

void requireSmall(Descs descs) {
  for (const TensorDesc& d : descs)
    if (d.dtype != DataType::kUndefined && d.shape.numel() >= int64_t{1} << 31)
      fail(ErrorKind::kUnsupported, "{} elements, fewer than 2^31 are expected", d.shape.numel());
}

unsigned blocksFor(int64_t count, unsigned threads) {
  constexpr int64_t kMost = 132 * 32;
  return static_cast<unsigned>(std::min<int64_t>((count + threads - 1) / threads, kMost));
}

const char* bytesType(int bytes) {
  switch (bytes) {
    case 1:
      return "u8";
    case 2:
      return "u16";
    case 4:
      return "u32";
    case 8:
      return "u64";
    default:
      fail(ErrorKind::kUnsupported, "elements of {} bytes", bytes);
  }
}

}  // namespace tenfold::cuda
