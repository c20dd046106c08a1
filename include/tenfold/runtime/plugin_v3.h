// SPDX-License-Identifier: Apache-2.0
// The current plugin interface (version 3): capabilities for build and run time, and their creator.
#ifndef TENFOLD_RUNTIME_PLUGIN_V3_H_
#define TENFOLD_RUNTIME_PLUGIN_V3_H_

#include "allocator.h"
#include "dimension_expr.h"
#include "weights.h"

namespace nvinfer1 {

//! What a running engine offers to a plugin in IPluginV3OneRuntime::attachToContext().
class IPluginResourceContext {
 public:
  //! Allocator of the execution context.
  virtual IGpuAllocator* getGpuAllocator() const noexcept = 0;

  //! Error recorder of the execution context; may be null.
  virtual IErrorRecorder* getErrorRecorder() const noexcept = 0;

  virtual ~IPluginResourceContext() noexcept = default;

 protected:
  IPluginResourceContext() = default;
  IPluginResourceContext(const IPluginResourceContext&) = default;
  IPluginResourceContext(IPluginResourceContext&&) = default;
  IPluginResourceContext& operator=(const IPluginResourceContext&) & = default;
  IPluginResourceContext& operator=(IPluginResourceContext&&) & = default;
};

namespace v_1_0 {

//! Identity of a version-3 plugin: must equal that of its creator. The strings live as long as the plugin.
class IPluginV3OneCore : public IPluginCapability {
 public:
  //! Name and version of this interface.
  InterfaceInfo getInterfaceInfo() const noexcept override {
    return InterfaceInfo{"PLUGIN_V3ONE_CORE", 1, 0};
  }

  //! Name of the plugin.
  virtual const AsciiChar* getPluginName() const noexcept = 0;

  //! Version of the plugin.
  virtual const AsciiChar* getPluginVersion() const noexcept = 0;

  //! Namespace of the plugin, "" for the default one.
  virtual const AsciiChar* getPluginNamespace() const noexcept = 0;
};

//! Build part of a version-3 plugin: outputs, formats, tactics. Methods that return int32_t give 0 for
//! success unless said otherwise.
class IPluginV3OneBuild : public IPluginCapability {
 public:
  //! What getFormatCombinationLimit() returns by default.
  static constexpr int32_t kDEFAULT_FORMAT_COMBINATION_LIMIT = 100;

  //! Name and version of this interface.
  InterfaceInfo getInterfaceInfo() const noexcept override {
    return InterfaceInfo{"PLUGIN_V3ONE_BUILD", 1, 0};
  }

  //! Tells the plugin the ranges of shapes, types and layouts that it is being built or tuned for.
  virtual int32_t configurePlugin(const DynamicPluginTensorDesc* in, int32_t nbInputs,
                                  const DynamicPluginTensorDesc* out, int32_t nbOutputs) noexcept = 0;

  //! Writes the type of each output, for the given types of inputs.
  virtual int32_t getOutputDataTypes(DataType* outputTypes, int32_t nbOutputs, const DataType* inputTypes,
                                     int32_t nbInputs) const noexcept = 0;

  //! Writes the symbolic dimensions of each output. `shapeInputs` are the values of shape-tensor inputs.
  virtual int32_t getOutputShapes(const DimsExprs* inputs, int32_t nbInputs, const DimsExprs* shapeInputs,
                                  int32_t nbShapeInputs, DimsExprs* outputs, int32_t nbOutputs,
                                  IExprBuilder& exprBuilder) noexcept = 0;

  //! Whether tensor `pos` of inOut (inputs, then outputs) may have its type and layout, given those before
  //! it.
  virtual bool supportsFormatCombination(int32_t pos, const DynamicPluginTensorDesc* inOut, int32_t nbInputs,
                                         int32_t nbOutputs) noexcept = 0;

  //! Number of outputs.
  virtual int32_t getNbOutputs() const noexcept = 0;

  //! Bytes of scratch memory that enqueue() needs for any shape in the given ranges; 0 by default.
  virtual size_t getWorkspaceSize(const DynamicPluginTensorDesc* /*inputs*/, int32_t /*nbInputs*/,
                                  const DynamicPluginTensorDesc* /*outputs*/,
                                  int32_t /*nbOutputs*/) const noexcept {
    return 0;
  }

  //! Writes the numbers of the tactics to be timed, each positive.
  virtual int32_t getValidTactics(int32_t* /*tactics*/, int32_t /*nbTactics*/) noexcept { return 0; }

  //! Number of tactics that getValidTactics() writes; 0 by default: the plugin has no choice to make.
  virtual int32_t getNbTactics() noexcept { return 0; }

  //! A string that identifies what timings depend on besides shapes, types and layouts; null, the default,
  //! keeps timings out of the cache.
  virtual const char* getTimingCacheID() noexcept { return nullptr; }

