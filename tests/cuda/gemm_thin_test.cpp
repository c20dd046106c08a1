// Products of many rows with a short K (kernels/gemm_thin.cuh): where they are offered and chosen, and that
// their registers suffice.
#include <fmt/format.h>

#include <limits>

#include "cuda/asked.h"
#include "cuda/kernel_sweep.h"

namespace tenfold::testing_util {
namespace {

// A 1x1 convolution with constant weights.
Asked layer(int channels, int filters, int size, int batch = 32, const char* rest = "y = Swish(c)") {
  std::string operands =
      fmt::format("x:f16[{0},{1},{2},{2}], r:f16[{0},{3},{2},{2}]", batch, channels, size, filters);
  return ask(
      fmt::format("{0} -> w = const f16[{1},{2},1,1] random(1); b = const f16[{1}] random(2); y = "
                  "Region(x, r, w, b) {{kind=\"conv\"}} graph g({0}, w:f16[{1},{2},1,1], b:f16[{1}]) {{ c = "
                  "Conv(x, w, b) {3} return y }}",
                  operands, filters, channels, rest),
      Layout::kChannelsLast);
}

std::vector<std::string> thinOnes(const Asked& a) {
  std::vector<std::string> found;
  for (const Candidate& c : target("cuda:sm_90").findTactic("gemm")->candidates(a.node(), a.hint))
    if (c.config.starts_with("thin")) found.push_back(c.config);
  return found;
}

struct CudaThin : testing::Test {
  void SetUp() override {
    if (!KernelSweep::get()) GTEST_SKIP() << "the CUDA target cannot be loaded here";
  }
};

// EfficientNet-B0's.
TEST_F(CudaThin, AreExpectedToBeTheFastest) {
  for (const Asked& a : {layer(16, 96, 112), layer(24, 144, 56), layer(40, 240, 28)}) {
    std::string best;
    double seconds = std::numeric_limits<double>::infinity();
    for (const Tactic* tactic : target("cuda:sm_90").tactics()) {
      if (!tactic->refuses(a.node(), a.hint).empty()) continue;
      for (const Candidate& c : tactic->candidates(a.node(), a.hint))
        if (c.seconds < seconds) seconds = c.seconds, best = c.config;
    }
    EXPECT_TRUE(best.starts_with("thin")) << best;
  }
}

TEST_F(CudaThin, AreOfferedWhereTheyFit) {
  EXPECT_FALSE(thinOnes(ask("a:bf16[60000,16], b:bf16[16,96] -> y = MatMul(a, b)")).empty());
  EXPECT_FALSE(thinOnes(ask("a:f16[8,9000,64], b:f16[72,64] -> y = MatMul(a, b) {transB=1}")).empty());
  EXPECT_TRUE(thinOnes(layer(16, 96, 14, 1)).empty()) << "few rows";
  for (const char* other : {"a:f32[60000,16], b:f32[16,96] -> y = MatMul(a, b)",
                            "a:f16[60000,72], b:f16[72,96] -> y = MatMul(a, b)",
                            "a:f16[60000,20], b:f16[20,96] -> y = MatMul(a, b)",
                            "a:f16[60000,16], b:f16[16,100] -> y = MatMul(a, b)",
                            "a:f16[16,60000], b:f16[16,96] -> y = MatMul(a, b) {transA=1}",
                            "a:f16[8,9000,16], b:f16[8,16,96] -> y = MatMul(a, b)"})
    EXPECT_TRUE(thinOnes(ask(other)).empty()) << other;
}

TEST_F(CudaThin, NothingIsSpilled) {
  size_t turn = 0;
  for (int k = 8; k <= 64; k += 8) {
    Asked a = layer(k, 144, 112, 32, "s = Gelu(c) y = Add(s, r)");
    std::vector<std::string> offered = thinOnes(a);
    EXPECT_FALSE(offered.empty()) << k;
    for (const std::string& config : offered) KernelSweep::compile(kHopper, "gemm", a.node(), config, a.hint);
    const char* other = kOthers[turn++ % std::size(kOthers)];
    KernelSweep::compile(other, "gemm", a.node(), fmt::format("thin 16x32 k{}", k), a.hint);
  }
}

}  // namespace
}  // namespace tenfold::testing_util
