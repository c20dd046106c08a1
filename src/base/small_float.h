// Conversions between float and the small floating-point formats, by bits; round to nearest, ties to even.
#pragma once

#include <cstdint>

#include "base/dtype.h"

namespace tenfold {

float halfToFloat(uint16_t bits);
uint16_t floatToHalf(float value);
float bfloat16ToFloat(uint16_t bits);
uint16_t floatToBfloat16(float value);
// The 8-bit and 4-bit formats. With `saturate`, values beyond the largest finite one become that one;
// otherwise infinity, or NaN where the format has no infinity.
float smallFloatToFloat(DataType type, uint8_t bits);
uint8_t floatToSmallFloat(DataType type, float value, bool saturate);

}  // namespace tenfold
