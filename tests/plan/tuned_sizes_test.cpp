// Kernels for the smallest, best and largest shapes of a profile, on a device whose best tactic depends on
// the size.
#include <gtest/gtest.h>

#include <functional>
#include <limits>
#include <optional>
#include <random>

#include "base/error.h"
#include "graph/ir/text.h"
#include "plan/build/build.h"
#include "plan/build/finish.h"
#include "plan/format/file.h"
#include "runtime/executor.h"

namespace tenfold {
namespace {

using Cost = std::function<double(double elements)>;

double elementsOf(const TensorDesc& d) { return static_cast<double>(d.shape.numel()); }

// What has run, and how long the device says that it took.
struct Record {
  std::vector<std::string> ran;
  double seconds = 0;
};

class SizedLaunch final : public Launch {
 public:
  SizedLaunch(Record& record, std::string name, double seconds)
      : record_(record), name_(std::move(name)), seconds_(seconds) {}
  void run(const LaunchArgs&) override {
    record_.ran.push_back(name_);
    record_.seconds = seconds_;
  }

 private:
  Record& record_;
  const std::string name_;
  const double seconds_;
};

// Estimates by `estimate` and takes what `real` says.
class SizedTactic final : public Tactic {
 public:
  SizedTactic(Record& record, std::string name, Cost estimate, Cost real)
      : estimate(std::move(estimate)), real(std::move(real)), record_(record), name_(std::move(name)) {}
  std::string_view name() const override { return name_; }
  std::string refuses(const Node&, const TuningHint&) const override { return ""; }
  std::vector<Candidate> candidates(const Node&, const TuningHint& hint) const override {
    return {{"only", estimate(elementsOf(hint.outputs[0]))}};
  }
  CompiledKernel compile(const Node& node, const std::string& config, const TuningHint&) const override {
    CompiledKernel kernel{name_, config, {}, std::vector<uint8_t>(node.inputs.size(), 0)};
    if (packs) kernel.packedInputs.back() = 1;
    return kernel;
  }
  std::unique_ptr<Kernel> load(const Node&, const CompiledKernel&) const override {
    struct Made final : Kernel {
      explicit Made(const SizedTactic& t) : tactic(t) {}
      std::unique_ptr<Launch> prepare(std::span<const TensorDesc>,
                                      std::span<const TensorDesc> outputs) const override {
        double elements = elementsOf(outputs[0]);
        if (elements > tactic.most) fail(ErrorKind::kUnsupported, "that is too much");
        return std::make_unique<SizedLaunch>(tactic.record_, tactic.name_, tactic.real(elements));
      }
      const SizedTactic& tactic;
    };
    return std::make_unique<Made>(*this);
  }
  Cost estimate, real;
  bool packs = false;
  double most = 1e18;  // elements

 private:
  Record& record_;
  std::string name_;
};

// Two tactics beside the reference: one starts quickly, the other works quickly.
class SizedTarget final : public Target {
 public:
  std::string_view name() const override { return "null"; }
  std::string deviceSignature() const override { return "sized"; }
  const std::vector<const Tactic*>& tactics() const override { return tactics_; }
  bool acceptsChannelsLast(const Node&) const override { return false; }
  bool fusesEpilogue(const Node&, const Node&) const override { return true; }
  void* allocate(size_t bytes) override {
    if (bytes > memory) fail(ErrorKind::kOutOfMemory, "out of memory: {} bytes are wanted", bytes);
    return target("null").allocate(bytes);
  }
  void release(void* p) override { target("null").release(p); }
  void copy(void* to, const void* from, size_t bytes, StreamHandle stream) override {
    target("null").copy(to, from, bytes, stream);
  }
  bool hostAccessible() const override { return true; }
  void submit(StreamHandle, void (*task)(void*), void* data) override { task(data); }
  void synchronize(StreamHandle) override {}
  double time(const std::function<void(StreamHandle)>& work, int) override {
    ++measurements;
    work(nullptr);
    return random ? (*random)() % 100 * 1e-6 : record.seconds;
  }

  Record record;
  int measurements = 0;
  size_t memory = SIZE_MAX;
  std::optional<std::mt19937> random;
  static double small(double n) { return 1e-6 + n * 1e-9; }
  static double large(double n) { return 10e-6 + n * 1e-11; }
  SizedTactic starts{record, "starts", small, small};
  SizedTactic works{record, "works", large, large};
  SizedTactic reference{record, "reference", [](double) { return 1; }, [](double) { return 1; }};

