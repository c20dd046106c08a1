#include "plan/autotune/tuner.h"

#include <algorithm>
#include <map>

#include "base/error.h"
#include "base/parallel.h"
#include "graph/ops/op_def.h"
#include "plan/autotune/candidates.h"
#include "plan/autotune/measure.h"
#include "plan/autotune/network.h"
#include "plan/autotune/signature.h"

namespace tenfold {
namespace {

// Nodes with one signature, and what was found out about them.
struct Region {
  size_t first = 0;  // index of the first such node
  std::string signature;
  Options options;
  bool measured = false;                 // now: its kernels are compiled and timed
  std::vector<CompiledKernel> compiled;  // of the first node; by option
  std::vector<std::string> failures;     // why an option cannot be compiled, else empty
  size_t chosen = 0;
  bool keepsUsed = false;  // the kernel in use serves
  std::vector<Trial> trials;
};

// How much faster than the kernel in use another one must be.
constexpr double kWorthAnother = 1.1;

bool hasZeroExtent(const TuningHint& hint) {
  auto empty = [](const TensorDesc& d) { return d.dtype != DataType::kUndefined && d.shape.numel() == 0; };
  return std::any_of(hint.inputs.begin(), hint.inputs.end(), empty) ||
         std::any_of(hint.outputs.begin(), hint.outputs.end(), empty);
}

Trial trialOf(const Option& o, double seconds, bool measured) {
  return {std::string(o.tactic->name()), o.candidate.config, seconds, measured, ""};
}

class Tuner {
 public:
  Tuner(std::span<const TunedNode> nodes, Target& target, const TunerOptions& options,
        const std::function<void(int, int)>& progress, const TunedNetwork* network)
      : nodes_(nodes),
        target_(target),
        options_(options),
        progress_(progress),
        network_(network),
        canRun_(tenfold::canRun(target)),
        threads_(compileThreads(target, options)) {}

  std::vector<Choice> run() {
    group();
    // In parts, since every compiled candidate may hold packed weights.
    const size_t part = threads_ == 1 ? 1 : 64;
    for (size_t from = 0; from < regions_.size(); from += part)
      tune(std::span(regions_).subspan(from, std::min(part, regions_.size() - from)));
    const bool measuresNetwork = network_ && options_.measure && options_.networkSeconds > 0 && canRun_ &&
                                 !target_.hostAccessible();  // a processor ends one before it starts another
    const bool isKnown = measuresNetwork && takeFromNetwork();
    std::vector<Choice> choices = compileAll();
    if (measuresNetwork && !isKnown && canTimeNetwork(*network_, choices, target_))
      if (auto seconds =
              chooseInNetwork(*network_, nodes_, choices, target_, options_, [&] { askMonitor(); }))
        storeNetwork(choices, *seconds);
    return choices;
  }

 private:
  void group() {
    std::map<std::string, size_t> known;
    for (size_t i = 0; i < nodes_.size(); ++i) {
      std::string signature = signatureOf(nodes_[i]);
      auto [it, fresh] = known.emplace(signature, regions_.size());
      if (fresh) regions_.push_back({.first = i, .signature = std::move(signature)});
      regionOf_.push_back(it->second);
    }
  }

  const TunedNode& nodeOf(const Region& r) const { return nodes_[r.first]; }

  void enter() {
    if (threads_ > 1 && canRun_) enterDevice(target_);
  }

  void tune(std::span<Region> regions) {
    parallelFor(regions.size(), threads_, [&](size_t i) {
      enter();
      Region& r = regions[i];
      if (takeFromCache(r)) return;
      r.options = listOptions(nodeOf(r), target_, options_);
      if (nodeOf(r).beside)
        selectBeside(r);
      else
        select(r);
    });
    compileCandidates(regions);
    for (Region& r : regions) {
      if (r.measured) tryMeasure(r);
      for (Trial& t : r.options.refused) r.trials.push_back(std::move(t));
      report();
    }
  }

  bool isMeasurable(const Region& r) const {
    const TunedNode& n = nodeOf(r);
    return options_.measure && canRun_ && n.hint.knownRanks && !n.node->op->dataDependentShape &&
           !hasZeroExtent(n.hint);
  }

