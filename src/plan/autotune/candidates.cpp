#include "plan/autotune/candidates.h"

#include <algorithm>
#include <map>

#include "base/error.h"
#include "graph/ops/op_def.h"

namespace tenfold {
namespace {

[[noreturn]] void failUnsupported(const Node& node, const std::vector<Trial>& refused) {
  std::string reasons;
  for (const Trial& t : refused) reasons += fmt::format("\n  {}: {}", t.tactic, t.refusal);
  fail(ErrorKind::kUnsupported, "not supported: {} (node '{}'): no tactic can run it{}", node.opName(),
       node.name, reasons);
}

// The best of each tactic, then the second best of each, and so on: cost models of different tactics compare
// badly, and one with many candidates would leave no room for the others.
void takeTurns(std::vector<Option>& options) {
  std::map<const Tactic*, size_t> seen;
  std::vector<std::pair<size_t, Option>> turns;
  turns.reserve(options.size());
  for (Option& o : options) turns.emplace_back(seen[o.tactic]++, std::move(o));
  std::stable_sort(turns.begin(), turns.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  for (size_t i = 0; i < options.size(); ++i) options[i] = std::move(turns[i].second);
}

constexpr const char* kExcluded = "the builder's tactic sources leave it out";

// The last tactic, which runs everything, stays.
bool isExcluded(const Tactic& tactic, const Target& target, const TunerOptions& options) {
  const auto& excluded = options.excluded;
  return &tactic != target.tactics().back() &&
         std::find(excluded.begin(), excluded.end(), tactic.name()) != excluded.end();
}

}  // namespace

void enterDevice(Target& target) {
  target.submit(
      nullptr, [](void*) {}, nullptr);
}

int compileThreads(const Target& target, const TunerOptions& options) {
  constexpr int kMost = 256;
  return std::min(target.compileThreads(), options.threads > 0 ? options.threads : kMost);
}

bool canRun(Target& target) {
  if (target.hostAccessible()) return true;
  try {
    enterDevice(target);
    return true;
  } catch (const Error&) {
    return false;
  }
}

std::string refusalOf(const Tactic& tactic, const TunedNode& node, const Target& target,
                      const TunerOptions& options) {
  bool isLast = &tactic == target.tactics().back();
  if (!isLast && !node.hint.knownRanks) return "the rank of a tensor is known at run time only";
  if (isExcluded(tactic, target, options)) return kExcluded;
  return tactic.refuses(*node.node, node.hint);
}

std::vector<Trial> listExclusions(Target& target, const TunerOptions& options) {
  std::vector<Trial> excluded;
  for (const Tactic* tactic : target.tactics())
    if (isExcluded(*tactic, target, options))
      excluded.push_back({std::string(tactic->name()), "", 0, false, kExcluded});
  return excluded;
}

std::vector<Trial> listRefusals(const TunedNode& node, Target& target, const TunerOptions& options) {
  std::vector<Trial> refused;
  for (const Tactic* tactic : target.tactics())
    if (std::string reason = refusalOf(*tactic, node, target, options); !reason.empty())
      refused.push_back({std::string(tactic->name()), "", 0, false, reason});
  return refused;
}

Options listOptions(const TunedNode& node, Target& target, const TunerOptions& tuner) {
  Options found;
  std::vector<Option>& options = found.accepted;
  const Tactic* last = target.tactics().back();
  for (const Tactic* tactic : target.tactics()) {
    std::string reason = refusalOf(*tactic, node, target, tuner);
    if (!reason.empty()) {
      found.refused.push_back({std::string(tactic->name()), "", 0, false, reason});
      continue;
    }
    for (Candidate& c : tactic->candidates(*node.node, node.hint)) options.push_back({tactic, std::move(c)});
  }
  if (options.empty()) failUnsupported(*node.node, found.refused);
  std::stable_sort(options.begin(), options.end(), [](const Option& a, const Option& b) {
    return a.candidate.seconds < b.candidate.seconds;
  });
  if (options.front().tactic != last)
    std::erase_if(options, [&](const Option& o) { return o.tactic == last; });
  double limit = tuner.hopeless * options.front().candidate.seconds + 1e-6;
  std::erase_if(options, [&](const Option& o) { return o.candidate.seconds > limit; });
  takeTurns(options);
  return found;
}

}  // namespace tenfold
