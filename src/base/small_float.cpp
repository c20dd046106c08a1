#include "base/small_float.h"

#include <bit>
#include <cmath>
#include <limits>

#include "base/error.h"

namespace tenfold {
namespace {

// One row per format. A code is sign, exponent, mantissa from the top; `max` is the largest finite value.
struct Format {
  DataType type;
  int exponentBits, mantissaBits, bias;
  float max;
  bool hasInfinity;  // the all-ones exponent means infinity and NaN, as in IEEE 754
  uint8_t nan;       // a NaN's code, where the format has one
  bool hasNan;
  bool isSigned;
};
constexpr Format kFormats[] = {
    {DataType::kFloat8E4M3FN, 4, 3, 7, 448.f, false, 0x7F, true, true},
    {DataType::kFloat8E4M3FNUZ, 4, 3, 8, 240.f, false, 0x80, true, true},
    {DataType::kFloat8E5M2, 5, 2, 15, 57344.f, true, 0x7F, true, true},
    {DataType::kFloat8E5M2FNUZ, 5, 2, 16, 57344.f, false, 0x80, true, true},
    {DataType::kFloat4E2M1, 2, 1, 1, 6.f, false, 0, false, true},
};

const Format& formatOf(DataType type) {
  for (const Format& f : kFormats)
    if (f.type == type) return f;
  fail(ErrorKind::kInternal, "{} is not a small float type", typeName(type));
}

float decodeE8M0(uint8_t bits) {
  return bits == 0xFF ? std::numeric_limits<float>::quiet_NaN() : std::ldexp(1.f, int(bits) - 127);
}

// A scale of powers of two has no sign and no zero: the nearest power above, as ONNX rounds scales up.
uint8_t encodeE8M0(float value, bool saturate) {
  if (std::isnan(value) || value < 0) return 0xFF;
  if (std::isinf(value)) return saturate ? 0xFE : 0xFF;
  if (value == 0) return 0;
  int exponent;
  float fraction = std::frexp(value, &exponent);  // value = fraction * 2^exponent, fraction in [0.5, 1)
  int power = fraction > 0.5f ? exponent : exponent - 1;
  if (power > 127) return saturate ? 0xFE : 0xFF;
  return static_cast<uint8_t>(power < -127 ? 0 : power + 127);
}

}  // namespace

float halfToFloat(uint16_t bits) {
  uint32_t sign = uint32_t(bits & 0x8000) << 16, exponent = (bits >> 10) & 31, mantissa = bits & 1023;
  if (exponent == 31) return std::bit_cast<float>(sign | 0x7F800000u | (mantissa << 13));
  if (exponent != 0) return std::bit_cast<float>(sign | ((exponent + 112) << 23) | (mantissa << 13));
  float value = std::ldexp(float(mantissa), -24);
  return sign ? -value : value;
}

uint16_t floatToHalf(float value) {
  uint32_t bits = std::bit_cast<uint32_t>(value), sign = (bits >> 16) & 0x8000, rest = bits & 0x7FFFFFFF;
  if (rest > 0x7F800000) return uint16_t(sign | 0x7E00 | ((rest >> 13) & 0x3FF));
  if (rest >= 0x477FF000) return uint16_t(sign | 0x7C00);
  if (rest < 0x38800000) {
    // Subnormal: adding 0.5 makes the hardware round at the right bit.
    float shifted = std::bit_cast<float>(rest) + 0.5f;
    return uint16_t(sign | (std::bit_cast<uint32_t>(shifted) - std::bit_cast<uint32_t>(0.5f)));
  }
  uint32_t odd = (rest >> 13) & 1;
  return uint16_t(sign | ((rest - 0x38000000 + 0xFFF + odd) >> 13));
}

float bfloat16ToFloat(uint16_t bits) { return std::bit_cast<float>(uint32_t(bits) << 16); }

uint16_t floatToBfloat16(float value) {
  uint32_t bits = std::bit_cast<uint32_t>(value);
  if (std::isnan(value)) return uint16_t((bits >> 16) | 0x40);
  return uint16_t((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
}

float smallFloatToFloat(DataType type, uint8_t bits) {
  if (type == DataType::kFloat8E8M0) return decodeE8M0(bits);
  const Format& f = formatOf(type);
  int width = 1 + f.exponentBits + f.mantissaBits;
  uint8_t magnitude = bits & ((1 << (width - 1)) - 1);
  bool negative = (bits >> (width - 1)) & 1;
  int exponent = magnitude >> f.mantissaBits, mantissa = magnitude & ((1 << f.mantissaBits) - 1);
  int top = (1 << f.exponentBits) - 1;
  constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
  if (f.hasNan && (bits == f.nan || (f.nan == 0x7F && magnitude == 0x7F))) return kNan;
  if (f.hasInfinity && exponent == top)
    return mantissa ? kNan : (negative ? -1.f : 1.f) * std::numeric_limits<float>::infinity();
  float value = exponent == 0
                    ? std::ldexp(float(mantissa), 1 - f.bias - f.mantissaBits)
                    : std::ldexp(float(mantissa + (1 << f.mantissaBits)), exponent - f.bias - f.mantissaBits);
  return negative ? -value : value;
}

uint8_t floatToSmallFloat(DataType type, float value, bool saturate) {
  if (type == DataType::kFloat8E8M0) return encodeE8M0(value, saturate);
  const Format& f = formatOf(type);
  int width = 1 + f.exponentBits + f.mantissaBits;
  uint8_t sign = std::signbit(value) ? uint8_t(1 << (width - 1)) : 0;
  if (std::isnan(value)) return f.hasNan ? uint8_t(f.nan == 0x7F ? (sign | 0x7F) : f.nan) : 0;
  float magnitude = std::fabs(value);
  int exponent = 0;
  std::frexp(magnitude, &exponent);
  int lowest = 1 - f.bias;  // exponent of the smallest normal number
  int ulp = std::max(exponent - 1, lowest) - f.mantissaBits;
  float rounded = magnitude == 0 || std::isinf(magnitude)
                      ? magnitude
                      : std::ldexp(std::nearbyint(std::ldexp(magnitude, -ulp)), ulp);
  if (rounded > f.max) {
    if (saturate || !f.hasNan)
      rounded = f.max;
    else if (f.hasInfinity)
      return uint8_t(sign | (((1 << f.exponentBits) - 1) << f.mantissaBits));
    else
      return f.nan == 0x7F ? uint8_t(sign | 0x7F) : f.nan;
  }
  if (rounded == 0) return f.nan == 0x80 ? 0 : sign;  // the UZ formats have one zero only
  std::frexp(rounded, &exponent);
  int e = exponent - 1;
  if (e < lowest) return uint8_t(sign | int(std::ldexp(rounded, f.bias - 1 + f.mantissaBits)));
  int mantissa = int(std::ldexp(rounded, f.mantissaBits - e)) - (1 << f.mantissaBits);
  return uint8_t(sign | ((e + f.bias) << f.mantissaBits) | mantissa);
}

}  // namespace tenfold