  // Why a tactic refuses the node, as the cache keeps it.
  static bool isReason(const Timing& t) { return !t.failure.empty() && t.config.empty(); }

  // Without asking for candidates or reasons, which may take long by itself: a library may have to make
  // plans to find out.
  bool takeFromCache(Region& r) {
    if (!options_.cache || !isMeasurable(r)) return false;
    auto known = options_.cache->find(target_.deviceSignature(), r.signature);
    if (!known) return false;
    for (const Timing& t : *known) {
      const Tactic* tactic = target_.findTactic(t.tactic);
      if (!t.failure.empty() || !tactic || !refusalOf(*tactic, nodeOf(r), target_, options_).empty())
        continue;
      r.options = {{{tactic, {t.config, t.seconds}}}, {}};
      // An entry without reasons says that the kernel in use serves, or is an older program's.
      r.options.refused = std::any_of(known->begin(), known->end(), isReason)
                              ? listExclusions(target_, options_)
                              : listRefusals(nodeOf(r), target_, options_);
      tell(r, *known);
      auto used = std::find_if(known->begin(), known->end(), [&](const Timing& other) {
        return other.failure.empty() && isUsed(r, other.tactic, other.config);
      });
      r.keepsUsed = used != known->end() && used->seconds <= kWorthAnother * t.seconds;
      return true;
    }
    return false;
  }

  // The same whether the timings were taken now or come from the cache.
  static void tell(Region& r, const std::vector<Timing>& timings) {
    for (const Timing& t : timings)
      if (t.failure.empty())
        r.trials.push_back({t.tactic, t.config, t.seconds, true, ""});
      else
        r.options.refused.push_back({t.tactic, t.config, 0, false, t.failure});
  }

  bool isUsed(const Region& r, std::string_view tactic, std::string_view config) const {
    const Choice* used = nodeOf(r).used;
    return used && used->tactic == tactic && used->config == config;
  }

  // How many of the options are worth a measurement.
  size_t measurable(const Options& options) const {
    return std::min<size_t>(options.accepted.size(), static_cast<size_t>(std::max(1, options_.maxMeasured)));
  }

  // Where the cost model ranks as it does at the sizes that the kernel in use was chosen for, that one
  // serves. Else it is measured along with the others.
  void selectBeside(Region& r) {
    std::vector<Option>& here = r.options.accepted;
    Options there = listOptions(*nodeOf(r).beside, target_, options_);
    size_t count = measurable(r.options);
    bool sameRanking = count == measurable(there) &&
                       std::equal(here.begin(), here.begin() + static_cast<long>(count),
                                  there.accepted.begin(), [](const Option& a, const Option& b) {
                                    return a.tactic == b.tactic && a.candidate.config == b.candidate.config;
                                  });
    auto used = std::find_if(here.begin(), here.end(), [&](const Option& o) {
      return isUsed(r, o.tactic->name(), o.candidate.config);
    });
    double best = here.front().candidate.seconds;
    if (!isMeasurable(r)) {
      r.keepsUsed = sameRanking || (used != here.end() && used->candidate.seconds <= kWorthAnother * best);
      r.trials = {trialOf(here[0], best, false)};
      return;
    }
    if (sameRanking) return keepUsed(r);
    Option also{target_.findTactic(nodeOf(r).used->tactic), {nodeOf(r).used->config, best}};
    bool isThere = used - here.begin() < static_cast<long>(count);
    here.resize(count);
    if (!isThere && also.tactic) here.push_back(also);
    r.measured = true;
  }

  void keepUsed(Region& r) {
    r.keepsUsed = true;
    if (options_.cache)
      options_.cache->store(target_.deviceSignature(), r.signature,
                            {{nodeOf(r).used->tactic, nodeOf(r).used->config, 0}});
  }

  // What to compile: all that is measured, or what the cost model puts first.
  void select(Region& r) {
    size_t count = measurable(r.options);
    r.measured = isMeasurable(r) && count > 1;
    if (r.measured)
      r.options.accepted.resize(count);
    else
      for (size_t i = 0; i < count; ++i)
        r.trials.push_back(trialOf(r.options.accepted[i], r.options.accepted[i].candidate.seconds, false));
  }

