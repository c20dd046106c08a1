// cuDNN on a GPU: convolutions of all ranks, strides, groups, types and epilogues, attention, and shapes that
// change after the plan was made.
#include "base/error.h"
#include "cuda/asked.h"
#include "targets/tactic_harness.h"

namespace tenfold {
namespace {

std::string typed(std::string text, const std::string& type) {
  for (size_t at; (at = text.find("T[")) != std::string::npos;) text.replace(at, 1, type);
  return text;
}

class CudnnOnGpu : public testing::TestWithParam<const char*> {
 protected:
  // By every tactic that accepts it; cuDNN must be among them in channels-last layout.
  static void agrees(const std::string& text) {
    std::string type = GetParam();
    std::string whole = typed(text, type);
    auto counts = testing_util::checkText(whole, type == "f32" ? 2e-5 : 4e-3, "cuda");
    EXPECT_GE(counts["cudnn-conv@last"], 1) << whole;
  }
  static std::string fused(const std::string& body, const std::string& conv = "Conv(x, w) {pads=[1,1,1,1]}") {
    std::string inputs = "x:T[2,16,9,7], b:T[24], c:T[24,1,1], r:T[2,24,9,7]";
    return fmt::format(
        "{0} -> w = const T[24,16,3,3] random(3); y = Region(x, w, b, c, r) {{kind=\"conv\"}} graph "
        "body(x:T[2,16,9,7], w:T[24,16,3,3], b:T[24], c:T[24,1,1], r:T[2,24,9,7]) {{ p = {1} {2} }}",
        inputs, conv, body);
  }
};

TEST_P(CudnnOnGpu, Planes) {
  for (const char* text :
       {"x:T[2,16,13,11] -> w = const T[24,16,3,3] random(1); y = Conv(x, w) {pads=[1,1,1,1]}",
        "x:T[1,3,31,29], b:T[16] -> w = const T[16,3,7,7] random(1); y = Conv(x, w, b) {pads=[3,3,3,3], "
        "strides=[2,2]}",
        "x:T[3,13,9,10] -> w = const T[7,13,3,2] random(1); y = Conv(x, w) {dilations=[2,3]}",
        "x:T[2,8,10,10] -> w = const T[8,8,3,3] random(1); y = Conv(x, w) {pads=[0,1,2,1]}",
        "x:T[1,8,9,9] -> w = const T[16,8,4,4] random(1); y = Conv(x, w) {auto_pad=\"SAME_LOWER\"}",
        "x:T[2,64,8,8] -> w = const T[32,64,1,1] random(1); y = Conv(x, w) {strides=[2,2]}",
        "x:T[1,8,1,1] -> w = const T[8,8,1,1] random(1); y = Conv(x, w)",
        "x:T[2,16,7,7], w:T[8,16,3,3] -> y = Conv(x, w)"})
    agrees(text);
}

TEST_P(CudnnOnGpu, LinesAndVolumes) {
  for (const char* text :
       {"x:T[2,16,33], b:T[8] -> w = const T[8,16,5] random(1); y = Conv(x, w, b) {pads=[2,2]}",
        "x:T[2,5,20] -> w = const T[9,5,4] random(1); y = Conv(x, w) {strides=[3], pads=[2,1]}",
        "x:T[1,8,5,6,7] -> w = const T[16,8,3,3,3] random(1); y = Conv(x, w) {pads=[1,1,1,1,1,1]}",
        "x:T[2,3,6,7,5] -> w = const T[5,3,2,3,2] random(1); y = Conv(x, w) {strides=[1,2,2]}"})
    agrees(text);
}

TEST_P(CudnnOnGpu, Groups) {
  for (const char* text :
       {"x:T[2,32,14,14] -> w = const T[32,1,3,3] random(1); y = Conv(x, w) {group=32, pads=[1,1,1,1]}",
        "x:T[2,24,15,13], b:T[24] -> w = const T[24,1,5,5] random(1); y = Conv(x, w, b) {group=24, "
        "strides=[2,2], pads=[2,2,2,2]}",
        "x:T[1,16,9,9] -> w = const T[32,1,3,3] random(1); y = Conv(x, w) {group=16}",
        "x:T[2,64,9,9] -> w = const T[64,16,3,3] random(1); y = Conv(x, w) {group=4, pads=[1,1,1,1]}",
        "x:T[2,6,9,9] -> w = const T[9,2,3,3] random(1); y = Conv(x, w) {group=3}",
        "x:T[2,16,30] -> w = const T[16,1,7] random(1); y = Conv(x, w) {group=16, pads=[3,3]}"})
    agrees(text);
}

TEST_P(CudnnOnGpu, Transposed) {
  for (const char* text :
       {"x:T[2,16,7,6] -> w = const T[16,8,2,2] random(1); y = ConvTranspose(x, w) {strides=[2,2]}",
        "x:T[1,16,5,5], b:T[8] -> w = const T[16,8,3,3] random(1); y = ConvTranspose(x, w, b) "
        "{strides=[2,2], "
        "pads=[1,1,1,1], output_padding=[1,1]}",
        "x:T[1,6,9] -> w = const T[6,5,4] random(1); y = ConvTranspose(x, w) {strides=[3], pads=[1,1]}",
        "x:T[1,16,6,6] -> w = const T[16,4,3,3] random(1); y = ConvTranspose(x, w) {group=2}",
        "x:T[1,8,3,4,3] -> w = const T[8,8,2,2,2] random(1); y = ConvTranspose(x, w) {strides=[2,2,2]}"})
    agrees(text);
}

TEST_P(CudnnOnGpu, Sums) {
  for (const char* body : {"q = Relu(p) return q", "q = Add(p, c) s = Relu(q) return s",
                           "q = Add(p, r) return q", "q = Add(p, r) s = Add(q, c) t = Relu(s) return t",
                           "q = Mul(p, T[]{0.125}) s = Add(q, r) t = Relu(s) return t"})
    agrees(fused(body));
  agrees(fused("q = Add(p, r) s = Relu(q) return s", "Conv(x, w, b) {pads=[1,1,1,1]}"));
}

TEST_P(CudnnOnGpu, Activations) {
  for (const char* body : {"q = Sigmoid(p) return q", "q = Tanh(p) return q",
                           "q = Elu(p) {alpha=0.5} return q", "q = Add(p, c) s = Swish(q) return s"})
    agrees(fused(body));
}

TEST_P(CudnnOnGpu, BoundsAndSlopes) {
  for (const char* body : {"q = Clip(p, T[]{0}, T[]{6}) return q", "q = Clip(p, T[]{-0.5}) return q",
                           "q = Swish(p) {alpha=1.5} return q"})
    agrees(fused(body));
}

TEST_P(CudnnOnGpu, OtherEpilogues) {
  for (const char* body : {"q = HardSwish(p) return q", "q = Relu(p) s = Mul(q, r) return s",
                           "q = Add(p, c) s = Sigmoid(q) t = Mul(q, s) return t"})
    agrees(fused(body));
  agrees(fused("q = Relu(p) s = Add(q, r) return s", "Conv(x, w, b) {pads=[1,1,1,1]}"));
}

TEST_P(CudnnOnGpu, Attention) {
  std::string type = GetParam();
  if (type == "f32") GTEST_SKIP() << "its engines know f16 and bf16 only";
  for (const char* text :
       {"q:T[2,4,128,64], k:T[2,4,128,64], v:T[2,4,128,64] -> y = Attention(q, k, v)",
        "q:T[1,3,77,40], k:T[1,3,50,40], v:T[1,3,50,40] -> y = Attention(q, k, v) {scale=0.3}",
        "q:T[2,3,100,32], k:T[2,3,100,32], v:T[2,3,100,32] -> y = Attention(q, k, v) {is_causal=1}",
        "q:T[2,33,64], k:T[2,21,64], v:T[2,21,64] -> y = Attention(q, k, v) {q_num_heads=4, kv_num_heads=4}",
        "q:T[2,8,64,64], k:T[2,2,64,64], v:T[2,2,64,64] -> y = Attention(q, k, v)",
        "q:T[2,4,1,64], k:T[2,4,200,64], v:T[2,4,200,64] -> y = Attention(q, k, v)",
        "q:T[2,4,31,64], k:T[2,4,45,64], v:T[2,4,45,64] -> m = const T[1,4,31,45] random(1); y = "
        "Attention(q, "
        "k, v, m)",
        "q:T[2,4,64,64], k:T[2,4,45,64], v:T[2,4,45,64] -> m = const T[2,1,1,45] random(1); y = Attention(q, "
        "k, v, m)",
        "q:T[2,4,64,64], k:T[2,4,45,64], v:T[2,4,45,64], m:T[2,1,1,45] -> y = Attention(q, k, v, m) "
        "{bounded_mask=1}",
        "q:T[2,4,128,64], k:T[2,4,128,64], v:T[2,4,128,64] -> m = const T[2,1,1,128] splat(-60000); y = "
        "Attention(q, k, v, m)",
        "x:T[2,50,384] -> y = Region(x) {kind=\"attention\"} graph g(x:T[2,50,384]) { a, b, c = Split(x) "
        "{axis=2}; q = Reshape(a, i64[4]{0,0,2,64}); k = Reshape(b, i64[4]{0,0,2,64}); v = Reshape(c, "
        "i64[4]{0,0,2,64}); s = Transpose(q) {perm=[0,2,1,3]}; t = Transpose(k) {perm=[0,2,1,3]}; u = "
        "Transpose(v) {perm=[0,2,1,3]}; o = Attention(s, t, u); p = Transpose(o) {perm=[0,2,1,3]}; y = "
        "Reshape(p, i64[3]{0,0,128}); return y }"}) {
    std::string whole = typed(text, type);
    auto counts = testing_util::checkText(whole, 4e-3, "cuda");
    EXPECT_GE(counts["cudnn-attention"], 1) << whole;
  }
}

INSTANTIATE_TEST_SUITE_P(Types, CudnnOnGpu, testing::Values("f32", "f16", "bf16"),
                         [](const auto& info) { return std::string(info.param); });

// Compiled for one shape, run with others.
TEST(CudnnOnGpu, ShapesChange) {
  Target& gpu = target("cuda");
  const Tactic* conv = gpu.findTactic("cudnn-conv");
  ASSERT_NE(conv, nullptr);
  auto text = [](int batch, int size) {
    return fmt::format(
        "x:f16[{0},16,{1},{1}], b:f16[32] -> w = const f16[32,16,3,3] random(1); y = Region(x, w, b) "
        "{{kind=\"conv\"}} graph body(x:f16[{0},16,{1},{1}], w:f16[32,16,3,3], b:f16[32]) {{ p = Conv(x, w, "
        "b) "
        "{{pads=[1,1,1,1]}} q = Swish(p) return q }}",
        batch, size);
  };
  testing_util::Asked built = testing_util::ask(text(4, 12), Layout::kChannelsLast);
  built.hint.staticShapes = false;
  ASSERT_EQ(conv->refuses(built.node(), built.hint), "");
  CompiledKernel compiled =
      conv->compile(built.node(), conv->candidates(built.node(), built.hint).at(0).config, built.hint);
  auto kernel = conv->load(built.node(), compiled);
  for (auto [batch, size] : {std::pair(1, 12), std::pair(7, 5), std::pair(4, 12), std::pair(2, 33)}) {
    TextCase c = parseCase(text(batch, size));
    const Node& node = *c.graph->nodes().back();
    std::vector<Tensor> inputs{c.inputs[0], node.inputs[1]->constant, c.inputs[1]};
    Tensor want = evalNode(node, inputs).at(0);
    testing_util::Asked asked = testing_util::ask(text(batch, size), Layout::kChannelsLast);
    auto launch = kernel->prepare(asked.hint.inputs, asked.hint.outputs);
    testing_util::AlignedBuffer workspace(gpu, launch->workspaceBytes());
    testing_util::AlignedBuffer x(gpu,
                                  testing_util::relayout(inputs[0], Layout::kPlain, Layout::kChannelsLast));
    testing_util::AlignedBuffer bias(gpu, inputs[2]), y(gpu, want.bytes());
    void *in[] = {x.data, nullptr, bias.data}, *out[] = {y.data};
    launch->run({in, out, workspace.data, nullptr, nullptr});
    gpu.synchronize(nullptr);
    Tensor got = y.read(want.dtype(), want.shape());
    testing_util::expectClose(testing_util::relayout(got, Layout::kChannelsLast, Layout::kPlain), want, 4e-3,
                              fmt::format("batch {}, size {}", batch, size));
  }
}

}  // namespace
}  // namespace tenfold
