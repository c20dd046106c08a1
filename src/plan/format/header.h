// The fixed start of a plan file.
#pragma once

#include <cstdint>

namespace tenfold {

inline constexpr char kPlanMagic[8] = {'T', 'E', 'N', 'F', 'O', 'L', 'D', '\n'};

inline constexpr uint64_t kTensorAlignment = 64;  // of a tensor in the tensors' part

struct PlanHeader {
  char magic[8];
  uint32_t formatVersion;
  uint32_t reserved;
  uint64_t bufferBytes;    // the FlatBuffer, right behind this header
  uint64_t tensorsOffset;  // of the tensors' part, a multiple of kPlanPage
  uint64_t fileBytes;
  uint64_t checksum;  // XXH3 of everything behind the header
  uint64_t padding;
  uint64_t headerChecksum;  // XXH3 of the fields above
};
static_assert(sizeof(PlanHeader) == 64);

}  // namespace tenfold
