// Poolings of whole images by every configuration, against the reference.
#include "targets/tactic_harness.h"

namespace tenfold {
namespace {

class PoolGpu : public testing::TestWithParam<const char*> {};

TEST_P(PoolGpu, AgreesWithTheReference) {
  for (Layout layout : {Layout::kPlain, Layout::kChannelsLast}) {
    Target& gpu = target("cuda");
    TextCase c = parseCase(GetParam());
    const Node& node = *c.graph->nodes().back();
    std::vector<Tensor> want = evalNode(node, c.inputs);
    EXPECT_EQ(testing_util::runTactic(gpu, *gpu.findTactic("pool"), node, c.inputs, want, 4e-3, layout, true),
              1);
  }
}

INSTANTIATE_TEST_SUITE_P(
    Whole, PoolGpu,
    testing::Values(
        "x:f16[2,40,7,7] -> y = GlobalAveragePool(x)", "x:f16[3,96,56,56] -> y = GlobalAveragePool(x)",
        "x:bf16[1,264,5,9] -> y = GlobalMaxPool(x)", "x:f32[2,36,30,31] -> y = GlobalAveragePool(x)",
        "x:f16[2,32,1,1] -> y = GlobalMaxPool(x)", "x:f64[1,24,3,4,5] -> y = GlobalAveragePool(x)",
        "x:f16[2,64,33] -> y = GlobalAveragePool(x)",
        "x:f16[2,40,20,20], b:f16[40,1,1] -> y = Region(x, b) {kind=\"pool\"} graph "
        "g(x:f16[2,40,20,20], b:f16[40,1,1]) { m = GlobalAveragePool(x) s = Add(m, b) y = Relu(s) "
        "return y }"));

}  // namespace
}  // namespace tenfold
