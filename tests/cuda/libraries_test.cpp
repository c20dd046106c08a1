// What the tactics that call NVIDIA's libraries accept and refuse; the libraries run nothing here.
#include "cuda/asked.h"

namespace tenfold {
namespace {

using testing_util::ask;
using testing_util::Asked;

class CudaLibraries : public testing::Test {
 protected:
  static void accepts(const Tactic& tactic, const std::string& text, Layout layout, const char* config) {
    Asked a = ask(text, layout);
    EXPECT_EQ(tactic.refuses(a.node(), a.hint), "") << text;
    auto candidates = tactic.candidates(a.node(), a.hint);
    ASSERT_EQ(candidates.size(), 1u) << text;
    EXPECT_EQ(candidates[0].config, config);
    EXPECT_GT(candidates[0].seconds, 0);
    CompiledKernel compiled = tactic.compile(a.node(), candidates[0].config, a.hint);
    EXPECT_NE(tactic.load(a.node(), compiled), nullptr);
  }
  static void refuses(const Tactic& tactic, const std::string& text, Layout layout, const char* why) {
    Asked a = ask(text, layout);
    EXPECT_NE(tactic.refuses(a.node(), a.hint).find(why), std::string::npos)
        << text << ": " << tactic.refuses(a.node(), a.hint);
  }
};

constexpr Layout kPlain = Layout::kPlain, kLast = Layout::kChannelsLast;

TEST_F(CudaLibraries, Products) {
  const Tactic* lt =
      testing_util::libraryTactic("cublaslt", "a:f32[3,4], b:f32[4,5] -> y = MatMul(a, b)", kPlain);
  if (!lt) GTEST_SKIP() << "no CUDA target or no cuBLASLt here";
  for (const char* text :
       {"a:f32[3,4], b:f32[4,5] -> y = MatMul(a, b)", "a:f32[2,3,4], b:f32[4,5] -> y = MatMul(a, b)",
        "a:f32[2,3,6,4], b:f32[2,1,5,4] -> y = MatMul(a, b) {transB=1}",
        "a:f32[3,1,4,6], b:f32[5,4,7] -> y = MatMul(a, b) {transA=1}"})
    accepts(*lt, text, kPlain, "heuristic,tf32");
  accepts(*lt, "a:f16[3,4], b:f16[4,5] -> y = MatMul(a, b)", kPlain, "heuristic");
  accepts(*lt, "x:bf16[1,8,5,5], b:bf16[16] -> w = const bf16[16,8,1,1] random(1); y = Conv(x, w, b)", kLast,
          "heuristic");
  refuses(*lt, "a:f64[3,4], b:f64[4,5] -> y = MatMul(a, b)", kPlain, "does not multiply f64");
  refuses(*lt, "a:f32[4], b:f32[4,5] -> y = MatMul(a, b)", kPlain, "not both matrices");
  refuses(*lt, "a:f32[0,4], b:f32[4,5] -> y = MatMul(a, b)", kPlain, "empty");
  refuses(*lt, "a:f32[3,4] -> y = Relu(a)", kPlain, "exactly one");
  refuses(*lt, "x:f32[1,8,5,5], w:f32[16,8,1,1] -> y = Conv(x, w)", kPlain, "channels-last");
  refuses(*lt, "x:f32[1,8,5,5] -> w = const f32[16,8,3,3] random(1); y = Conv(x, w)", kLast, "1x1");
  refuses(*lt, "x:f32[1,8,5,5] -> w = const f32[16,8,1,1] random(1); y = Conv(x, w) {strides=[2,2]}", kLast,
          "strides");
  refuses(*lt,
          "a:f32[3,4], b:f32[4,5] -> y = Region(a, b) {kind=\"matmul\"} graph body(a:f32[3,4], b:f32[4,5]) "
          "{ p = MatMul(a, b) q = Tanh(p) return q }",
          kPlain, "Relu");
}

}  // namespace
}  // namespace tenfold
