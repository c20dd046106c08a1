#include "targets/cuda/codegen/expression.h"

#include <bit>
#include <cmath>

#include "base/error.h"
#include "targets/cuda/codegen/formats.h"

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

[[noreturn]] void refuse(const Node& node, const std::string& why) {
  fail(ErrorKind::kUnsupported, "{} has no CUDA expression: {}", node.opName(), why);
}

bool isSmall(DataType type) { return isFloat(type) && typeBits(type) == 16; }

// A floating-point number exactly; infinities and NaN have no other spelling than their bits.
std::string realLiteral(DataType type, double value) {
  if (type == DataType::kFloat64)
    return fmt::format("__longlong_as_double({:#x}ll)", std::bit_cast<uint64_t>(value));
  auto single = static_cast<float>(value);
  if (!std::isfinite(single)) return fmt::format("__uint_as_float({:#x}u)", std::bit_cast<uint32_t>(single));
  return single < 0 ? fmt::format("({:#.9g}f)", single) : fmt::format("{:#.9g}f", single);
}

std::string literal(const Value& v) {
  if (isFloat(v.dtype)) return realLiteral(v.dtype, v.constant.getDouble(0));
  return fmt::format("static_cast<{}>({:#x}ull)", registerType(v.dtype),
                     static_cast<uint64_t>(v.constant.getInt(0)));
}

// One node at a time: the expressions of its inputs, then its own.
class Emitter {
 public:
  Emitter(const Node& node, const Variables& variables) : node_(node) {
    if (node.outputs.size() != 1 || !node.outputs[0]) refuse(node, "it has more than one output");
    rowOf(node.outputs[0]->dtype);
    for (size_t i = 0; i < node.inputs.size(); ++i)
      inputs_.push_back(node.inputs[i] ? nameOf(node.inputs[i], variables) : "");
    if (inputs_.empty() || inputs_[0].empty()) refuse(node, "it has no first input");
  }
  std::string expression() const;

 private:
  std::string fold(const char* format) const;
  std::string cast(DataType from, DataType to) const;
  std::string bitCast(DataType from, DataType to) const;
  std::string power() const;
  std::string clip() const;
  std::string fromTable() const;
  DataType type(size_t i = 0) const { return node_.inputs[i]->dtype; }

  const Node& node_;
  std::vector<std::string> inputs_;
};

std::string Emitter::fold(const char* format) const {
  std::string value = inputs_[0];
  for (size_t i = 1; i < inputs_.size(); ++i)
    value = fmt::format(fmt::runtime(format), value, inputs_[i], registerType(type()));
  return value;
}

std::string Emitter::cast(DataType from, DataType to) const {
  const std::string& x = inputs_[0];
  if (isSmall(to) && from != to) return fmt::format("math::roundTo<{}>({})", memoryType(to), x);
  if (isFloat(from) && isInteger(to)) return fmt::format("math::truncate<{}>({})", registerType(to), x);
  return fmt::format("static_cast<{}>({})", registerType(to), x);
}

std::string Emitter::bitCast(DataType from, DataType to) const {
  if (from == to) return inputs_[0];
  if (isSmall(from) || isSmall(to)) refuse(node_, "16-bit floats lie in registers as 32-bit ones");
  return fmt::format("math::bitCast<{}>({})", registerType(to), inputs_[0]);
}

std::string Emitter::power() const {
  const std::string &x = inputs_[0], &y = inputs_[1], t = registerType(type());
  if (isFloat(type()) && isLiteral(node_.inputs[1])) {
    double e = node_.inputs[1]->constant.getDouble(0);
    if (e == 2) return fmt::format("{0} * {0}", x);
    if (e == 3) return fmt::format("{0} * {0} * {0}", x);
    if (e == 1) return x;
    if (e == 0.5) return fmt::format("sqrt({})", x);
    if (e == -1) return fmt::format("{}(1) / {}", t, x);
  }
  if (isFloat(type())) return fmt::format("pow({}, static_cast<{}>({}))", x, t, y);
  if (isFloat(type(1)))
    return fmt::format("math::truncate<{}>(pow(static_cast<double>({}), static_cast<double>({})))", t, x, y);
  return fmt::format("math::integerPower<{}>({}, static_cast<i64>({}))", t, x, y);
}

