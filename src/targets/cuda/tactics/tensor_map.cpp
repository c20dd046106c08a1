#include "targets/cuda/tactics/tensor_map.h"

#include <algorithm>

#include "base/error.h"
#include "targets/cuda/driver/driver.h"

namespace tenfold::cuda {
namespace {

constexpr cuuint32_t kRowBytes = 128;  // of a box

cuuint32_t bytesOf(DataType type) { return static_cast<cuuint32_t>(typeBits(type)) / 8; }

CUtensorMapDataType typeOf(DataType type, bool toTf32 = true) {
  return type == DataType::kFloat32
             ? toTf32 ? CU_TENSOR_MAP_DATA_TYPE_TFLOAT32 : CU_TENSOR_MAP_DATA_TYPE_FLOAT32
         : type == DataType::kBFloat16 ? CU_TENSOR_MAP_DATA_TYPE_BFLOAT16
                                       : CU_TENSOR_MAP_DATA_TYPE_FLOAT16;
}

void requireAligned(const void* memory) {
  constexpr uintptr_t kAlignment = 16;
  if (reinterpret_cast<uintptr_t>(memory) % kAlignment)
    fail("a tensor begins at {}; the address of an input or output must be a multiple of {}", memory,
         kAlignment);
}

// Extents of channels-last images, the fastest axis first, and the bytes between the steps of the others.
struct Images {
  cuuint64_t sizes[4], bytes[3];
  template <class Map>
  explicit Images(const Map& m) : sizes{m.channels, m.width, m.height, m.images} {
    cuuint64_t step = bytesOf(m.type);
    for (int i = 0; i < 3; ++i) bytes[i] = step *= sizes[i];
  }
};

}  // namespace

CUtensorMap MatrixMap::encode(const void* memory) const {
  constexpr cuuint64_t kAlignment = 16;
  requireAligned(memory);
  cuuint64_t bytes[] = {strides[0] * bytesOf(type), strides[1] * bytesOf(type)};
  cuuint32_t boxes[] = {kRowBytes / bytesOf(type), rows, 1}, steps[] = {1, 1, 1};
  cuuint64_t sizes[] = {extents[0], extents[1], extents[2]};
  for (cuuint64_t& size : sizes) size = std::max<cuuint64_t>(size, 1);
  // The stride of an axis that is never stepped along must be valid as well.
  for (cuuint64_t& stride : bytes) stride = std::max<cuuint64_t>(stride, kAlignment);
  CUtensorMap map;
  check(
      driver().cuTensorMapEncodeTiled(&map, typeOf(type, toTf32), 3, const_cast<void*>(memory), sizes, bytes,
                                      boxes, steps, CU_TENSOR_MAP_INTERLEAVE_NONE, CU_TENSOR_MAP_SWIZZLE_128B,
                                      CU_TENSOR_MAP_L2_PROMOTION_L2_256B, CU_TENSOR_MAP_FLOAT_OOB_FILL_NONE),
      "cuTensorMapEncodeTiled");
  return map;
}

CUtensorMap ImageMap::encode(const void* memory) const {
  constexpr cuuint32_t kBoxChannels = 32;
  requireAligned(memory);
  Images all(*this);
  cuuint32_t boxes[] = {kBoxChannels, boxWidth, boxHeight, 1}, steps[] = {1, 1, 1, 1};
  CUtensorMap map;
  check(
      driver().cuTensorMapEncodeTiled(&map, typeOf(type), 4, const_cast<void*>(memory), all.sizes, all.bytes,
                                      boxes, steps, CU_TENSOR_MAP_INTERLEAVE_NONE, CU_TENSOR_MAP_SWIZZLE_64B,
                                      CU_TENSOR_MAP_L2_PROMOTION_L2_128B, CU_TENSOR_MAP_FLOAT_OOB_FILL_NONE),
      "cuTensorMapEncodeTiled");
  return map;
}

CUtensorMap PatchMap::encode(const void* memory) const {
  requireAligned(memory);
  Images all(*this);
  cuuint32_t steps[] = {1, bounds.strides[0], bounds.strides[1], 1};
  CUtensorMap map;
  check(
      driver().cuTensorMapEncodeIm2col(
          &map, typeOf(type), 4, const_cast<void*>(memory), all.sizes, all.bytes, bounds.lower.data(),
          bounds.upper.data(), kRowBytes / bytesOf(type), places, steps, CU_TENSOR_MAP_INTERLEAVE_NONE,
          CU_TENSOR_MAP_SWIZZLE_128B, CU_TENSOR_MAP_L2_PROMOTION_L2_256B, CU_TENSOR_MAP_FLOAT_OOB_FILL_NONE),
      "cuTensorMapEncodeIm2col");
  return map;
}

}  // namespace tenfold::cuda
