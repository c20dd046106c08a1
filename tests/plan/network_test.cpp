// The choice among near candidates by the time of the whole network, on a device of the test's own.
#include "plan/autotune/network.h"

#include <gtest/gtest.h>

#include <climits>

#include "base/error.h"
#include "graph/ir/text.h"
#include "plan/build/build.h"
#include "plan/format/file.h"

namespace tenfold {
namespace {

// What the device does: which node ran last, and how long everything took.
struct Record {
  const Node* last = nullptr;
  double seconds = 0;
  int launches = 0;
};

constexpr size_t kLittle = 64, kMuch = 4096;  // of workspace

struct Cost {
  double repeated, behindAnother;
  size_t productsWorkspace = kLittle;
};

class NeighbourTactic final : public Tactic {
 public:
  NeighbourTactic(Record& record, const char* name, Cost cost) : cost(cost), record_(record), name_(name) {}
  std::string_view name() const override { return name_; }
  std::string refuses(const Node&, const TuningHint&) const override { return ""; }
  std::vector<Candidate> candidates(const Node&, const TuningHint&) const override {
    return {{"only", cost.repeated}};
  }
  CompiledKernel compile(const Node& node, const std::string& config, const TuningHint&) const override {
    return {name_, config, {}, std::vector<uint8_t>(node.inputs.size(), 0)};
  }
  std::unique_ptr<Kernel> load(const Node& node, const CompiledKernel&) const override {
    return std::make_unique<Made>(*this, node);
  }
  Cost cost;

 private:
  struct Started final : Launch {
    Started(const NeighbourTactic& t, const Node& n) : tactic(t), node(n) {}
    size_t workspaceBytes() const override {
      return node.is("MatMul") ? tactic.cost.productsWorkspace : kLittle;
    }
    void run(const LaunchArgs& args) override {
      EXPECT_NE(args.workspace, nullptr) << node.name;
      for (size_t i = 0; i < node.inputs.size(); ++i) EXPECT_NE(args.inputs[i], nullptr) << node.name;
      EXPECT_NE(args.outputs[0], nullptr);
      Record& r = tactic.record_;
      r.seconds += r.last == &node ? tactic.cost.repeated : tactic.cost.behindAnother;
      r.last = &node;
      ++r.launches;
    }
    const NeighbourTactic& tactic;
    const Node& node;
  };
  struct Made final : Kernel {
    Made(const NeighbourTactic& t, const Node& n) : tactic(t), node(n) {}
    std::unique_ptr<Launch> prepare(std::span<const TensorDesc>, std::span<const TensorDesc>) const override {
      return std::make_unique<Started>(tactic, node);
    }
    const NeighbourTactic& tactic;
    const Node& node;
  };
  Record& record_;
  std::string name_;
};

// One tactic is fast when it is repeated, as measurements do, the other one among neighbours.
class NeighbourTarget final : public Target {
 public:
  std::string_view name() const override { return "null"; }
  std::string deviceSignature() const override { return "neighbours"; }
  const std::vector<const Tactic*>& tactics() const override { return tactics_; }
  bool acceptsChannelsLast(const Node&) const override { return false; }
  bool fusesEpilogue(const Node&, const Node&) const override { return false; }
  void* allocate(size_t bytes) override {
    if (bytes > memory || (bytes == kMuch && alive > piecesBesideMuch))
      fail(ErrorKind::kOutOfMemory, "out of memory: {} bytes are wanted", bytes);
    ++alive;
    return target("null").allocate(bytes);
  }
  void release(void* p) override {
    alive -= p != nullptr;
    target("null").release(p);
  }
  void copy(void* to, const void* from, size_t bytes, StreamHandle stream) override {
    target("null").copy(to, from, bytes, stream);
  }
  bool hostAccessible() const override { return isHost; }
  void submit(StreamHandle, void (*task)(void*), void* data) override { task(data); }
  void synchronize(StreamHandle) override {}
  double time(const std::function<void(StreamHandle)>& work, int) override {
    work(nullptr);
    record.seconds = 0;
    work(nullptr);
    return record.seconds;
  }

  Record record;
  bool isHost = false;
  size_t memory = SIZE_MAX;
  int alive = 0, piecesBesideMuch = INT_MAX;  // pieces of memory
  NeighbourTactic alone{record, "alone", {2e-6, 5e-6}};
  NeighbourTactic among{record, "among", {3e-6, 3e-6}};
  NeighbourTactic reference{record, "reference", {1, 1}};

