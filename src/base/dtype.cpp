#include "base/dtype.h"

namespace tenfold {
namespace {

constexpr TypeInfo kTypes[kDataTypeCount] = {
    {"undefined", 0, TypeClass::kNone},   {"f32", 32, TypeClass::kFloat},
    {"f64", 64, TypeClass::kFloat},       {"f16", 16, TypeClass::kFloat},
    {"bf16", 16, TypeClass::kFloat},      {"f8e4m3fn", 8, TypeClass::kFloat},
    {"f8e4m3fnuz", 8, TypeClass::kFloat}, {"f8e5m2", 8, TypeClass::kFloat},
    {"f8e5m2fnuz", 8, TypeClass::kFloat}, {"f8e8m0", 8, TypeClass::kFloat},
    {"f4e2m1", 4, TypeClass::kFloat},     {"i2", 2, TypeClass::kSigned},
    {"i4", 4, TypeClass::kSigned},        {"i8", 8, TypeClass::kSigned},
    {"i16", 16, TypeClass::kSigned},      {"i32", 32, TypeClass::kSigned},
    {"i64", 64, TypeClass::kSigned},      {"u2", 2, TypeClass::kUnsigned},
    {"u4", 4, TypeClass::kUnsigned},      {"u8", 8, TypeClass::kUnsigned},
    {"u16", 16, TypeClass::kUnsigned},    {"u32", 32, TypeClass::kUnsigned},
    {"u64", 64, TypeClass::kUnsigned},    {"bool", 8, TypeClass::kBool},
    {"str", 0, TypeClass::kString},       {"c64", 64, TypeClass::kComplex},
    {"c128", 128, TypeClass::kComplex},
};

}  // namespace

const TypeInfo& typeInfo(DataType type) { return kTypes[static_cast<int>(type)]; }

DataType typeFromName(std::string_view name) {
  for (int i = 1; i < kDataTypeCount; ++i)
    if (kTypes[i].name == name) return static_cast<DataType>(i);
  return DataType::kUndefined;
}

}  // namespace tenfold
