// The small kernels of tactics/call_tactic.h compile, with the operators' own cases.
#include <gtest/gtest.h>

#include "cuda/kernel_sweep.h"
#include "cuda/operator_cases.h"
#include "graph/ops/op_def.h"

namespace tenfold::testing_util {
namespace {

struct Family {
  const char* tactic;
  std::vector<const char*> ops;
};

const Family kFamilies[] = {
    {"selection",
     {"ArgMax", "ArgMin", "Compress", "CumProd", "CumSum", "Hardmax", "NonMaxSuppression", "NonZero",
      "TopK"}},
    {"patterns",
     {"Bernoulli", "BlackmanWindow", "HannWindow", "CenterCropPad", "ConstantOfShape", "Dropout", "EyeLike",
      "Multinomial", "RandomNormal", "RandomNormalLike", "RandomUniform", "RandomUniformLike", "Range",
      "ReverseSequence", "Shape", "Size", "TensorScatter", "Trilu"}},
    {"quantization",
     {"ConvInteger", "DequantizeLinear", "DynamicQuantizeLinear", "MatMulInteger", "QuantizeLinear"}},
    {"images",
     {"AffineGrid", "Col2Im", "DeformConv", "GlobalLpPool", "GridSample", "LpPool", "MaxRoiPool", "MaxUnpool",
      "RoiAlign"}},
    {"sums", {"DFT", "Det", "ReduceProd", "RotaryEmbedding", "STFT"}},
    {"normalization",
     {"BatchNormalization", "GroupNormalization", "LayerNormalization", "LpNormalization",
      "NegativeLogLikelihoodLoss", "SoftmaxCrossEntropyLoss"}},
    {"packed", {"Concat", "Gather", "Reshape", "Slice", "Split", "Tile", "Transpose"}},
    {"unique", {"Unique"}},
    {"linear-attention", {"LinearAttention"}},
};

class CudaFamilies : public testing::TestWithParam<Family> {};

TEST_P(CudaFamilies, Compile) {
  if (!KernelSweep::get()) GTEST_SKIP() << "the CUDA target cannot be loaded here";
  for (const char* op : GetParam().ops) {
    KernelSweep::Counts counts;
    for (const OpCase& c : opDef(op).cases)
      for (auto [tactic, kernels] : compileCase(c.text, GetParam().tactic)) counts[tactic] += kernels;
    EXPECT_GE(counts[GetParam().tactic], 1) << op;
  }
}

INSTANTIATE_TEST_SUITE_P(Tables, CudaFamilies, testing::ValuesIn(kFamilies),
                         [](const auto& info) { return testName(info.param.tactic); });

TEST(CudaOperatorCases, Compile) {
  for (const OperatorCase& c : kOperatorCases) expectCompiles(c.tactic, {c.text});
}

}  // namespace
}  // namespace tenfold::testing_util
