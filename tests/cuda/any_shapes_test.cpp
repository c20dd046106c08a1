// Kernels that the copy engine serves are offered only where they can run every shape there may be.
#include <fmt/format.h>

#include "cuda/asked.h"
#include "plan/build/sizes.h"

namespace tenfold::testing_util {
namespace {

struct AnyShapesCase {
  const char* tactic;
  std::string text;
  const char* part;  // of a configuration's name
  bool offered;
};
void PrintTo(const AnyShapesCase& c, std::ostream* out) { *out << c.text; }

struct CudaAnyShapes : testing::TestWithParam<AnyShapesCase> {};

// At n = 1 and all else as the case says.
std::string offers(const AnyShapesCase& c, const Target& hopper) {
  TextCase text = parseCase(c.text);
  bool isConv = std::string_view(c.tactic).starts_with("conv");
  for (const auto& v : text.graph->values())
    if (v->rank() == 4 && !v->isConstant() && isConv) v->layout = Layout::kChannelsLast;
  const Node& node = *text.graph->nodes().back();
  TunedNode tuned = tunedNode(node, hopper, true, {{"n", 1}, {"k", 64}, {"s", 384}});
  const Tactic* tactic = hopper.findTactic(c.tactic);
  EXPECT_EQ(tactic->refuses(node, tuned.hint), "");
  std::string names;
  for (const Candidate& candidate : tactic->candidates(node, tuned.hint)) names += candidate.config + "\n";
  return names;
}

TEST_P(CudaAnyShapes, AreServed) {
  const Target* hopper = nullptr;
  try {
    hopper = &target("cuda:sm_90");
  } catch (const Error&) {
    GTEST_SKIP() << "the CUDA target cannot be loaded here";
  }
  std::string names = offers(GetParam(), *hopper);
  EXPECT_EQ(names.find(GetParam().part) != std::string::npos, GetParam().offered) << names;
}

// A product with something added. `r` is the operand's shape.
std::string sum(const char* batch, const char* r) {
  return fmt::format(
      "a:f16[{0}=1,2000,264], r:f16{1} -> w = const f16[264,2048] random(1); y = Region(a, w, r) "
      "{{kind=\"matmul\"}} graph g(a:f16[{0},2000,264], w:f16[264,2048], r:f16{1}) {{ m = MatMul(a, w); y = "
      "Add(m, r); return y }}",
      batch, r);
}
std::string conv(const char* r) {
  return fmt::format(
      "x:f16[n=1,128,224,224], r:f16{0} -> w = const f16[128,128,3,3] random(3); y = Region(x, r, w) "
      "{{kind=\"conv\"}} graph g(x:f16[n,128,224,224], r:f16{0}, w:f16[128,128,3,3]) {{ c = Conv(x, w) "
      "{{pads=[1,1,1,1]}}; y = Mul(c, r); return y }}",
      r);
}

INSTANTIATE_TEST_SUITE_P(
    Cuda, CudaAnyShapes,
    testing::Values(
        AnyShapesCase{"gemm", sum("n", "[n,2000,2048]"), "boxes", true},
        AnyShapesCase{"gemm", sum("n", "[n,2000,1]"), "boxes", true},
        AnyShapesCase{"gemm", sum("n", "[2048]"), "boxes", true},
        // At other batches rows are two axes of what is added.
        AnyShapesCase{"gemm", sum("n", "[1,2000,2048]"), "boxes", false},
        AnyShapesCase{"gemm", sum("n", "[2000,1]"), "boxes", false},
        AnyShapesCase{"gemm", sum("n", "[1,2000,2048]"), "wgmma", true},
        // The batches of both operands are one axis, or may be two.
        AnyShapesCase{"gemm", "a:f16[n=1,s=384,64], b:f16[n=1,64,512] -> y = MatMul(a, b)", "boxes", true},
        AnyShapesCase{"gemm", "a:f16[n=1,1,s=384,64], b:f16[1,8,64,512] -> y = MatMul(a, b)", "wgmma", false},
        AnyShapesCase{"gemm", "a:f16[1,1,s=384,64], b:f16[1,8,64,512] -> y = MatMul(a, b)", "wgmma", true},
        AnyShapesCase{"gemm", "a:f16[n=1,50000,16], b:f16[16,96] -> y = MatMul(a, b)", "thin", true},
        AnyShapesCase{"gemm", "a:f16[n=1,50000,16], b:f16[n=1,16,96] -> y = MatMul(a, b)", "thin", false},
        // Rows, or columns of the result, that vectors need not fill.
        AnyShapesCase{"gemm", "a:f16[384,k=64], b:f16[k=64,512] -> y = MatMul(a, b)", "wgmma", false},
        AnyShapesCase{"gemm", "a:f16[384,64], b:f16[s=384,64] -> y = MatMul(a, b) {transB=1}", "boxes",
                      false},
        AnyShapesCase{"gemm", "a:f16[384,64], b:f16[s=384,64] -> y = MatMul(a, b) {transB=1}", "wgmma", true},
        AnyShapesCase{"conv-wgmma", conv("[n,128,224,224]"), "boxes", true},
        AnyShapesCase{"conv-wgmma", conv("[128,1,1]"), "boxes", true},
        AnyShapesCase{"conv-wgmma", conv("[n,128,1,1]"), "boxes", false},
        AnyShapesCase{"conv-wgmma", conv("[1,128,224,224]"), "boxes", false}));

}  // namespace
}  // namespace tenfold::testing_util
