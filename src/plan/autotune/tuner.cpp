#include "plan/autotune/tuner.h"

#include <algorithm>
#include <limits>

#include "base/error.h"
#include "graph/ir/text.h"
#include "graph/ops/op_def.h"

namespace tenfold {
namespace {

struct Option {
  const Tactic* tactic;
  Candidate candidate;
};

std::string describe(const TensorDesc& d) {
  return fmt::format("{}{}{}", typeName(d.dtype), d.shape.str(),
                     d.layout == Layout::kChannelsLast ? "cl" : "");
}

// Device buffers with plausible contents for one measurement.
class Scratch {
 public:
  explicit Scratch(Target& target) : target_(target) {}
  ~Scratch() {
    for (void* p : buffers_) target_.release(p);
  }
  void* fill(const TensorDesc& d, uint64_t seed) {
    Tensor t = d.known ? Tensor(d.dtype, d.shape, const_cast<void*>(d.known))
                       : randomTensor(d.dtype, d.shape, seed, 0, 1);
    void* p = make(t.bytes());
    target_.copy(p, t.data(), t.bytes(), nullptr);
    return p;
  }
  void* make(size_t bytes) {
    buffers_.push_back(target_.allocate(std::max<size_t>(bytes, 1)));
    return buffers_.back();
  }

 private:
  Target& target_;
  std::vector<void*> buffers_;
};

double measure(const Kernel& kernel, const TuningHint& hint, Target& target, int iterations) {
  std::unique_ptr<Launch> launch = kernel.prepare(hint.inputs, hint.outputs);
  Scratch scratch(target);
  std::vector<void*> inputs, outputs;
  for (size_t i = 0; i < hint.inputs.size(); ++i)
    inputs.push_back(hint.inputs[i].dtype == DataType::kUndefined ? nullptr
                                                                  : scratch.fill(hint.inputs[i], i + 1));
  for (const TensorDesc& d : hint.outputs)
    outputs.push_back(d.dtype == DataType::kUndefined ? nullptr
                                                      : scratch.make(typeBytes(d.dtype, d.shape.numel())));
  LaunchArgs args{inputs.data(), outputs.data(), scratch.make(launch->workspaceBytes()), nullptr, nullptr};
  return target.time([&] { launch->run(args); }, iterations);
}

// Every accepted candidate, tactic by tactic in the target's order of preference.
std::vector<Option> collect(const Node& node, const TuningHint& hint, Target& target,
                            std::vector<Trial>& refused) {
  std::vector<Option> options;
  for (const Tactic* tactic : target.tactics()) {
    std::string reason = hint.knownRanks || tactic == target.tactics().back()
                             ? tactic->refuses(node, hint)
                             : "the rank of a tensor is known at run time only";
    if (!reason.empty()) {
      refused.push_back({std::string(tactic->name()), "", 0, false, reason});
      continue;
    }
    for (Candidate& c : tactic->candidates(node, hint)) options.push_back({tactic, std::move(c)});
  }
  std::stable_sort(options.begin(), options.end(), [](const Option& a, const Option& b) {
    return a.candidate.seconds < b.candidate.seconds;
  });
  return options;
}

[[noreturn]] void failUnsupported(const Node& node, const std::vector<Trial>& refused) {
  std::string reasons;
  for (const Trial& t : refused) reasons += fmt::format("\n  {}: {}", t.tactic, t.refusal);
  fail(ErrorKind::kUnsupported, "not supported: {} (node '{}'): no tactic can run it{}", node.opName(),
       node.name, reasons);
}

bool hasZeroExtent(const TuningHint& hint) {
  auto empty = [](const TensorDesc& d) { return d.dtype != DataType::kUndefined && d.shape.numel() == 0; };
  return std::any_of(hint.inputs.begin(), hint.inputs.end(), empty) ||
         std::any_of(hint.outputs.begin(), hint.outputs.end(), empty);
}

}  // namespace

std::string regionSignature(const Node& node, const TuningHint& hint) {
  std::string text(node.opName());
  for (const auto& [name, value] : node.attrs.all())
    if (const auto* n = std::get_if<int64_t>(&value))
      text += fmt::format(" {}={}", name, *n);
    else if (const auto* s = std::get_if<std::string>(&value))
      text += fmt::format(" {}={}", name, *s);
    else if (const auto* v = std::get_if<std::vector<int64_t>>(&value))
      text += fmt::format(" {}={}", name, Shape(v->begin(), v->end()).str());
    else if (const auto* r = std::get_if<double>(&value))
      text += fmt::format(" {}={}", name, *r);
  for (const TensorDesc& d : hint.inputs) text += " " + describe(d) + (d.known ? "c" : "");
  text += " ->";
  for (const TensorDesc& d : hint.outputs) text += " " + describe(d);
  for (const auto& body : node.bodies) text += "\n" + printGraph(*body);
  return text;
}

Choice chooseTactic(const Node& node, const TuningHint& hint, Target& target, const TunerOptions& tuner) {
  Choice choice;
  std::vector<Trial> refused;
  std::vector<Option> options = collect(node, hint, target, refused);
  if (options.empty()) failUnsupported(node, refused);
  // The reference is a last resort: it is never measured against real kernels.
  if (options.front().tactic != target.tactics().back())
    std::erase_if(options, [&](const Option& o) { return o.tactic == target.tactics().back(); });
  // Neither is what the cost model puts far behind the best.
  constexpr double kHopeless = 4;
  double estimate = options.front().candidate.seconds;
  std::erase_if(options, [&](const Option& o) { return o.candidate.seconds > kHopeless * estimate + 1e-6; });
  size_t count = std::min<size_t>(options.size(), std::max(1, tuner.maxMeasured));
  bool measurable =
      tuner.measure && hint.knownRanks && count > 1 && !node.op->dataDependentShape && !hasZeroExtent(hint);

  std::string signature = regionSignature(node, hint);
  if (measurable && tuner.cache)
    if (auto known = tuner.cache->find(target.deviceSignature(), signature))
      for (const Timing& t : *known)
        if (const Tactic* tactic = target.findTactic(t.tactic);
            tactic && tactic->refuses(node, hint).empty()) {
          choice.compiled = tactic->compile(node, t.config, hint);
          for (const Timing& all : *known)
            choice.trials.push_back({all.tactic, all.config, all.seconds, true, ""});
          choice.trials.insert(choice.trials.end(), refused.begin(), refused.end());
          return choice;
        }

  std::vector<Timing> timings;
  double best = std::numeric_limits<double>::infinity();
  for (size_t i = 0; i < (measurable ? count : 1); ++i) {
    const Option& o = options[i];
    CompiledKernel compiled = o.tactic->compile(node, o.candidate.config, hint);
    double seconds = o.candidate.seconds;
    if (measurable) {
      seconds = measure(*o.tactic->load(node, compiled), hint, target, tuner.iterations);
      timings.push_back({std::string(o.tactic->name()), o.candidate.config, seconds});
    }
    choice.trials.push_back({std::string(o.tactic->name()), o.candidate.config, seconds, measurable, ""});
    if (i > 0 && seconds >= best) continue;
    best = seconds;
    choice.compiled = std::move(compiled);
  }
  std::stable_sort(choice.trials.begin(), choice.trials.end(),
                   [](const Trial& a, const Trial& b) { return a.seconds < b.seconds; });
  choice.trials.insert(choice.trials.end(), refused.begin(), refused.end());
  if (measurable && tuner.cache) tuner.cache->store(target.deviceSignature(), signature, timings);
  return choice;
}

}  // namespace tenfold
