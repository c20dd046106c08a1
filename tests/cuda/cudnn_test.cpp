// Convolutions by cuDNN for a GPU that is not there: engines are chosen and plans compiled, nothing runs.
#include "cuda/asked.h"

namespace tenfold {
namespace {

using testing_util::ask;
using testing_util::Asked;

class Cudnn : public testing::Test {
 protected:
  static constexpr Layout kPlain = Layout::kPlain, kLast = Layout::kChannelsLast;

  void SetUp() override {
    conv_ =
        testing_util::libraryTactic("cudnn-conv", "x:f16[1,8,5,5], w:f16[8,8,3,3] -> y = Conv(x, w)", kLast);
    if (!conv_) GTEST_SKIP() << "no CUDA target, or no cuDNN that plans without a device, here";
  }

  // Chooses and compiles; returns the configuration. Empty where it is refused.
  std::string compiled(const std::string& text, Layout layout, bool tf32 = true) {
    Asked a = ask(text, layout);
    a.hint.allowTf32 = tf32;
    std::string refusal = conv_->refuses(a.node(), a.hint);
    EXPECT_EQ(refusal, "") << text;
    if (!refusal.empty()) return "";
    auto candidates = conv_->candidates(a.node(), a.hint);
    EXPECT_EQ(candidates.size(), 1u) << text;
    EXPECT_GT(candidates.at(0).seconds, 0);
    CompiledKernel kernel = conv_->compile(a.node(), candidates[0].config, a.hint);
    EXPECT_GT(kernel.blobs.at(1).numel(), 100) << "a plan in text form";
    packed_ = kernel.packedInputs;
    return candidates[0].config;
  }
  void compiles(const std::string& text, Layout layout, const char* how) {
    std::string config = compiled(text, layout);
    EXPECT_NE(config.find(how), std::string::npos) << text << ": " << config;
  }
  void refuses(const std::string& text, Layout layout, const char* why) {
    Asked a = ask(text, layout);
    EXPECT_NE(conv_->refuses(a.node(), a.hint).find(why), std::string::npos)
        << text << ": " << conv_->refuses(a.node(), a.hint);
  }

