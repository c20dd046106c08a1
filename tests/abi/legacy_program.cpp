// A program in the style of TensorRT 7 and 8, which must compile with the legacy interface.
#include <NvInfer.h>
#include <NvOnnxParser.h>

using namespace nvinfer1;

// TensorRT 7: options on the builder, layers with DimsHW.
ICudaEngine* buildAsIn7(ILogger& logger, Weights kernel, Weights bias) {
  IBuilder* builder = createInferBuilder(logger);
  INetworkDefinition* network = builder->createNetwork();
  ITensor* input = network->addInput("input", DataType::kFLOAT, DimsNCHW{1, 1, 28, 28});
  IConvolutionLayer* convolution = network->addConvolution(*input, 20, DimsHW{5, 5}, kernel, bias);
  convolution->setStride(DimsHW{1, 1});
  convolution->setPadding(DimsHW{2, 2});
  convolution->setDilation(DimsHW{1, 1});
  IPoolingLayer* pooling = network->addPooling(*convolution->getOutput(0), PoolingType::kMAX, DimsHW{2, 2});
  pooling->setStride(DimsHW{2, 2});
  IPaddingLayer* padding = network->addPadding(*pooling->getOutput(0), DimsHW{1, 1}, DimsHW{0, 0});
  padding->setPostPadding(DimsHW{1, 1});
  IFullyConnectedLayer* product = network->addFullyConnected(*padding->getOutput(0), 10, kernel, bias);
  ITensor* last = product->getOutput(0);
  IMatrixMultiplyLayer* square = network->addMatrixMultiply(*last, false, *last, true);
  square->setTranspose(0, true);
  IResizeLayer* resize = network->addResize(*last);
  resize->setResizeMode(ResizeMode::kLINEAR);
  resize->setAlignCorners(true);
  ISliceLayer* slice = network->addSlice(*last, Dims2(0, 0), Dims2(1, 1), Dims2(1, 1));
  slice->setMode(SliceMode::kDEFAULT);
  network->markOutput(*slice->getOutput(0));
  builder->setMaxBatchSize(1);
  builder->setMaxWorkspaceSize(1 << 20);
  builder->setFp16Mode(builder->platformHasFastFp16());
  builder->setStrictTypeConstraints(true);
  ICudaEngine* engine = builder->buildCudaEngine(*network);
  network->destroy();
  builder->destroy();
  return engine;
}

// TensorRT 8: options on the configuration, a model from the parser.
IHostMemory* buildAsIn8(ILogger& logger, const char* model) {
  IBuilder* builder = createInferBuilder(logger);
  const uint32_t flags = 1U << static_cast<uint32_t>(NetworkDefinitionCreationFlag::kEXPLICIT_BATCH);
  INetworkDefinition* network = builder->createNetworkV2(flags);
  nvonnxparser::IParser* parser = nvonnxparser::createParser(*network, logger);
  parser->parseFromFile(model, static_cast<int>(ILogger::Severity::kWARNING));
  IBuilderConfig* config = builder->createBuilderConfig();
  config->setMaxWorkspaceSize(1 << 20);
  config->setFlag(BuilderFlag::kSTRICT_TYPES);
  config->setProfilingVerbosity(ProfilingVerbosity::kVERBOSE);
  config->setPreviewFeature(PreviewFeature::kFASTER_DYNAMIC_SHAPES_0805, true);
  ICudaEngine* engine = builder->buildEngineWithConfig(*network, *config);
  IHostMemory* plan = engine->serialize();
  engine->destroy();
  config->destroy();
  parser->destroy();
  network->destroy();
  builder->destroy();
  return plan;
}

// Bindings by index.
bool runByIndex(ILogger& logger, IHostMemory& plan, void** bindings, cudaStream_t stream) {
  IRuntime* runtime = createInferRuntime(logger);
  ICudaEngine* engine = runtime->deserializeCudaEngine(plan.data(), plan.size(), nullptr);
  IExecutionContext* context = engine->createExecutionContext();
  int64_t elements = 0;
  for (int32_t i = 0; i < engine->getNbBindings(); ++i) {
    Dims dims = engine->getBindingDimensions(i);
    if (engine->bindingIsInput(i) && engine->isExecutionBinding(i) && !engine->isShapeBinding(i)) {
      dims.d[0] = engine->getProfileDimensions(i, 0, OptProfileSelector::kMAX).d[0];
      context->setBindingDimensions(i, dims);
    }
    elements += engine->getBindingDataType(i) == DataType::kFLOAT ? context->getBindingDimensions(i).d[0] : 0;
    elements += engine->getBindingFormat(i) == TensorFormat::kNCHW ? context->getStrides(i).d[0] : 0;
  }
  const int32_t input = engine->getBindingIndex("input");
  context->setOptimizationProfile(0);
  const bool ran = context->allInputDimensionsSpecified() && elements > 0 && engine->getMaxBatchSize() == 1 &&
                   engine->getBindingName(input) != nullptr &&
                   context->enqueueV2(bindings, stream, nullptr) && context->executeV2(bindings);
  context->destroy();
  engine->destroy();
  runtime->destroy();
  plan.destroy();
  return ran;
}