  void compileCandidates(std::span<Region> regions) {
    std::vector<std::pair<Region*, size_t>> jobs;
    for (Region& r : regions) {
      if (!r.measured) continue;
      r.compiled.resize(r.options.accepted.size());
      r.failures.resize(r.options.accepted.size());
      for (size_t i = 0; i < r.options.accepted.size(); ++i) jobs.emplace_back(&r, i);
    }
    parallelFor(jobs.size(), threads_, [&](size_t job) {
      enter();
      auto [r, i] = jobs[job];
      const Option& o = r->options.accepted[i];
      try {
        r->compiled[i] = o.tactic->compile(*nodeOf(*r).node, o.candidate.config, nodeOf(*r).hint);
      } catch (const Error& e) {
        r->failures[i] = e.what();
      }
    });
  }

  // The largest sizes of a profile need not fit into the memory that is free while building.
  void tryMeasure(Region& r) {
    try {
      measure(r);
    } catch (const Error& e) {
      if (!nodeOf(r).beside) throw;
      keepUsed(r);
    }
  }

  void measure(Region& r) {
    const TunedNode& n = nodeOf(r);
    RegionData data(n.hint, target_);
    std::vector<std::unique_ptr<Kernel>> kernels(r.compiled.size());
    std::vector<double> seconds(r.compiled.size());
    for (size_t i = 0; i < kernels.size(); ++i) {
      if (!r.failures[i].empty()) continue;
      try {
        kernels[i] = r.options.accepted[i].tactic->load(*n.node, r.compiled[i]);
        seconds[i] = data.time(*kernels[i], options_.iterations);
      } catch (const Error& e) {
        kernels[i].reset();
        r.failures[i] = e.what();
      }
    }
    r.chosen = choose(r, data, kernels, seconds);
    for (size_t i = 0; i < kernels.size(); ++i) {
      const Option& o = r.options.accepted[i];
      if (kernels[i] && isUsed(r, o.tactic->name(), o.candidate.config))
        r.keepsUsed = seconds[i] <= kWorthAnother * seconds[r.chosen];
    }
    record(r, seconds);
    r.compiled = {std::move(r.compiled[r.chosen])};
    r.options.accepted = {r.options.accepted[r.chosen]};
    r.chosen = 0;
  }

  // The fastest; of those that further runs cannot tell from it, the one that the cost model prefers.
  size_t choose(const Region& r, RegionData& data, const std::vector<std::unique_ptr<Kernel>>& kernels,
                std::vector<double>& seconds) const {
    constexpr double kClose = 1.05;
    constexpr int kRepeats = 2;
    std::vector<size_t> runnable;
    for (size_t i = 0; i < kernels.size(); ++i)
      if (kernels[i]) runnable.push_back(i);
    if (runnable.empty())
      fail(ErrorKind::kInternal, "node '{}' ({}): no kernel for it works: {}", nodeOf(r).node->name,
           nodeOf(r).node->opName(), r.failures.front());
    auto faster = [&](size_t a, size_t b) { return seconds[a] < seconds[b]; };
    double best = seconds[*std::min_element(runnable.begin(), runnable.end(), faster)];
    std::erase_if(runnable, [&](size_t i) { return seconds[i] > kClose * best; });
    if (runnable.size() == 1) return runnable[0];
    double spread = 0;
    for (int repeat = 0; repeat < kRepeats; ++repeat)
      for (size_t i : runnable) {
        double again = data.time(*kernels[i], options_.iterations);
        spread = std::max(spread, std::abs(again - seconds[i]));
        seconds[i] = std::min(seconds[i], again);
      }
    best = seconds[*std::min_element(runnable.begin(), runnable.end(), faster)];
    size_t chosen = *std::find_if(runnable.begin(), runnable.end(),
                                  [&](size_t i) { return seconds[i] <= best + spread; });
    seconds[chosen] = best;  // as far as could be measured
    return chosen;
  }

