#include "targets/cuda/tactics/strides.h"
#include "base/rounding.h"

#include <algorithm>

namespace tenfold::cuda {

void requireSmall(int64_t elements) {
  if (elements >= int64_t{1} << 31)
    fail(ErrorKind::kUnsupported, "{} elements, fewer than 2^31 are expected", elements);
}

void requireSmall(Descs descs) {
  for (const TensorDesc& d : descs)
    if (d.dtype != DataType::kUndefined) requireSmall(d.shape.numel());
}

unsigned blocksFor(int64_t count, unsigned threads) {
  constexpr int64_t kMost = 132 * 32;
  return static_cast<unsigned>(std::min<int64_t>(ceilDiv(count, threads), kMost));
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
