// The choice among tactics by measurement, and the timing cache that repeats it, on a device of the test's
// own.
#include "plan/autotune/tuner.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <optional>
#include <random>
#include <thread>
#include <utility>

#include "base/error.h"
#include "graph/ir/text.h"
#include "plan/build/build.h"
#include "plan/format/file.h"

namespace tenfold {
namespace {

// Counts its runs and takes as long as it is told.
class TimedLaunch final : public Launch {
 public:
  TimedLaunch(int* runs, std::chrono::microseconds time) : runs_(runs), time_(time) {}
  void run(const LaunchArgs&) override {
    ++*runs_;
    std::this_thread::sleep_for(time_);
  }

 private:
  int* runs_;
  std::chrono::microseconds time_;
};

class TimedKernel final : public Kernel {
 public:
  TimedKernel(int* runs, std::chrono::microseconds time) : runs_(runs), time_(time) {}
  std::unique_ptr<Launch> prepare(std::span<const TensorDesc>, std::span<const TensorDesc>) const override {
    return std::make_unique<TimedLaunch>(runs_, time_);
  }

 private:
  int* runs_;
  std::chrono::microseconds time_;
};

// Takes `time`; the cost model estimates `estimate` seconds.
class TimedTactic final : public Tactic {
 public:
  TimedTactic(const char* name, double estimate, std::chrono::microseconds time)
      : time(time), name_(name), estimate_(estimate) {}
  std::string_view name() const override { return name_; }
  std::string refuses(const Node&, const TuningHint&) const override { return refusal; }
  std::vector<Candidate> candidates(const Node&, const TuningHint&) const override {
    std::vector<Candidate> list{{"only", estimate_}};
    for (int i = 1; i < configs; ++i) list.push_back({"other " + std::to_string(i), estimate_});
    return list;
  }
  CompiledKernel compile(const Node& node, const std::string& config, const TuningHint&) const override {
    if (!failure.empty()) fail(ErrorKind::kInternal, "{}", failure);
    ++compiled;
    CompiledKernel kernel{name_, config, {}, std::vector<uint8_t>(node.inputs.size(), 0)};
    for (const Value* v : node.inputs)
      if (v->isConstant()) kernel.blobs.push_back(v->constant);
    return kernel;
  }
  std::unique_ptr<Kernel> load(const Node&, const CompiledKernel& kernel) const override {
    if (kernel.config == unloadable) fail(ErrorKind::kInternal, "{} cannot be loaded", kernel.config);
    return std::make_unique<TimedKernel>(&runs, time);
  }
  std::string refusal, failure, unloadable;
  int configs = 1;
  std::chrono::microseconds time;
  mutable int runs = 0;
  mutable std::atomic<int> compiled = 0;

 private:
  std::string name_;
  double estimate_;
};

// The null target's memory, and three tactics: the cost model prefers the slower of the two real ones.
class TimedTarget final : public Target {
 public:
  std::string_view name() const override { return "null"; }
  std::string deviceSignature() const override { return device; }
  const std::vector<const Tactic*>& tactics() const override { return tactics_; }
  bool acceptsChannelsLast(const Node&) const override { return false; }
  bool fusesEpilogue(const Node&, const Node&) const override { return true; }
  void* allocate(size_t bytes) override { return target("null").allocate(bytes); }
  void release(void* memory) override { target("null").release(memory); }
  void copy(void* to, const void* from, size_t bytes, StreamHandle stream) override {
    target("null").copy(to, from, bytes, stream);
  }
  bool hostAccessible() const override { return true; }
  void submit(StreamHandle, void (*task)(void*), void* data) override { task(data); }
  void synchronize(StreamHandle) override {}
  int compileThreads() const override { return threads; }
  double time(const std::function<void(StreamHandle)>& work, int iterations) override {
    if (random) return (*random)() % 100 * 1e-6;
    if (next >= scripted.size()) return Target::time(work, iterations);
    work(nullptr);
    return scripted[next++];
  }