 private:
  std::vector<const Tactic*> tactics_{&alone, &among, &reference};
};

constexpr const char* kChain =
    "graph g(x:f32[4,64]) { w = const f32[64,64] random(1); v = const f32[64,64] random(2); s = const i64[2] "
    "{4,64};\n"
    "  a = MatMul(x, w); b = Reshape(a, s); c = Softmax(b); y = MatMul(c, v);\n"
    "  return y }";

std::unique_ptr<Plan> planFor(NeighbourTarget& target, const char* text, TimingCache* cache = nullptr,
                              double networkSeconds = 3) {
  BuildOptions options;
  options.tuner.cache = cache;
  options.tuner.networkSeconds = networkSeconds;
  return buildPlan(parseGraph(text), target, options);
}

std::string tacticsOf(const Plan& plan) {
  std::string all;
  for (const Step& step : plan.steps)
    if (step.kind == StepKind::kLaunch) all += step.compiled.tactic + " ";
  return all;
}

TEST(NetworkChoice, NeighboursDecideAmongNearCandidates) {
  NeighbourTarget target;
  EXPECT_EQ(tacticsOf(*planFor(target, kChain, nullptr, 0)), "alone alone alone ");
  std::unique_ptr<Plan> plan = planFor(target, kChain);
  EXPECT_EQ(tacticsOf(*plan), "among among among ");
  for (const Step& step : plan->steps) {
    if (step.kind != StepKind::kLaunch) continue;
    EXPECT_EQ(step.trials[0].tactic, "among");  // the chosen one first, with the time that it took alone
    EXPECT_EQ(step.trials[0].seconds, 3e-6);
  }
  EXPECT_EQ(target.alive, 0);
}

TEST(NetworkChoice, WhatIsFarSlowerAloneIsNotTried) {
  NeighbourTarget target;
  target.among.cost = {4.1e-6, 1e-6};
  EXPECT_EQ(tacticsOf(*planFor(target, kChain)), "alone alone alone ");
}

TEST(NetworkChoice, ProcessorsEndOneKernelBeforeTheNext) {
  NeighbourTarget target;
  target.isHost = true;
  EXPECT_EQ(tacticsOf(*planFor(target, kChain)), "alone alone alone ");
}

TEST(NetworkChoice, BuildsFromOneCacheRunNoNetwork) {
  NeighbourTarget target;
  TimingCache cache;
  std::vector<uint8_t> first = writePlan(*planFor(target, kChain, &cache));
  target.record.launches = 0;
  EXPECT_EQ(writePlan(*planFor(target, kChain, &cache)), first);
  EXPECT_EQ(target.record.launches, 0);
  // The same regions in another network.
  constexpr const char* kOther =
      "graph g(x:f32[4,64]) { w = const f32[64,64] random(1); a = MatMul(x, w); y = Softmax(a); return y }";
  planFor(target, kOther, &cache);
  EXPECT_GT(target.record.launches, 0);
}

TEST(NetworkChoice, WithoutMemoryForTheNetworkKernelsStay) {
  NeighbourTarget target;
  target.memory = 64 * 64 * sizeof(float);  // a region's tensors one by one, but no arena for all of them
  constexpr const char* kWide =
      "graph g(x:f32[4096]) { a = Softmax(x); b = Softmax(a); c = Add(a, b); return c }";
  EXPECT_EQ(tacticsOf(*planFor(target, kWide)), "alone alone alone ");
  EXPECT_EQ(target.alive, 0);
  target.memory = SIZE_MAX;
  EXPECT_EQ(tacticsOf(*planFor(target, kWide)), "among among among ");
}

// A workspace that a region by itself has, but not the network: the next kernels have theirs again.
TEST(NetworkChoice, WithoutMemoryForOneKernelTheOthersAreTried) {
  NeighbourTarget target;
  target.among.cost.productsWorkspace = kMuch;
  target.piecesBesideMuch = 3;  // a product's
  EXPECT_EQ(tacticsOf(*planFor(target, kChain)), "alone among alone ");
  EXPECT_EQ(target.alive, 0);
}

TEST(NetworkChoice, NetworksThatNeedTheHostAreNotRun) {
  NeighbourTarget target;
  constexpr const char* kFound =
      "graph g(x:f32[4,64]) { w = const f32[64,64] random(1); a = MatMul(x, w); y = NonZero(a); return y }";
  EXPECT_EQ(tacticsOf(*planFor(target, kFound)), "alone alone ");
}

// A monitor that ends the build is asked before every trial.
TEST(NetworkChoice, CanBeEnded) {
  NeighbourTarget target;
  BuildOptions options;
  int calls = 0;
  options.progress = [&](const char*, int done, int total) { return done < total || ++calls < 3; };
  EXPECT_THROW(buildPlan(parseGraph(kChain), target, options), Error);
  EXPECT_EQ(calls, 3);
  EXPECT_EQ(target.alive, 0);
}

// The optimum's extents bind the symbols.
TEST(NetworkChoice, DynamicShapesAreRunAtTheirOptimum) {
  NeighbourTarget target;
  BuildOptions options;
  options.profiles = {{{{Shape{1, 64}, Shape{8, 64}, Shape{8, 64}, {}, {}, {}}}}};
  auto plan = buildPlan(parseGraph("graph g(x:f32[n,64]) { w = const f32[64,64] random(1);\n"
                                   "  a = MatMul(x, w); y = Softmax(a); return y }"),
                        target, options);
  EXPECT_EQ(tacticsOf(*plan), "among among ");
}

}  // namespace
}  // namespace tenfold
