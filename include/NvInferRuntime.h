// SPDX-License-Identifier: Apache-2.0
// What a program needs to load a plan and run it: runtime, engine, execution context, refitter, plugins.
//
//   IRuntime* runtime = nvinfer1::createInferRuntime(logger);
//   ICudaEngine* engine = runtime->deserializeCudaEngine(plan.data(), plan.size());
//   IExecutionContext* context = engine->createExecutionContext();
//   context->setInputShape("x", Dims4(1, 3, 224, 224));
//   context->setTensorAddress("x", x);
//   context->setTensorAddress("y", y);
//   context->enqueueV3(stream);
//
// Objects are released with delete, contexts before their engine and engines before their runtime.
#ifndef NV_INFER_RUNTIME_H
#define NV_INFER_RUNTIME_H

#include "NvInferImpl.h"
#define NV_INFER_INTERNAL_INCLUDE 1
#include "NvInferPluginBase.h"
#undef NV_INFER_INTERNAL_INCLUDE
#include "NvInferRuntimeCommon.h"
#include "tenfold/runtime/allocator.h"
#include "tenfold/runtime/dimension_expr.h"
#include "tenfold/runtime/engine.h"
#include "tenfold/runtime/execution_context.h"
#include "tenfold/runtime/logger.h"
#include "tenfold/runtime/observers.h"
#include "tenfold/runtime/optimization_profile.h"
#include "tenfold/runtime/plugin_v2_dynamic.h"
#include "tenfold/runtime/plugin_v3.h"
#include "tenfold/runtime/refitter.h"
#include "tenfold/runtime/runtime.h"
#include "tenfold/runtime/stream_io.h"
#include "tenfold/runtime/weights.h"

// ------------------------------------------------------------------------------ exported functions

//! Makes an IRuntime for the ILogger at `logger`; call nvinfer1::createInferRuntime() instead.
extern "C" TENSORRTAPI void* createInferRuntime_INTERNAL(void* logger, int32_t version) noexcept;

//! Makes an IRefitter of the ICudaEngine at `engine`; call nvinfer1::createInferRefitter() instead.
extern "C" TENSORRTAPI void* createInferRefitter_INTERNAL(void* engine, void* logger,
                                                          int32_t version) noexcept;

//! The process-wide registry of plugin creators, which every builder and runtime searches.
extern "C" TENSORRTAPI nvinfer1::IPluginRegistry* getPluginRegistry() noexcept;

//! The logger given to the first builder, runtime or refitter of this process; null before that.
extern "C" TENSORRTAPI nvinfer1::ILogger* getLogger() noexcept;

//! Major part of the version of the library that is loaded.
extern "C" TENSORRTAPI int32_t getInferLibMajorVersion() noexcept;

//! Minor part of the version of the library that is loaded.
extern "C" TENSORRTAPI int32_t getInferLibMinorVersion() noexcept;

//! Patch part of the version of the library that is loaded.
extern "C" TENSORRTAPI int32_t getInferLibPatchVersion() noexcept;

//! Build number of the library that is loaded.
extern "C" TENSORRTAPI int32_t getInferLibBuildVersion() noexcept;

// --------------------------------------------------------------------------------------- factories

namespace nvinfer1 {
namespace {

//! Makes a runtime that reports to `logger`, which must outlive it. Release with delete. Null when the
//! library is of another major version.
inline IRuntime* createInferRuntime(ILogger& logger) noexcept {
  return static_cast<IRuntime*>(createInferRuntime_INTERNAL(&logger, NV_TENSORRT_VERSION));
}

//! Makes a refitter of `engine`, which must have been built refittable and must outlive it. Release with
//! delete. Null when the engine cannot be refitted.
inline IRefitter* createInferRefitter(ICudaEngine& engine, ILogger& logger) noexcept {
  return static_cast<IRefitter*>(createInferRefitter_INTERNAL(&engine, &logger, NV_TENSORRT_VERSION));
}

}  // namespace

//! Registers a creator of type T, in the empty namespace, while it is constructed. Made by
//! REGISTER_TENSORRT_PLUGIN.
template <typename T>
class PluginRegistrar {
 public:
  PluginRegistrar() { getPluginRegistry()->registerCreator(instance, ""); }

 private:
  T instance{};
};

}  // namespace nvinfer1

//! Registers the plugin creator class `name` when the program or plugin library is loaded:
//! REGISTER_TENSORRT_PLUGIN(MyCreator); at namespace scope. The class needs a default constructor.
#define REGISTER_TENSORRT_PLUGIN(name) \
  static nvinfer1::PluginRegistrar<name> pluginRegistrar##name {}

#endif  // NV_INFER_RUNTIME_H
