// Half-precision numbers by vectors are those that are converted one at a time, infinities and all.
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <vector>

#include "base/small_float.h"
#include "targets/cpu/pointwise/moves.h"

namespace tenfold::cpu {
namespace {

TEST(CpuHalf, EveryHalfIsRead) {
  std::vector<uint16_t> halves(1 << 16);
  for (size_t i = 0; i < halves.size(); ++i) halves[i] = static_cast<uint16_t>(i);
  std::vector<float> floats(halves.size());
  int64_t done = moves().halfToFloat(floats.data(), halves.data(), static_cast<int64_t>(halves.size()));
  for (int64_t i = 0; i < done; ++i) {
    float wanted = halfToFloat(halves[i]);
    if (std::isnan(wanted))
      EXPECT_TRUE(std::isnan(floats[i])) << i;
    else
      EXPECT_EQ(std::bit_cast<uint32_t>(floats[i]), std::bit_cast<uint32_t>(wanted)) << i;
  }
}

TEST(CpuHalf, FloatsAreRoundedToHalves) {
  std::vector<float> floats{65504,    65519.9F, 65520,  -65520, 1e30F, -INFINITY,
                            INFINITY, NAN,      1e-10F, 0.0F,   -0.0F};
  for (uint32_t bits = 0x33000000; bits < 0x47900000;
       bits += 12347) {  // from too small to too large, with ties
    floats.push_back(std::bit_cast<float>(bits));
    floats.push_back(-std::bit_cast<float>(bits & ~0xFFFU));
  }
  floats.resize(floats.size() / 16 * 16);
  std::vector<uint16_t> halves(floats.size());
  int64_t done = moves().floatToHalf(halves.data(), floats.data(), static_cast<int64_t>(floats.size()));
  for (int64_t i = 0; i < done; ++i)
    if (std::isnan(floats[i]))
      EXPECT_TRUE(std::isnan(halfToFloat(halves[i])));
    else
      EXPECT_EQ(halves[i], floatToHalf(floats[i])) << floats[i];
}

}  // namespace
}  // namespace tenfold::cpu
