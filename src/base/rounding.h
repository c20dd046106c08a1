// Division and multiples, rounded up, of numbers that are not negative.
#pragma once

#include <type_traits>

namespace tenfold {

template <typename T>
constexpr T ceilDiv(T n, std::type_identity_t<T> by) {
  return (n + by - 1) / by;
}

// The least multiple of `to` that is not under n.
template <typename T>
constexpr T roundUp(T n, std::type_identity_t<T> to) {
  return ceilDiv(n, to) * to;
}

}  // namespace tenfold
