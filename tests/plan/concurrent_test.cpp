// What several builds share: the timing cache, a target, the tables of operators and rules.
#include <gtest/gtest.h>

#include <thread>

#include "graph/ir/text.h"
#include "plan/build/build.h"
#include "plan/format/file.h"

namespace tenfold {
namespace {

template <typename Work>
void inThreads(int count, const Work& work) {
  std::vector<std::thread> threads;
  for (int t = 0; t < count; ++t) threads.emplace_back(work, t);
  for (std::thread& thread : threads) thread.join();
}

TEST(Concurrent, TimingCacheFromManyThreads) {
  constexpr int kThreads = 4, kEntries = 64;
  TimingCache cache, other;
  inThreads(kThreads, [&](int t) {
    for (int i = 0; i < kEntries; ++i) {
      std::string signature = "region " + std::to_string(i);
      (i % 2 ? cache : other).store("device", signature, {{"tactic", std::to_string(t), 1.0 * t}});
      auto found = (i % 2 ? cache : other).find("device", signature);
      EXPECT_TRUE(found && found->size() == 1);
      if (t == 0) cache.combine(other, false);  // in both directions at the same time
      if (t == 1) other.combine(cache, true);
      if (i % 16 == 0) {
        std::vector<uint8_t> bytes = cache.serialize();
        EXPECT_EQ(TimingCache::parse(bytes.data(), bytes.size()).serialize(), bytes);
        EXPECT_LE(cache.keys().size(), size_t{kEntries});
      }
    }
  });
  cache.combine(other, false);
  EXPECT_EQ(cache.size(), size_t{kEntries});
}

std::unique_ptr<Plan> build(TimingCache* cache, bool measure) {
  auto graph = parseGraph(
      "graph g(x:f32[2,8,12,12]) {\n"
      "  w = const f32[8,8,3,3] random(1)\n"
      "  m = const f32[12,24] random(2)\n"
      "  a = Conv(x, w) {pads=[1,1,1,1]}\n"
      "  b = Relu(a)\n"
      "  c = MatMul(b, m)\n"
      "  y = Softmax(c)\n"
      "  return y }");
  BuildOptions options;
  options.profiles = {fixedProfile(*graph)};
  options.tuner.measure = measure;
  options.tuner.cache = cache;
  options.tuner.iterations = 1;
  options.tuner.hopeless = 1e9;  // every candidate may win
  options.tuner.threads = 2;
  return buildPlan(std::move(graph), target("cpu"), options);
}

TEST(Concurrent, BuildsShareOneTimingCache) {
  TimingCache cache;
  inThreads(3, [&](int) { EXPECT_FALSE(build(&cache, true)->steps.empty()); });
  EXPECT_GT(cache.size(), 0U);
  std::vector<uint8_t> plans[3];
  inThreads(3, [&](int t) { plans[t] = writePlan(*build(&cache, true)); });
  EXPECT_EQ(plans[0], plans[1]) << "what the cache knows decides";
  EXPECT_EQ(plans[0], plans[2]);
}

}  // namespace
}  // namespace tenfold
