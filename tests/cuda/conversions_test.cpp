// Conversions and layouts that kernels of the CUDA target take care of in passing: no step of their own.
#include "cuda/kernel_sweep.h"
#include "cuda/planned_steps.h"
#include "plan/build/build.h"

namespace tenfold::testing_util {
namespace {

using CudaConversions = PlannedForHopper;

TEST_F(CudaConversions, ResultsOfTheNetworkLeaveProductsInTheirType) {
  EXPECT_EQ(plannedSteps("x:f16[3,8] -> m = MatMul(x, f16[8,16] random(1,-1,1)); s = Add(m, f16[16] "
                         "random(2,-1,1)); y = Cast(s) {to=f32}"),
            "matmul(MatMul Add Cast)");
  EXPECT_EQ(
      plannedSteps("x:f16[1,16,4,4] -> m = Conv(x, f16[16,16,1,1] random(1,-1,1)); y = Cast(m) {to=f32}"),
      "Reorder conv(Conv Cast) Reorder");
  // Others are for the library's sake steps of their own, with what is behind them.
  EXPECT_EQ(plannedSteps("x:f16[3,8] -> m = MatMul(x, f16[8,16] random(1,-1,1)); c = Cast(m) {to=f32}; y = "
                         "Exp(c)"),
            "MatMul pointwise(Cast Exp)");
}

TEST_F(CudaConversions, FirstLayersReadTheImageAsItLies) {
  EXPECT_EQ(plannedSteps("x:f16[1,3,12,12] -> c = Conv(x, f16[16,3,3,3] random(1,-1,1)) {strides=[2,2]}; y = "
                         "Relu(c)"),
            "conv(Conv Relu) Reorder");
  EXPECT_EQ(
      plannedSteps("x:f32[1,3,12,12] -> h = Cast(x) {to=f16}; c = Conv(h, f16[16,3,3,3] random(1,-1,1)) "
                   "{strides=[2,2]}; y = Relu(c)"),
      "conv(Cast Conv Relu) Reorder");
  EXPECT_EQ(plannedSteps("x:f32[1,3,12,12] -> y = Conv(x, f32[16,3,3,3] random(1,-1,1))"), "Conv Reorder");
}

// The kernel that does so in 32 bits rounds to TF32; nothing is left to the host, with a pooling or without.
TEST_F(CudaConversions, FirstLayersWithoutTf32DoNot) {
  for (bool allowTf32 : {true, false})
    for (const char* pool : {"", "; y = MaxPool(c) {kernel_shape=[3,3], strides=[2,2]}"}) {
      TextCase c =
          parseCase(std::string("x:f32[1,3,12,12] -> c = Conv(x, f32[16,3,3,3] random(1,-1,1))") + pool);
      BuildOptions options;
      options.allowTf32 = allowTf32;
      auto plan = buildPlan(std::move(c.graph), *compileTarget("sm_90"), options);
      EXPECT_EQ(plan->steps.at(0).node->is("Reorder"), !allowTf32);
      for (const Step& step : plan->steps) EXPECT_NE(step.compiled.tactic, "host-reference");
    }
}

TEST_F(CudaConversions, OtherLayersDoNot) {
  // Two readers; many channels; a kernel that few channels are not made for; a pooling.
  EXPECT_EQ(
      plannedSteps("x:f32[1,3,8,8] -> h = Cast(x) {to=f16}; y = Conv(h, f16[16,3,3,3] random(1,-1,1)); z "
                   "= Conv(h, f16[16,3,3,3] random(2,-1,1)); return y, z"),
      "Cast Conv Conv Reorder Reorder");
  EXPECT_EQ(
      plannedSteps("x:f32[1,16,8,8] -> h = Cast(x) {to=f16}; y = Conv(h, f16[8,16,3,3] random(1,-1,1))"),
      "Reorder Cast Conv Reorder");
  EXPECT_EQ(plannedSteps("x:f32[1,3,32,32] -> h = Cast(x) {to=f16}; y = Conv(h, f16[8,3,16,16] "
                         "random(1,-1,1)) {strides=[16,16]}"),
            "Cast Conv Reorder");
  EXPECT_EQ(plannedSteps("x:f32[1,3,8,8] -> h = Cast(x) {to=f16}; y = MaxPool(h) {kernel_shape=[2,2]}"),
            "Cast MaxPool");
}

TEST_F(CudaConversions, FirstLayersPoolTheirResults) {
  const std::string image = "x:f16[2,3,40,40] -> w = const f16[64,3,7,7] random(1,-1,1); ",
                    conv = "b = const f16[64] random(2); c = Conv(x, w, b) {strides=[2,2], pads=[3,3,3,3]}; ",
                    window = "{kernel_shape=[3,3], strides=[2,2], pads=[1,1,1,1]}";
  EXPECT_EQ(plannedSteps(image + conv + "r = Relu(c); y = MaxPool(r) " + window),
            "conv(Conv Relu MaxPool) Reorder");
  EXPECT_EQ(plannedSteps(image + conv + "s = Mul(c, f16[64,1,1] random(3)); y = MaxPool(s) " + window),
            "conv(Conv Mul MaxPool) Reorder");
  // An image that is converted, and its layout changed, by a step of its own.
  EXPECT_EQ(plannedSteps("x:f32[3,3,300,300] -> h = Cast(x) {to=f16}; c = Conv(h, f16[16,3,3,3] "
                         "random(1,-1,1)) {strides=[2,2]}; y = MaxPool(c) {kernel_shape=[2,2], "
                         "strides=[2,2]}"),
            "Cast conv(Conv MaxPool) Reorder");
}

TEST_F(CudaConversions, OtherPoolingsStayApart) {
  const std::string image = "x:f16[2,3,20,20], q:f16[2,64,18,18] -> w = const f16[64,3,3,3] random(1,-1,1); ",
                    conv = "c = Conv(x, w); ", window = "{kernel_shape=[3,3], strides=[2,2]}";
  // Two readers; an operand of the result's size; windows that few use; indices; an epilogue of the
  // pooling's.
  EXPECT_EQ(plannedSteps(image + conv + "y = MaxPool(c) " + window + "; z = Relu(c); return y, z"),
            "Conv MaxPool Relu Reorder Reorder");
  EXPECT_EQ(plannedSteps(image + conv + "a = Add(c, q); y = MaxPool(a) " + window),
            "Reorder conv(Conv Add) MaxPool Reorder");
  EXPECT_EQ(plannedSteps(image + conv + "y = MaxPool(c) {kernel_shape=[3,3]}"), "Conv MaxPool Reorder");
  EXPECT_EQ(plannedSteps(image + conv + "y = AveragePool(c) " + window), "Conv AveragePool Reorder");
  EXPECT_EQ(plannedSteps(image + conv + "m = MaxPool(c) " + window + "; y = Relu(m)"),
            "Conv pool(MaxPool Relu) Reorder");
  EXPECT_EQ(plannedSteps("x:f32[2,3,20,20] -> w = const f32[64,3,3,3] random(1,-1,1); c = Conv(x, w); y = "
                         "MaxPool(c) " +
                         window),
            "Conv MaxPool Reorder");
}

TEST_F(CudaConversions, TheirKernelsCompile) {
  const char* image =
      "x:f32[1,3,12,12], w:f16[16,3,3,3] -> y = Region(x, w) {kind=\"conv\"} graph g(x:f32[1,3,12,12], "
      "w:f16[16,3,3,3]) { h = Cast(x) {to=f16}; c = Conv(h, w) {strides=[2,2]}; y = Relu(c); return y }";
  forEachNode(image, [&](const Node& node, TuningHint hint) {
    TextCase c = parseCase(image);
    hint.inputs[1].known = c.inputs[1].data();
    hint.outputs[0].layout = Layout::kChannelsLast;
    int accepted = 0;
    for (const Tactic* tactic : compileTarget("sm_90")->tactics()) {
      if (tactic->name() == "host-reference" || !tactic->refuses(node, hint).empty()) continue;
      EXPECT_EQ(tactic->name(), "conv-few-channels");
      for (const Candidate& candidate : tactic->candidates(node, hint))
        EXPECT_NO_THROW(tactic->compile(node, candidate.config, hint)) << candidate.config;
      ++accepted;
    }
    EXPECT_EQ(accepted, 1);
  });
  expectCompiles(
      "gemm",
      {"a:f16[32,512] -> w = const f16[512,96] random(1,-1,1); y = Region(a, w) {kind=\"matmul\"} graph "
       "g(a:f16[32,512], w:f16[512,96]) { m = MatMul(a, w); y = Cast(m) {to=f32}; return y }"});
}

}  // namespace
}  // namespace tenfold::testing_util
