#include <cmath>

#include "base/error.h"
#include "graph/ir/text.h"

namespace tenfold {
namespace {

// SplitMix64: one multiplication chain per number, good enough for test data and the same everywhere.
uint64_t nextRandom(uint64_t& state) {
  uint64_t z = (state += 0x9e3779b97f4a7c15u);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

}  // namespace

Tensor randomTensor(DataType type, const Shape& shape, uint64_t seed, double low, double high) {
  require(typeBits(type) > 0 && typeInfo(type).cls != TypeClass::kComplex,
          "no random contents for elements of type {}", typeName(type));
  require(std::isfinite(low) && std::isfinite(high) && low <= high,
          "random numbers from {} to {} do not exist", low, high);
  Tensor t(type, shape);
  uint64_t state = seed * 0x2545f4914f6cdd1du + 1;
  for (int64_t i = 0, n = t.numel(); i < n; ++i) {
    double unit = static_cast<double>(nextRandom(state) >> 11) * 0x1p-53;
    if (type == DataType::kFloat32)
      t.as<float>()[i] = static_cast<float>(low + unit * (high - low));
    else if (isFloat(type))
      t.setDouble(i, low + unit * (high - low));
    else
      t.setDouble(i, std::floor(low + unit * (high - low + 1)));
  }
  return t;
}

Tensor randomTensor(DataType type, const Shape& shape, uint64_t seed) {
  switch (typeInfo(type).cls) {
    case TypeClass::kFloat:
      return randomTensor(type, shape, seed, -2, 2);
    case TypeClass::kSigned:
      return randomTensor(type, shape, seed, -8, 8);
    case TypeClass::kBool:
      return randomTensor(type, shape, seed, 0, 1);
    default:
      return randomTensor(type, shape, seed, 0, 8);
  }
}

}  // namespace tenfold
