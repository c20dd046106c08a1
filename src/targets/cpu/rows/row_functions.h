// Vector code over one contiguous row of floats.
#pragma once

#include <cstdint>

namespace tenfold::cpu {

enum class Reduction : uint8_t { kSum, kSumAbs, kSumSquares, kMax, kMin, kProduct };

struct RowFunctions {
  float (*reduce)(Reduction, const float* x, int64_t n);
  // into[i] = combine(into[i], x[i])
  void (*accumulate)(Reduction, float* into, const float* x, int64_t n);
  // out may be x. Gives log(sum(exp(x))).
  void (*softmax)(const float* x, float* out, int64_t n);
  void (*logSoftmax)(const float* x, float* out, int64_t n);
  float (*logSumExp)(const float* x, int64_t n);
  // out = (x - mean) / sqrt(variance + epsilon) * scale + bias; without `centered` the mean is taken as 0.
  // scale and bias have n elements or are null (1 and 0). out may be x.
  void (*normalize)(const float* x, float* out, int64_t n, bool centered, float epsilon, const float* scale,
                    const float* bias);
  // into += x * scale
  void (*addScaled)(float* into, const float* x, int64_t n, float scale);
  // out = x * scale + bias with scalars.
  void (*affine)(const float* x, float* out, int64_t n, float scale, float bias);
};
const RowFunctions& rowFunctions();

// What a reduction of nothing gives.
float identityOf(Reduction r);

}  // namespace tenfold::cpu
