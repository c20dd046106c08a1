// Elements of any numeric type in bulk, through one of three compute types: double for floats, uint64_t for
// u64, int64_t for every other integer and bool. The reference evaluators compute in these and round once, on
// storing.
#pragma once

#include <type_traits>

#include "base/error.h"
#include "base/tensor.h"

namespace tenfold {

// Elements [begin, begin + n) of `t`, converted. Instantiated for double, float, int64_t and uint64_t.
template <typename C>
void readElements(const Tensor& t, int64_t begin, int64_t n, C* out);
// Stores n elements from `begin` on; floats are rounded to nearest even, integers keep their low bits.
template <typename C>
void writeElements(Tensor& t, int64_t begin, int64_t n, const C* values);

// All elements at once.
template <typename C>
std::vector<C> allElements(const Tensor& t) {
  std::vector<C> values(static_cast<size_t>(t.numel()));
  readElements(t, 0, t.numel(), values.data());
  return values;
}

// Calls f(C{}) with the compute type C of `type`.
template <typename F>
void withComputeType(DataType type, F f) {
  if (isFloat(type))
    f(double{});
  else if (type == DataType::kUInt64)
    f(uint64_t{});
  else if (isInteger(type) || type == DataType::kBool)
    f(int64_t{});
  else
    fail(ErrorKind::kUnsupported, "not supported: arithmetic on elements of type {}", typeName(type));
}

// Arithmetic that wraps around in integers, where C++ leaves signed overflow undefined.
template <typename C>
using Wrapping = std::conditional_t<std::is_integral_v<C>, uint64_t, double>;
template <typename C>
C wrapAdd(C a, C b) {
  return static_cast<C>(static_cast<Wrapping<C>>(a) + static_cast<Wrapping<C>>(b));
}
template <typename C>
C wrapSub(C a, C b) {
  return static_cast<C>(static_cast<Wrapping<C>>(a) - static_cast<Wrapping<C>>(b));
}
template <typename C>
C wrapMul(C a, C b) {
  return static_cast<C>(static_cast<Wrapping<C>>(a) * static_cast<Wrapping<C>>(b));
}

}  // namespace tenfold
