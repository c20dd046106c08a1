// Convolutions by wgmma: what the copy engine is told, what is refused, what is chosen, and that nothing is
// spilled.
#include "cuda/asked.h"
#include "cuda/cubin_report.h"
#include "targets/cuda/tactics/patch_bounds.h"

namespace tenfold::testing_util {
namespace {

using cuda::KernelAxis;
using cuda::PatchBounds;
using cuda::patchBounds;

const KernelAxis kOne;  // an axis along which nothing happens

// The places that the copy engine visits along the width: from `lower` to the image's last pixel and `upper`.
std::vector<int64_t> placesOf(const KernelAxis& a) {
  PatchBounds b = patchBounds(a, kOne);
  std::vector<int64_t> places;
  for (int64_t x = b.lower[0]; x <= a.in - 1 + b.upper[0]; x += b.strides[0]) places.push_back(x);
  return places;
}

KernelAxis axis(int64_t in, int64_t kernel, int64_t stride, int64_t dilation, int64_t begin, int64_t end) {
  return {in, (in + begin + end - (kernel - 1) * dilation - 1) / stride + 1, kernel, stride, dilation, begin};
}

TEST(PatchBounds, OfAPaddedKernel) {
  PatchBounds b = patchBounds(axis(56, 3, 1, 1, 1, 1), axis(28, 3, 2, 1, 1, 1));
  EXPECT_EQ(b.lower, (std::array<int, 2>{-1, -1}));
  EXPECT_EQ(b.upper, (std::array<int, 2>{-1, -2}));
  EXPECT_EQ(b.strides, (std::array<uint32_t, 2>{1, 2}));
}

TEST(PatchBounds, VisitsEveryResultOnce) {
  for (int64_t in : {1, 2, 7, 14, 15})
    for (int64_t kernel : {1, 2, 3, 5})
      for (int64_t stride : {1, 2, 3})
        for (int64_t dilation : {1, 2})
          for (int64_t begin : {0, 1, 3})
            for (int64_t end : {0, 2}) {
              KernelAxis a = axis(in, kernel, stride, dilation, begin, end);
              if (in + begin + end <= (kernel - 1) * dilation) continue;  // no result
              std::vector<int64_t> places = placesOf(a);
              ASSERT_EQ(static_cast<int64_t>(places.size()), a.out) << in << " " << kernel << " " << stride;
              EXPECT_EQ(places.front(), -begin);
              EXPECT_EQ(places.back(), -begin + (a.out - 1) * stride);
            }
}

TEST(PatchBounds, RefusesWhatTheEngineCannotTell) {
  EXPECT_THROW(patchBounds(axis(56, 1, 9, 1, 0, 0), kOne), Error);
  EXPECT_THROW(patchBounds(axis(56, 3, 1, 1, 128, 1), kOne), Error);
  EXPECT_THROW(patchBounds(axis(300, 2, 1, 256, 0, 0), kOne), Error);
  EXPECT_THROW(patchBounds(kOne, axis(300, 3, 1, 100, 0, 0)), Error);
  EXPECT_NO_THROW(patchBounds(axis(300, 2, 8, 120, 0, 0), kOne));
}

const Tactic* convWgmma() {
  try {
    return target("cuda:sm_90").findTactic("conv-wgmma");
  } catch (const Error&) {
    return nullptr;
  }
}

std::string refusal(const std::string& text, Layout layout = Layout::kChannelsLast,
                    const char* architecture = "cuda:sm_90") {
  Asked a = ask(text, layout);
  return target(architecture).findTactic("conv-wgmma")->refuses(a.node(), a.hint);
}

std::string plain(const char* x, const char* w, const char* attributes, const char* type = "f16") {
  return fmt::format("x:{0}{1} -> w = const {0}{2} random(3); y = Conv(x, w) {{{3}}}", type, x, w,
                     attributes);
}

TEST(CudaConvWgmma, Refuses) {
  if (!convWgmma()) GTEST_SKIP() << "the CUDA target cannot be loaded here";
  std::string fine = plain("[2,64,9,9]", "[40,64,3,3]", "pads=[1,1,1,1]");
  EXPECT_EQ(refusal(fine), "");
  EXPECT_EQ(refusal(plain("[2,64,9]", "[40,64,3]", "strides=[2]", "bf16")), "");
  EXPECT_EQ(refusal(plain("[2,64,3,9,9]", "[40,64,1,3,3]", "")), "");
  EXPECT_EQ(refusal(plain("[2,64,9,9]", "[40,64,1,1]", "strides=[2,2]")), "");
  EXPECT_EQ(refusal(plain("[2,12,9,9]", "[40,12,3,3]", "", "f32")), "");
  auto expect = [](const std::string& why, const char* part) {
    EXPECT_NE(why.find(part), std::string::npos) << "'" << why << "' lacks '" << part << "'";
  };
  expect(refusal(fine, Layout::kPlain), "channels-last");
  expect(refusal(fine, Layout::kChannelsLast, "cuda:sm_80"), "wgmma");
  expect(refusal(plain("[2,64,9,9]", "[40,64,1,1]", "")), "matrix product");
  expect(refusal(plain("[2,12,9,9]", "[40,12,3,3]", "")), "multiple of 16 bytes");
  expect(refusal(plain("[2,64,9,9]", "[64,32,3,3]", "group=2")), "groups");
  Asked exact = ask(plain("[2,64,9,9]", "[40,64,3,3]", "", "f32"), Layout::kChannelsLast);
  exact.hint.allowTf32 = false;
  expect(convWgmma()->refuses(exact.node(), exact.hint), "TF32");
  expect(refusal(plain("[2,64,4,9,9]", "[40,64,3,3,3]", "")), "depth");
  expect(refusal(plain("[2,64,40,9]", "[40,64,3,3]", "strides=[9,1]")), "stride");
  expect(refusal("x:f16[2,64,9,9], w:f16[40,64,3,3] -> y = Conv(x, w)"), "weights");
  expect(refusal("x:f16[2,64,9,9] -> w = const f16[64,40,3,3] random(1); y = ConvTranspose(x, w)"),
         "transposed");
}

std::string residual(const char* type, const char* x, const char* r, int filters, int channels, int kernel,
                     int stride) {
  std::string operands = fmt::format("x:{0}{1}, r:{0}{2}", type, x, r);
  std::string weights = fmt::format("{}[{},{},{},{}]", type, filters, channels, kernel, kernel);
  return fmt::format(
      "{0} -> w = const {1} random(3); b = const {2}[{3}] random(4); y = Region(x, r, w, b) "
      "{{kind=\"conv\"}} "
      "graph c({0}, w:{1}, b:{2}[{3}]) {{ c = Conv(x, w, b) {{pads=[{4},{4},{4},{4}], strides=[{5},{5}]}}; a "
      "= Add(c, r); y = Relu(a); return y }}",
      operands, weights, type, filters, kernel / 2, stride);
}

TEST(CudaConvWgmma, SpillsNothing) {
  const Tactic* tactic = convWgmma();
  if (!tactic) GTEST_SKIP() << "the CUDA target cannot be loaded here";
  Asked half = ask(residual("f16", "[2,64,14,14]", "[2,72,7,7]", 72, 64, 3, 2), Layout::kChannelsLast);
  Asked other = ask(residual("bf16", "[2,64,14,14]", "[2,72,14,14]", 72, 64, 3, 1), Layout::kChannelsLast);
  for (const char* config :
       {"wgmma 128x256 s4 pair p1", "wgmma 192x128 s4 trio p1", "wgmma 192x128 s5 trio p2",
        "wgmma 64x64 s8 alone p8", "wgmma 192x128 s4 trio boxes", "wgmma 192x64 s6 trio boxes",
        "wgmma 128x256 s3 pair boxes", "wgmma 128x128 s5 alone boxes", "quick 64x32 s4 p8",
        "quick 128x128 s4 p2"}) {
    SCOPED_TRACE(config);
    CompiledKernel compiled = tactic->compile(half.node(), config, half.hint);
    EXPECT_EQ(frameBytes(compiled.blobs.at(0)), 0) << "registers are spilled";
    EXPECT_EQ(compiled.blobs.at(3).shape().str(), Shape({9, 72, 64}).str());  // taps, filters, channels
  }
  CompiledKernel compiled = tactic->compile(other.node(), "wgmma 192x128 s4 trio boxes", other.hint);
  EXPECT_EQ(frameBytes(compiled.blobs.at(0)), 0) << "registers are spilled";
  Asked wide = ask(residual("f32", "[2,64,14,14]", "[2,72,14,14]", 72, 64, 3, 1), Layout::kChannelsLast);
  for (const char* config :
       {"wgmma 128x256 s4 pair p1", "wgmma 192x128 s4 trio p1", "wgmma 128x64 s6 pair p8",
        "wgmma 192x128 s3 trio wide boxes", "wgmma 64x128 s6 alone wide boxes", "quick 64x32 s4 p8",
        "quick 128x64 s3 p4", "quick 128x128 s4 p1"}) {
    SCOPED_TRACE(config);
    compiled = tactic->compile(wide.node(), config, wide.hint);
    EXPECT_EQ(frameBytes(compiled.blobs.at(0)), 0) << "registers are spilled";
  }
}

// Tiles that fill the multiprocessors evenly come first, and less is expected of mma.sync.
TEST(CudaConvWgmma, ChoosesByWaves) {
  const Tactic* tactic = convWgmma();
  if (!tactic) GTEST_SKIP() << "the CUDA target cannot be loaded here";
  struct Layer {
    int batch, channels, size;
    const char* best;
  };
  const Tactic* other = target("cuda:sm_90").findTactic("conv-mma");
  for (Layer l :
       {Layer{32, 128, 28, "wgmma 192x128 s4 trio boxes"}, Layer{32, 256, 14, "wgmma 192x128 s5 trio p2"},
        Layer{128, 512, 7, "wgmma 192x128 s4 trio boxes"}}) {
    std::string shape = fmt::format("[{},{},{},{}]", l.batch, l.channels, l.size, l.size);
    Asked a = ask(fmt::format("x:f16{0} -> w = const f16[{1},{1},3,3] random(3); y = Conv(x, w) "
                              "{{pads=[1,1,1,1]}}",
                              shape, l.channels),
                  Layout::kChannelsLast);
    std::vector<Candidate> own = tactic->candidates(a.node(), a.hint);
    EXPECT_EQ(own.at(0).config, l.best) << shape;
    EXPECT_LT(own.at(0).seconds, other->candidates(a.node(), a.hint).at(0).seconds) << shape;
  }
}

}  // namespace
}  // namespace tenfold::testing_util