 private:
  std::vector<const Tactic*> tactics_{&starts, &works, &reference};
};

constexpr int64_t kMin = 1, kMax = 4096;

std::unique_ptr<Plan> planFor(SizedTarget& target, int64_t opt, TimingCache* cache = nullptr,
                              bool measure = true, int64_t max = kMax) {
  BuildOptions options;
  options.tuner.measure = measure;
  options.tuner.cache = cache;
  options.tuner.hopeless = 1000;
  options.profiles = {{{{Shape{kMin, 64}, Shape{opt, 64}, Shape{max, 64}, {}, {}, {}}}}};
  return buildPlan(parseGraph("graph g(x:f32[n,64]) { w = const f32[64,64] random(1); y = MatMul(x, w);"
                              " return y }"),
                   target, options);
}

// The tactic that runs where x has so many rows.
std::string tacticAt(SizedTarget& target, const Plan& plan, int64_t rows) {
  LoadedPlan loaded(plan, target);
  Executor executor(loaded, Executor::Role::kNetwork);
  executor.setInputs(std::vector<Shape>{{rows, 64}}, {});
  struct Outputs : OutputMemory {
    void* provide(size_t, const Shape& shape) override {
      memory = Tensor(DataType::kFloat32, shape);
      return memory.data();
    }
    Tensor memory;
  } outputs;
  Tensor x(DataType::kFloat32, Shape{rows, 64});
  std::vector<void*> addresses{x.data()};
  target.record.ran.clear();
  executor.run({addresses, &outputs, nullptr, nullptr});
  return target.record.ran.at(0);
}

TEST(TunedSizes, EachSizeRunsItsBestKernel) {
  for (bool measure : {false, true}) {
    SizedTarget target;
    std::unique_ptr<Plan> plan = planFor(target, 16, nullptr, measure);
    const Step& step = plan->steps.at(0);
    EXPECT_EQ(step.compiled.tactic, "starts");
    ASSERT_EQ(step.variants.size(), 1U);
    EXPECT_EQ(step.variants[0].compiled.tactic, "works");
    EXPECT_EQ(step.variants[0].most, std::numeric_limits<int64_t>::max());
    for (int64_t rows : {kMin, int64_t{16}, int64_t{200}}) EXPECT_EQ(tacticAt(target, *plan, rows), "starts");
    for (int64_t rows : {int64_t{300}, kMax}) EXPECT_EQ(tacticAt(target, *plan, rows), "works");
  }
}

TEST(TunedSizes, BelowAndAboveTheOptimum) {
  SizedTarget target;
  std::unique_ptr<Plan> plan = planFor(target, kMax);
  ASSERT_EQ(plan->steps[0].variants.size(), 1U);
  EXPECT_EQ(plan->steps[0].compiled.tactic, "works");
  EXPECT_EQ(plan->steps[0].variants[0].least, 0);
  EXPECT_EQ(tacticAt(target, *plan, 1), "starts");
  EXPECT_EQ(tacticAt(target, *plan, 63), "starts");
  EXPECT_EQ(tacticAt(target, *plan, 65), "works");
}

TEST(TunedSizes, OneKernelWhereNothingIsGained) {
  SizedTarget target;
  // The cost model is wrong about large sizes: there it is a little faster, elsewhere not at all.
  target.works.real = [](double n) { return n < 4096 ? 1 : SizedTarget::small(n) / 1.08; };
  std::unique_ptr<Plan> plan = planFor(target, 16);
  EXPECT_TRUE(plan->steps[0].variants.empty());
  EXPECT_EQ(tacticAt(target, *plan, kMax), "starts");
  target.works.real = [](double n) { return n < 4096 ? 1 : SizedTarget::small(n) / 1.2; };
  EXPECT_EQ(planFor(target, 16)->steps[0].variants.size(), 1U);
}

TEST(TunedSizes, NothingIsMeasuredTwiceWhereTheRankingIsTheSame) {
  SizedTarget target;
  target.works.estimate = [](double n) { return 2 * SizedTarget::small(n); };
  planFor(target, 16, nullptr, true, 16);
  int fixed = std::exchange(target.measurements, 0);
  std::unique_ptr<Plan> plan = planFor(target, 16);
  EXPECT_EQ(target.measurements, fixed);
  EXPECT_TRUE(plan->steps[0].variants.empty());
}

TEST(TunedSizes, UnlimitedAndTooLargeSizesAreNotMeasured) {
  SizedTarget target;
  EXPECT_TRUE(
      planFor(target, 16, nullptr, true, std::numeric_limits<int32_t>::max())->steps[0].variants.empty());
  target.memory = 1 << 18;  // too little for the largest sizes
  EXPECT_TRUE(planFor(target, 16)->steps[0].variants.empty());
}

TEST(TunedSizes, TheStepsOwnKernelTakesWhatAVariantRefuses) {
  SizedTarget target;
  std::unique_ptr<Plan> plan = planFor(target, 16);
  target.works.most = 64 * 2000;
  EXPECT_EQ(tacticAt(target, *plan, 1000), "works");
  EXPECT_EQ(tacticAt(target, *plan, 3000), "starts");
}

TEST(TunedSizes, AConstantStaysThatOneVariantReads) {
  SizedTarget target;
  target.starts.packs = true;
  std::unique_ptr<Plan> plan = planFor(target, 16);
  EXPECT_NE(plan->steps[0].node->inputs[1]->constant.data(), nullptr);
  target.works.packs = true;
  plan = planFor(target, 16);
  EXPECT_EQ(plan->steps[0].node->inputs[1]->constant.data(), nullptr);
}

TEST(TunedSizes, PlansKeepThem) {
  SizedTarget target;
  std::unique_ptr<Plan> plan = planFor(target, 16);
  std::vector<uint8_t> bytes = writePlan(*plan);
  std::unique_ptr<Plan> read = readPlanCopy(bytes);
  ASSERT_EQ(read->steps[0].variants.size(), 1U);
  EXPECT_EQ(read->steps[0].variants[0].compiled.tactic, "works");
  EXPECT_EQ(read->steps[0].variants[0].least, plan->steps[0].variants[0].least);
  EXPECT_EQ(read->steps[0].variants[0].trials.size(), 2U);
  EXPECT_EQ(writePlan(*read), bytes);
  EXPECT_EQ(tacticAt(target, *read, kMax), "works");

  Variant again = plan->steps[0].variants[0];
  plan->steps[0].variants.push_back(again);  // the same sizes twice
  EXPECT_THROW(readPlanCopy(writePlan(*plan)), Error);
  plan->steps[0].variants = {again};
  std::swap(plan->steps[0].variants[0].least, plan->steps[0].variants[0].most);
  EXPECT_THROW(readPlanCopy(writePlan(*plan)), Error);
}

TEST(TunedSizes, BuildsFromOneCacheAreTheSame) {
  for (unsigned seed = 0; seed < 20; ++seed) {
    SizedTarget target;
    target.random.emplace(seed);
    TimingCache cache;
    std::vector<uint8_t> first = writePlan(*planFor(target, 16, &cache));
    int measured = target.measurements;
    EXPECT_EQ(writePlan(*planFor(target, 16, &cache)), first);
    EXPECT_EQ(target.measurements, measured);
  }
}

// A plan that was built by estimates alone gets, where it runs, the kernels that are fast there.
TEST(FinishPlan, TakesWhatIsFasterOnTheDevice) {
  SizedTarget target;
  target.works.real = [](double n) { return SizedTarget::small(n) / 2; };  // the estimates say otherwise
  std::unique_ptr<Plan> plan = planFor(target, 16, nullptr, false);
  EXPECT_EQ(plan->steps[0].compiled.tactic, "starts");
  std::vector<uint8_t> estimated = writePlan(*plan);
  EXPECT_THROW(finishPlan(*plan, target, {}, [] { return false; }), Error);
  EXPECT_EQ(writePlan(*plan), estimated);
  TunerOptions tuner;
  tuner.hopeless = 1000;
  EXPECT_EQ(finishPlan(*plan, target, tuner, [] { return true; }), 1);
  EXPECT_EQ(plan->steps[0].compiled.tactic, "works");
  EXPECT_TRUE(plan->steps[0].trials[0].measured);
  for (int64_t rows : {kMin, int64_t{16}, kMax}) EXPECT_EQ(tacticAt(target, *plan, rows), "works");
  EXPECT_EQ(finishPlan(*plan, target, tuner, [] { return true; }), 0) << "everything is measured";
}

TEST(FinishPlan, LeavesKernelsWhoseWeightsAreGone) {
  SizedTarget target;
  target.starts.packs = target.works.packs = true;
  target.works.real = [](double) { return 1e-9; };
  std::unique_ptr<Plan> plan = planFor(target, 16, nullptr, false);
  EXPECT_EQ(finishPlan(*plan, target, {}, [] { return true; }), 0);
  EXPECT_EQ(plan->steps[0].compiled.tactic, "starts");
}

// What the GPU tests ask of real memory.
TEST(TunedSizes, ShapesBeyondAllMemoryAreToldAsThat) {
  SizedTarget target;
  auto graph = parseGraph(
      "graph g(x:f32[n,64]) { t = Transpose(x) {perm=[1,0]}; a = MatMul(x, t); z = MatMul(a, x); return z }");
  BuildOptions options;
  options.tuner.measure = false;
  options.profiles = {{{{Shape{1, 64}, Shape{16, 64}, Shape{int64_t{1} << 30, 64}, {}, {}, {}}}}};
  std::unique_ptr<Plan> plan = buildPlan(std::move(graph), target, options);
  LoadedPlan loaded(*plan, target);
  Executor executor(loaded, Executor::Role::kNetwork, &plan->memory[0]);
  target.memory = 1 << 20;
  target.starts.most = target.works.most = 1 << 24;
  try {
    executor.setInputs(std::vector<Shape>{{int64_t{1} << 24, 64}}, {});
    FAIL() << "there cannot be so much memory";
  } catch (const Error& e) {
    EXPECT_EQ(e.kind(), ErrorKind::kOutOfMemory) << e.what();
  }
  executor.setInputs(std::vector<Shape>{{16, 64}}, {});  // and it goes on
}

}  // namespace
}  // namespace tenfold
