#pragma once

#include <cstdint>

namespace tenfold {

// How a value's axes lie in memory. Shapes are always logical (N, C, spatial...).
enum class Layout : uint8_t { kPlain, kChannelsLast };

}  // namespace tenfold
