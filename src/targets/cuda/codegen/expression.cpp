#include "targets/cuda/codegen/expression.h"

#include "base/error.h"

namespace tenfold::cuda {
namespace {

struct Row {
  DataType type;
  const char *memory, *inRegister;
};
constexpr Row kTypes[] = {
    {DataType::kFloat32, "float", "float"}, {DataType::kFloat64, "double", "double"},
    {DataType::kFloat16, "f16", "float"},   {DataType::kBFloat16, "bf16", "float"},
    {DataType::kInt8, "i8", "i8"},          {DataType::kInt16, "i16", "i16"},
    {DataType::kInt32, "i32", "i32"},       {DataType::kInt64, "i64", "i64"},
    {DataType::kUInt8, "u8", "u8"},         {DataType::kUInt16, "u16", "u16"},
    {DataType::kUInt32, "u32", "u32"},      {DataType::kUInt64, "u64", "u64"},
    {DataType::kBool, "bool", "bool"},
};

const Row* find(DataType type) {
  for (const Row& row : kTypes)
    if (row.type == type) return &row;
  return nullptr;
}

const Row& rowOf(DataType type) {
  const Row* row = find(type);
  if (!row) fail(ErrorKind::kUnsupported, "kernels cannot compute with elements of type {}", typeName(type));
  return *row;
}

}  // namespace

const char* memoryType(DataType type) { return rowOf(type).memory; }
const char* registerType(DataType type) { return rowOf(type).inRegister; }
bool hasRegisterType(DataType type) { return find(type) != nullptr; }

std::string refusesExpression(const Node& node) {
  return fmt::format("{} has no CUDA expression", node.opName());
}

std::string emitPointwise(std::span<const Node* const> nodes, Variables&, const std::string&) {
  require(nodes.empty(), "no expressions");
  return "";
}

}  // namespace tenfold::cuda
