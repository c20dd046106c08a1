#include "optimize/precision/policy.h"

#include "graph/ops/op_def.h"

namespace tenfold {
namespace {

using enum PrecisionKind;

constexpr uint32_t kAll = ~0u, kFirst = 1, kDataAndUpdates = 1 | 4;
constexpr std::string_view kRange = "its results leave the range of 16-bit floats easily",
                           kDigits = "it needs the digits of its argument", kSums = "it sums many elements",
                           kScales = "its scales are 32-bit floats",
                           kUnlisted = "it is not known to be safe in 16 bits";

struct Row {
  std::string_view op;
  PrecisionPolicy policy;
};
// Pointwise operators that are not listed are kFused, all others kWide.
constexpr Row kRows[] = {
    {"Conv", {kProduct}},
    {"ConvTranspose", {kProduct}},
    {"DeformConv", {kProduct}},
    {"MatMul", {kProduct}},
    {"Attention", {kProduct}},
    {"LSTM", {kProduct}},
    {"GRU", {kProduct}},
    {"RNN", {kProduct}},

    {"BatchNormalization", {kFused, kFirst}},
    {"GroupNormalization", {kFused}},
    {"InstanceNormalization", {kFused}},
    {"LayerNormalization", {kFused}},
    {"LogSoftmax", {kFused}},
    {"RMSNormalization", {kFused}},
    {"ReduceMax", {kFused, kFirst}},
    {"ReduceMean", {kFused, kFirst}},
    {"ReduceMin", {kFused, kFirst}},
    {"RotaryEmbedding", {kFused}},
    {"Softmax", {kFused}},

    {"AveragePool", {kMoving}},
    {"BatchGather", {kMoving, kFirst}},
    {"Compress", {kMoving, kFirst}},
    {"Concat", {kMoving}},
    {"DepthToSpace", {kMoving}},
    {"Expand", {kMoving, kFirst}},
    {"Flatten", {kMoving}},
    {"Gather", {kMoving, kFirst}},
    {"GatherElements", {kMoving, kFirst}},
    {"GatherND", {kMoving, kFirst}},
    {"GlobalAveragePool", {kMoving}},
    {"GlobalMaxPool", {kMoving}},
    {"GridSample", {kMoving, kFirst}},
    {"Identity", {kMoving}},
    {"MaxPool", {kMoving}},
    {"Pad", {kMoving, kDataAndUpdates}},
    {"Reshape", {kMoving, kFirst}},
    {"Resize", {kMoving, kFirst}},
    {"ReverseSequence", {kMoving, kFirst}},
    {"ScatterElements", {kMoving, kDataAndUpdates}},
    {"ScatterND", {kMoving, kDataAndUpdates}},
    {"Slice", {kMoving, kFirst}},
    {"SpaceToDepth", {kMoving}},
    {"Split", {kMoving, kFirst}},
    {"Squeeze", {kMoving, kFirst}},
    {"Tile", {kMoving, kFirst}},
    {"TopK", {kMoving, kFirst}},
    {"Transpose", {kMoving}},
    {"Trilu", {kMoving, kFirst}},
    {"Unsqueeze", {kMoving, kFirst}},

    {"ArgMax", {kAnyType}},
    {"ArgMin", {kAnyType}},
    {"Cast", {kAnyType}},
    {"NonZero", {kAnyType}},
    {"Shape", {kAnyType}},
    {"Size", {kAnyType}},

    {"Acos", {kWide, kAll, kDigits}},
    {"Acosh", {kWide, kAll, kDigits}},
    {"Asin", {kWide, kAll, kDigits}},
    {"Asinh", {kWide, kAll, kDigits}},
    {"Atan", {kWide, kAll, kDigits}},
    {"Atanh", {kWide, kAll, kDigits}},
    {"BitCast", {kWide, kAll, kDigits}},
    {"Cos", {kWide, kAll, kDigits}},
    {"Cosh", {kWide, kAll, kRange}},
    {"CumProd", {kWide, kAll, kRange}},
    {"CumSum", {kWide, kAll, kSums}},
    {"DequantizeLinear", {kWide, kAll, kScales}},
    {"Exp", {kWide, kAll, kRange}},
    {"Log", {kWide, kAll, kDigits}},
    {"Mod", {kWide, kAll, kDigits}},
    {"Pow", {kWide, kAll, kRange}},
    {"QuantizeLinear", {kWide, kAll, kScales}},
    {"ReduceL1", {kWide, kAll, kSums}},
    {"ReduceL2", {kWide, kAll, kSums}},
    {"ReduceLogSum", {kWide, kAll, kSums}},
    {"ReduceLogSumExp", {kWide, kAll, kSums}},
    {"ReduceProd", {kWide, kAll, kRange}},
    {"ReduceSum", {kWide, kAll, kSums}},
    {"ReduceSumSquare", {kWide, kAll, kSums}},
    {"Reciprocal", {kWide, kAll, kRange}},
    {"Sin", {kWide, kAll, kDigits}},
    {"Sinh", {kWide, kAll, kRange}},
    {"Tan", {kWide, kAll, kRange}},
};

bool isSquare(const Node& node) { return node.is("Mul") && node.input(0) == node.input(1); }

}  // namespace

PrecisionPolicy precisionPolicy(const Node& node) {
  if (isSquare(node)) return {kWide, kAll, kRange};
  for (const Row& row : kRows)
    if (node.is(row.op)) return row.policy;
  if (node.op->pointwise) return {kFused};
  return {kWide, kAll, kUnlisted};
}

}  // namespace tenfold
