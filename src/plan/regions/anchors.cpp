#include "plan/regions/anchors.h"

#include <algorithm>

#include "graph/ops/op_def.h"
#include "graph/ops/quantize.h"

namespace tenfold {
namespace {

constexpr Anchor kAnchors[] = {
    {"Conv", "conv", AnchorClass::kProduct},
    {"ConvInteger", "conv", AnchorClass::kProduct},
    {"ConvTranspose", "conv", AnchorClass::kProduct},
    {"MatMul", "matmul", AnchorClass::kProduct},
    {"MatMulInteger", "matmul", AnchorClass::kProduct},
    {"AveragePool", "pool", AnchorClass::kProduct},
    {"MaxPool", "pool", AnchorClass::kProduct},
    {"GlobalAveragePool", "pool", AnchorClass::kProduct},
    {"ReduceMean", "reduction", AnchorClass::kReduction},
    {"ReduceSum", "reduction", AnchorClass::kReduction},
    {"ReduceMax", "reduction", AnchorClass::kReduction},
    {"ReduceMin", "reduction", AnchorClass::kReduction},
    {"ReduceProd", "reduction", AnchorClass::kReduction},
    {"ReduceL1", "reduction", AnchorClass::kReduction},
    {"ReduceL2", "reduction", AnchorClass::kReduction},
    {"ReduceSumSquare", "reduction", AnchorClass::kReduction},
    {"ReduceLogSum", "reduction", AnchorClass::kReduction},
    {"ReduceLogSumExp", "reduction", AnchorClass::kReduction},
    {"Softmax", "softmax", AnchorClass::kReduction},
    {"LogSoftmax", "softmax", AnchorClass::kReduction},
    {"LayerNormalization", "normalization", AnchorClass::kReduction},
    {"RMSNormalization", "normalization", AnchorClass::kReduction},
    {"InstanceNormalization", "normalization", AnchorClass::kReduction},
    {"GroupNormalization", "normalization", AnchorClass::kReduction},
    {"Attention", "attention", AnchorClass::kAttention},
};

bool isComputable(const Value* v) {
  TypeClass cls = typeInfo(v->dtype).cls;
  return typeBits(v->dtype) >= 8 && cls != TypeClass::kString && cls != TypeClass::kComplex;
}

}  // namespace

const Anchor* anchorOf(const Node& node) {
  for (const Anchor& row : kAnchors)
    if (node.is(row.op)) return &row;
  return nullptr;
}

bool isFusiblePointwise(const Node& node) {
  if (!node.op->pointwise && !isUniformQuantization(node)) return false;
  if (node.outputs.size() != 1 || !node.outputs[0] || !node.bodies.empty()) return false;
  const Value* out = node.outputs[0];
  if (!out->shape || out->contents || !isComputable(out)) return false;
  bool shapeArithmetic = isInteger(out->dtype) && out->rank() <= 1;
  bool reads = std::any_of(node.inputs.begin(), node.inputs.end(),
                           [](const Value* v) { return v && !v->isConstant(); });
  return reads && !shapeArithmetic && std::all_of(node.inputs.begin(), node.inputs.end(), [](const Value* v) {
           return !v || (isComputable(v) && v->shape);
         });
}

}  // namespace tenfold
