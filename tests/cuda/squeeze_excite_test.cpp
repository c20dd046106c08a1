// Squeeze-and-excitation: images scaled by what small products make of their means.
#include <fmt/format.h>

#include "cuda/cubin_report.h"
#include "cuda/kernel_sweep.h"
#include "cuda/planned_steps.h"

namespace tenfold::testing_util {
namespace {

struct CudaSqueezeExcite : PlannedForHopper {
  // Behind the factors f, which come from the means g of the images h.
  static std::string stepsOf(const std::string& type, const std::string& rest) {
    return plannedSteps(fmt::format("x:{0}[2,16,12,12], q:{0}[2,24,12,12] -> h = Conv(x, {0}[48,16,1,1] "
                                    "random(1,-0.3,0.3)); g = GlobalAveragePool(h); s = Conv(g, "
                                    "{0}[8,48,1,1] random(2)); a = Relu(s); t = Conv(a, {0}[48,8,1,1] "
                                    "random(3,-0.3,0.3)); f = Sigmoid(t); ",
                                    type) +
                        rest);
  }
  static std::string projection(const std::string& type) {
    return fmt::format(
        "m = Mul(h, f); c = Conv(m, {0}[24,48,1,1] random(4,-0.3,0.3), {0}[24] random(5)); y "
        "= Add(c, q)",
        type);
  }
};

TEST_F(CudaSqueezeExcite, ProjectionsScaleTheirImages) {
  for (const char* type : {"f16", "bf16", "f32"})
    EXPECT_EQ(
        stepsOf(type, projection(type)),
        "Reorder Conv pool(GlobalAveragePool Conv Relu Conv Sigmoid) Reorder conv(Mul Conv Add) Reorder")
        << type;
}

// The forms of MobileNetV3, and products without bias or activation.
TEST_F(CudaSqueezeExcite, MeansTakeTheirProducts) {
  const std::string head =
                        "x:f16[2,16,12,12] -> h = Conv(x, f16[48,16,1,1] random(1,-0.3,0.3)); g = "
                        "GlobalAveragePool(h); s = Conv(g, f16[8,48,1,1] random(2), f16[8] random(5)); ",
                    last = "t = Conv(a, f16[48,8,1,1] random(3,-0.3,0.3)); ";
  for (const auto& [rest, steps] :
       {std::pair{"a = Relu(s); " + last + "f = HardSigmoid(t); y = Mul(h, f)", "Conv Relu Conv HardSigmoid"},
        std::pair{"a = HardSwish(s); " + last + "f = Sigmoid(t); y = Mul(h, f)",
                  "Conv HardSwish Conv Sigmoid"},
        std::pair{"u = Add(s, f16[]{3}); a = Clip(u, f16[]{0}, f16[]{6}); " + last + "y = Mul(h, t)",
                  "Conv Add Clip Conv"}})
    EXPECT_EQ(plannedSteps(head + rest),
              fmt::format("Reorder Conv pool(GlobalAveragePool {}) Mul Reorder", steps));
}

TEST_F(CudaSqueezeExcite, OtherMeansStayApart) {
  const std::string mean =
                        "x:f16[2,16,12,12], q:f16[2,8,1,1] -> h = Conv(x, f16[48,16,1,1] "
                        "random(1,-0.3,0.3)); g = GlobalAveragePool(h); ",
                    first = "s = Conv(g, f16[8,48,1,1] random(2)); ",
                    second = "t = Conv(a, f16[48,8,1,1] random(3)); ";
  // Other readers; operands of an epilogue; a mean that is changed; one product; groups; channels in no
  // vectors; conversions.
  for (const std::string& rest :
       {mean + first + "a = Relu(s); " + second + "z = Neg(g); return t, z",
        mean + first + "a = Relu(s); " + second + "z = Neg(a); return t, z",
        mean + first + "a = Add(s, q); " + second + "return t",
        mean +
            "e = Relu(g); s = Conv(e, f16[8,48,1,1] "
            "random(2)); a = Relu(s); " +
            second + "return t",
        mean + first + "a = Relu(s); return a",
        mean + "s = Conv(g, f16[8,24,1,1] random(2)) {group=2}; a = Relu(s); " + second + "return t",
        mean + first + "d = Cast(s) {to=f32}; a = Relu(d); t = Conv(a, f32[48,8,1,1] random(3)); return t",
        std::string("x:f16[2,16,12,12] -> h = Conv(x, f16[20,16,1,1] random(1,-0.3,0.3)); g = "
                    "GlobalAveragePool(h); a = Conv(g, f16[8,20,1,1] random(2)); t = Conv(a, f16[20,8,1,1] "
                    "random(3))")})
    EXPECT_EQ(plannedSteps(rest).find("(GlobalAveragePool Conv"), std::string::npos) << rest;
}

TEST_F(CudaSqueezeExcite, OtherScalingsStayApart) {
  const std::string head =
                        "x:f16[2,16,12,12], f:f16[2,48,1,1], p:f16[2,1,12,12] -> h = Conv(x, "
                        "f16[48,16,1,1] random(1,-0.3,0.3)); ",
                    weights = "f16[24,48,1,1] random(4,-0.3,0.3)";
  // A second reader; windows; strides; factors of pixels; few filters.
  for (const std::string& rest :
       {"m = Mul(h, f); y = Conv(m, " + weights + "); z = Relu(m); return y, z",
        std::string("m = Mul(h, f); y = Conv(m, f16[24,48,3,3] random(4,-0.3,0.3))"),
        "m = Mul(h, f); y = Conv(m, " + weights + ") {strides=[2,2]}",
        "m = Mul(h, p); y = Conv(m, " + weights + ")",
        std::string("m = Mul(h, f); y = Conv(m, f16[1,48,1,1] random(4))")})
    EXPECT_EQ(plannedSteps(head + rest).find("(Mul Conv"), std::string::npos) << rest;
  // Images of few pixels, and none at all.
  for (const char* text :
       {"h:f16[8,48,5,6], f:f16[8,48,1,1] -> m = Mul(h, f); y = Conv(m, f16[24,48,1,1] random(4))",
        "h:f16[8,48,1,1], f:f16[8,48,1,1] -> m = Mul(h, f); y = Conv(m, f16[24,48,1,1] random(4))",
        "h:f16[8,48], f:f16[8,48] -> m = Mul(h, f); y = MatMul(m, f16[48,24] random(4))"})
    EXPECT_EQ(plannedSteps(text).find("(Mul"), std::string::npos) << text;
}

constexpr const char* kScaled =
    "x:TYPE[3,72,7,9], s:TYPE[3,72,1,1], w:TYPE[24,72,1,1], b:TYPE[24], r:TYPE[3,24,7,9] -> y = Region(x, s, "
    "w, b, r) {kind=\"conv\"} graph g(x:TYPE[3,72,7,9], s:TYPE[3,72,1,1], w:TYPE[24,72,1,1], b:TYPE[24], "
    "r:TYPE[3,24,7,9]) { m = Mul(s, x) c = Conv(m, w, b) t = Add(c, r) y = Swish(t) return y }";

// The node in channels-last layout.
void inChannelsLast(std::string text, const std::string& type,
                    const std::function<void(const Node&, const TuningHint&)>& f) {
  for (size_t at; (at = text.find("TYPE")) != std::string::npos;) text.replace(at, 4, type);
  forEachNode(text, [&](const Node& node, TuningHint hint) {
    for (auto* side : {&hint.inputs, &hint.outputs})
      for (TensorDesc& d : *side)
        if (d.shape.rank() == 4) d.layout = Layout::kChannelsLast;
    f(node, hint);
  });
}

// Without local memory, and so without spilled registers.
void compiles(const std::string& architecture, std::string_view tactic, const Node& node,
              const std::string& config, const TuningHint& hint) {
  SCOPED_TRACE(fmt::format("'{}' for {}", config, architecture));
  CompiledKernel kernel = compileTarget(architecture)->findTactic(tactic)->compile(node, config, hint);
  EXPECT_EQ(frameBytes(kernel.blobs.at(0)), 0);
}

TEST_F(CudaSqueezeExcite, OneTacticScalesImages) {
  for (const char* type : {"f16", "bf16", "f32"})
    inChannelsLast(kScaled, type, [&](const Node& node, const TuningHint& hint) {
      for (const char* architecture : {"sm_80", "sm_86", "sm_89", "sm_90", "sm_100"}) {
        std::string found;
        for (const Tactic* tactic : compileTarget(architecture)->tactics())
          if (tactic->refuses(node, hint).empty()) found += std::string(tactic->name()) + " ";
        EXPECT_EQ(found, "gemm host-reference ") << architecture;
      }
    });
}

TEST_F(CudaSqueezeExcite, TheirProductsCompile) {
  for (const char* type : {"f16", "bf16", "f32"})
    inChannelsLast(kScaled, type, [&](const Node& node, const TuningHint& hint) {
      std::vector<Candidate> all = compileTarget(kHopper)->findTactic("gemm")->candidates(node, hint);
      ASSERT_FALSE(all.empty());
      for (const Candidate& c : all) {
        EXPECT_TRUE(c.config.starts_with("mma ")) << c.config;
        if (type[0] == 'f' || &c == &all[0]) compiles(kHopper, "gemm", node, c.config, hint);
      }
      for (const char* other : {"sm_80", "sm_100"}) compiles(other, "gemm", node, all[0].config, hint);
    });
}

constexpr const char* kMeans =
    "x:TYPE[3,72,7,9], w:TYPE[20,72,1,1], b:TYPE[20], v:TYPE[72,20,1,1] -> y = Region(x, w, b, v) "
    "{kind=\"pool\"} graph g(x:TYPE[3,72,7,9], w:TYPE[20,72,1,1], b:TYPE[20], v:TYPE[72,20,1,1]) { m = "
    "GlobalAveragePool(x) s = Conv(m, w, b) a = Swish(s) t = Conv(a, v) y = HardSigmoid(t) return y }";

TEST_F(CudaSqueezeExcite, OneTacticTakesMeansAndProducts) {
  for (const char* type : {"f16", "bf16", "f32"})
    inChannelsLast(kMeans, type, [&](const Node& node, const TuningHint& hint) {
      for (const char* architecture : {"sm_80", "sm_86", "sm_89", "sm_90", "sm_100"}) {
        std::string found;
        for (const Tactic* tactic : compileTarget(architecture)->tactics())
          if (tactic->refuses(node, hint).empty()) found += std::string(tactic->name()) + " ";
        EXPECT_EQ(found, "squeeze-excite host-reference ") << architecture;
        for (const Candidate& c :
             compileTarget(architecture)->findTactic("squeeze-excite")->candidates(node, hint))
          compiles(architecture, "squeeze-excite", node, c.config, hint);
      }
    });
}

}  // namespace
}  // namespace tenfold::testing_util
