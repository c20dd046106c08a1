#include "graph/ops/elements.h"

#include <algorithm>
#include <cstring>

#include "base/small_float.h"

namespace tenfold {
namespace {

template <typename T, typename C>
void readAs(const Tensor& t, int64_t begin, int64_t n, C* out) {
  const T* from = t.as<T>() + begin;
  if constexpr (std::is_same_v<T, C>) {
    if (n) std::memcpy(out, from, static_cast<size_t>(n) * sizeof(T));
  } else {
    for (int64_t i = 0; i < n; ++i) out[i] = static_cast<C>(from[i]);
  }
}

template <typename T, typename C>
void writeAs(Tensor& t, int64_t begin, int64_t n, const C* values) {
  T* to = t.as<T>() + begin;
  for (int64_t i = 0; i < n; ++i) to[i] = static_cast<T>(values[i]);
}

template <typename C>
C getElement(const Tensor& t, int64_t i) {
  if constexpr (std::is_floating_point_v<C>)
    return static_cast<C>(t.getDouble(i));
  else
    return static_cast<C>(t.getInt(i));
}

template <typename C>
void setElement(Tensor& t, int64_t i, C value) {
  if constexpr (std::is_floating_point_v<C>)
    t.setDouble(i, value);
  else if (isFloat(t.dtype()))
    t.setDouble(i, static_cast<double>(value));
  else
    t.setInt(i, static_cast<int64_t>(value));
}

}  // namespace

template <typename C>
void readElements(const Tensor& t, int64_t begin, int64_t n, C* out) {
  t.requireElements(begin, n);
  switch (t.dtype()) {
    case DataType::kFloat32:
      return readAs<float>(t, begin, n, out);
    case DataType::kFloat64:
      return readAs<double>(t, begin, n, out);
    case DataType::kInt32:
      return readAs<int32_t>(t, begin, n, out);
    case DataType::kInt64:
      return readAs<int64_t>(t, begin, n, out);
    case DataType::kUInt8:
      return readAs<uint8_t>(t, begin, n, out);
    case DataType::kInt8:
      return readAs<int8_t>(t, begin, n, out);
    case DataType::kFloat16:
      for (int64_t i = 0; i < n; ++i) out[i] = static_cast<C>(halfToFloat(t.as<uint16_t>()[begin + i]));
      return;
    case DataType::kBFloat16:
      for (int64_t i = 0; i < n; ++i) out[i] = static_cast<C>(bfloat16ToFloat(t.as<uint16_t>()[begin + i]));
      return;
    default:
      for (int64_t i = 0; i < n; ++i) out[i] = getElement<C>(t, begin + i);
  }
}

template <typename C>
void writeElements(Tensor& t, int64_t begin, int64_t n, const C* values) {
  t.requireElements(begin, n);
  constexpr bool kFromFloat = std::is_floating_point_v<C>;
  if (t.dtype() == DataType::kFloat32) return writeAs<float>(t, begin, n, values);
  if (t.dtype() == DataType::kFloat64) return writeAs<double>(t, begin, n, values);
  if (!kFromFloat && t.dtype() == DataType::kInt32) return writeAs<int32_t>(t, begin, n, values);
  if (!kFromFloat && t.dtype() == DataType::kInt64) return writeAs<int64_t>(t, begin, n, values);
  for (int64_t i = 0; i < n; ++i) setElement(t, begin + i, values[i]);
}

#define INSTANTIATE(C)                                                \
  template void readElements<C>(const Tensor&, int64_t, int64_t, C*); \
  template void writeElements<C>(Tensor&, int64_t, int64_t, const C*);
INSTANTIATE(float)
INSTANTIATE(double)
INSTANTIATE(int64_t)
INSTANTIATE(uint64_t)
#undef INSTANTIATE

}  // namespace tenfold
