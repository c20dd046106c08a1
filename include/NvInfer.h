// SPDX-License-Identifier: Apache-2.0
// What a program needs to build an engine: network definition, builder and its configuration, and all of
// NvInferRuntime.h.
//
//   IBuilder* builder = nvinfer1::createInferBuilder(logger);
//   INetworkDefinition* network = builder->createNetworkV2(0);
//   ITensor* x = network->addInput("x", DataType::kFLOAT, Dims4(-1, 3, 224, 224));
//   ... add layers, markOutput() ...
//   IBuilderConfig* config = builder->createBuilderConfig();
//   IHostMemory* plan = builder->buildSerializedNetwork(*network, *config);
//
// Every object is released with delete, what was made by an object before that object.
#ifndef NV_INFER_H
#define NV_INFER_H

#include "NvInferLegacyDims.h"
#include "NvInferRuntime.h"
#include "tenfold/builder/algorithm.h"
#include "tenfold/builder/builder.h"
#include "tenfold/builder/builder_config.h"
#include "tenfold/builder/builder_flags.h"
#include "tenfold/builder/calibrator.h"
#include "tenfold/builder/timing_cache.h"
#include "tenfold/legacy/builder_settings.h"
#include "tenfold/legacy/dims.h"
#include "tenfold/network/attention.h"
#include "tenfold/network/conditional.h"
#include "tenfold/network/convolution.h"
#include "tenfold/network/detection.h"
#include "tenfold/network/elementwise.h"
#include "tenfold/network/generator.h"
#include "tenfold/network/indexing.h"
#include "tenfold/network/layer.h"
#include "tenfold/network/loop.h"
#include "tenfold/network/matrix.h"
#include "tenfold/network/network_definition.h"
#include "tenfold/network/normalization.h"
#include "tenfold/network/plugin_layer.h"
#include "tenfold/network/quantization.h"
#include "tenfold/network/reduction.h"
#include "tenfold/network/resize.h"
#include "tenfold/network/shape.h"

//! Makes an IBuilder for the ILogger at `logger`; call nvinfer1::createInferBuilder() instead.
extern "C" TENSORRTAPI void* createInferBuilder_INTERNAL(void* logger, int32_t version) noexcept;

namespace nvinfer1 {

namespace safe {
class IPluginRegistry;
}  // namespace safe

namespace {

//! Makes a builder that reports to `logger`, which must outlive it. Release with delete. Null when the
//! library is of another major version.
inline IBuilder* createInferBuilder(ILogger& logger) noexcept {
  return static_cast<IBuilder*>(createInferBuilder_INTERNAL(&logger, NV_TENSORRT_VERSION));
}

}  // namespace

//! The plugin registry that builders use for engines of this capability; null where there is none.
extern "C" TENSORRTAPI IPluginRegistry* getBuilderPluginRegistry(EngineCapability capability) noexcept;

//! Registry of the safety runtime. Null: there is no safety runtime.
extern "C" TRT_DEPRECATED_API safe::IPluginRegistry* getBuilderSafePluginRegistry(
    EngineCapability capability) noexcept;

//! Says in which folder the library finds the files it loads itself; false when `path` is null or too late.
extern "C" TENSORRTAPI bool setInternalLibraryPath(const AsciiChar* path) noexcept;

}  // namespace nvinfer1

#endif  // NV_INFER_H
