#include "cuda/kernel_sweep.h"

#include <algorithm>

#include "cuda/compile_harness.h"
#include "cuda/cubin_report.h"

namespace tenfold::testing_util {
namespace {

// These call libraries, or the host.
constexpr std::string_view kNotGenerated[] = {"cublaslt", "cudnn-conv", "cudnn-attention", "host-reference"};
// Bytes that the compiler spills where it aims at more blocks than one, with 32 or 64 registers: the cure
// (launch bounds that say one block is enough) changes the kernels, and waits for a measurement.
constexpr std::pair<std::string_view, int> kKnownSpills[] = {
    {"flash-attention", 20}, {"images", 8}, {"pool", 8}, {"rows", 16}};
// The largest array that kernels keep in local memory.
constexpr int kLargestArray = 32;

bool isGenerated(const Tactic& tactic) {
  return std::find(std::begin(kNotGenerated), std::end(kNotGenerated), tactic.name()) ==
         std::end(kNotGenerated);
}

std::string textOf(const Tensor& blob) { return {blob.as<char>(), static_cast<size_t>(blob.numel())}; }

// A frame is spilled registers, or an array that is indexed at run time, such as the reduction of large
// arguments of sines; the compiler's report tells them apart. The code is the second blob, its architecture
// the third.
void expectNothingSpilled(const CompiledKernel& kernel) {
  int frame = frameBytes(kernel.blobs.at(0));
  EXPECT_GE(frame, 0) << "no machine code";
  if (frame <= 0) return;
  int allowed = 0, registers = 0, spills = -1;
  for (auto [tactic, bytes] : kKnownSpills)
    if (tactic == kernel.tactic) allowed = bytes;
  ASSERT_TRUE(readReport(textOf(kernel.blobs.at(1)), textOf(kernel.blobs.at(2)), registers, spills));
  EXPECT_LE(spills, allowed) << kernel.tactic << " '" << kernel.config << "' spills " << spills
                             << " bytes, with " << registers << " registers:\n"
                             << textOf(kernel.blobs[1]);
  EXPECT_LE(frame, std::max(spills, kLargestArray)) << kernel.tactic << " '" << kernel.config << "'";
}

void compileForOther(const std::string& architecture, std::string_view name, const Node& node,
                     const TuningHint& hint, size_t most) {
  std::vector<Candidate> candidates = target("cuda:" + architecture).findTactic(name)->candidates(node, hint);
  for (size_t i = 0; i < std::min(most, candidates.size()); ++i)
    KernelSweep::compile(architecture, name, node, candidates[i].config, hint);
}

}  // namespace

bool wantsAllKernels() {
  static const bool wants = std::getenv("TENFOLD_ALL_KERNELS") != nullptr;
  return wants;
}

KernelSweep* KernelSweep::get() {
  static KernelSweep sweep;
  return sweep.hopper_ ? &sweep : nullptr;
}

KernelSweep::KernelSweep() : hopper_(compileTarget(kHopper)) {}

void KernelSweep::add(const Node& node, TuningHint hint, Counts& counts, std::string_view only,
                      bool elsewhere) {
  for (const Tactic* tactic : hopper_->tactics()) {
    const std::string_view name = tactic->name();
    if (!isGenerated(*tactic) || (!only.empty() && name != only)) continue;
    for (bool isStatic : {true, false}) {
      hint.staticShapes = isStatic;
      if (!tactic->refuses(node, hint).empty()) continue;
      counts[std::string(name)] += addForHopper(*tactic, node, hint);
      if (wantsAllKernels())
        for (const char* other : kOthers) compileForOther(other, name, node, hint, SIZE_MAX);
      else if (isStatic && elsewhere)
        compileForOther(kOthers[turn_++ % std::size(kOthers)], name, node, hint, 1);
    }
  }
}

void KernelSweep::compile(const std::string& architecture, std::string_view tactic, const Node& node,
                          const std::string& config, const TuningHint& hint) {
  SCOPED_TRACE(fmt::format("{} '{}' for {}", tactic, config, architecture));
  try {
    const Tactic* t = target("cuda:" + architecture).findTactic(tactic);
    ASSERT_NE(t, nullptr);
    ASSERT_EQ(t->refuses(node, hint), "");
    CompiledKernel compiled = t->compile(node, config, hint);
    if (architecture == kHopper) expectNothingSpilled(compiled);
  } catch (const Error& e) {
    ADD_FAILURE() << e.what();
  }
}

int KernelSweep::addForHopper(const Tactic& tactic, const Node& node, const TuningHint& hint) {
  std::vector<Candidate> candidates = tactic.candidates(node, hint);
  std::set<std::string>& known = configs_[tactic.name()];
  int compiled = 0;
  bool wantsNew = !hint.staticShapes;
  for (size_t i = 0; i < candidates.size(); ++i) {
    bool isLikeliest = hint.staticShapes && i == 0;
    bool isNew = wantsNew && !known.contains(candidates[i].config);
    if (!isLikeliest && !isNew && !wantsAllKernels()) continue;
    wantsNew = wantsNew && !isNew;
    known.insert(candidates[i].config);
    compile(kHopper, tactic.name(), node, candidates[i].config, hint);
    ++compiled;
  }
  return compiled;
}

KernelSweep::Counts compileCase(const std::string& text, std::string_view only) {
  SCOPED_TRACE(text);
  KernelSweep::Counts counts;
  try {
    forEachNode(text, [&](const Node& node, TuningHint hint) {
      KernelSweep::get()->add(node, hint, counts, only);
      bool hasImages = false;
      for (auto* side : {&hint.inputs, &hint.outputs})
        for (TensorDesc& d : *side)
          if (d.shape.rank() >= 3 && d.shape.rank() <= 5) {
            d.layout = Layout::kChannelsLast;
            hasImages = true;
          }
      if (hasImages) KernelSweep::get()->add(node, hint, counts, only, false);
    });
  } catch (const std::exception& e) {
    ADD_FAILURE() << e.what();
  }
  return counts;
}

void expectCompiles(std::string_view tactic, std::initializer_list<const char*> texts) {
  if (!KernelSweep::get()) GTEST_SKIP() << "the CUDA target cannot be loaded here";
  for (const char* text : texts) {
    KernelSweep::Counts counts = compileCase(text, tactic);
    EXPECT_GE(counts[std::string(tactic)], 1) << text;
  }
}

}  // namespace tenfold::testing_util