  const Tactic* conv_ = nullptr;
  std::vector<uint8_t> packed_;
};

std::string region(const std::string& type, const std::string& body) {
  std::string inputs = fmt::format("x:{0}[2,8,6,6], w:{0}[16,8,3,3], b:{0}[16], r:{0}[2,16,6,6]", type);
  return fmt::format(
      "{0} -> y = Region(x, w, b, r) {{kind=\"conv\"}} graph body({0}) {{ p = Conv(x, w, b) "
      "{{pads=[1,1,1,1]}} "
      "{1} }}",
      inputs, body);
}

TEST_F(Cudnn, EveryRankTypeAndDirection) {
  for (const char* type : {"f16", "bf16", "f32"})
    for (const char* text :
         {"x:T[2,8,9,7] -> w = const T[16,8,3,3] random(1); y = Conv(x, w) {pads=[1,1,1,1], strides=[2,1]}",
          "x:T[2,8,20] -> w = const T[16,8,4] random(1); y = Conv(x, w) {pads=[2,2], dilations=[2]}",
          "x:T[1,8,5,6,7] -> w = const T[8,8,3,3,3] random(1); y = Conv(x, w)",
          "x:T[2,16,9,9] -> w = const T[16,8,3,3] random(1); y = Conv(x, w) {group=2}",
          "x:T[1,32,14,14] -> w = const T[32,1,3,3] random(1); y = Conv(x, w) {group=32, pads=[1,1,1,1]}",
          "x:T[1,8,6,6] -> w = const T[8,16,2,2] random(1); y = ConvTranspose(x, w) {strides=[2,2]}"}) {
      std::string typed = text;
      for (size_t at; (at = typed.find("T[")) != std::string::npos;) typed.replace(at, 1, type);
      EXPECT_NE(compiled(typed, kLast), "");
      EXPECT_EQ(packed_, (std::vector<uint8_t>{0, 1})) << typed;
    }
}

TEST_F(Cudnn, PlainLayoutKeepsItsWeights) {
  EXPECT_NE(compiled("x:f32[2,8,9,7] -> w = const f32[16,8,3,3] random(1); y = Conv(x, w)", kPlain), "");
  EXPECT_EQ(packed_, (std::vector<uint8_t>{0, 0}));
}

TEST_F(Cudnn, FusesWhatItKnows) {
  for (const char* body :
       {"q = Add(p, r) s = Relu(q) return s", "q = Relu(p) return q", "q = Add(p, r) return q"})
    compiles(region("f16", body), kLast, "fused, engine ");
}

// Engines that compile code of their own need a driver; without it the epilogue is a kernel of ours.
TEST_F(Cudnn, EveryActivation) {
  for (const char* body : {"q = Sigmoid(p) return q", "q = Tanh(p) return q", "q = Swish(p) return q",
                           "q = Elu(p) return q", "q = Clip(p, f16[]{-1}, f16[]{6}) return q"})
    compiles(region("f16", body), kLast, "engine ");
}

TEST_F(Cudnn, OtherEpiloguesFollow) {
  compiles(region("f16", "q = HardSwish(p) return q"), kLast, "bare, engine ");
  compiles(region("f16", "q = Relu(p) s = Mul(q, r) return s"), kLast, "bare, engine ");
}

TEST_F(Cudnn, Tf32OnlyWhereAllowed) {
  const char* text = "x:f32[1,64,8,8] -> w = const f32[64,64,3,3] random(1); y = Conv(x, w)";
  EXPECT_TRUE(compiled(text, kLast, true).ends_with(", tf32"));
  EXPECT_FALSE(compiled(text, kLast, false).ends_with(", tf32"));
}

TEST_F(Cudnn, Refusals) {
  refuses("x:f64[1,8,5,5], w:f64[8,8,3,3] -> y = Conv(x, w)", kPlain, "does not convolve f64");
  refuses("x:f16[1,2,3,3,3,3], w:f16[2,2,1,1,1,1] -> y = Conv(x, w)", kPlain, "one to three axes");
  refuses("x:f16[0,8,5,5], w:f16[8,8,3,3] -> y = Conv(x, w)", kLast, "empty");
  refuses("x:f16[3,4] -> y = Relu(x)", kPlain, "no convolution");
}

// Its engines compile code for a driver: what they accept is seen on a GPU.
TEST(CudnnAttention, Refusals) {
  const Tactic* attention = testing_util::libraryTactic(
      "cudnn-attention", "q:f16[1,2,8,8], k:f16[1,2,8,8], v:f16[1,2,8,8] -> y = Attention(q, k, v)",
      Layout::kPlain);
  if (!attention) GTEST_SKIP() << "no CUDA target, or no cuDNN, here";
  auto refuses = [&](const std::string& text, const char* why) {
    Asked a = ask(text);
    EXPECT_NE(attention->refuses(a.node(), a.hint).find(why), std::string::npos)
        << text << ": " << attention->refuses(a.node(), a.hint);
  };
  std::string operands = "q:f16[1,2,8,8], k:f16[1,2,8,8], v:f16[1,2,8,8]";
  refuses("x:f16[3,4] -> y = Relu(x)", "no attention");
  refuses("q:f32[1,2,8,8], k:f32[1,2,8,8], v:f32[1,2,8,8] -> y = Attention(q, k, v)", "f16 and bf16 only");
  Asked turned = ask(operands + " -> y = Attention(q, k, v)", Layout::kChannelsLast);
  EXPECT_NE(attention->refuses(turned.node(), turned.hint).find("plain layout"), std::string::npos);
  refuses(operands + " -> y = Attention(q, k, v) {softcap=2.0}", "soft cap");
  refuses(operands + " -> y = Attention(q, k, v) {left_window_size=2}", "window");
  refuses(operands + ", m:f16[8,8] -> y = Attention(q, k, v, m)", "shows that the mask is finite");
  // Asked of cuDNN, of which no engine is found without a GPU.
  refuses(operands + ", m:f16[8,8] -> y = Attention(q, k, v, m) {bounded_mask=1}", "no engine");
  refuses(operands + ", m:bool[8,8] -> y = Attention(q, k, v, m)", "differ in type");
  refuses("q:f16[1,2,0,8], k:f16[1,2,8,8], v:f16[1,2,8,8] -> y = Attention(q, k, v)", "empty");
}

TEST_F(Cudnn, DamagedConfigurationsAreRefused) {
  Asked a = ask("x:f16[1,8,5,5], w:f16[8,8,3,3] -> y = Conv(x, w)", kLast);
  for (const char* config :
       {"", "engine 1", "fused, ", "fused, engine", "fused, engine 1, 2", "bare, engine x"})
    EXPECT_THROW(conv_->compile(a.node(), config, a.hint), Error) << config;
}

}  // namespace
}  // namespace tenfold
