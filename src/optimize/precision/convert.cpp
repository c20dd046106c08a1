#include "optimize/precision/convert.h"

#include <algorithm>
#include <atomic>
#include <cmath>

#include "base/error.h"
#include "base/parallel.h"
#include "base/small_float.h"

#ifdef __x86_64__
#include <cpuid.h>
#include <immintrin.h>
#endif

namespace tenfold {
namespace {

constexpr float kLargestHalf = 65504, kLargestBfloat = 3.3895313892515355e38f;

float bounded(float x, float largest) { return std::isfinite(x) ? std::clamp(x, -largest, largest) : x; }

#ifdef __x86_64__
bool hasVectors() {
  unsigned a = 0, b = 0, c = 0, d = 0;
  // Not every compiler's __builtin_cpu_supports knows f16c.
  return __builtin_cpu_supports("avx2") && __get_cpuid(1, &a, &b, &c, &d) && (c & bit_F16C);
}

// Eight at a time; returns how many were done.
__attribute__((target("avx2,f16c"))) int64_t vectorsToHalf(const float* from, uint16_t* to, int64_t n) {
  const __m256 largest = _mm256_set1_ps(kLargestHalf), infinity = _mm256_set1_ps(HUGE_VALF);
  const __m256 sign = _mm256_set1_ps(-0.0F);
  int64_t i = 0;
  for (; i + 8 <= n; i += 8) {
    __m256 x = _mm256_loadu_ps(from + i), size = _mm256_andnot_ps(sign, x);
    __m256 cut = _mm256_or_ps(_mm256_min_ps(largest, size), _mm256_and_ps(sign, x));
    // Neither infinities nor NaN are smaller than infinity.
    x = _mm256_blendv_ps(x, cut, _mm256_cmp_ps(size, infinity, _CMP_LT_OQ));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(to + i), _mm256_cvtps_ph(x, _MM_FROUND_TO_NEAREST_INT));
  }
  return i;
}

__attribute__((target("avx2"))) int64_t vectorsLargest(const float* from, int64_t n, float& largest) {
  const __m256 infinity = _mm256_set1_ps(HUGE_VALF), sign = _mm256_set1_ps(-0.0F);
  __m256 most = _mm256_setzero_ps();
  int64_t i = 0;
  for (; i + 8 <= n; i += 8) {
    __m256 size = _mm256_andnot_ps(sign, _mm256_loadu_ps(from + i));
    most = _mm256_max_ps(most, _mm256_and_ps(size, _mm256_cmp_ps(size, infinity, _CMP_LT_OQ)));
  }
  alignas(32) float lanes[8];
  _mm256_store_ps(lanes, most);
  largest = *std::max_element(lanes, lanes + 8);
  return i;
}
#else
bool hasVectors() { return false; }
int64_t vectorsToHalf(const float*, uint16_t*, int64_t) { return 0; }
int64_t vectorsLargest(const float*, int64_t, float&) { return 0; }
#endif

constexpr int64_t kPerThread = int64_t{1} << 18;  // elements that are worth a thread

void toHalf(const float* from, uint16_t* to, int64_t n) {
  for (int64_t i = hasVectors() ? vectorsToHalf(from, to, n) : 0; i < n; ++i)
    to[i] = floatToHalf(bounded(from[i], kLargestHalf));
}

void toBfloat(const float* from, uint16_t* to, int64_t n) {
  for (int64_t i = 0; i < n; ++i) to[i] = floatToBfloat16(bounded(from[i], kLargestBfloat));
}

}  // namespace

float largestFinite(const Tensor& t) {
  const float* all = t.as<float>();
  std::atomic<float> largest = 0;
  inParts(t.numel(), kPerThread, [&](int64_t begin, int64_t count) {
    const float* from = all + begin;
    float most = 0;
    for (int64_t i = hasVectors() ? vectorsLargest(from, count, most) : 0; i < count; ++i)
      if (float size = std::abs(from[i]); std::isfinite(size)) most = std::max(most, size);
    for (float known = largest; known < most && !largest.compare_exchange_weak(known, most);) {
    }
  });
  return largest;
}

Tensor convertFloats(const Tensor& from, DataType type) {
  require(from.dtype() == DataType::kFloat32 && (type == DataType::kFloat16 || type == DataType::kBFloat16),
          "{} is not converted to {} here", typeName(from.dtype()), typeName(type));
  Tensor to(type, from.shape());
  auto convert = type == DataType::kFloat16 ? toHalf : toBfloat;
  inParts(from.numel(), kPerThread, [&](int64_t begin, int64_t count) {
    convert(from.as<float>() + begin, to.as<uint16_t>() + begin, count);
  });
  return to;
}

}  // namespace tenfold
