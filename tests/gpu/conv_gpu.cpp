// Convolutions with constant weights, which kernels pack, by every tactic that accepts them.
#include <fmt/format.h>

#include "gpu/with_configs.h"

namespace tenfold {
namespace {

struct ConvCase {
  const char *x, *w, *attrs;
  const char* op = "Conv";
};

// Odd sizes, groups, uneven pads, strides, dilations, one to three spatial axes, empty batches.
constexpr ConvCase kCases[] = {
    {"[2,3,23,19]", "[16,3,7,7]", "strides=[2,2], pads=[3,3,3,3]"},
    {"[1,3,15,33]", "[24,3,3,3]", "pads=[1,1,1,1]"},
    {"[2,4,9,9]", "[10,4,3,3]", "strides=[2,2], pads=[0,1,1,0]"},
    {"[1,1,28,28]", "[8,1,5,5]", "pads=[2,2,2,2]"},
    {"[1,3,32,32]", "[96,3,4,4]", "strides=[4,4]"},
    {"[2,16,9,9]", "[16,1,3,3]", "group=16, pads=[1,1,1,1]"},
    {"[1,24,13,11]", "[24,1,5,5]", "group=24, strides=[2,2], pads=[2,1,2,3]"},
    {"[2,40,10,12]", "[40,1,7,7]", "group=40, pads=[3,3,3,3]"},
    {"[1,8,20,20]", "[8,1,3,3]", "group=8, dilations=[2,3]"},
    {"[3,6,9,9]", "[6,1,3,3]", "group=6, pads=[1,1,1,1]"},
    {"[1,24,50]", "[24,1,5]", "group=24, pads=[2,2]"},
    {"[1,8,3,6,6]", "[8,1,1,3,3]", "group=8"},
    {"[2,32,14,14]", "[64,32,3,3]", "pads=[1,1,1,1]"},
    {"[1,64,7,7]", "[72,64,3,3]", "pads=[1,1,1,1], strides=[2,2]"},
    {"[3,48,9,5]", "[40,48,1,1]", ""},
    {"[2,64,13,13]", "[32,64,1,1]", "strides=[2,2]"},
    {"[1,256,7,7]", "[64,256,1,1]", ""},
    {"[1,128,9,9]", "[128,128,3,3]", "pads=[1,1,1,1]"},
    {"[1,64,8,9]", "[64,16,3,3]", "group=4, pads=[1,1,1,1]"},
    {"[2,12,9,9]", "[20,12,3,3]", "pads=[1,0,2,1], dilations=[2,1]"},
    {"[1,10,9,9]", "[14,5,3,3]", "group=2, pads=[1,1,1,1]"},
    {"[2,16,40]", "[24,16,5]", "strides=[2], pads=[1,3]"},
    {"[1,16,5,6,7]", "[24,16,3,3,3]", "pads=[1,1,1,1,1,1]"},
    {"[1,8,4,5,6]", "[16,8,2,2,2]", "strides=[2,1,2]"},
    {"[0,16,6,6]", "[16,16,3,3]", "pads=[1,1,1,1]"},
    {"[2,7,6,6]", "[14,1,3,3]", "group=7"},
    {"[2,24,11,9]", "[16,24,3,3]", "auto_pad=\"SAME_UPPER\", strides=[2,2]"},
    {"[2,16,9,7]", "[16,24,2,2]", "strides=[2,2]", "ConvTranspose"},
    {"[1,8,6,5]", "[8,16,3,3]", "strides=[2,2], pads=[1,1,1,1], output_padding=[1,0]", "ConvTranspose"},
    {"[1,16,7]", "[16,4,3]", "group=2, dilations=[2]", "ConvTranspose"},
    {"[1,8,3,4,3]", "[8,8,2,3,2]", "strides=[2,1,2]", "ConvTranspose"},
    {"[2,16,9,9]", "[16,8,3,3]", "pads=[1,1,1,1]", "ConvTranspose"}};

std::string plainText(const ConvCase& c, const char* type) {
  return fmt::format("x:{0}{1} -> w = const {0}{2} random(5,-0.3,0.3); y = {3}(x, w) {{{4}}}", type, c.x, c.w,
                     c.op, c.attrs);
}

// The convolution inside a region whose body is `tail`, which begins at c and may read b (one element for
// each channel), r (shaped like c) and g (one for each sample and channel).
std::string regionText(const ConvCase& c, const char* type, const std::string& tail,
                       const char* outputs = "y") {
  TextCase parsed = parseCase(plainText(c, type));
  SymShape out = *parsed.graph->outputs[0]->shape;
  std::string rest, ones, shape;
  for (size_t i = 0; i < out.size(); ++i) {
    shape += (i ? "," : "") + out[i].str();
    if (i > 1) ones += ",1";
  }
  std::string operands = fmt::format("x:{0}{1}, b:{0}[{2}], r:{0}[{3}], g:{0}[{4},{2}{5}]", type, c.x,
                                     out[1].str(), shape, out[0].str(), ones);
  return fmt::format(
      "{0} -> w = const {1}{2} random(5,-0.3,0.3); {6} = Region(x, b, r, g, w) {{kind=\"conv\"}} graph "
      "body({0}, "
      "w:{1}{2}) {{ c = {3}(x, w, b) {{{4}}}; {5} }}",
      operands, type, c.w, c.op, c.attrs, tail, outputs);
}

class CudaConv : public testing::TestWithParam<ConvCase> {
 protected:
  void check(const std::string& text, double tolerance) {
    for (const auto& [tactic, count] : testing_util::checkText(text, tolerance, "cuda"))
      if (count) std::printf("ran %s %d\n", tactic.c_str(), count);
  }
};
class CudaConvTypes : public CudaConv {};

TEST_P(CudaConv, Float) { check(plainText(GetParam(), "f32"), 1e-5); }
TEST_P(CudaConv, ResidualRelu) {
  check(regionText(GetParam(), "f16", "a = Add(c, r); y = Relu(a); return y"), 2e-3);
}
TEST_P(CudaConvTypes, BFloat) { check(plainText(GetParam(), "bf16"), 1.6e-2); }
TEST_P(CudaConvTypes, AnyExpression) {
  check(regionText(GetParam(), "f16",
                   "m = Mul(c, g); z = Greater(m, r); q = Where(z, m, r); s = Sigmoid(q); p = Mul(s, q); "
                   "y = Cast(p) {to=f32}; return y"),
        4e-3);
}

// Every kernel at least once.
constexpr ConvCase kOfEachKind[] = {
    {"[2,3,23,19]", "[16,3,7,7]", "strides=[2,2], pads=[3,3,3,3]"},
    {"[1,24,13,11]", "[24,1,5,5]", "group=24, strides=[2,2], pads=[2,1,2,3]"},
    {"[2,12,9,9]", "[20,12,3,3]", "pads=[1,0,2,1], dilations=[2,1]"},
    {"[1,256,7,7]", "[64,256,1,1]", ""},
    {"[2,7,6,6]", "[14,1,3,3]", "group=7"},
    {"[1,8,6,5]", "[8,16,3,3]", "strides=[2,2], pads=[1,1,1,1], output_padding=[1,0]", "ConvTranspose"}};

// Each channel by itself, with nothing like the result in the epilogue; several tiles for each block, and
// tiles that reach over every border.
class CudaConvDepthwise : public CudaConv {};
TEST_P(CudaConvDepthwise, Relu) {
  check(regionText(GetParam(), "f16", "y = Relu(c); return y"), 2e-3);
  check(regionText(GetParam(), "bf16", "m = Mul(c, g); s = Sigmoid(m); y = Mul(m, s); return y"), 1.6e-2);
}
constexpr ConvCase kDepthwise[] = {{"[2,72,37,41]", "[72,1,3,3]", "group=72, pads=[1,1,1,1]"},
                                   {"[2,40,37,41]", "[40,1,3,3]", "group=40, strides=[2,2], pads=[1,1,1,1]"},
                                   {"[1,96,30,18]", "[96,1,7,7]", "group=96, pads=[3,3,3,3]"},
                                   {"[1,64,14,14]", "[64,1,5,5]", "group=64, pads=[2,2,2,2]"},
                                   {"[1,64,33,65]", "[64,1,5,5]", "group=64, strides=[2,2], pads=[2,1,2,3]"},
                                   {"[1,32,20,20]", "[32,1,3,3]", "group=32, dilations=[2,3]"},
                                   {"[5,64,120,20]", "[64,1,3,3]", "group=64, pads=[1,1,1,1]"}};
INSTANTIATE_TEST_SUITE_P(Cuda, CudaConvDepthwise, testing::ValuesIn(kDepthwise));

// First layers in TF32, of images in either layout.
TEST(CudaConvFew, Tf32) {
  for (const ConvCase& c : {kOfEachKind[0], ConvCase{"[1,3,15,33]", "[24,3,3,3]", "pads=[1,1,1,1]"},
                            ConvCase{"[2,4,9,9]", "[10,4,3,3]", "strides=[2,2], pads=[0,1,1,0]"}})
    testing_util::checkConfigs(
        "conv-few-channels", plainText(c, "f32"), 1e-3,
        {"rows=4,columns=16,filters=32,words=0", "rows=8,columns=16,filters=16,words=0"});
}

// Images copied by four words, by one, and by elements; in the last more tiles than a GPU has room for.
TEST(CudaConvFew, Half) {
  for (const ConvCase& c : {ConvCase{"[3,3,37,40]", "[32,3,3,3]", "strides=[2,2], pads=[1,1,1,1]"},
                            ConvCase{"[2,3,37,38]", "[48,3,3,3]", "strides=[2,2], pads=[0,0,1,1]"},
                            ConvCase{"[2,5,17,40]", "[24,5,7,7]", "strides=[2,2], pads=[3,3,3,3]"},
                            ConvCase{"[16,3,192,192]", "[32,3,3,3]", "strides=[2,2], pads=[1,1,1,1]"}}) {
    std::string text = regionText(c, "f16", "y = Swish(c); return y");
    testing_util::checkConfigs("conv-few-channels", text, 2e-3);
    testing_util::checkConfigs(
        "conv-few-channels", text, 2e-3,
        {"rows=8,columns=16,filters=32,words=0", "rows=1,columns=128,filters=16,words=0"});
  }
}

// First layers with the pooling behind them: windows of 2 to 4 rows, with and without rows in common, and
// extents and pads that are odd in every way, by all layouts of tiles.
struct PooledCase {
  ConvCase conv;
  const char* pool;
  int rows = 2;  // that it moves on by
};
class CudaConvPool : public testing::TestWithParam<PooledCase> {
 protected:
  static std::string text(const char* type, const char* image, const char* epilogue) {
    const auto& [c, pool, rows] = GetParam();
    TextCase plain = parseCase(plainText(c, type));
    std::string filters = (*plain.graph->outputs[0]->shape)[1].str();
    bool converts = std::string_view(type) != image;
    return fmt::format(
        "x:{0}{2} -> w = const {1}{3} random(5,-0.3,0.3); b = const {1}[{4}] random(6); s = const "
        "{1}[{4},1,1] random(7,-0.5,3); y = Region(x, w, b, s) {{kind=\"conv\"}} graph body(x:{0}{2}, "
        "w:{1}{3}, "
        "b:{1}[{4}], s:{1}[{4},1,1]) {{ {5}c = Conv({6}, w, b) {{{7}}}; {8}; y = MaxPool(e) {{{9}}}; return "
        "y "
        "}}",
        image, type, c.x, c.w, filters, converts ? fmt::format("h = Cast(x) {{to={}}}; ", type) : "",
        converts ? "h" : "x", c.attrs, epilogue, pool);
  }
  static void check(const std::string& text, double tolerance) {
    testing_util::checkConfigs("conv-few-channels-pool", text, tolerance);
    std::vector<std::string> configs;
    for (const char* tile :
         {"columns=16,filters=64,words=0,parts=1", "columns=32,filters=32,words=0,parts=2",
          "columns=48,filters=16,words=0,parts=1", "columns=16,filters=64,words=0,parts=4"})
      configs.push_back(fmt::format("rows={},{}", GetParam().rows * (configs.size() % 2 + 1), tile));
    testing_util::checkConfigs("conv-few-channels-pool", text, tolerance, configs);
  }
};
TEST_P(CudaConvPool, Half) { check(text("f16", "f16", "e = Relu(c)"), 2e-3); }
TEST_P(CudaConvPool, BFloat) { check(text("bf16", "bf16", "t = Mul(c, s); e = Relu(t)"), 1.6e-2); }
// Roots of negative numbers: a window with NaN has NaN as its maximum. Signs survive any rounding.
TEST_P(CudaConvPool, NaN) { check(text("f16", "f16", "e = Sqrt(c)"), 4e-3); }
TEST_P(CudaConvPool, OfFloats) { check(text("f16", "f32", "e = Sigmoid(c)"), 4e-3); }
constexpr PooledCase kPooled[] = {
    {{"[2,3,47,45]", "[64,3,7,7]", "strides=[2,2], pads=[3,3,3,3]"},
     "kernel_shape=[3,3], strides=[2,2], pads=[1,1,1,1]"},
    {{"[2,3,40,32]", "[40,3,7,7]", "strides=[2,2], pads=[3,3,3,3]"},
     "kernel_shape=[3,3], strides=[2,2], pads=[1,1,1,1]"},
    {{"[1,1,28,28]", "[8,1,5,5]", "pads=[2,2,2,2]"}, "kernel_shape=[2,2], strides=[2,2]"},
    {{"[3,4,23,38]", "[24,4,3,3]", "strides=[2,2], pads=[1,1,1,1]"},
     "kernel_shape=[3,3], strides=[2,2], ceil_mode=1"},
    {{"[1,3,51,37]", "[16,3,5,3]", "strides=[3,2], dilations=[2,1]"},
     "kernel_shape=[4,3], strides=[2,1], pads=[2,0,1,2]"},
    {{"[2,2,9,70]", "[72,2,3,3]", ""}, "kernel_shape=[3,2], strides=[2,3], pads=[1,0,1,0]"},
    {{"[1,8,17,33]", "[32,8,3,3]", "pads=[1,1,1,1]"}, "kernel_shape=[1,3], strides=[1,2], pads=[0,1,0,1]", 1},
    {{"[1,3,4,5]", "[16,3,3,3]", "pads=[1,1,1,1]"}, "kernel_shape=[3,3], strides=[2,2], pads=[1,1,1,1]"},
};
INSTANTIATE_TEST_SUITE_P(Cuda, CudaConvPool, testing::ValuesIn(kPooled));

// Convolutions by wgmma: kernels, strides, pads, dilations and extents that are odd in every way, by every
// family of tiles.
class CudaConvWgmma : public testing::TestWithParam<ConvCase> {
 protected:
  void SetUp() override {
    if (!testing_util::isHopper()) GTEST_SKIP() << "for Hopper";
  }
  void check(const char* type, const char* tail, double tolerance, const std::vector<std::string>& configs) {
    testing_util::checkConfigs("conv-wgmma", regionText(GetParam(), type, tail), tolerance, configs);
  }
};

TEST_P(CudaConvWgmma, Tiles) {
  check("f16", "a = Add(c, r); y = Relu(a); return y", 2e-3,
        {"wgmma 128x128 s5 alone p1", "wgmma 64x64 s8 alone p1", "wgmma 192x128 s4 trio p1",
         "wgmma 256x64 s4 pair p1"});
  check("bf16", "m = Mul(c, g); s = Sigmoid(m); y = Mul(m, s); return y", 1.6e-2,
        {"wgmma 128x256 s4 pair p1"});
}
TEST_P(CudaConvWgmma, SharedDepth) {
  check("f16", "a = Add(c, r); y = Relu(a); return y", 2e-3,
        {"wgmma 192x128 s5 trio p2", "wgmma 128x128 s6 pair p4", "wgmma 64x64 s8 alone p8",
         "quick 64x32 s4 p1", "quick 64x64 s4 p4", "quick 128x64 s3 p2", "quick 64x128 s7 p8"});
}
TEST_P(CudaConvWgmma, Tf32) {
  check("f32", "a = Add(c, r); y = Relu(a); return y", 1e-3,
        {"wgmma 128x128 s5 alone p1", "wgmma 192x128 s4 trio p1", "wgmma 192x128 s5 trio p2",
         "wgmma 256x64 s4 pair p1", "quick 64x32 s4 p1", "quick 64x64 s4 p4", "quick 128x64 s3 p2",
         "quick 64x128 s7 p8", "wgmma 192x128 s3 trio wide boxes", "wgmma 64x128 s6 alone wide boxes"});
}
TEST_P(CudaConvWgmma, Boxes) {
  check("f16", "a = Add(c, r); y = Relu(a); return y", 2e-3,
        {"wgmma 192x128 s4 trio boxes", "wgmma 192x64 s6 trio boxes", "wgmma 128x128 s5 alone boxes",
         "wgmma 256x64 s4 pair boxes", "wgmma 128x256 s3 pair boxes"});
  check("bf16", "y = Relu(c); return y", 1.6e-2, {"wgmma 64x192 s5 alone boxes"});
}

constexpr ConvCase kWgmma[] = {{"[2,64,14,14]", "[64,64,3,3]", "pads=[1,1,1,1]"},
                               {"[3,128,15,13]", "[136,128,3,3]", "pads=[1,1,1,1], strides=[2,2]"},
                               {"[2,72,9,11]", "[40,72,3,3]", "pads=[1,0,2,3], dilations=[2,1]"},
                               {"[5,64,13,9]", "[200,64,1,1]", "strides=[2,3]"},
                               {"[1,16,30,7]", "[24,16,5,2]", "pads=[0,2,1,1], strides=[1,2]"},
                               {"[2,8,40]", "[48,8,7]", "pads=[3,2], strides=[2]"},
                               {"[1,136,3,5]", "[72,136,7,7]", "pads=[3,3,3,3]"},
                               {"[70,32,7,7]", "[64,32,3,3]", "pads=[1,1,1,1]"},
                               {"[3,64,2,9,8]", "[64,64,1,3,3]", "pads=[0,1,1,0,1,1]"}};
INSTANTIATE_TEST_SUITE_P(Cuda, CudaConvWgmma, testing::ValuesIn(kWgmma));

// Results that no vector holds, and several outputs.
TEST(CudaConvWgmmaEpilogue, Narrow) {
  if (!testing_util::isHopper()) GTEST_SKIP() << "for Hopper";
  ConvCase c{"[2,32,9,10]", "[35,32,3,3]", "pads=[1,1,1,1]"};
  testing_util::checkConfigs("conv-wgmma",
                             regionText(c, "f16",
                                        "m = Mul(c, g); z = Greater(m, r); q = Where(z, m, r); y = Cast(q) "
                                        "{to=f32}; return y, m",
                                        "y, m"),
                             2e-3,
                             {"wgmma 64x64 s8 alone p1", "wgmma 192x64 s5 trio p1", "quick 64x64 s4 p4"});
}

INSTANTIATE_TEST_SUITE_P(Cuda, CudaConv, testing::ValuesIn(kCases));
INSTANTIATE_TEST_SUITE_P(Cuda, CudaConvTypes, testing::ValuesIn(kOfEachKind));

}  // namespace
}  // namespace tenfold
