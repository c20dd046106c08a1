// The convolution kernels are compiled for every kind of convolution.
#include <fmt/format.h>

#include "base/error.h"
#include "cuda/kernel_sweep.h"
#include "graph/ir/text.h"

namespace tenfold::testing_util {
namespace {

// The last node of a case with images channels-last.
struct Problem {
  explicit Problem(const std::string& text, Layout layout) : parsed(parseCase(text)) {
    for (const Value* v : node().inputs) hint.inputs.push_back(describe(v, layout));
    for (const Value* v : node().outputs) hint.outputs.push_back(describe(v, layout));
  }
  const Node& node() const { return *parsed.graph->nodes().back(); }
  static TensorDesc describe(const Value* v, Layout layout) {
    TensorDesc d{v->dtype, *constantShape(*v->shape), Layout::kPlain, nullptr};
    if (v->isConstant())
      d.known = v->constant.data();
    else if (d.shape.rank() >= 3)
      d.layout = layout;
    return d;
  }
  TextCase parsed;
  TuningHint hint;
};

void expectConvCompiles(const char* tactic, const std::string& text, Layout layout = Layout::kChannelsLast) {
  KernelSweep* sweep = KernelSweep::get();
  if (!sweep) GTEST_SKIP() << "the CUDA target cannot be loaded here";
  SCOPED_TRACE(text);
  Problem p(text, layout);
  KernelSweep::Counts counts;
  sweep->add(p.node(), p.hint, counts, tactic);
  EXPECT_GE(counts[tactic], 1);
}

const char* const kResidual =
    "x:f16[1,64,14,14], r:f16[1,72,14,14] -> w = const f16[72,64,3,3] random(3); b = const f16[72] "
    "random(4); "
    "y = Region(x, w, b, r) {kind=\"conv\"} graph c(x:f16[1,64,14,14], w:f16[72,64,3,3], b:f16[72], "
    "r:f16[1,72,14,14]) { c = Conv(x, w, b) {pads=[1,1,1,1]}; a = Add(c, r); y = Relu(a); return y }";

TEST(CudaConv, Direct) {
  expectConvCompiles("conv-direct", kResidual);
  expectConvCompiles("conv-direct",
                     "x:f32[2,3,8,9], w:f32[4,3,3,3], b:f32[4] -> y = Conv(x, w, b) {pads=[1,1,1,1]}",
                     Layout::kPlain);
  expectConvCompiles(
      "conv-direct",
      "x:f64[2,3,4,5] -> w = const f64[3,4,3,3] random(3); y = ConvTranspose(x, w) {strides=[2,2], "
      "output_padding=[1,1]}");
}

TEST(CudaConv, DirectWithAnyExpression) {
  expectConvCompiles(
      "conv-direct",
      "x:f32[2,4,6,6], r:f32[2,8,1,1], q:bool[1,1,6,6] -> w = const f32[8,4,1,1] random(3); y, z = "
      "Region(x, w, r, q) {kind=\"conv\"} graph c(x:f32[2,4,6,6], w:f32[8,4,1,1], r:f32[2,8,1,1], "
      "q:bool[1,1,6,6]) { c = Conv(x, w); m = Where(q, c, r); a = Sigmoid(m); h = Cast(a) {to=f16}; "
      "return h, c }");
}

TEST(CudaConv, Depthwise) {
  expectConvCompiles("conv-depthwise",
                     "x:f16[2,16,9,9] -> w = const f16[16,1,3,3] random(3); y = Conv(x, w) {group=16, "
                     "pads=[1,1,1,1]}");
  expectConvCompiles(
      "conv-depthwise",
      "x:f32[1,6,9,7], b:f32[6] -> w = const f32[6,1,5,5] random(3); y = Conv(x, w, b) {group=6, "
      "strides=[2,2], pads=[2,1,2,3]}");
}

TEST(CudaConv, DepthwiseByTensorCores) {
  expectConvCompiles(
      "conv-depthwise-mma",
      "x:f16[1,8,20,20] -> w = const f16[8,1,7,7] random(3); b = const f16[8] random(4); y = Region(x, "
      "w, b) {kind=\"conv\"} graph c(x:f16[1,8,20,20], w:f16[8,1,7,7], b:f16[8]) { c = Conv(x, w, b) "
      "{group=8}; y = Relu(c); return y }");
  expectConvCompiles("conv-depthwise-mma",
                     "x:bf16[1,48,9,9] -> w = const bf16[48,1,3,3] random(3); y = Conv(x, w) {group=48, "
                     "strides=[2,2]}");
}

TEST(CudaConv, TensorCores) {
  expectConvCompiles("conv-mma", kResidual);
  expectConvCompiles("conv-mma",
                     "x:f32[2,12,9,9] -> w = const f32[20,12,3,3] random(3); y = Conv(x, w) {pads=[1,0,2,1], "
                     "dilations=[2,1]}");
}

TEST(CudaConv, TensorCoresForPatchesAndGroups) {
  expectConvCompiles("conv-mma",
                     "x:f16[1,3,32,32] -> w = const f16[96,3,4,4] random(3); y = Conv(x, w) {strides=[4,4]}");
  expectConvCompiles("conv-mma",
                     "x:bf16[1,256,9,9] -> w = const bf16[128,64,1,1] random(3); y = Conv(x, w) {group=4}");
}

TEST(CudaConv, FewChannels) {
  expectConvCompiles("conv-few-channels",
                     "x:f16[1,3,32,32] -> w = const f16[64,3,7,7] random(3); y = Conv(x, w) {strides=[2,2], "
                     "pads=[3,3,3,3]}");
  expectConvCompiles("conv-few-channels",
                     "x:f32[1,1,28,28] -> w = const f32[8,1,5,5] random(3); y = Conv(x, w) {pads=[2,2,2,2]}");
}

// The first layer of ResNet and smaller ones, with the pooling behind them.
TEST(CudaConv, FewChannelsPool) {
  for (const char* type : {"f16", "bf16"})
    for (const char* size : {"128,3,224,224", "1,3,224,224", "2,3,37,45"})
      expectConvCompiles(
          "conv-few-channels-pool",
          fmt::format("x:{0}[{1}] -> w = const {0}[64,3,7,7] random(3); b = const {0}[64] random(4); y = "
                      "Region(x, w, b) {{kind=\"conv\"}} graph c(x:{0}[{1}], w:{0}[64,3,7,7], b:{0}[64]) {{ "
                      "c = Conv(x, w, b) {{strides=[2,2], pads=[3,3,3,3]}}; a = Relu(c); y = MaxPool(a) "
                      "{{kernel_shape=[3,3], strides=[2,2], pads=[1,1,1,1]}}; return y }}",
                      type, size));
  // AlexNet's, and one with a longer epilogue.
  expectConvCompiles("conv-few-channels-pool",
                     "x:f16[64,3,224,224] -> w = const f16[96,3,11,11] random(3); y = Region(x, w) "
                     "{kind=\"conv\"} graph c(x:f16[64,3,224,224], w:f16[96,3,11,11]) { c = Conv(x, w) "
                     "{strides=[4,4], pads=[2,2,2,2]}; r = Relu(c); y = MaxPool(r) {kernel_shape=[3,3], "
                     "strides=[2,2]}; return y }");
  expectConvCompiles("conv-few-channels-pool",
                     "x:f16[64,3,224,224] -> w = const f16[64,3,7,7] random(3); s = const f16[64,1,1] "
                     "random(4); y = Region(x, w, s) {kind=\"conv\"} graph c(x:f16[64,3,224,224], "
                     "w:f16[64,3,7,7], s:f16[64,1,1]) { c = Conv(x, w) {strides=[2,2], pads=[3,3,3,3]}; m = "
                     "Mul(c, s); r = Swish(m); y = MaxPool(r) {kernel_shape=[3,3], strides=[2,2], "
                     "pads=[1,1,1,1]}; return y }");
  expectConvCompiles("conv-few-channels-pool",
                     "x:f16[1,1,28,28] -> w = const f16[8,1,5,5] random(3); y = Region(x, w) "
                     "{kind=\"conv\"} graph c(x:f16[1,1,28,28], w:f16[8,1,5,5]) { c = Conv(x, w); y = "
                     "MaxPool(c) {kernel_shape=[2,2], strides=[2,2]}; return y }");
}

}  // namespace
}  // namespace tenfold::testing_util
