// Every family of generated kernels compiles for every architecture, and keeps everything in registers on
// Hopper.
#include <gtest/gtest.h>

#include <set>

#include "cuda/compile_harness.h"
#include "cuda/cubin_report.h"
#include "cuda/operator_cases.h"

namespace tenfold::testing_util {
namespace {

constexpr const char* kArchitectures[] = {"sm_80", "sm_86", "sm_89", "sm_90", "sm_100", "sm_120"};
// These call libraries, or the host.
constexpr std::string_view kNotGenerated[] = {"cublaslt", "cudnn-conv", "cudnn-attention", "host-reference"};
// Small arrays that are indexed at run time; nothing is spilled.
constexpr std::pair<std::string_view, int> kFrames[] = {{"pool", 24}};

// What no operator's own case reaches.
const char* const kMore[] = {
    "x:f16[1,64,14,14], w:f16[64,64,3,3] -> y = Conv(x, w) {pads=[1,1,1,1]}",
    "x:f16[1,3,32,32] -> w = const f16[16,3,3,3] random(1); y = Conv(x, w) {strides=[2,2]}",
    "x:f16[1,32,16,16] -> w = const f16[32,1,3,3] random(1); y = Conv(x, w) {group=32, pads=[1,1,1,1]}",
    "a:f16[128,256], b:f16[256,128] -> y = MatMul(a, b)",
    "q:f16[1,2,64,64], k:f16[1,2,64,64], v:f16[1,2,64,64] -> y = Attention(q, k, v)",
};

// Compiles every family's first case everywhere.
class Families {
 public:
  explicit Families(std::vector<Target*> targets) : targets_(std::move(targets)) {}

  void compile(const char* text) {
    SCOPED_TRACE(text);
    try {
      forEachNode(text, [&](const Node& node, const TuningHint& hint) {
        for (Layout layout : {Layout::kPlain, Layout::kChannelsLast}) compileNode(node, hint, layout);
      });
    } catch (const std::exception& e) {
      ADD_FAILURE() << text << ": " << e.what();
    }
  }
  bool has(std::string_view tactic) const { return seen_.count(tactic) != 0; }

 private:
  void compileNode(const Node& node, TuningHint hint, Layout layout) {
    for (auto* side : {&hint.inputs, &hint.outputs})
      for (TensorDesc& d : *side)
        if (d.shape.rank() >= 3 && d.shape.rank() <= 5) d.layout = layout;
    for (const Tactic* hopper : targets_[3]->tactics()) {
      const std::string_view name = hopper->name();
      bool generated =
          std::find(std::begin(kNotGenerated), std::end(kNotGenerated), name) == std::end(kNotGenerated);
      if (!generated || seen_.count(name) || !hopper->refuses(node, hint).empty()) continue;
      seen_.insert(name);
      for (size_t a = 0; a < targets_.size(); ++a) compileFor(a, name, node, hint);
    }
  }

  void compileFor(size_t a, std::string_view name, const Node& node, const TuningHint& hint) {
    const Tactic& tactic = *targets_[a]->findTactic(name);
    if (!tactic.refuses(node, hint).empty()) return;
    CompiledKernel compiled = tactic.compile(node, tactic.candidates(node, hint).at(0).config, hint);
    int allowed = 0;
    for (auto [family, bytes] : kFrames)
      if (family == name) allowed = bytes;
    int frame = frameBytes(compiled.blobs.at(0));
    EXPECT_GE(frame, 0) << name << " left no machine code for " << kArchitectures[a];
    if (a == 3) EXPECT_LE(frame, allowed) << name << " keeps registers in memory";
  }

  const std::vector<Target*> targets_;
  std::set<std::string_view> seen_;
};

TEST(CudaArchitectures, EveryFamilyCompilesForAll) {
  std::vector<Target*> targets;
  for (const char* architecture : kArchitectures) {
    targets.push_back(compileTarget(architecture));
    if (!targets.back()) GTEST_SKIP() << "the CUDA target cannot be loaded here";
  }
  Families families(targets);
  for (const char* text : kMore) families.compile(text);
  for (const OpDef* op : allOpDefs())
    for (const OpCase& c : op->cases) families.compile(c.text);
  for (const OperatorCase& c : kOperatorCases) families.compile(c.text);
  for (const Tactic* tactic : targets[3]->tactics()) {
    bool generated = std::find(std::begin(kNotGenerated), std::end(kNotGenerated), tactic->name()) ==
                     std::end(kNotGenerated);
    EXPECT_EQ(families.has(tactic->name()), generated) << tactic->name() << " was not tried";
  }
}

}  // namespace
}  // namespace tenfold::testing_util
