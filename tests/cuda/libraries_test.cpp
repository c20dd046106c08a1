// What the tactics that call NVIDIA's libraries accept and refuse; the libraries run nothing here.
#include <gtest/gtest.h>

#include "base/error.h"
#include "graph/ir/text.h"
#include "targets/target.h"

namespace tenfold {
namespace {

struct Asked {
  TextCase text;
  TuningHint hint;
  const Node& node() const { return *text.graph->nodes().back(); }
};

Asked ask(const std::string& text, Layout layout = Layout::kPlain) {
  Asked a{parseCase(text), {}};
  auto describe = [&](const Value* v) {
    Layout own =
        layout == Layout::kChannelsLast && v->rank() >= 3 && !v->isConstant() ? layout : Layout::kPlain;
    return TensorDesc{v->dtype, constantShape(*v->shape).value(), own,
                      v->isConstant() ? v->constant.data() : nullptr};
  };
  for (const Value* v : a.node().inputs) a.hint.inputs.push_back(describe(v));
  for (const Value* v : a.node().outputs) a.hint.outputs.push_back(describe(v));
  return a;
}

class CudaLibraries : public testing::Test {
 protected:
  // Null where the target, or the library behind the tactic, is not on this machine.
  static const Tactic* find(const char* name, const std::string& accepted, Layout layout) {
    try {
      const Tactic* tactic = target("cuda:sm_90").findTactic(name);
      Asked a = ask(accepted, layout);
      if (tactic && tactic->refuses(a.node(), a.hint).find("cannot be loaded") == std::string::npos)
        return tactic;
    } catch (const Error&) {
    }
    return nullptr;
  }
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
  const Tactic* lt = find("cublaslt", "a:f32[3,4], b:f32[4,5] -> y = MatMul(a, b)", kPlain);
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
