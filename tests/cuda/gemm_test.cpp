// Our own matrix products are compiled: every family of kernels, in several types and forms of operands.
#include "cuda/kernel_sweep.h"
#include "graph/ir/text.h"
#include "graph/ops/eval.h"

namespace tenfold::testing_util {
namespace {

struct GemmCase {
  const char *text, *config;
};

constexpr const char* kGelu =
    "a:f16[40,72], b:f16[72,48], c:f16[48], r:f16[40,48] -> y = Region(a, b, c, r) {kind=\"matmul\"} graph "
    "g(a:f16[40,72], b:f16[72,48], c:f16[48], r:f16[40,48]) { m = MatMul(a, b); s = Add(m, c); g = Gelu(s); "
    "y = "
    "Add(g, r); return y }";
constexpr const char* kConv =
    "x:f16[1,16,6,6], w:f16[24,16,1,1], b:f16[24], r:f16[1,24,6,6] -> y = Region(x, w, b, r) {kind=\"conv\"} "
    "graph g(x:f16[1,16,6,6], w:f16[24,16,1,1], b:f16[24], r:f16[1,24,6,6]) { c = Conv(x, w, b); s = Add(c, "
    "r); "
    "y = Relu(s); return y }";
// In TF32, K along the rows of both operands.
constexpr const char* kLong =
    "a:f32[40,72], b:f32[48,72], c:f32[48], r:f32[40,48] -> y = Region(a, b, c, r) {kind=\"matmul\"} graph "
    "g(a:f32[40,72], b:f32[48,72], c:f32[48], r:f32[40,48]) { m = MatMul(a, b) {transB=1}; s = Add(m, c); g "
    "= "
    "Gelu(s); y = Add(g, r); return y }";
constexpr const char* kFloatConv =
    "x:f32[1,16,6,6], r:f32[1,24,6,6] -> w = const f32[24,16,1,1] random(1); b = const f32[24] random(2); y "
    "= "
    "Region(x, r, w, b) {kind=\"conv\"} graph g(x:f32[1,16,6,6], r:f32[1,24,6,6], w:f32[24,16,1,1], "
    "b:f32[24]) "
    "{ c = Conv(x, w, b); s = Add(c, r); y = Relu(s); return y }";
constexpr const char* kSplit =
    "a:f16[2,9,72], b:f16[72,48], c:f16[48] -> q, k, v = Region(a, b, c) {kind=\"matmul\"} graph "
    "g(a:f16[2,9,72], "
    "b:f16[72,48], c:f16[48]) { m = MatMul(a, b); s = Add(m, c); q, k, v = Split(s) {axis=2, num_outputs=3}; "
    "return "
    "q, k, v }";
// A result and an operand of other types, a column, and an operand that is read twice.
constexpr const char* kMany =
    "a:f16[40,72], b:f16[72,48], c:f32[48], d:f16[40,1], r:bf16[40,48] -> y, z = Region(a, b, c, d, r) "
    "{kind=\"matmul\"} graph g(a:f16[40,72], b:f16[72,48], c:f32[48], d:f16[40,1], r:bf16[40,48]) { m = "
    "MatMul(a, b); f = Cast(m) {to=f32}; s = Add(f, c); h = Cast(s) {to=f16}; t = Mul(h, d); q = Cast(r) "
    "{to=f16}; y = Add(t, q); u = Mul(y, q); z = Cast(u) {to=f32}; return y, z }";
constexpr const char* kConstant = "a:f16[8,512] -> w = const f16[512,96] random(1); y = MatMul(a, w)";
constexpr const char* kTransposed = "a:bf16[2,72,40], b:bf16[48,72] -> y = MatMul(a, b) {transA=1, transB=1}";
constexpr const char* kSingle = "a:f32[3,72,40], b:f32[72,48] -> y = MatMul(a, b) {transA=1}";
constexpr const char* kBytes = "a:u8[5,7], b:i8[7,9], z:u8[], w:i8[9] -> y = MatMulInteger(a, b, z, w)";
constexpr const char* kRow = "a:f16[1,512], b:f16[512,96] -> y = MatMul(a, b)";
constexpr const char* kColumn = "a:f32[96,512], b:f32[512] -> y = MatMul(a, b)";

// What every architecture has.
constexpr GemmCase kEverywhere[] = {
    {kGelu, "mma 128x128x32 w2x2 s4 p1"}, {kTransposed, "mma 64x64x64 w2x2 s4 p1"},
    {kSingle, "mma 64x64x64 w2x2 s4 p1"}, {kBytes, "simt 32x32x16"},
    {kRow, "skinny 1x32 rows p1"},        {kConv, "mma 64x64x64 w2x2 s4 p1"},
};
// Clusters, and the larger shared memory.
constexpr GemmCase kHopperOnly[] = {
    {kGelu, "wgmma 128x256 s4 pair p1"},
    {kGelu, "wgmma 128x128 s5 alone p1"},
    {kConv, "wgmma 64x64 s8 alone p4"},
    {kGelu, "wgmma 192x128 s4 trio p1"},
    {kConv, "wgmma 192x128 s5 trio p2"},
    {kGelu, "wgmma 192x128 s4 trio boxes"},
    {kConv, "wgmma 192x64 s6 trio boxes"},
    {kGelu, "wgmma 128x128 s5 alone boxes"},
    {kGelu, "wgmma 128x192 s4 pair boxes"},
    {kGelu, "wgmma 128x256 s3 pair boxes"},
    {kGelu, "wgmma 256x128 s3 pair boxes"},
    {kGelu, "wgmma 192x192 s3 trio boxes"},
    {kGelu, "wgmma 64x256 s4 alone boxes"},
    {kConv, "wgmma 64x192 s5 alone boxes"},
    {kConv, "wgmma 256x64 s4 pair boxes"},
    {kMany, "wgmma 128x128 s5 alone boxes"},
    {kTransposed, "wgmma 128x64 s7 alone boxes"},
    {kGelu, "quick 64x64 s4 p1"},
    {kGelu, "quick 64x128 s7 p2"},
    {kGelu, "quick 128x128 s4 p8"},
    {kConv, "quick 64x32 s4 p4"},
    {kSplit, "quick 128x64 s3 p2"},
    {kLong, "wgmma 128x256 s4 pair p1"},
    {kLong, "wgmma 192x128 s4 trio p1"},
    {kLong, "wgmma 192x128 s5 trio p2"},
    {kLong, "wgmma 128x128 s5 pair wide boxes"},
    {kLong, "wgmma 192x128 s3 trio wide boxes"},
    {kLong, "wgmma 192x64 s5 trio wide boxes"},
    {kLong, "wgmma 64x128 s6 alone wide boxes"},
    {kFloatConv, "wgmma 256x64 s4 pair wide boxes"},
    {kFloatConv, "wgmma 128x64 s6 alone wide boxes"},
    {kLong, "quick 64x64 s12 p8"},
    {kLong, "quick 128x128 s4 p1"},
    {kFloatConv, "wgmma 64x64 s8 alone p4"},
    {kFloatConv, "wgmma 128x128 s5 alone p1"},
    {kFloatConv, "quick 64x32 s4 p1"},
    {kFloatConv, "quick 64x64 s4 p4"},
    {kFloatConv, "quick 64x128 s3 p1"},
    {kFloatConv, "quick 128x64 s3 p1"},
    {kFloatConv, "quick 128x32 s3 p2"},
    {kFloatConv, "quick 128x128 s3 p1"},
    {kConstant, "mma 64x64x64 w2x2 s4 p4"},
    {kConstant, "quick 64x64 s4 p4"},
    {kConstant, "skinny 8x64 rows p1"},
    {kGelu, "mma 128x256x32 w2x4 s3 p1"},
    {kGelu, "mma 64x64x64 w2x2 s4 p4"},
    {kSplit, "mma 64x64x64 w2x2 s4 p1"},
    {kRow, "skinny 8x64 rows p4"},
    {kColumn, "skinny 32x8 columns p1"},
    {"a:f64[5,7], b:f64[7,9] -> y = MatMul(a, b)", "simt 64x64x16"},
};

// The node with what tactics may know of it.
struct Hinted {
  explicit Hinted(const char* text) : parsed(parseCase(text)) {
    node = parsed.graph->nodes().back();
    Layout layout = std::string_view(text).find("Conv") == std::string_view::npos ? Layout::kPlain
                                                                                  : Layout::kChannelsLast;
    auto desc = [&](const Tensor& t) {
      return TensorDesc{t.dtype(), t.shape(), t.shape().rank() > 2 ? layout : Layout::kPlain, nullptr};
    };
    std::vector<Tensor> inputs = parsed.inputs;  // constants follow them
    for (const Value* v : node->inputs)
      if (v->isConstant()) inputs.push_back(v->constant);
    for (const Tensor& t : inputs) hint.inputs.push_back(desc(t));
    for (const Tensor& t : evalNode(*node, inputs)) hint.outputs.push_back(desc(t));
  }
  TextCase parsed;
  const Node* node = nullptr;
  TuningHint hint;
};

void compileGemm(const char* architecture, const GemmCase& c) {
  SCOPED_TRACE(c.text);
  Hinted hinted(c.text);
  KernelSweep::compile(architecture, "gemm", *hinted.node, c.config, hinted.hint);
}

TEST(CudaGemm, CompilesEverywhere) {
  if (!KernelSweep::get()) GTEST_SKIP() << "the CUDA target cannot be loaded here";
  size_t turn = 0;
  for (const GemmCase& c : kEverywhere) {
    compileGemm(kHopper, c);
    for (size_t a = 0; a < std::size(kOthers); ++a)
      if (wantsAllKernels() || a == turn % std::size(kOthers)) compileGemm(kOthers[a], c);
    ++turn;
  }
}

TEST(CudaGemm, CompilesForHopper) {
  if (!KernelSweep::get()) GTEST_SKIP() << "the CUDA target cannot be loaded here";
  for (const GemmCase& c : kHopperOnly) compileGemm(kHopper, c);
}

TEST(CudaGemm, TakesEveryEpilogueAndType) {
  if (!KernelSweep::get()) GTEST_SKIP() << "the CUDA target cannot be loaded here";
  const Tactic* gemm = target("cuda:sm_90").findTactic("gemm");
  for (const char* text :
       {kGelu, kConv, kSplit, kTransposed, kSingle, kBytes, kRow, kColumn,
        "a:i64[2,3,4], b:i64[4,5] -> y = MatMul(a, b)", "a:f16[4,0], b:f16[0,3] -> y = MatMul(a, b)",
        "a:f32[2,1,3,4], b:f32[5,4,6] -> y = MatMul(a, b)", "a:f64[7], b:f64[2,7,3] -> y = MatMul(a, b)"}) {
    Hinted hinted(text);
    EXPECT_EQ(gemm->refuses(*hinted.node, hinted.hint), "") << text;
    EXPECT_FALSE(gemm->candidates(*hinted.node, hinted.hint).empty()) << text;
  }
  Hinted strided("x:f16[1,16,6,6], w:f16[24,16,1,1] -> y = Conv(x, w) {strides=[2,2]}");
  EXPECT_NE(gemm->refuses(*strided.node, strided.hint), "");
}

// The copy engine and wgmma take floats that lie along K, where TF32 is allowed.
TEST(CudaGemm, MovesTf32AlongK) {
  if (!KernelSweep::get()) GTEST_SKIP() << "the CUDA target cannot be loaded here";
  auto families = [](const char* text, bool allowTf32) {
    Hinted hinted(text);
    hinted.hint.allowTf32 = allowTf32;
    std::set<std::string> found;
    for (const Candidate& c : target("cuda:sm_90").findTactic("gemm")->candidates(*hinted.node, hinted.hint))
      found.insert(c.config.substr(0, c.config.find(' ')));
    return found;
  };
  EXPECT_TRUE(
      families("a:f32[196,512], b:f32[256,512] -> y = MatMul(a, b) {transB=1}", true).contains("quick"));
  EXPECT_TRUE(
      families("a:f32[4096,512], b:f32[4096,512] -> y = MatMul(a, b) {transB=1}", true).contains("wgmma"));
  for (const auto& none : {families("a:f32[196,512], b:f32[256,512] -> y = MatMul(a, b) {transB=1}", false),
                           families("a:f32[196,512], b:f32[512,256] -> y = MatMul(a, b)", true),
                           families("a:f32[196,510], b:f32[256,510] -> y = MatMul(a, b) {transB=1}", true)})
    EXPECT_FALSE(none.contains("quick") || none.contains("wgmma"));
}

}  // namespace
}  // namespace tenfold::testing_util
