// A program in the style of TensorRT 10, which must compile without a warning.
#include <NvInfer.h>
#include <NvInferPlugin.h>
#include <NvOnnxParser.h>
#include <tenfold/host_stream.h>

#include <memory>

using namespace nvinfer1;

class Logger : public ILogger {
  void log(Severity, const AsciiChar*) noexcept override {}
};

class Outputs : public IOutputAllocator {
 public:
  void* reallocateOutputAsync(const char*, void* memory, uint64_t, uint64_t, cudaStream_t) override {
    return memory;
  }
  void notifyShape(const char*, const Dims&) noexcept override {}
};

class Allocator : public IGpuAsyncAllocator {
 public:
  void* allocateAsync(uint64_t, uint64_t, AllocatorFlags, cudaStream_t) noexcept override { return nullptr; }
  bool deallocateAsync(void*, cudaStream_t) noexcept override { return true; }
};

class Plugin : public IPluginV3,
               public IPluginV3OneCore,
               public IPluginV3OneBuild,
               public IPluginV3OneRuntime {
 public:
  IPluginCapability* getCapabilityInterface(PluginCapabilityType type) noexcept override {
    if (type == PluginCapabilityType::kBUILD) return static_cast<IPluginV3OneBuild*>(this);
    if (type == PluginCapabilityType::kRUNTIME) return static_cast<IPluginV3OneRuntime*>(this);
    return static_cast<IPluginV3OneCore*>(this);
  }
  IPluginV3* clone() noexcept override { return new Plugin(*this); }
  const char* getPluginName() const noexcept override { return "Copy"; }
  const char* getPluginVersion() const noexcept override { return "1"; }
  const char* getPluginNamespace() const noexcept override { return ""; }
  int32_t configurePlugin(const DynamicPluginTensorDesc*, int32_t, const DynamicPluginTensorDesc*,
                          int32_t) noexcept override {
    return 0;
  }
  int32_t getOutputDataTypes(DataType* out, int32_t, const DataType* in, int32_t) const noexcept override {
    out[0] = in[0];
    return 0;
  }
  int32_t getOutputShapes(const DimsExprs* in, int32_t, const DimsExprs*, int32_t, DimsExprs* out, int32_t,
                          IExprBuilder& builder) noexcept override {
    out[0] = in[0];
    out[0].d[0] = builder.operation(DimensionOperation::kSUM, *in[0].d[0], *builder.constant(1));
    return 0;
  }
  bool supportsFormatCombination(int32_t, const DynamicPluginTensorDesc*, int32_t,
                                 int32_t) noexcept override {
    return true;
  }
  int32_t getNbOutputs() const noexcept override { return 1; }
  int32_t onShapeChange(const PluginTensorDesc*, int32_t, const PluginTensorDesc*,
                        int32_t) noexcept override {
    return 0;
  }
  int32_t enqueue(const PluginTensorDesc*, const PluginTensorDesc*, const void* const*, void* const*, void*,
                  cudaStream_t) noexcept override {
    return 0;
  }
  IPluginV3* attachToContext(IPluginResourceContext*) noexcept override { return clone(); }
  const PluginFieldCollection* getFieldsToSerialize() noexcept override { return &fields_; }

 private:
  PluginFieldCollection fields_{};
};

class PluginCreator : public IPluginCreatorV3One {
 public:
  IPluginV3* createPlugin(const char*, const PluginFieldCollection*, TensorRTPhase) noexcept override {
    return new Plugin;
  }
  const PluginFieldCollection* getFieldNames() noexcept override { return &fields_; }
  const char* getPluginName() const noexcept override { return "Copy"; }
  const char* getPluginVersion() const noexcept override { return "1"; }
  const char* getPluginNamespace() const noexcept override { return ""; }

 private:
  PluginFieldCollection fields_{};
};

REGISTER_TENSORRT_PLUGIN(PluginCreator);

bool buildAndRun(const char* model, void* x, void* y) {
  Logger logger;
  if (!initLibNvInferPlugins(&logger, "")) return false;
  std::unique_ptr<IBuilder> builder(createInferBuilder(logger));
  std::unique_ptr<INetworkDefinition> network(builder->createNetworkV2(0));
  std::unique_ptr<nvonnxparser::IParser> parser(nvonnxparser::createParser(*network, logger));
  if (!parser->parseFromFile(model, static_cast<int>(ILogger::Severity::kWARNING))) return false;
  std::unique_ptr<IBuilderConfig> config(builder->createBuilderConfig());
  config->setMemoryPoolLimit(MemoryPoolType::kWORKSPACE, 1U << 30);
  IOptimizationProfile* profile = builder->createOptimizationProfile();
  profile->setDimensions("x", OptProfileSelector::kMAX, Dims4(8, 3, 224, 224));
  config->addOptimizationProfile(profile);
  std::unique_ptr<IHostMemory> plan(builder->buildSerializedNetwork(*network, *config));
  std::unique_ptr<IRuntime> runtime(createInferRuntime(logger));
  std::unique_ptr<ICudaEngine> engine(runtime->deserializeCudaEngine(plan->data(), plan->size()));
  std::unique_ptr<IExecutionContext> context(engine->createExecutionContext());
  Outputs outputs;
  Allocator allocator;
  cudaStream_t stream = nullptr;
  bool ok = tenfoldCreateStream(&stream) == TENFOLD_SUCCESS &&
            context->setTemporaryStorageAllocator(&allocator) && context->setOutputAllocator("z", &outputs) &&
            context->setInputShape("x", Dims4(1, 3, 224, 224)) && context->setTensorAddress("x", x) &&
            context->setTensorAddress("y", y) && context->enqueueV3(stream);
  ok = tenfoldStreamSynchronize(stream) == TENFOLD_SUCCESS && ok;
  return tenfoldDestroyStream(stream) == TENFOLD_SUCCESS && ok;
}