  void record(Region& r, const std::vector<double>& seconds) {
    std::vector<Timing> timings;
    auto add = [&](size_t i) {
      const Option& o = r.options.accepted[i];
      timings.push_back({std::string(o.tactic->name()), o.candidate.config, seconds[i], r.failures[i]});
    };
    add(r.chosen);  // first among equals
    for (size_t i = 0; i < seconds.size(); ++i)
      if (i != r.chosen) add(i);
    std::vector<Trial> excluded = listExclusions(target_, options_);
    for (const Trial& t : r.options.refused)
      if (std::none_of(excluded.begin(), excluded.end(),
                       [&](const Trial& e) { return e.tactic == t.tactic; }))
        timings.push_back({t.tactic, "", 0, t.refusal});
    r.options.refused = std::move(excluded);
    sortTimings(timings);
    tell(r, timings);
    if (options_.cache) options_.cache->store(target_.deviceSignature(), r.signature, std::move(timings));
  }

  std::vector<Choice> compileAll() {
    std::vector<Choice> choices(nodes_.size());
    parallelFor(nodes_.size(), threads_, [&](size_t i) {
      enter();
      Region& r = regions_[regionOf_[i]];
      choices[i].trials = r.trials;
      choices[i].signature = r.signature;
      if (r.keepsUsed) return;
      const Option& o = r.options.accepted[0];
      choices[i].tactic = o.tactic->name();
      choices[i].config = o.candidate.config;
      if (r.first == i && !r.compiled.empty())
        choices[i].compiled = std::move(r.compiled[0]);
      else
        choices[i].compiled = o.tactic->compile(*nodes_[i].node, o.candidate.config, nodes_[i].hint);
    });
    return choices;
  }

  // A region's key for what it is in this network.
  std::string inNetwork(const Region& r) {
    if (networkKey_.empty()) {
      std::string all;
      for (size_t region : regionOf_) all += regions_[region].signature + '\n';
      networkKey_ = timingKey("", all);
    }
    return r.signature + "\nin the network " + networkKey_;
  }

  // What was chosen in this network before; false where that is not known.
  bool takeFromNetwork() {
    if (!options_.cache) return false;
    std::vector<Option> found;
    for (const Region& r : regions_) {
      auto known = options_.cache->find(target_.deviceSignature(), inNetwork(r));
      const Tactic* tactic = known && !known->empty() ? target_.findTactic((*known)[0].tactic) : nullptr;
      if (!tactic || !refusalOf(*tactic, nodeOf(r), target_, options_).empty()) return false;
      found.push_back({tactic, {(*known)[0].config, 0}});
    }
    for (size_t i = 0; i < regions_.size(); ++i) {
      Region& r = regions_[i];
      const Option& old = r.options.accepted[0];
      if (old.tactic == found[i].tactic && old.candidate.config == found[i].candidate.config) continue;
      putFirst(r.trials, found[i].tactic->name(), found[i].candidate.config);
      r.options.accepted = {found[i]};
      r.compiled.clear();
    }
    return true;
  }

  void storeNetwork(const std::vector<Choice>& choices, double seconds) {
    if (!options_.cache) return;
    for (const Region& r : regions_) {
      const Choice& c = choices[r.first];
      options_.cache->store(target_.deviceSignature(), inNetwork(r), {{c.tactic, c.config, seconds}});
    }
  }

  void report() {
    ++done_;
    askMonitor();
  }
  void askMonitor() {
    if (progress_) progress_(done_, static_cast<int>(regions_.size()));
  }

  const std::span<const TunedNode> nodes_;
  Target& target_;
  const TunerOptions& options_;
  const std::function<void(int, int)>& progress_;
  const TunedNetwork* const network_;
  const bool canRun_;
  const int threads_;
  std::vector<Region> regions_;
  std::vector<size_t> regionOf_;  // by node
  std::string networkKey_;
  int done_ = 0;
};

}  // namespace

std::vector<Choice> chooseTactics(std::span<const TunedNode> nodes, Target& target,
                                  const TunerOptions& options, const std::function<void(int, int)>& progress,
                                  const TunedNetwork* network) {
  return Tuner(nodes, target, options, progress, network).run();
}

}  // namespace tenfold
