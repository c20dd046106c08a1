// Moves between memory and registers, and conversions between registers.
#include "targets/cpu/pointwise/moves.h"

#include <cmath>
#include <cstring>
#include <limits>

#include "base/error.h"
#include "base/small_float.h"
#include "targets/cpu/pointwise/vector_tables.h"

namespace tenfold::cpu {
namespace {

// Out-of-range conversions are undefined in C++; ONNX asks for nothing in particular, so: saturate, NaN is 0.
template <typename To, typename From>
To cast(From x) {
  if constexpr (std::is_integral_v<To> && std::is_floating_point_v<From>) {
    if (std::isnan(x)) return 0;
    if (x >= static_cast<From>(std::numeric_limits<To>::max())) return std::numeric_limits<To>::max();
    if (x <= static_cast<From>(std::numeric_limits<To>::min())) return std::numeric_limits<To>::min();
  }
  return static_cast<To>(x);
}

// A memory type whose elements are themselves; Half and Bfloat16 are decoded.
template <typename T, typename R>
R decode(T x) {
  return static_cast<R>(x);
}
struct Half {
  uint16_t bits;
};
struct Bfloat16 {
  uint16_t bits;
};
template <>
float decode(Half x) {
  return halfToFloat(x.bits);
}
template <>
float decode(Bfloat16 x) {
  return bfloat16ToFloat(x.bits);
}
template <typename T, typename R>
T encode(R x) {
  if constexpr (std::is_same_v<T, Half>)
    return {floatToHalf(x)};
  else if constexpr (std::is_same_v<T, Bfloat16>)
    return {floatToBfloat16(x)};
  else if constexpr (std::is_same_v<T, bool>)
    return x != 0;
  else
    return static_cast<T>(x);
}

template <typename T, typename R>
int64_t loadVectors(R* reg, const T* memory, int64_t n) {
  if constexpr (std::is_same_v<T, R>) {
    std::memcpy(reg, memory, static_cast<size_t>(n) * sizeof(T));
    return n;
  }
  if constexpr (std::is_same_v<T, Half>) return moves().halfToFloat(reg, memory, n);
  if constexpr (std::is_same_v<T, Bfloat16>) return moves().bfloat16ToFloat(reg, memory, n);
  if constexpr (std::is_same_v<T, bool> || std::is_same_v<T, uint8_t>)
    return moves().bytesToInt(reg, memory, n);
  if constexpr (std::is_same_v<T, int8_t>) return moves().signedBytesToInt(reg, memory, n);
  return 0;
}

template <typename T, typename R>
void load(void* reg, const void* memory, int64_t stride, int64_t n) {
  R* to = static_cast<R*>(reg);
  const T* from = static_cast<const T*>(memory);
  if (stride == 0) {
    R value = decode<T, R>(*from);
    for (int64_t i = 0; i < n; ++i) to[i] = value;
    return;
  }
  for (int64_t i = stride == 1 ? loadVectors(to, from, n) : 0; i < n; ++i)
    to[i] = decode<T, R>(from[i * stride]);
}

template <typename T, typename R>
void store(void* memory, const void* reg, int64_t stride, int64_t n) {
  T* to = static_cast<T*>(memory);
  const R* from = static_cast<const R*>(reg);
  int64_t i = 0;
  if constexpr (std::is_same_v<T, R>)
    if (stride == 1) {
      std::memcpy(to, from, static_cast<size_t>(n) * sizeof(T));
      return;
    }
  if constexpr (std::is_same_v<T, Half>)
    if (stride == 1) i = moves().floatToHalf(to, from, n);
  if constexpr (std::is_same_v<T, uint8_t> || std::is_same_v<T, bool>)
    if (stride == 1) i = moves().intToBytes(to, from, n);
  if constexpr (std::is_same_v<T, int8_t>)
    if (stride == 1) i = moves().intToSignedBytes(to, from, n);
  for (; i < n; ++i) to[i * stride] = encode<T, R>(from[i]);
}

struct TypeRow {
  DataType type;
  Lane lane;
  LoadFunction load;
  StoreFunction store;
};
constexpr TypeRow kTypes[] = {
    {DataType::kFloat32, Lane::kF32, load<float, float>, store<float, float>},
    {DataType::kFloat16, Lane::kF32, load<Half, float>, store<Half, float>},
    {DataType::kBFloat16, Lane::kF32, load<Bfloat16, float>, store<Bfloat16, float>},
    {DataType::kFloat64, Lane::kF64, load<double, double>, store<double, double>},
    {DataType::kBool, Lane::kI32, load<bool, int32_t>, store<bool, int32_t>},
    {DataType::kInt8, Lane::kI32, load<int8_t, int32_t>, store<int8_t, int32_t>},
    {DataType::kUInt8, Lane::kI32, load<uint8_t, int32_t>, store<uint8_t, int32_t>},
    {DataType::kInt16, Lane::kI32, load<int16_t, int32_t>, store<int16_t, int32_t>},
    {DataType::kUInt16, Lane::kI32, load<uint16_t, int32_t>, store<uint16_t, int32_t>},
    {DataType::kInt32, Lane::kI32, load<int32_t, int32_t>, store<int32_t, int32_t>},
    {DataType::kUInt32, Lane::kI64, load<uint32_t, int64_t>, store<uint32_t, int64_t>},
    {DataType::kInt64, Lane::kI64, load<int64_t, int64_t>, store<int64_t, int64_t>},
};
const TypeRow* row(DataType type) {
  for (const TypeRow& r : kTypes)
    if (r.type == type) return &r;
  return nullptr;
}

template <typename From, typename To>
void convert(void* dst, const void* a, const void*, const void*, const float*, int64_t n) {
  int64_t i = 0;
  if constexpr (std::is_same_v<From, int32_t> && std::is_same_v<To, float>)
    i = moves().intToFloat(static_cast<float*>(dst), static_cast<const int32_t*>(a), n);
  if constexpr (std::is_same_v<From, float> && std::is_same_v<To, int32_t>)
    i = moves().floatToInt(static_cast<int32_t*>(dst), static_cast<const float*>(a), n);
  for (; i < n; ++i) static_cast<To*>(dst)[i] = cast<To>(static_cast<const From*>(a)[i]);
}

}  // namespace

bool hasLane(DataType type) { return row(type) != nullptr; }
Lane laneOf(DataType type) {
  if (!hasLane(type)) fail(ErrorKind::kUnsupported, "elements of type {} are not vectorized", typeName(type));
  return row(type)->lane;
}
LoadFunction loadFunction(DataType type) { return row(type)->load; }
StoreFunction storeFunction(DataType type) { return row(type)->store; }

VectorFunction convertFunction(Lane from, Lane to) {
  static constexpr VectorFunction kTable[4][4] = {
      {nullptr, convert<float, int32_t>, convert<float, int64_t>, convert<float, double>},
      {convert<int32_t, float>, nullptr, convert<int32_t, int64_t>, convert<int32_t, double>},
      {convert<int64_t, float>, convert<int64_t, int32_t>, nullptr, convert<int64_t, double>},
      {convert<double, float>, convert<double, int32_t>, convert<double, int64_t>, nullptr}};
  return kTable[static_cast<int>(from)][static_cast<int>(to)];
}

VectorFunction vectorFunction(Opcode op, Lane lane) {
  if (lane == Lane::kF32) {
    if (VectorFunction f = unaryFunctionF32(op)) return f;
    if (VectorFunction f = binaryFunctionF32(op)) return f;
  }
  if (lane == Lane::kI32 && op == Opcode::kWhere) return binaryFunctionF32(op);
  return scalarFunction(op, lane);
}

}  // namespace tenfold::cpu
