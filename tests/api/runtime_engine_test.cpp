// IRuntime and ICudaEngine.
#include <cstring>

#include "api/facts.h"
#include "api/runtime_fixture.h"

namespace tenfold::testing {
namespace {

using namespace nvinfer1;

TEST(ApiEngine, TellsItsTensorsInNetworkOrder) {
  Loaded l(kSmall);
  ASSERT_EQ(l.engine->getNbIOTensors(), 4);
  const char* names[] = {"x", "w", "y", "z"};
  for (int i = 0; i < 4; ++i) EXPECT_STREQ(l.engine->getIOTensorName(i), names[i]);
  EXPECT_EQ(l.engine->getTensorIOMode("w"), TensorIOMode::kINPUT);
  EXPECT_EQ(l.engine->getTensorIOMode("z"), TensorIOMode::kOUTPUT);
  EXPECT_EQ(l.engine->getTensorIOMode("nothing"), TensorIOMode::kNONE);
  EXPECT_EQ(list(l.engine->getTensorShape("x")), (Ints{-1, 3}));
  EXPECT_EQ(list(l.engine->getTensorShape("w")), (Ints{3}));
  EXPECT_EQ(list(l.engine->getTensorShape("z")), (Ints{-1, 6}));
  EXPECT_EQ(l.engine->getTensorDataType("y"), nvinfer1::DataType::kFLOAT);
  EXPECT_EQ(l.engine->getTensorLocation("x"), TensorLocation::kDEVICE);
  EXPECT_EQ(l.engine->getTensorFormat("x"), TensorFormat::kLINEAR);
  EXPECT_EQ(l.engine->getTensorVectorizedDim("x"), -1);
  EXPECT_STREQ(l.engine->getName(), "small");
  EXPECT_GT(l.engine->getNbLayers(), 0);
  EXPECT_EQ(l.logger.take(), "");

  EXPECT_EQ(l.engine->getIOTensorName(4), nullptr);
  EXPECT_NE(l.logger.take().find("out of range: there are 4"), std::string::npos);
  EXPECT_EQ(l.engine->getTensorShape("q").nbDims, -1);
  EXPECT_NE(l.logger.take().find("there is no input or output 'q'; there are: x, w, y, z"),
            std::string::npos);
  EXPECT_EQ(l.engine->getTensorShape(nullptr).nbDims, -1);
  EXPECT_NE(l.logger.take().find("must not be null"), std::string::npos);
}

TEST(ApiEngine, TellsItsProfiles) {
  Loaded l(kSmall);
  ASSERT_EQ(l.engine->getNbOptimizationProfiles(), 2);
  EXPECT_EQ(list(l.engine->getProfileShape("x", 0, OptProfileSelector::kMAX)), (Ints{8, 3}));
  EXPECT_EQ(list(l.engine->getProfileShape("x", 1, OptProfileSelector::kMIN)), (Ints{9, 3}));
  EXPECT_EQ(l.engine->getProfileShape("x", 2, OptProfileSelector::kMIN).nbDims, -1);
  EXPECT_EQ(l.engine->getProfileShape("y", 0, OptProfileSelector::kMIN).nbDims, -1);
  EXPECT_NE(l.logger.take().find("'y' is an output"), std::string::npos);
  EXPECT_EQ(l.engine->getProfileTensorValuesV2("x", 0, OptProfileSelector::kMIN), nullptr);
  EXPECT_GE(l.engine->getDeviceMemorySizeV2(), l.engine->getDeviceMemorySizeForProfileV2(0));
}

TEST(ApiEngine, SerializesToTheSameBytes) {
  Loaded l(kSmall);
  std::unique_ptr<IHostMemory> once(l.engine->serialize()), twice(l.engine->serialize());
  ASSERT_NE(once, nullptr);
  ASSERT_EQ(once->size(), twice->size());
  EXPECT_EQ(std::memcmp(once->data(), twice->data(), once->size()), 0);
  std::unique_ptr<ISerializationConfig> config(l.engine->createSerializationConfig());
  EXPECT_FALSE(config->setFlags(1U << 3));
  EXPECT_TRUE(config->setFlag(SerializationFlag::kEXCLUDE_WEIGHTS));
  l.logger.take();
  std::unique_ptr<IHostMemory> without(l.engine->serializeWithConfig(*config));
  EXPECT_EQ(without, nullptr);
  EXPECT_EQ(l.logger.take(),
            "serializeWithConfig: a plan without weights is not supported: clear kEXCLUDE_WEIGHTS");
  EXPECT_TRUE(config->clearFlag(SerializationFlag::kEXCLUDE_WEIGHTS));
  without.reset(l.engine->serializeWithConfig(*config));
  ASSERT_NE(without, nullptr);
}

struct Reader : IStreamReader {
  int64_t read(void* to, int64_t count) override {
    count = std::min<int64_t>({count, most, static_cast<int64_t>(bytes.size() - at)});
    std::memcpy(to, bytes.data() + at, static_cast<size_t>(count));
    at += static_cast<size_t>(count);
    return count;
  }
  std::vector<uint8_t> bytes;
  size_t at = 0;
  int64_t most = 1000;  // gives less than was asked for
};
struct ReaderV2 : IStreamReaderV2 {
  int64_t read(void* to, int64_t count, cudaStream_t) noexcept override { return inner.read(to, count); }
  bool seek(int64_t, SeekPosition) noexcept override { return false; }
  Reader inner;
};

TENFOLD_BEGIN_DEPRECATED
TEST(ApiRuntime, ReadsPlansFromStreams) {
  RecordingLogger logger;
  std::unique_ptr<IRuntime> runtime(createInferRuntime(logger));
  Reader reader;
  reader.bytes = writePlan(*planOf(kSmall));
  size_t planBytes = reader.bytes.size();
  reader.bytes.resize(planBytes + 100);
  std::unique_ptr<ICudaEngine> engine(runtime->deserializeCudaEngine(reader));
  ASSERT_NE(engine, nullptr) << logger.take();
  EXPECT_EQ(reader.at, planBytes) << "reads nothing behind the plan";
  ReaderV2 second;
  second.inner.bytes = reader.bytes;
  engine.reset(runtime->deserializeCudaEngine(second));
  ASSERT_NE(engine, nullptr) << logger.take();
  second.inner.bytes.resize(planBytes / 2);
  second.inner.at = 0;
  engine.reset(runtime->deserializeCudaEngine(second));
  EXPECT_EQ(engine, nullptr);
  EXPECT_NE(logger.take().find("ended after"), std::string::npos);
}

TENFOLD_END_DEPRECATED

TEST(ApiRuntime, RefusesForeignAndBrokenPlans) {
  RecordingLogger logger;
  std::unique_ptr<IRuntime> runtime(createInferRuntime(logger));
  auto load = [&](const std::vector<uint8_t>& bytes) {
    std::unique_ptr<ICudaEngine> engine(runtime->deserializeCudaEngine(bytes.data(), bytes.size()));
    return engine != nullptr;
  };
  std::vector<uint8_t> good = writePlan(*planOf(kSmall));
  ASSERT_TRUE(load(good));
  EXPECT_EQ(runtime->deserializeCudaEngine(nullptr, 10), nullptr);
  EXPECT_NE(logger.take().find("must not be null"), std::string::npos);
  EXPECT_FALSE(load({}));
  EXPECT_FALSE(load(std::vector<uint8_t>(5000, 7)));
  for (size_t size : {size_t{10}, size_t{64}, good.size() / 2, good.size() - 1})
    EXPECT_FALSE(load({good.begin(), good.begin() + static_cast<int64_t>(size)})) << size;
  std::vector<uint8_t> altered = good;
  altered[altered.size() / 2] ^= 1;
  EXPECT_FALSE(load(altered));
  EXPECT_NE(logger.take(), "");
}

TEST(ApiRuntime, TakesEveryPatchOfItsRelease) {
  RecordingLogger logger;
  void* runtime = createInferRuntime_INTERNAL(&logger, NV_TENSORRT_VERSION + 1);
  ASSERT_NE(runtime, nullptr);
  delete static_cast<IRuntime*>(runtime);
  EXPECT_EQ(createInferRuntime_INTERNAL(&logger, 90000), nullptr);
  EXPECT_NE(logger.take().find("9.0.0"), std::string::npos);
  EXPECT_EQ(createInferRuntime_INTERNAL(nullptr, NV_TENSORRT_VERSION), nullptr);
}

TEST(ApiRuntime, ErrorsReachTheRecorderOfTheMaker) {
  Loaded l(kSmall);
  RecordingRecorder ofRuntime, ofContext;
  l.runtime->setErrorRecorder(&ofRuntime);
  EXPECT_EQ(l.context->getErrorRecorder(), &ofRuntime);
  l.context->enqueueV3(nullptr);
  EXPECT_EQ(ofRuntime.getNbErrors(), 1);
  l.context->setErrorRecorder(&ofContext);
  l.context->enqueueV3(nullptr);
  EXPECT_EQ(ofRuntime.getNbErrors(), 1);
  EXPECT_EQ(ofContext.getNbErrors(), 1);
  EXPECT_EQ(ofContext.getErrorCode(0), ErrorCode::kINVALID_ARGUMENT);
  l.runtime->setErrorRecorder(nullptr);
  l.context->setErrorRecorder(nullptr);
  EXPECT_EQ(ofRuntime.references + ofContext.references, 0);
}

TEST(ApiInspector, DescribesLayersAsFarAsTheEngineMay) {
  auto plan = planOf(kSmall);
  facts::setNumber(*plan, facts::kProfilingVerbosity, static_cast<int64_t>(ProfilingVerbosity::kDETAILED));
  RecordingLogger logger;
  std::unique_ptr<ICudaEngine> engine(makeEngine(std::move(plan), logger));
  std::unique_ptr<IExecutionContext> context(engine->createExecutionContext());
  std::unique_ptr<IEngineInspector> inspector(engine->createEngineInspector());
  std::string text = inspector->getEngineInformation(LayerInformationFormat::kJSON);
  EXPECT_NE(text.find("\"Layers\""), std::string::npos);
  EXPECT_NE(text.find("\"Bindings\": [\"x\", \"w\", \"y\", \"z\"]"), std::string::npos) << text;
  EXPECT_NE(text.find("\"Dimensions\": [-1,3]"), std::string::npos) << text;
  context->setInputShape("x", dims({5, 3}));
  ASSERT_TRUE(inspector->setExecutionContext(context.get()));
  text = inspector->getLayerInformation(0, LayerInformationFormat::kJSON);
  EXPECT_NE(text.find("\"Dimensions\": [5,3]"), std::string::npos) << text;
  text = inspector->getLayerInformation(0, LayerInformationFormat::kONELINE);
  EXPECT_NE(text.find("f32[5,3]"), std::string::npos) << text;
  EXPECT_EQ(inspector->getLayerInformation(99, LayerInformationFormat::kJSON), nullptr);
  Loaded other(kSmall);
  EXPECT_FALSE(inspector->setExecutionContext(other.context.get()));
}

}  // namespace
}  // namespace tenfold::testing
