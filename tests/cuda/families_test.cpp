// The small kernels of tactics/call_tactic.h compile for every architecture, with the operators' own cases.
#include <gtest/gtest.h>

#include "cuda/compile_harness.h"
#include "cuda/operator_cases.h"

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

// How many kernels that tactic alone compiles for the case.
int compileBy(Target& target, std::string_view tactic, const char* text) {
  SCOPED_TRACE(text);
  int compiled = 0;
  const Tactic& t = *target.findTactic(tactic);
  try {
    forEachNode(text, [&](const Node& node, const TuningHint& hint) {
      if (!t.refuses(node, hint).empty()) return;
      for (const Candidate& candidate : t.candidates(node, hint)) {
        t.compile(node, candidate.config, hint);
        ++compiled;
      }
    });
  } catch (const std::exception& e) {
    ADD_FAILURE() << text << ": " << e.what();
  }
  return compiled;
}

class CudaFamilies : public testing::TestWithParam<Family> {};

// Every case for sm_90, the first one for the others.
TEST_P(CudaFamilies, Compile) {
  for (const char* architecture : {"sm_90", "sm_80", "sm_100", "sm_120"}) {
    Target* cuda = compileTarget(architecture);
    if (!cuda) GTEST_SKIP() << "the CUDA target cannot be loaded here";
    bool all = std::string_view(architecture) == "sm_90";
    for (const char* op : GetParam().ops) {
      int compiled = 0;
      for (const OpCase& c : opDef(op).cases)
        if (all || !compiled) compiled += compileBy(*cuda, GetParam().tactic, c.text);
      EXPECT_GE(compiled, 1) << op << " for " << architecture;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Tables, CudaFamilies, testing::ValuesIn(kFamilies),
                         [](const auto& info) { return testName(info.param.tactic); });

TEST(CudaOperatorCases, Compile) {
  Target* cuda = compileTarget("sm_90");
  if (!cuda) GTEST_SKIP() << "the CUDA target cannot be loaded here";
  for (const OperatorCase& c : kOperatorCases) EXPECT_GE(compileBy(*cuda, c.tactic, c.text), 1) << c.text;
}

}  // namespace
}  // namespace tenfold::testing_util
