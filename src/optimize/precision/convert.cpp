#include "optimize/precision/convert.h"

#include <algorithm>
#include <cmath>
#include <thread>

#include "base/error.h"
#include "base/small_float.h"

namespace tenfold {
namespace {

constexpr float kLargestHalf = 65504, kLargestBfloat = 3.3895313892515355e38f;

void toHalf(const float* from, uint16_t* to, int64_t n) {
  for (int64_t i = 0; i < n; ++i)
    to[i] = floatToHalf(std::isfinite(from[i]) ? std::clamp(from[i], -kLargestHalf, kLargestHalf) : from[i]);
}

void toBfloat(const float* from, uint16_t* to, int64_t n) {
  for (int64_t i = 0; i < n; ++i)
    to[i] = floatToBfloat16(std::isfinite(from[i]) ? std::clamp(from[i], -kLargestBfloat, kLargestBfloat)
                                                   : from[i]);
}

}  // namespace

Tensor convertFloats(const Tensor& from, DataType type) {
  require(from.dtype() == DataType::kFloat32 && (type == DataType::kFloat16 || type == DataType::kBFloat16),
          "{} is not converted to {} here", typeName(from.dtype()), typeName(type));
  Tensor to(type, from.shape());
  auto convert = type == DataType::kFloat16 ? toHalf : toBfloat;
  constexpr int64_t kPerThread = int64_t{1} << 20;
  int64_t n = from.numel(), cores = std::max(1U, std::thread::hardware_concurrency());
  int64_t parts = std::clamp<int64_t>(n / kPerThread, 1, cores), size = (n + parts - 1) / parts;
  std::vector<std::thread> threads;
  auto part = [&](int64_t begin) {
    convert(from.as<float>() + begin, to.as<uint16_t>() + begin, std::min(size, n - begin));
  };
  for (int64_t begin = size; begin < n; begin += size) threads.emplace_back(part, begin);
  part(0);
  for (std::thread& t : threads) t.join();
  return to;
}

}  // namespace tenfold
