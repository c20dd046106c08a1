// Pointwise operations in plain loops: integers, doubles, and the rarer float functions.
#include <cmath>
#include <limits>
#include <type_traits>

#include "targets/cpu/pointwise/vector_tables.h"

namespace tenfold::cpu {
namespace {

template <typename T>
using Unsigned = std::conditional_t<std::is_same_v<T, int32_t>, uint32_t, uint64_t>;

// Integer arithmetic wraps around.
template <typename T>
T wrapped(T a, T b, auto f) {
  if constexpr (std::is_integral_v<T>)
    return static_cast<T>(f(static_cast<Unsigned<T>>(a), static_cast<Unsigned<T>>(b)));
  else
    return f(a, b);
}
template <typename T>
T divide(T a, T b) {
  if constexpr (std::is_integral_v<T>) {
    if (b == 0) return 0;
    if (b == -1) return wrapped(T(0), a, [](auto x, auto y) { return x - y; });
  }
  return a / b;
}
// The sign of the divisor, as in Python.
template <typename T>
T modulo(T a, T b) {
  if constexpr (std::is_integral_v<T>) {
    if (b == 0 || b == -1) return 0;
    T r = a % b;
    return r != 0 && (r < 0) != (b < 0) ? r + b : r;
  } else {
    T r = std::fmod(a, b);
    if (r == 0) return std::copysign(r, b);
    return (r < 0) != (b < 0) ? r + b : r;
  }
}
template <typename T>
T remainderLikeC(T a, T b) {
  if constexpr (std::is_integral_v<T>)
    return b == 0 || b == -1 ? 0 : a % b;
  else
    return std::fmod(a, b);
}
template <typename T>
T power(T a, T b) {
  if constexpr (std::is_floating_point_v<T>) return std::pow(a, b);
  if (b < 0) return a == 1 ? 1 : a == T(-1) ? (static_cast<int64_t>(b) & 1 ? -1 : 1) : 0;
  Unsigned<std::conditional_t<std::is_integral_v<T>, T, int64_t>> result = 1,
                                                                  base = static_cast<decltype(result)>(a);
  for (auto e = static_cast<uint64_t>(b); e; e >>= 1, base *= base)
    if (e & 1) result *= base;
  return static_cast<T>(result);
}
template <typename T>
T larger(T a, T b) {
  if constexpr (std::is_floating_point_v<T>)
    if (std::isnan(a)) return a;
  return a > b ? a : b;
}
template <typename T>
T smaller(T a, T b) {
  if constexpr (std::is_floating_point_v<T>)
    if (std::isnan(a)) return a;
  return a < b ? a : b;
}
template <typename T>
T infinite(T a, const float* imm) {
  if constexpr (std::is_floating_point_v<T>)
    return std::isinf(a) && (a < 0 ? imm[0] != 0 : imm[1] != 0);
  else
    return 0;
}

template <typename T, typename R, typename F>
void each1(void* dst, const void* a, int64_t n, F f) {
  for (int64_t i = 0; i < n; ++i) static_cast<R*>(dst)[i] = static_cast<R>(f(static_cast<const T*>(a)[i]));
}
template <typename T, typename R, typename F>
void each2(void* dst, const void* a, const void* b, int64_t n, F f) {
  for (int64_t i = 0; i < n; ++i)
    static_cast<R*>(dst)[i] = static_cast<R>(f(static_cast<const T*>(a)[i], static_cast<const T*>(b)[i]));
}

#define UNARY(NAME, R, EXPRESSION)                                                                   \
  case Opcode::k##NAME:                                                                              \
    return [](void* dst, const void* a, const void*, const void*, [[maybe_unused]] const float* imm, \
              int64_t n) { each1<T, R>(dst, a, n, [imm](T x) { return EXPRESSION; }); };
#define BINARY(NAME, R, EXPRESSION)                                                            \
  case Opcode::k##NAME:                                                                        \
    return [](void* dst, const void* a, const void* b, const void*, const float*, int64_t n) { \
      each2<T, R>(dst, a, b, n, [](T x, T y) { return EXPRESSION; });                          \
    };

// What exists for every kind of element. Bools are 32-bit integers, 0 or 1.
template <typename T>
VectorFunction common(Opcode op) {
  switch (op) {
    UNARY(Copy, T, x)
    UNARY(ToBool, int32_t, x != 0)
    UNARY(Sign, T, (x > 0) - (x < 0))
    UNARY(Square, T, wrapped(x, x, [](auto p, auto q) { return p * q; }))
    UNARY(Relu, T, x < 0 ? T(0) : x)
    UNARY(Neg, T, wrapped(T(0), x, [](auto p, auto q) { return p - q; }))
    UNARY(Abs, T, x < 0 ? wrapped(T(0), x, [](auto p, auto q) { return p - q; }) : x)
    UNARY(Clip, T, x < T(imm[0]) ? T(imm[0]) : x > T(imm[1]) ? T(imm[1]) : x)
    UNARY(IsInf, int32_t, infinite(x, imm))
    UNARY(IsNaN, int32_t, x != x)
    BINARY(Add, T, wrapped(x, y, [](auto p, auto q) { return p + q; }))
    BINARY(Sub, T, wrapped(x, y, [](auto p, auto q) { return p - q; }))
    BINARY(Mul, T, wrapped(x, y, [](auto p, auto q) { return p * q; }))
    BINARY(Div, T, divide(x, y))
    BINARY(Mod, T, modulo(x, y))
    BINARY(Fmod, T, remainderLikeC(x, y))
    BINARY(Pow, T, power(x, y))
    BINARY(Max, T, larger(x, y))
    BINARY(Min, T, smaller(x, y))
    BINARY(PRelu, T, x < 0 ? x * y : x)
    BINARY(Equal, int32_t, x == y)
    BINARY(Less, int32_t, x < y)
    BINARY(LessOrEqual, int32_t, x <= y)
    BINARY(Greater, int32_t, x > y)
    BINARY(GreaterOrEqual, int32_t, x >= y)
    case Opcode::kWhere:
      return [](void* dst, const void* c, const void* yes, const void* no, const float*, int64_t n) {
        for (int64_t i = 0; i < n; ++i)
          static_cast<T*>(dst)[i] = static_cast<const T*>(static_cast<const int32_t*>(c)[i] ? yes : no)[i];
      };
    default:
      return nullptr;
  }
}

template <typename T>
VectorFunction integers(Opcode op) {
  switch (op) {
    UNARY(Not, T, x == 0)
    UNARY(BitNot, T, ~x)
    UNARY(WrapI8, T, static_cast<int8_t>(x))
    UNARY(WrapI16, T, static_cast<int16_t>(x))
    UNARY(WrapU8, T, static_cast<uint8_t>(x))
    UNARY(WrapU16, T, static_cast<uint16_t>(x))
    UNARY(WrapU32, T, static_cast<uint32_t>(x))
    BINARY(And, T, x && y)
    BINARY(Or, T, x || y)
    BINARY(Xor, T, !x != !y)
    BINARY(BitAnd, T, x & y)
    BINARY(BitOr, T, x | y)
    BINARY(BitXor, T, x ^ y)
    default:
      return nullptr;
  }
}

template <typename T>
VectorFunction reals(Opcode op) {
  switch (op) {
    UNARY(Acos, T, std::acos(x))
    UNARY(Acosh, T, std::acosh(x))
    UNARY(Asin, T, std::asin(x))
    UNARY(Asinh, T, std::asinh(x))
    UNARY(Atan, T, std::atan(x))
    UNARY(Atanh, T, std::atanh(x))
    UNARY(Ceil, T, std::ceil(x))
    UNARY(Cos, T, std::cos(x))
    UNARY(Cosh, T, std::cosh(x))
    UNARY(Erf, T, std::erf(x))
    UNARY(Exp, T, std::exp(x))
    UNARY(Floor, T, std::floor(x))
    UNARY(Log, T, std::log(x))
    UNARY(Reciprocal, T, T(1) / x)
    UNARY(Round, T, std::nearbyint(x))
    UNARY(Sigmoid, T, T(1) / (T(1) + std::exp(-x)))
    UNARY(Sin, T, std::sin(x))
    UNARY(Sinh, T, std::sinh(x))
    UNARY(Sqrt, T, std::sqrt(x))
    UNARY(Tan, T, std::tan(x))
    UNARY(Tanh, T, std::tanh(x))
    default:
      return nullptr;
  }
}

}  // namespace

VectorFunction scalarFunction(Opcode op, Lane lane) {
  VectorFunction f = nullptr;
  switch (lane) {
    case Lane::kF32:
      return (f = common<float>(op)) ? f : reals<float>(op);
    case Lane::kF64:
      return (f = common<double>(op)) ? f : reals<double>(op);
    case Lane::kI32:
      return (f = common<int32_t>(op)) ? f : integers<int32_t>(op);
    case Lane::kI64:
      return (f = common<int64_t>(op)) ? f : integers<int64_t>(op);
  }
  return nullptr;
}

}  // namespace tenfold::cpu
