#include <gtest/gtest.h>

#include <atomic>

#include "base/error.h"
#include "targets/cpu/host_stream.h"
#include "targets/null/null_target.h"
#include "targets/target.h"
#include "tenfold/host_stream.h"

namespace tenfold {
namespace {

TEST(HostStream, RunsTasksInOrder) {
  HostStream stream;
  struct Step {
    std::vector<int>* seen;
    int i;
  };
  std::vector<int> seen;
  std::vector<Step> steps;
  for (int i = 0; i < 5000; ++i) steps.push_back({&seen, i});
  for (Step& s : steps)
    stream.submit([](void* p) { static_cast<Step*>(p)->seen->push_back(static_cast<Step*>(p)->i); }, &s);
  stream.synchronize();
  ASSERT_EQ(seen.size(), 5000u);
  for (int i = 0; i < 5000; ++i) EXPECT_EQ(seen[i], i);
  EXPECT_TRUE(stream.idle());
}

TEST(HostStream, CopiesInOrderWithTasks) {
  Target& cpu = target("cpu");
  HostStream stream;
  int a = 1, b = 0, c = 0;
  cpu.submit(
      &stream, [](void* p) { *static_cast<int*>(p) = 42; }, &a);
  cpu.copy(&b, &a, sizeof a, &stream);
  cpu.copy(&c, &b, sizeof a, &stream);
  cpu.synchronize(&stream);
  EXPECT_EQ(c, 42);
}

TEST(HostStream, ForeignHandlesAreRefused) {
  int notAStream = 0;
  EXPECT_THROW(HostStream::from(&notAStream), Error);
}

TEST(HostStream, CInterface) {
  cudaStream_t stream = nullptr;
  EXPECT_EQ(tenfoldCreateStream(nullptr), TENFOLD_INVALID_VALUE);
  ASSERT_EQ(tenfoldCreateStream(&stream), TENFOLD_SUCCESS);
  EXPECT_EQ(tenfoldStreamQuery(stream), TENFOLD_SUCCESS);
  target("cpu").submit(
      stream, [](void*) { throw 1; }, nullptr);
  EXPECT_EQ(tenfoldStreamSynchronize(stream), TENFOLD_EXECUTION_FAILED);
  EXPECT_EQ(tenfoldStreamSynchronize(stream), TENFOLD_SUCCESS);
  EXPECT_EQ(tenfoldDestroyStream(stream), TENFOLD_SUCCESS);
  EXPECT_EQ(tenfoldDestroyStream(stream), TENFOLD_INVALID_VALUE);
  EXPECT_EQ(tenfoldStreamQuery(nullptr), TENFOLD_SUCCESS);
}

TEST(CpuTarget, MemoryIsAligned) {
  Target& cpu = target("cpu");
  for (size_t bytes : {size_t{0}, size_t{1}, size_t{1000}, size_t{5} << 20}) {
    void* p = cpu.allocate(bytes);
    EXPECT_EQ(reinterpret_cast<uintptr_t>(p) % 256, 0u);
    cpu.release(p);
  }
  EXPECT_THROW(cpu.allocate(size_t{1} << 60), Error);
  EXPECT_NE(cpu.deviceSignature().find("onednn"), std::string::npos);
}

TEST(NullTarget, RecordsWhatItIsAsked) {
  Target& null = target("null");
  takeNullTargetLog();
  void* p = null.allocate(100);
  null.submit(
      nullptr, [](void*) {}, nullptr);
  null.release(p);
  EXPECT_EQ(takeNullTargetLog(), (std::vector<std::string>{"allocate 100", "submit", "release"}));
  EXPECT_TRUE(takeNullTargetLog().empty());
}

}  // namespace
}  // namespace tenfold