std::string Emitter::clip() const {
  std::string value = inputs_[0];
  const char* t = registerType(type());
  if (node_.hasInput(1)) value = fmt::format("math::atLeast<{}>({}, {})", t, value, inputs_[1]);
  if (node_.hasInput(2)) value = fmt::format("math::atMost<{}>({}, {})", t, value, inputs_[2]);
  return value;
}

std::string Emitter::fromTable() const {
  const ExpressionRow* row = findExpression(node_);
  if (!row) refuse(node_, "the operator is not in the table");
  DataType decides = type(node_.is("Where") ? 1 : 0);
  const char* format = isFloat(decides) ? row->real : row->integer;
  if (!format) refuse(node_, fmt::format("its elements are {}", typeName(decides)));
  auto input = [&](size_t i) { return i < inputs_.size() ? inputs_[i] : std::string(); };
  auto number = [&](int i) {
    if (!row->attr[i]) return std::string();
    return realLiteral(isFloat(decides) ? decides : DataType::kFloat64,
                       node_.attrs.real(row->attr[i], row->fallback[i]));
  };
  return fmt::format(fmt::runtime(format), input(0), input(1), input(2), registerType(decides), number(0),
                     number(1));
}

std::string Emitter::expression() const {
  DataType to = node_.outputs[0]->dtype;
  const std::string n = std::string(node_.opName());
  if (n == "Cast") return cast(type(), to);
  if (n == "BitCast") return bitCast(type(), to);
  if (n == "Pow") return power();
  if (n == "Clip") return clip();
  if (n == "Max") return fold("math::larger<{2}>({0}, {1})");
  if (n == "Min") return fold("math::smaller<{2}>({0}, {1})");
  if (n == "Sum") return fold("static_cast<{2}>({0} + {1})");
  if (n == "Mean") {
    if (!isFloat(type())) refuse(node_, "the mean of integers");
    return fmt::format("({}) / static_cast<{}>({})", fold("({0} + {1})"), registerType(type()),
                       inputs_.size());
  }
  if (n == "IsInf") {
    if (!isFloat(type())) return "false";
    return fmt::format("isinf({0}) && ({0} < 0 ? {1} : {2})", inputs_[0],
                       node_.attrs.integer("detect_negative", 1) != 0,
                       node_.attrs.integer("detect_positive", 1) != 0);
  }
  return fromTable();
}

}  // namespace

const char* memoryType(DataType type) { return rowOf(type).memory; }
const char* registerType(DataType type) { return rowOf(type).inRegister; }
bool hasRegisterType(DataType type) { return find(type) != nullptr; }
bool isLiteral(const Value* v) { return v->isConstant() && v->constant.numel() == 1; }

std::string nameOf(const Value* v, const Variables& variables) {
  auto it = variables.find(v);
  if (it != variables.end()) return it->second;
  rowOf(v->dtype);
  if (!isLiteral(v))
    fail(ErrorKind::kUnsupported, "the value '{}' is neither an input nor a scalar constant", v->name);
  return literal(*v);
}

std::string refusesExpression(const Node& node) {
  try {
    Variables variables;
    for (const Value* v : node.inputs)
      if (v && !isLiteral(v)) {
        rowOf(v->dtype);
        variables.emplace(v, "x");
      }
    Emitter(node, variables).expression();
  } catch (const Error& e) {
    return e.what();
  }
  return "";
}

std::string emitPointwise(std::span<const Node* const> nodes, Variables& variables,
                          const std::string& prefix) {
  std::string code;
  int count = 0;
  for (const Node* node : nodes) {
    std::string expression = Emitter(*node, variables).expression();
    const Value* out = node->outputs[0];
    std::string name = fmt::format("{}{}", prefix, count++);
    code += fmt::format("    {0} {1} = static_cast<{0}>({2});\n", registerType(out->dtype), name, expression);
    variables[out] = name;
  }
  return code;
}

}  // namespace tenfold::cuda
