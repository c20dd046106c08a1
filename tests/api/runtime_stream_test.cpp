// Contexts on host streams and in several threads.
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "api/runtime_fixture.h"
#include "targets/cpu/host_stream.h"
#include "tenfold/host_stream.h"

namespace tenfold::testing {
namespace {

using namespace nvinfer1;

// A stream that is held up until release().
struct HeldStream {
  HeldStream() {
    EXPECT_EQ(tenfoldCreateStream(&stream), TENFOLD_SUCCESS);
    HostStream::from(stream).submit([](void* self) { static_cast<HeldStream*>(self)->waitForRelease(); },
                                    this);
  }
  ~HeldStream() {
    release();
    tenfoldDestroyStream(stream);
  }
  void release() {
    std::lock_guard lock(mutex);
    released = true;
    changed.notify_all();
  }
  void waitForRelease() {
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return released; });
  }
  cudaStream_t stream = nullptr;
  std::mutex mutex;
  std::condition_variable changed;
  bool released = false;
};

TEST(ApiStream, EnqueuesWithoutWaiting) {
  Loaded l("graph g(x:f32[n]) { y = Relu(x); return y }");
  HeldStream held;
  float first[] = {-1, 2}, second[] = {-3, 4}, y[] = {9, 9}, other[] = {8, 8};
  l.context->setInputShape("x", dims({2}));
  l.context->setTensorAddress("x", first);
  l.context->setTensorAddress("y", y);
  ASSERT_TRUE(l.context->enqueueV3(held.stream)) << l.logger.take();
  EXPECT_EQ(tenfoldStreamQuery(held.stream), TENFOLD_NOT_READY);
  EXPECT_EQ(y[0], 9) << "ran before its turn";
  // Addresses were taken at the call: later ones are for later runs.
  l.context->setTensorAddress("x", second);
  l.context->setTensorAddress("y", other);
  held.release();
  EXPECT_EQ(tenfoldStreamSynchronize(held.stream), TENFOLD_SUCCESS);
  EXPECT_EQ(y[0], 0);
  EXPECT_EQ(y[1], 2);
  EXPECT_EQ(other[0], 8);
}

TEST(ApiStream, WorkInFlightKeepsItsShapes) {
  Loaded l("graph g(x:f32[n]) { y = Relu(x); return y }");
  HeldStream held;
  std::vector<float> x(8, 3), y(8, 0);
  l.context->setTensorAddress("x", x.data());
  l.context->setTensorAddress("y", y.data());
  l.context->setInputShape("x", dims({2}));
  ASSERT_TRUE(l.context->enqueueV3(held.stream));
  l.context->setInputShape("x", dims({8}));
  std::thread later([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    held.release();
  });
  EXPECT_EQ(list(l.context->getTensorShape("y")), (Ints{8})) << "waits for the work in flight";
  EXPECT_EQ(y, (std::vector<float>{3, 3, 0, 0, 0, 0, 0, 0}));
  later.join();
  ASSERT_TRUE(l.context->enqueueV3(held.stream));
  EXPECT_EQ(tenfoldStreamSynchronize(held.stream), TENFOLD_SUCCESS);
  EXPECT_EQ(y, x);
}

TEST(ApiStream, FailuresReachTheStreamAndTheLog) {
  Loaded l("graph g(x:f32[n,3], i:i64[2]) { y = Gather(x, i) {axis=1}; return y }");
  cudaStream_t stream = nullptr;
  ASSERT_EQ(tenfoldCreateStream(&stream), TENFOLD_SUCCESS);
  float x[3] = {1, 2, 3}, y[2] = {};
  int64_t i[2] = {0, 77};
  l.context->setInputShape("x", dims({1, 3}));
  void* addresses[] = {x, i, y};
  for (int t = 0; t < 3; ++t) l.context->setTensorAddress(l.engine->getIOTensorName(t), addresses[t]);
  ASSERT_TRUE(l.context->enqueueV3(stream));
  EXPECT_EQ(tenfoldStreamSynchronize(stream), TENFOLD_EXECUTION_FAILED);
  EXPECT_NE(l.logger.take().find("77"), std::string::npos);
  i[1] = 2;
  ASSERT_TRUE(l.context->enqueueV3(stream));
  EXPECT_EQ(tenfoldStreamSynchronize(stream), TENFOLD_SUCCESS);
  EXPECT_EQ(y[1], 3);
  tenfoldDestroyStream(stream);
}

// 8 contexts of one engine, on 4 threads with a stream each, at changing shapes.
TEST(ApiStream, ContextsRunAtTheSameTime) {
  constexpr int kContexts = 8, kThreads = 4, kRuns = 12;
  Loaded l(kSmall);
  auto reference = parseGraph(kSmall);
  std::atomic<int> wrong{0}, failed{0};
  auto work = [&](int thread) {
    cudaStream_t stream = nullptr;
    tenfoldCreateStream(&stream);
    std::vector<std::unique_ptr<IExecutionContext>> contexts;
    for (int c = thread; c < kContexts; c += kThreads)
      contexts.emplace_back(l.engine->createExecutionContext());
    for (int run = 0; run < kRuns; ++run)
      for (auto& context : contexts) {
        int64_t batch = 1 + (run + thread) % 8;
        std::vector<Tensor> in{randomTensor(DataType::kFloat32, {batch, 3}, run + 100 * thread),
                               randomTensor(DataType::kFloat32, {3}, run)};
        Tensor y(DataType::kFloat32, {batch, 3}), z(DataType::kFloat32, {batch, 6});
        void* addresses[] = {in[0].data(), in[1].data(), y.data(), z.data()};
        context->setInputShape("x", dims({batch, 3}));
        for (int t = 0; t < 4; ++t) context->setTensorAddress(l.engine->getIOTensorName(t), addresses[t]);
        if (!context->enqueueV3(stream) || tenfoldStreamSynchronize(stream) != TENFOLD_SUCCESS) ++failed;
        Tensor expected = evalGraph(*reference, in)[1];
        for (int64_t e = 0; e < z.numel(); ++e) wrong += z.as<float>()[e] != expected.as<float>()[e];
      }
    contexts.clear();
    tenfoldDestroyStream(stream);
  };
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) threads.emplace_back(work, t);
  for (std::thread& t : threads) t.join();
  EXPECT_EQ(failed, 0) << l.logger.take();
  EXPECT_EQ(wrong, 0);
}

}  // namespace
}  // namespace tenfold::testing