  //! The most combinations of formats that are to be tried.
  virtual int32_t getFormatCombinationLimit() noexcept { return kDEFAULT_FORMAT_COMBINATION_LIMIT; }

  //! Text that the inspector shows for the layer; null by default.
  virtual const char* getMetadataString() noexcept { return nullptr; }
};

//! Run-time part of a version-3 plugin. Methods that return int32_t give 0 for success.
class IPluginV3OneRuntime : public IPluginCapability {
 public:
  //! Name and version of this interface.
  InterfaceInfo getInterfaceInfo() const noexcept override {
    return InterfaceInfo{"PLUGIN_V3ONE_RUNTIME", 1, 0};
  }

  //! Chooses one of the tactics from getValidTactics(), or 0 for the default one.
  virtual int32_t setTactic(int32_t /*tactic*/) noexcept { return 0; }

  //! Tells the plugin the shapes that the next enqueue() will have.
  virtual int32_t onShapeChange(const PluginTensorDesc* in, int32_t nbInputs, const PluginTensorDesc* out,
                                int32_t nbOutputs) noexcept = 0;

  //! Enqueues the computation on `stream`. `workspace` has getWorkspaceSize() bytes.
  virtual int32_t enqueue(const PluginTensorDesc* inputDesc, const PluginTensorDesc* outputDesc,
                          const void* const* inputs, void* const* outputs, void* workspace,
                          cudaStream_t stream) noexcept = 0;

  //! Makes the copy that an execution context uses and owns; it may take resources from `context`, which
  //! lives as long. Null on error.
  virtual IPluginV3* attachToContext(IPluginResourceContext* context) noexcept = 0;

  //! The attributes to save in the plan, from which the creator makes the plugin again. Owned by the plugin.
  virtual const PluginFieldCollection* getFieldsToSerialize() noexcept = 0;
};

}  // namespace v_1_0

namespace v_2_0 {

//! The build part with outputs that share the memory of inputs.
class IPluginV3OneBuild : public v_1_0::IPluginV3OneBuild {
 public:
  //! Name and version of this interface.
  InterfaceInfo getInterfaceInfo() const noexcept override {
    return InterfaceInfo{"PLUGIN_V3ONE_BUILD", 2, 0};
  }

  //! Index of the input that output `outputIndex` overwrites in place; -1, the default, for none. Needs
  //! PreviewFeature::kALIASED_PLUGIN_IO_10_03.
  virtual int32_t getAliasedInput(int32_t /*outputIndex*/) noexcept { return -1; }
};

}  // namespace v_2_0

namespace v_1_0 {

//! Makes plugins of version 3.
class IPluginCreatorV3One : public IPluginCreatorInterface {
 public:
  //! Name and version of this interface.
  InterfaceInfo getInterfaceInfo() const noexcept override {
    return InterfaceInfo{"PLUGIN CREATOR_V3ONE", 1, 0};
  }

  //! Makes a plugin called `name` from attributes: those of a model while building, those that
  //! getFieldsToSerialize() gave at run time. Null on error.
  virtual IPluginV3* createPlugin(const AsciiChar* name, const PluginFieldCollection* fc,
                                  TensorRTPhase phase) noexcept = 0;

  //! The attributes that createPlugin() understands; owned by the creator.
  virtual const PluginFieldCollection* getFieldNames() noexcept = 0;

  //! Name of the plugins made.
  virtual const AsciiChar* getPluginName() const noexcept = 0;

  //! Version of the plugins made.
  virtual const AsciiChar* getPluginVersion() const noexcept = 0;

  //! Namespace of the plugins made.
  virtual const AsciiChar* getPluginNamespace() const noexcept = 0;

  virtual ~IPluginCreatorV3One() = default;

  IPluginCreatorV3One() = default;

 protected:
  IPluginCreatorV3One(const IPluginCreatorV3One&) = default;
  IPluginCreatorV3One(IPluginCreatorV3One&&) = default;
  IPluginCreatorV3One& operator=(const IPluginCreatorV3One&) & = default;
  IPluginCreatorV3One& operator=(IPluginCreatorV3One&&) & = default;
};

}  // namespace v_1_0

//! The version of the interface that is in use.
using IPluginV3OneCore = v_1_0::IPluginV3OneCore;

//! The version of the interface that is in use.
using IPluginV3OneBuild = v_1_0::IPluginV3OneBuild;

//! The version of the interface that is in use.
using IPluginV3OneRuntime = v_1_0::IPluginV3OneRuntime;

//! The build part in version 2.0.
using IPluginV3OneBuildV2 = v_2_0::IPluginV3OneBuild;

//! The version of the interface that is in use.
using IPluginCreatorV3One = v_1_0::IPluginCreatorV3One;

}  // namespace nvinfer1

#endif  // TENFOLD_RUNTIME_PLUGIN_V3_H_
