// Engines whose plans were built without measuring, and what they find out where they run.
#include <string>

#include "api/runtime_fixture.h"
#include "tenfold/engine_target.h"

namespace tenfold::testing {
namespace {

using namespace nvinfer1;

constexpr const char* kText =
    "graph g(x:f32[batch,16], w:f32[16,16]) { a = MatMul(x, w); b = Softmax(a); c = Add(b, x); return c }";

struct Estimated {
  Estimated() {
    auto graph = parseGraph(kText);
    BuildOptions options;
    options.profiles = {profileOf(*graph, 1, 4, 8)};
    options.tuner.measure = false;
    auto built = buildPlan(std::move(graph), target("cpu"), options);
    built->device = "another machine";
    plan = writePlan(*built);
    runtime.reset(createInferRuntime(logger));
    engine.reset(runtime->deserializeCudaEngine(plan.data(), plan.size()));
    x = randomTensor(DataType::kFloat32, Shape{4, 16}, 1);
    w = randomTensor(DataType::kFloat32, Shape{16, 16}, 2);
    expected = evalGraph(*parseGraph(kText), {x, w})[0];
  }
  std::unique_ptr<IExecutionContext> context() {
    std::unique_ptr<IExecutionContext> made(engine->createExecutionContext());
    made->setInputShape("x", dims({4, 16}));
    made->setTensorAddress("x", x.data());
    made->setTensorAddress("w", w.data());
    return made;
  }
  // Whether a run gives what it must.
  bool isRight(IExecutionContext& context) {
    Tensor c(DataType::kFloat32, Shape{4, 16});
    context.setTensorAddress("c", c.data());
    if (!context.enqueueV3(nullptr)) return false;
    for (int64_t i = 0; i < c.numel(); ++i)
      if (!(std::abs(c.getDouble(i) - expected.getDouble(i)) < 1e-5)) return false;
    return true;
  }
  RecordingLogger logger;
  std::vector<uint8_t> plan;
  std::unique_ptr<IRuntime> runtime;
  std::unique_ptr<ICudaEngine> engine;
  Tensor x, w, expected;
};

TEST(FinishTuning, RunsGoOnWhileItIsDone) {
  Estimated e;
  auto context = e.context();
  ASSERT_TRUE(e.isRight(*context));
  ASSERT_TRUE(tenfoldFinishTuning(e.engine.get(), false));
  for (int i = 0; i < 200; ++i) ASSERT_TRUE(e.isRight(*context)) << i;
  ASSERT_TRUE(tenfoldFinishTuning(e.engine.get(), true));
  ASSERT_TRUE(e.isRight(*context)) << e.logger.take();
  context->setInputShape("x", dims({4, 16}));
  ASSERT_TRUE(e.isRight(*e.context())) << "a context made afterwards";
}

TEST(FinishTuning, TheEngineIsWrittenAsItIsThen) {
  Estimated e;
  std::unique_ptr<IHostMemory> before(e.engine->serialize());
  EXPECT_EQ(std::vector<uint8_t>(static_cast<const uint8_t*>(before->data()),
                                 static_cast<const uint8_t*>(before->data()) + before->size()),
            e.plan);
  ASSERT_TRUE(tenfoldFinishTuning(e.engine.get(), true));
  std::unique_ptr<IHostMemory> after(e.engine->serialize());
  auto plan = readPlanCopy({static_cast<const uint8_t*>(after->data()), after->size()});
  EXPECT_EQ(plan->device, target("cpu").deviceSignature());
  std::unique_ptr<ICudaEngine> again(e.runtime->deserializeCudaEngine(after->data(), after->size()));
  ASSERT_NE(again, nullptr);
  e.engine = std::move(again);
  EXPECT_TRUE(e.isRight(*e.context()));
}

TEST(FinishTuning, AnEngineMayGoWhileItIsTuned) {
  for (int i = 0; i < 5; ++i) {
    Estimated e;
    EXPECT_TRUE(tenfoldFinishTuning(e.engine.get(), false));
  }
  EXPECT_FALSE(tenfoldFinishTuning(nullptr, true));
}

}  // namespace
}  // namespace tenfold::testing
