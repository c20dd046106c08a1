// Element types: all of ONNX's, more than TensorRT's public list.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace tenfold {

enum class DataType : uint8_t {
  kUndefined,
  kFloat32,
  kFloat64,
  kFloat16,
  kBFloat16,
  kFloat8E4M3FN,
  kFloat8E4M3FNUZ,
  kFloat8E5M2,
  kFloat8E5M2FNUZ,
  kFloat8E8M0,
  kFloat4E2M1,
  kInt2,
  kInt4,
  kInt8,
  kInt16,
  kInt32,
  kInt64,
  kUInt2,
  kUInt4,
  kUInt8,
  kUInt16,
  kUInt32,
  kUInt64,
  kBool,
  kString,
  kComplex64,
  kComplex128,
};
inline constexpr int kDataTypeCount = static_cast<int>(DataType::kComplex128) + 1;

enum class TypeClass : uint8_t { kNone, kFloat, kSigned, kUnsigned, kBool, kString, kComplex };

struct TypeInfo {
  std::string_view name;  // as the text form spells it: f32, i64, bool, ...
  int bits;               // storage bits of one element; types under 8 bits are packed, low bits first
  TypeClass cls;
};
const TypeInfo& typeInfo(DataType type);

inline std::string_view typeName(DataType type) { return typeInfo(type).name; }
inline int typeBits(DataType type) { return typeInfo(type).bits; }
// Bytes of n packed elements, rounded up.
inline size_t typeBytes(DataType type, int64_t n) {
  return (static_cast<size_t>(n) * static_cast<size_t>(typeBits(type)) + 7) / 8;
}
inline bool isFloat(DataType type) { return typeInfo(type).cls == TypeClass::kFloat; }
inline bool isInteger(DataType type) {
  return typeInfo(type).cls == TypeClass::kSigned || typeInfo(type).cls == TypeClass::kUnsigned;
}
// The type with this name, or kUndefined.
DataType typeFromName(std::string_view name);

// The DataType of a C++ type: typeOf<float>() == DataType::kFloat32.
template <typename T>
constexpr DataType typeOf();
template <>
constexpr DataType typeOf<float>() {
  return DataType::kFloat32;
}
template <>
constexpr DataType typeOf<double>() {
  return DataType::kFloat64;
}
template <>
constexpr DataType typeOf<int8_t>() {
  return DataType::kInt8;
}
template <>
constexpr DataType typeOf<int16_t>() {
  return DataType::kInt16;
}
template <>
constexpr DataType typeOf<int32_t>() {
  return DataType::kInt32;
}
template <>
constexpr DataType typeOf<int64_t>() {
  return DataType::kInt64;
}
template <>
constexpr DataType typeOf<uint8_t>() {
  return DataType::kUInt8;
}
template <>
constexpr DataType typeOf<uint16_t>() {
  return DataType::kUInt16;
}
template <>
constexpr DataType typeOf<uint32_t>() {
  return DataType::kUInt32;
}
template <>
constexpr DataType typeOf<uint64_t>() {
  return DataType::kUInt64;
}
template <>
constexpr DataType typeOf<bool>() {
  return DataType::kBool;
}

}  // namespace tenfold
