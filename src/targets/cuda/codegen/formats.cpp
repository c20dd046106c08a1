#include "targets/cuda/codegen/formats.h"

namespace tenfold::cuda {
namespace {

constexpr const char* kSame = "{0}";
constexpr const char* kBitShift = "BitShift";

constexpr ExpressionRow kRows[] = {
    {"Abs", "fabs({0})", "math::absolute<{3}>({0})"},
    {"Acos", "acos({0})", nullptr},
    {"Acosh", "acosh({0})", nullptr},
    {"Add", "{0} + {1}", "{0} + {1}"},
    {"And", nullptr, "{0} && {1}"},
    {"Asin", "asin({0})", nullptr},
    {"Asinh", "asinh({0})", nullptr},
    {"Atan", "atan({0})", nullptr},
    {"Atanh", "atanh({0})", nullptr},
    {"BitwiseAnd", nullptr, "{0} & {1}"},
    {"BitwiseNot", nullptr, "~{0}"},
    {"BitwiseOr", nullptr, "{0} | {1}"},
    {"BitwiseXor", nullptr, "{0} ^ {1}"},
    {"Ceil", "ceil({0})", kSame},
    {"Celu", "{0} < 0 ? {4} * expm1({0} / {4}) : {0}", nullptr, {"alpha"}, {1}},
    {"Cos", "cos({0})", nullptr},
    {"Cosh", "cosh({0})", nullptr},
    {"Div", "{0} / {1}", "math::divide<{3}>({0}, {1})"},
    {"Elu", "{0} < 0 ? {4} * expm1({0}) : {0}", nullptr, {"alpha"}, {1}},
    {"Equal", "{0} == {1}", "{0} == {1}"},
    {"Erf", "erf({0})", nullptr},
    {"Exp", "exp({0})", nullptr},
    {"Floor", "floor({0})", kSame},
    {"Greater", "{0} > {1}", "{0} > {1}"},
    {"GreaterOrEqual", "{0} >= {1}", "{0} >= {1}"},
    {"HardSigmoid",
     "math::clamp<{3}>({4} * {0} + {5}, {3}(0), {3}(1))",
     nullptr,
     {"alpha", "beta"},
     {0.2, 0.5}},
    {"HardSwish", "math::hardSwish<{3}>({0})", nullptr},
    {"Identity", kSame, kSame},
    {"IsNaN", "{0} != {0}", "false"},
    {"LeakyRelu", "{0} < 0 ? {4} * {0} : {0}", nullptr, {"alpha"}, {0.01}},
    {"Less", "{0} < {1}", "{0} < {1}"},
    {"LessOrEqual", "{0} <= {1}", "{0} <= {1}"},
    {"Log", "log({0})", nullptr},
    {"Mish", "{0} * tanh(math::softplus<{3}>({0}))", nullptr},
    {"Mul", "{0} * {1}", "{0} * {1}"},
    {"Neg", "-{0}", "{3}(0) - {0}"},
    {"Not", nullptr, "!{0}"},
    {"Or", nullptr, "{0} || {1}"},
    {"PRelu", "{0} < 0 ? {0} * {1} : {0}", "{0} < {3}(0) ? static_cast<{3}>({0} * {1}) : {0}"},
    {"Reciprocal", "{3}(1) / {0}", nullptr},
    {"Relu", "{0} < 0 ? {3}(0) : {0}", "{0} < {3}(0) ? {3}(0) : {0}"},
    {"Round", "rint({0})", kSame},
    {"Selu",
     "{5} * ({0} <= 0 ? {4} * expm1({0}) : {0})",
     nullptr,
     {"alpha", "gamma"},
     {1.67326319217681884765625, 1.05070102214813232421875}},
    {"Shrink",
     "math::shrink<{3}>({0}, {4}, {5})",
     "math::truncate<{3}>(math::shrink<double>(static_cast<double>({0}), {4}, {5}))",
     {"lambd", "bias"},
     {0.5, 0}},
    {"Sigmoid", "math::sigmoid<{3}>({0})", nullptr},
    {"Sign", "math::sign<{3}>({0})", "math::sign<{3}>({0})"},
    {"Sin", "sin({0})", nullptr},
    {"Sinh", "sinh({0})", nullptr},
    {"Softplus", "math::softplus<{3}>({0})", nullptr},
    {"Softsign", "{0} / ({3}(1) + fabs({0}))", nullptr},
    {"Sqrt", "sqrt({0})", nullptr},
    {"Sub", "{0} - {1}", "{0} - {1}"},
    {"Swish", "math::swish<{3}>({0}, {4})", nullptr, {"alpha"}, {1}},
    {"Tan", "tan({0})", nullptr},
    {"Tanh", "tanh({0})", nullptr},
    {"ThresholdedRelu", "{0} <= {4} ? {3}(0) : {0}", nullptr, {"alpha"}, {1}},
    {"Where", "{0} ? {1} : {2}", "{0} ? {1} : {2}"},
    {"Xor", nullptr, "{0} != {1}"},
};

// For elements of 16 bits.
constexpr ExpressionRow kSmallRows[] = {
    {"Sigmoid", "math::sigmoid16({0})", nullptr},
    {"Swish", "math::swish16({0}, {4})", nullptr, {"alpha"}, {1}},
};

// Operators whose attribute chooses between functions.
constexpr ExpressionRow kGelu{"Gelu", "math::gelu<{3}>({0})", nullptr};
constexpr ExpressionRow kGeluTanh{"Gelu", "math::geluTanh<{3}>({0})", nullptr};
constexpr ExpressionRow kSmallGelu{"Gelu", "math::gelu16({0})", nullptr};
constexpr ExpressionRow kSmallGeluTanh{"Gelu", "math::geluTanh16({0})", nullptr};
constexpr ExpressionRow kFmod{"Mod", "math::truncatingMod({0}, {1})", "math::truncatingMod<{3}>({0}, {1})"};
constexpr ExpressionRow kMod{"Mod", "math::flooringFloatMod<{3}>({0}, {1})",
                             "math::flooringMod<{3}>({0}, {1})"};
constexpr ExpressionRow kLeft{kBitShift, nullptr, "math::shiftLeft<{3}>({0}, {1})"};
constexpr ExpressionRow kRight{kBitShift, nullptr, "math::shiftRight<{3}>({0}, {1})"};

const ExpressionRow* gelu(const Node& node, bool isSmall) {
  if (node.attrs.text("approximate", "none") == "tanh") return isSmall ? &kSmallGeluTanh : &kGeluTanh;
  return isSmall ? &kSmallGelu : &kGelu;
}

}  // namespace

const ExpressionRow* findExpression(const Node& node) {
  const Value* result = node.outputs.empty() ? nullptr : node.outputs[0];
  bool isSmall = result && isFloat(result->dtype) && typeBits(result->dtype) == 16;
  if (node.is("Gelu")) return gelu(node, isSmall);
  if (node.is("Mod")) return node.attrs.integer("fmod", 0) ? &kFmod : &kMod;
  if (node.is(kBitShift)) return node.attrs.text("direction", "") == "LEFT" ? &kLeft : &kRight;
  if (isSmall)
    for (const ExpressionRow& row : kSmallRows)
      if (node.is(row.name)) return &row;
  for (const ExpressionRow& row : kRows)
    if (node.is(row.name)) return &row;
  return nullptr;
}

}  // namespace tenfold::cuda