  // Runs of all tactics since the last call.
  int takeRuns() {
    return std::exchange(slow.runs, 0) + std::exchange(fast.runs, 0) + std::exchange(reference.runs, 0);
  }
  std::string device = "one";
  int threads = 1;
  std::vector<double> scripted;  // what the first measurements give
  size_t next = 0;
  std::optional<std::mt19937> random;  // what every measurement gives
  TimedTactic slow{"slow", 1e-3, std::chrono::milliseconds(5)};
  TimedTactic fast{"fast", 2e-3, std::chrono::microseconds(0)};
  TimedTactic reference{"reference", 3e-3, std::chrono::microseconds(0)};

 private:
  std::vector<const Tactic*> tactics_{&slow, &fast, &reference};
};

// A product and a transposed one: two different regions.
std::unique_ptr<Plan> planFor(TimedTarget& target, TimingCache* cache, bool measure = true) {
  BuildOptions options;
  options.tuner.measure = measure;
  options.tuner.cache = cache;
  return buildPlan(parseGraph("graph g(x:f32[4,4], y:f32[4,8]) {\n"
                              "  p = MatMul(x, y)\n"
                              "  q = MatMul(y, x) {transA=1}\n"
                              "  return p, q }"),
                   target, options);
}

TEST(Tuner, MeasurementsOverruleTheCostModel) {
  TimedTarget target;
  std::unique_ptr<Plan> estimated = planFor(target, nullptr, false);
  EXPECT_EQ(target.takeRuns(), 0);
  std::unique_ptr<Plan> measured = planFor(target, nullptr);
  ASSERT_EQ(measured->steps.size(), 2U);
  for (size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(estimated->steps[i].compiled.tactic, "slow");
    EXPECT_EQ(measured->steps[i].compiled.tactic, "fast");
    const std::vector<Trial>& trials = measured->steps[i].trials;
    ASSERT_EQ(trials.size(), 2U);  // the reference is never measured against real kernels
    EXPECT_EQ(trials[0].tactic, "fast");
    EXPECT_TRUE(trials[0].measured && trials[1].measured);
    EXPECT_GE(trials[1].seconds, 5e-3);
    EXPECT_LT(trials[0].seconds, trials[1].seconds);
  }
  EXPECT_EQ(target.reference.runs, 0);
}

TEST(Tuner, BuildsFromOneCacheMeasureOnceAndAreTheSame) {
  TimedTarget target;
  TimingCache cache;
  std::vector<uint8_t> first = writePlan(*planFor(target, &cache));
  EXPECT_GT(target.takeRuns(), 0);
  EXPECT_EQ(cache.size(), 2U);
  EXPECT_EQ(writePlan(*planFor(target, &cache)), first);
  EXPECT_EQ(target.takeRuns(), 0);

  std::vector<uint8_t> saved = cache.serialize();
  TimingCache loaded = TimingCache::parse(saved.data(), saved.size());
  EXPECT_EQ(writePlan(*planFor(target, &loaded)), first);
  EXPECT_EQ(target.takeRuns(), 0);
  EXPECT_EQ(loaded.serialize(), saved);
}

// Times that tell nothing, candidates that are equal, some that fail, and a region that is measured in the
// network and again in two bodies.
TEST(Tuner, BuildsRepeatWhateverWasMeasured) {
  auto build = [](TimedTarget& target, TimingCache& cache) {
    BuildOptions options;
    options.tuner.cache = &cache;
    options.tuner.maxMeasured = 8;
    auto graph = parseGraph(
        "graph g(c:bool[], x:f32[4,4], y:f32[4,8]) {\n"
        "  p = MatMul(x, y)\n"
        "  q = If(c, x, y) graph yes(x:f32[4,4], y:f32[4,8]) { r = MatMul(x, y); return r }\n"
        "    graph no(x:f32[4,4], y:f32[4,8]) { r = MatMul(x, y); s = Transpose(y) {perm=[1,0]};\n"
        "      u = MatMul(r, s); v = MatMul(u, y); return v }\n"
        "  return p, q }");
    return writePlan(*buildPlan(std::move(graph), target, options));
  };
  for (unsigned seed = 0; seed < 40; ++seed) {
    TimedTarget target;
    target.random.emplace(seed);
    target.threads = seed % 2 ? 4 : 1;
    target.slow.configs = target.fast.configs = 3;
    target.fast.unloadable = "other 1";
    TimingCache cache;
    std::vector<uint8_t> first = build(target, cache);
    target.random.emplace(seed + 1000);
    EXPECT_EQ(build(target, cache), first) << seed;
    std::vector<uint8_t> saved = cache.serialize();
    TimingCache loaded = TimingCache::parse(saved.data(), saved.size());
    EXPECT_EQ(build(target, loaded), first) << seed;
    EXPECT_EQ(loaded.serialize(), saved) << seed;
  }
}

TEST(Tuner, CacheServesItsDeviceAlone) {
  TimedTarget target;
  TimingCache cache;
  planFor(target, &cache);
  target.takeRuns();
  target.device = "another";
  planFor(target, &cache);
  EXPECT_GT(target.takeRuns(), 0);
  EXPECT_EQ(cache.size(), 4U);
}

TEST(Tuner, ATacticThatRefusesIsNotTakenFromTheCache) {
  TimedTarget target;
  TimingCache cache;
  planFor(target, &cache);
  target.fast.refusal = "not on this day";
  std::unique_ptr<Plan> plan = planFor(target, &cache);
  EXPECT_EQ(plan->steps[0].compiled.tactic, "slow");
  EXPECT_EQ(plan->steps[0].trials.back().refusal, "not on this day");
}

TEST(Tuner, WithoutAnyTacticTheReasonsAreTold) {
  TimedTarget target;
  target.slow.refusal = "too slow";
  target.fast.refusal = "too fast";
  target.reference.refusal = "no reference";
  try {
    planFor(target, nullptr);
    FAIL() << "a plan without tactics was built";
  } catch (const Error& e) {
    EXPECT_EQ(e.kind(), ErrorKind::kUnsupported);
    for (const char* reason : {"slow: too slow", "fast: too fast", "reference: no reference"})
      EXPECT_NE(std::string(e.what()).find(reason), std::string::npos) << e.what();
  }
}

// The same product twice, with weights and names of its own each time, and another one.
std::unique_ptr<Plan> planWithRepeats(TimedTarget& target, TunerOptions tuner) {
  BuildOptions options;
  options.tuner = std::move(tuner);
  return buildPlan(parseGraph("graph g(x:f32[4,4], y:f32[4,4]) {\n"
                              "  v = const f32[4,4] random(1)\n"
                              "  w = const f32[4,4] random(2)\n"
                              "  p = MatMul(x, v) \"one\"\n"
                              "  q = MatMul(y, w) \"two\"\n"
                              "  r = MatMul(p, q) {transA=1} \"three\"\n"
                              "  return p, q, r }"),
                   target, options);
}

TEST(Tuner, EqualRegionsAreMeasuredOnceAndCompiledEach) {
  TimedTarget target;
  std::unique_ptr<Plan> plan = planWithRepeats(target, {});
  ASSERT_EQ(plan->steps.size(), 3U);
  EXPECT_EQ(plan->steps[0].compiled.blobs[0].data(), plan->graph->nodes()[0]->inputs[1]->constant.data());
  EXPECT_EQ(plan->steps[1].compiled.blobs[0].data(), plan->graph->nodes()[1]->inputs[1]->constant.data());
  int twoRegions = target.takeRuns();
  planFor(target, nullptr);  // two regions as well
  EXPECT_EQ(twoRegions, target.takeRuns());
}

TEST(Tuner, CompilesInParallelWhatItMeasures) {
  TimedTarget target;
  target.threads = 4;
  TimingCache cache, other;
  std::vector<uint8_t> first = writePlan(*planWithRepeats(target, {.cache = &cache}));
  EXPECT_EQ(target.slow.compiled + target.fast.compiled,
            5);  // both for two regions, and "two" by its own weights
  target.threads = 1;
  EXPECT_EQ(writePlan(*planWithRepeats(target, {.cache = &cache})), first);
  EXPECT_EQ(target.reference.compiled, 0);
}

TEST(Tuner, ExcludedTacticsAreNotAsked) {
  TimedTarget target;
  std::unique_ptr<Plan> plan = planWithRepeats(target, {.excluded = {"fast"}});
  EXPECT_EQ(plan->steps[0].compiled.tactic, "slow");
  EXPECT_EQ(plan->steps[0].trials.back().refusal, "the builder's tactic sources leave it out");
  EXPECT_EQ(planWithRepeats(target, {.excluded = {"fast", "slow", "reference"}})->steps[0].compiled.tactic,
            "reference");
}

TEST(Tuner, ATacticThatDoesNotCompileIsToldAndLeftOut) {
  TimedTarget target;
  target.fast.failure = "the compiler is out of order";
  std::unique_ptr<Plan> plan = planWithRepeats(target, {});
  EXPECT_EQ(plan->steps[0].compiled.tactic, "slow");
  EXPECT_NE(plan->steps[0].trials.back().refusal.find("out of order"), std::string::npos);
  target.slow.failure = "so is this one";
  EXPECT_THROW(planWithRepeats(target, {}), Error);
}

TEST(Tuner, WithinTheSpreadTheCostModelDecides) {
  TimedTarget target;
  // The slow one and the fast one, once and then twice again, since they are close.
  target.scripted = {1.02, 1.00, 1.05, 1.01, 1.04, 1.03};
  std::unique_ptr<Plan> plan = planWithRepeats(target, {});
  EXPECT_EQ(plan->steps[0].compiled.tactic, "slow");
  EXPECT_EQ(plan->steps[0].trials[0].seconds, 1.00);
  EXPECT_EQ(target.next, 6U);

  target.next = 0;
  target.scripted = {1.02, 1.00, 1.02, 1.00, 1.02, 1.00};
  EXPECT_EQ(planWithRepeats(target, {})->steps[0].compiled.tactic, "fast");
  target.next = 0;
  target.scripted = {1.10, 1.00};
  EXPECT_EQ(planWithRepeats(target, {})->steps[0].compiled.tactic, "fast");
}

TEST(Tuner, HopelessCandidatesAreNotMeasured) {
  TimedTarget target;
  planWithRepeats(target, {.hopeless = 1.5});
  EXPECT_EQ(target.fast.runs, 0);
}

TEST(TimingCache, RefusesDamagedBytes) {
  TimingCache cache;
  cache.store("device", "region", {{"slow", "a", 2.0}, {"fast", "b", 1.0}});
  EXPECT_EQ(cache.find("device", "region")->front().tactic, "fast");
  EXPECT_EQ(cache.find("device", "elsewhere"), std::nullopt);
  std::vector<uint8_t> bytes = cache.serialize();
  for (size_t i = 0; i < bytes.size(); ++i) {
    std::vector<uint8_t> damaged = bytes;
    damaged[i] ^= 0x10;
    EXPECT_THROW(TimingCache::parse(damaged.data(), damaged.size()), Error) << i;
    if (i == 0) continue;
    EXPECT_THROW(TimingCache::parse(bytes.data(), i), Error) << i;
  }
  EXPECT_EQ(TimingCache::parse(nullptr, 0).size(), 0U);  // no bytes are a new cache
}

}  // namespace
}  // namespace tenfold
