// Contexts whose kernels have helpers of their own, at the same time.
#include <atomic>
#include <cmath>
#include <thread>

#include "api/runtime_fixture.h"
#include "tenfold/host_stream.h"

namespace tenfold::testing {
namespace {

using namespace nvinfer1;

// Large enough for convolutions, products and rows to be shared among threads.
constexpr const char* kLarge =
    "graph large(x:f32[n,16,24,24]) {\n"
    "  w = const f32[32,16,3,3] random(1)\n"
    "  m = const f32[24,96] random(2)\n"
    "  a = Conv(x, w) {pads=[1,1,1,1]}\n"
    "  b = Relu(a)\n"
    "  c = MatMul(b, m)\n"
    "  s = Softmax(c)\n"
    "  y = ReduceMean(s, i64[1]{1}) {keepdims=0}\n"
    "  return y }";

struct Work {
  Tensor x{DataType::kFloat32, {4, 16, 24, 24}}, y{DataType::kFloat32, {4, 24, 96}};
  std::unique_ptr<IExecutionContext> context;
};

// Every run must give what the first gave, but for the rounding of sums that are divided otherwise.
void repeat(Work& run, cudaStream_t stream, std::atomic<int>& wrong) {
  run.context->setInputShape("x", dims({4, 16, 24, 24}));
  run.context->setTensorAddress("x", run.x.data());
  run.context->setTensorAddress("y", run.y.data());
  std::vector<float> first;
  for (int i = 0; i < 6; ++i) {
    std::fill_n(run.y.as<float>(), run.y.numel(), -1.F);
    bool ran = run.context->enqueueV3(stream);
    if (stream) ran = tenfoldStreamSynchronize(stream) == TENFOLD_SUCCESS && ran;
    std::vector<float> now(run.y.as<float>(), run.y.as<float>() + run.y.numel());
    if (first.empty()) first = now;
    wrong += !ran;
    for (size_t e = 0; e < now.size(); ++e) wrong += !(std::abs(now[e] - first[e]) <= 1e-5F);
  }
}

TEST(ApiConcurrent, ParallelKernelsOfSeveralContexts) {
  constexpr int kContexts = 4;
  Loaded l(kLarge);
  auto reference = parseGraph(kLarge);
  std::vector<Work> runs(kContexts);
  std::atomic<int> wrong{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < kContexts; ++t) {
    runs[t].x = randomTensor(DataType::kFloat32, {4, 16, 24, 24}, t);
    runs[t].context.reset(l.engine->createExecutionContext());
  }
  for (int t = 0; t < kContexts; ++t)
    threads.emplace_back([&, t] {
      cudaStream_t stream = nullptr;  // half of them on the caller's thread
      if (t % 2) tenfoldCreateStream(&stream);
      repeat(runs[t], stream, wrong);
      runs[t].context.reset();
      if (stream) tenfoldDestroyStream(stream);
    });
  for (std::thread& t : threads) t.join();
  EXPECT_EQ(wrong, 0) << l.logger.take();
  Tensor expected = evalGraph(*reference, {runs[0].x})[0];
  for (int64_t e = 0; e < expected.numel(); ++e)
    ASSERT_NEAR(runs[0].y.as<float>()[e], expected.as<float>()[e], 1e-4);
}

}  // namespace
}  // namespace tenfold::testing
