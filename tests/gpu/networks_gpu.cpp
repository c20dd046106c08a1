// Small networks in half precision as plans on the GPU, beside the reference: what the passes that ask the
// target join (products that share an input, conversions, images in another layout) runs as a whole.
#include <gtest/gtest.h>

#include <fmt/format.h>

#include "common/session.h"
#include "graph/ir/text.h"
#include "graph/ops/eval.h"
#include "plan/build/build.h"
#include "targets/tactic_harness.h"

namespace tenfold {
namespace {

constexpr double kTolerance = 1e-2;

// The plan's number of steps that do something, with and without the passes of that name.
size_t check(const std::string& text, const std::string& disabled) {
  SCOPED_TRACE(disabled + ": " + text);
  Target& gpu = target("cuda");
  TextCase c = parseCase(text);
  std::vector<Tensor> wanted = evalGraph(*c.graph, c.inputs);
  BuildOptions options;
  if (!disabled.empty()) options.disabledPasses = {disabled};
  auto plan = buildPlan(std::move(c.graph), gpu, options);
  for (const Step& step : plan->steps) EXPECT_NE(step.compiled.tactic, "host-reference");
  size_t steps = plan->steps.size();
  Session session(std::move(plan), gpu);
  for (int run = 0; run < 3; ++run) {  // launched, recorded and replayed
    std::vector<Tensor> found = session.run(c.inputs);
    EXPECT_EQ(found.size(), wanted.size());
    for (size_t i = 0; i < found.size(); ++i)
      testing_util::expectClose(found[i], wanted[i], kTolerance, fmt::format("output {}, run {}", i, run));
  }
  return steps;
}

// Queries, keys and values of `length` texts of `size` elements, and the attention that reads them.
std::string attention(int length, int heads, int size) {
  int width = heads * size;
  std::string text = fmt::format("x:f16[1,{},{}] -> ", length, width);
  for (int i = 1; i <= 3; ++i)
    text += fmt::format(
        "w{0} = const f16[{1},{1}] random({0},-0.1,0.1); b{0} = const f16[{1}] random({0},-1,1); ", i, width);
  for (int i = 1; i <= 3; ++i)
    text += fmt::format(
        "p{0} = MatMul(x, w{0}); s{0} = Add(p{0}, b{0}); r{0} = Reshape(s{0}, i64[4]{{1,{1},{2},{3}}}); t{0} "
        "= "
        "Transpose(r{0}) {{perm=[0,2,1,3]}}; ",
        i, length, heads, size);
  return text + fmt::format(
                    "a = Attention(t1, t2, t3); u = Transpose(a) {{perm=[0,2,1,3]}}; y = Reshape(u, i64[3]"
                    "{{1,{},{}}})",
                    length, width);
}

struct Heads {
  int length, count, size;
};

TEST(GpuNetworks, AttentionReadsOneProduct) {
  for (const Heads& h : {Heads{128, 12, 64}, Heads{197, 4, 64}, Heads{50, 2, 32}, Heads{1, 4, 64}}) {
    std::string text = attention(h.length, h.count, h.size);
    EXPECT_LT(check(text, ""), check(text, "merge-products"));
  }
}

TEST(GpuNetworks, ProductsWriteTheirParts) {
  for (const char* rows : {"1", "9", "128", "400"}) {
    std::string text = fmt::format(
        "x:f16[{},264] -> w1 = const f16[264,136] random(1,-0.1,0.1); w2 = const f16[264,136] "
        "random(2,-0.1,0.1); "
        "b1 = const f16[136] random(3,-1,1); p = MatMul(x, w1); q = MatMul(x, w2); s = Add(p, b1); y = "
        "Relu(s); z "
        "= Tanh(q); return y, z",
        rows);
    check(text, "");
    check(text, "merge-products");
  }
}

struct Image {
  const char *text, *type, *channels, *pass;
};

// First layers read images that are not channels-last, and those in 16 bits images of 32.
TEST(GpuNetworks, FirstLayersReadTheImageAsItLies) {
  for (const Image& image : {Image{"x:f32[1,3,61,67] -> h = Cast(x) {to=f16}; ", "f16", "3", "fuse-casts"},
                             Image{"x:f32[1,1,40,40] -> h = Cast(x) {to=f16}; ", "f16", "1", "fuse-casts"},
                             Image{"h:f16[2,3,61,67] -> ", "f16", "3", "read-images"},
                             Image{"h:f32[2,3,61,67] -> ", "f32", "3", "read-images"}})
    for (const char* kernel : {"7,7", "3,3"}) {
      std::string text = fmt::format(
          "{0}w = const {3}[32,{1},{2}] random(1,-0.2,0.2); b = const {3}[32] random(2,-1,1); c = Conv(h, w, "
          "b) "
          "{{strides=[2,2], pads=[1,1,1,1]}}; r = Relu(c); v = const {3}[16,32,1,1] random(3,-0.2,0.2); y = "
          "Conv(r, "
          "v)",
          image.text, image.channels, kernel, image.type);
      EXPECT_LT(check(text, ""), check(text, image.pass));
    }
}

TEST(GpuNetworks, ResultsLeaveProductsInTheirType) {
  for (const char* rows : {"1", "32", "200"}) {
    std::string text = fmt::format(
        "x:f16[{},520] -> w = const f16[520,1000] random(1,-0.1,0.1); b = const f16[1000] random(2,-1,1); m "
        "= "
        "MatMul(x, w); s = Add(m, b); y = Cast(s) {{to=f32}}",
        rows);
    EXPECT_LT(check(text, ""), check(text, "fuse-casts"));
  }
  std::string text =
      "x:f16[1,32,20,20] -> w = const f16[24,32,3,3] random(1,-0.1,0.1); c = Conv(x, w) {pads=[1,1,1,1]}; y "
      "= "
      "Cast(c) {to=f32}";
  check(text, "");
  check(text, "fuse-casts");
}

// And what they compute is pooled in passing.
TEST(GpuNetworks, FirstLayersPoolTheirResults) {
  for (const char* image : {"x:f32[1,3,61,67] -> h = Cast(x) {to=f16}; ", "h:f16[2,3,64,48] -> ",
                            "x:f32[2,3,380,360] -> h = Cast(x) {to=f16}; "})
    for (const char* window : {"kernel_shape=[3,3], strides=[2,2], pads=[1,1,1,1]",
                               "kernel_shape=[2,3], strides=[2,2], ceil_mode=1"}) {
      std::string text = fmt::format(
          "{}w = const f16[64,3,7,7] random(1,-0.2,0.2); b = const f16[64] random(2,-1,1); c = Conv(h, w, b) "
          "{{strides=[2,2], pads=[3,3,3,3]}}; r = Relu(c); p = MaxPool(r) {{{}}}; v = const f16[16,64,1,1] "
          "random(3,-0.2,0.2); y = Conv(p, v)",
          image, window);
      EXPECT_LT(check(text, ""), check(text, "fuse-pools"));
    }
}

struct Excitation {
  const char *type, *gate, *image;
};

// Means with the products behind them, and images that are scaled by the result in front of a 1x1
// convolution.
TEST(GpuNetworks, SqueezeAndExcitation) {
  for (const Excitation& e : {Excitation{"f16", "Sigmoid", "3,16,14,14"},
                              {"bf16", "Sigmoid", "1,16,7,7"},
                              {"f16", "HardSigmoid", "2,16,28,27"},
                              {"f32", "HardSigmoid", "2,16,9,9"}}) {
    std::string text = fmt::format(
        "x:{0}[{2}] -> e = Conv(x, {0}[72,16,1,1] random(1,-0.3,0.3)); h = Swish(e); g = "
        "GlobalAveragePool(h); s = Conv(g, {0}[12,72,1,1] random(2,-0.3,0.3), {0}[12] random(6)); a = "
        "Relu(s); t = Conv(a, {0}[72,12,1,1] random(3,-0.3,0.3), {0}[72] random(7)); f = {1}(t); m = Mul(h, "
        "f); c = Conv(m, {0}[16,72,1,1] random(4,-0.3,0.3), {0}[16] random(5)); y = Add(c, x)",
        e.type, e.gate, e.image);
    size_t steps = check(text, "");
    EXPECT_EQ(steps + 1, check(text, "fuse-scales"));
    EXPECT_EQ(steps + 2, check(text, "fuse-means"));
  }
}

}  // namespace
}  // namespace tenfold
