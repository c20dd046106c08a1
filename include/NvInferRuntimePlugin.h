// SPDX-License-Identifier: Apache-2.0
// The deprecated plugin interfaces of version 2. New plugins implement IPluginV3.
#ifndef NV_INFER_RUNTIME_PLUGIN_H
#define NV_INFER_RUNTIME_PLUGIN_H

#define NV_INFER_INTERNAL_INCLUDE 1
#include "NvInferPluginBase.h"
#undef NV_INFER_INTERNAL_INCLUDE

TENFOLD_BEGIN_DEPRECATED

namespace nvinfer1 {

enum class TensorFormat : int32_t;

namespace v_1_0 {
class IGpuAllocator;
}  // namespace v_1_0

//! The version of the interface that is in use.
using IGpuAllocator = v_1_0::IGpuAllocator;

//! The name of TensorFormat in the plugin interfaces.
using PluginFormat = TensorFormat;

//! Set in a plugin's version word when the plugin is written in Python.
static constexpr int32_t kPLUGIN_VERSION_PYTHON_BIT = 0x40;

//! Shape, type and layout of a tensor that a plugin reads or writes.
struct PluginTensorDesc {
  //! Dimensions, -1 where they are dynamic.
  Dims dims;
  //! Type of the elements.
  DataType type;
  //! Layout in memory.
  TensorFormat format;
  //! Quantization scale of 8-bit integers, 0 when there is none.
  float scale;
};

//! Interface of a version-2 plugin, kept in the top byte of what getTensorRTVersion() returns.
enum class PluginVersion : uint8_t {
  kV2 TRT_DEPRECATED_ENUM = 0,             //!< IPluginV2
  kV2_EXT TRT_DEPRECATED_ENUM = 1,         //!< IPluginV2Ext
  kV2_IOEXT TRT_DEPRECATED_ENUM = 2,       //!< IPluginV2IOExt
  kV2_DYNAMICEXT TRT_DEPRECATED_ENUM = 3,  //!< IPluginV2DynamicExt
  //! IPluginV2DynamicExt, written in Python
  kV2_DYNAMICEXT_PYTHON TRT_DEPRECATED_ENUM = kPLUGIN_VERSION_PYTHON_BIT | 3,
};

//! Interface of a creator of version-2 plugins.
enum class PluginCreatorVersion : int32_t {
  kV1 TRT_DEPRECATED_ENUM = 0,                                  //!< IPluginCreator
  kV1_PYTHON TRT_DEPRECATED_ENUM = kPLUGIN_VERSION_PYTHON_BIT,  //!< IPluginCreator, written in Python
};

//! The oldest plugin interface, for networks with an implicit batch dimension. Superseded by IPluginV3.
class TRT_DEPRECATED IPluginV2 {
 public:
  //! Version of these headers and of the plugin interface. Do not override.
  virtual int32_t getTensorRTVersion() const noexcept { return NV_TENSORRT_VERSION; }

  //! Name of the plugin, that of its creator.
  virtual const AsciiChar* getPluginType() const noexcept = 0;

  //! Version of the plugin, that of its creator.
  virtual const AsciiChar* getPluginVersion() const noexcept = 0;

  //! Number of outputs.
  virtual int32_t getNbOutputs() const noexcept = 0;

  //! Dimensions of output `index` for the given input dimensions, without the batch.
  virtual Dims getOutputDimensions(int32_t index, const Dims* inputs, int32_t nbInputDims) noexcept = 0;

  //! Whether the plugin takes tensors of this type and layout.
  virtual bool supportsFormat(DataType type, PluginFormat format) const noexcept = 0;

  //! Tells the plugin dimensions, type and layout it will run with. Called before initialize().
  virtual void configureWithFormat(const Dims* inputDims, int32_t nbInputs, const Dims* outputDims,
                                   int32_t nbOutputs, DataType type, PluginFormat format,
                                   int32_t maxBatchSize) noexcept = 0;

  //! Acquires what execution needs; 0 for success.
  virtual int32_t initialize() noexcept = 0;

  //! Releases what initialize() acquired.
  virtual void terminate() noexcept = 0;

  //! Bytes of scratch memory that enqueue() needs for this batch size.
  virtual size_t getWorkspaceSize(int32_t maxBatchSize) const noexcept = 0;

  //! Enqueues the computation on `stream`. `workspace` has getWorkspaceSize() bytes. 0 for success.
  virtual int32_t enqueue(int32_t batchSize, const void* const* inputs, void* const* outputs, void* workspace,
                          cudaStream_t stream) noexcept = 0;

  //! Bytes that serialize() writes.
  virtual size_t getSerializationSize() const noexcept = 0;

  //! Writes the plugin's state to `buffer`, getSerializationSize() bytes.
  virtual void serialize(void* buffer) const noexcept = 0;

  //! Deletes the plugin.
  virtual void destroy() noexcept = 0;

  //! A copy in the same state, which the caller owns; null on error.
  virtual IPluginV2* clone() const noexcept = 0;

  //! Sets the namespace that the plugin belongs to.
  virtual void setPluginNamespace(const AsciiChar* pluginNamespace) noexcept = 0;

  //! The namespace that the plugin belongs to, "" by default.
  virtual const AsciiChar* getPluginNamespace() const noexcept = 0;

  virtual ~IPluginV2() noexcept = default;

  IPluginV2() = default;

 protected:
  IPluginV2(const IPluginV2&) = default;
  IPluginV2(IPluginV2&&) = default;
  IPluginV2& operator=(const IPluginV2&) & = default;
  IPluginV2& operator=(IPluginV2&&) & = default;
};

//! A version-2 plugin whose outputs have types of their own. Superseded by IPluginV3.
class TRT_DEPRECATED IPluginV2Ext : public IPluginV2 {
 public:
  //! Type of output `index` for the given input types.
  virtual DataType getOutputDataType(int32_t index, const DataType* inputTypes,
                                     int32_t nbInputs) const noexcept = 0;

  //! Whether output `outputIndex` is the same for the whole batch. Never used: there is no implicit batch.
  TRT_DEPRECATED_BECAUSE("there is no implicit batch")
  virtual bool isOutputBroadcastAcrossBatch(int32_t outputIndex, const bool* inputIsBroadcasted,
                                            int32_t nbInputs) const noexcept = 0;

  //! Whether the plugin can take an input without replicating it. Never used: there is no implicit batch.
  TRT_DEPRECATED_BECAUSE("there is no implicit batch")
  virtual bool canBroadcastInputAcrossBatch(int32_t inputIndex) const noexcept = 0;

  //! Tells the plugin dimensions, types and layout it will run with. Called before initialize().
  virtual void configurePlugin(const Dims* inputDims, int32_t nbInputs, const Dims* outputDims,
                               int32_t nbOutputs, const DataType* inputTypes, const DataType* outputTypes,
                               const bool* inputIsBroadcast, const bool* outputIsBroadcast,
                               PluginFormat floatFormat, int32_t maxBatchSize) noexcept = 0;

  //! Offers resources of an execution context; all three may be null. Does nothing by default.
  virtual void attachToContext(cudnnContext*, cublasContext*, IGpuAllocator*) noexcept {}

  //! The execution context is going away. Does nothing by default.
  virtual void detachFromContext() noexcept {}

  //! A copy in the same state, which the caller owns; null on error.
  IPluginV2Ext* clone() const noexcept override = 0;

  IPluginV2Ext() = default;
  ~IPluginV2Ext() override = default;

 protected:
  IPluginV2Ext(const IPluginV2Ext&) = default;
  IPluginV2Ext(IPluginV2Ext&&) = default;
  IPluginV2Ext& operator=(const IPluginV2Ext&) & = default;
  IPluginV2Ext& operator=(IPluginV2Ext&&) & = default;
  //! Version of these headers and of the plugin interface. Do not override.
  int32_t getTensorRTVersion() const noexcept override {
    return static_cast<int32_t>((static_cast<uint32_t>(PluginVersion::kV2_EXT) << 24U) |
                                static_cast<uint32_t>(NV_TENSORRT_VERSION));
  }
  //! Replaced by configurePlugin(); does nothing.
  void configureWithFormat(const Dims*, int32_t, const Dims*, int32_t, DataType, PluginFormat,
                           int32_t) noexcept override {}
};

//! A version-2 plugin whose inputs and outputs may differ in type and layout. Superseded by IPluginV3.
class TRT_DEPRECATED IPluginV2IOExt : public IPluginV2Ext {
 public:
  //! Tells the plugin what its inputs and outputs are. Called before initialize().
  virtual void configurePlugin(const PluginTensorDesc* in, int32_t nbInput, const PluginTensorDesc* out,
                               int32_t nbOutput) noexcept = 0;

  //! Whether tensor `pos` of inOut (inputs, then outputs) may have its type and layout, given those before
  //! it.
  virtual bool supportsFormatCombination(int32_t pos, const PluginTensorDesc* inOut, int32_t nbInputs,
                                         int32_t nbOutputs) const noexcept = 0;

  IPluginV2IOExt() = default;
  ~IPluginV2IOExt() override = default;

 protected:
  IPluginV2IOExt(const IPluginV2IOExt&) = default;
  IPluginV2IOExt(IPluginV2IOExt&&) = default;
  IPluginV2IOExt& operator=(const IPluginV2IOExt&) & = default;
  IPluginV2IOExt& operator=(IPluginV2IOExt&&) & = default;
  //! Version of these headers and of the plugin interface. Do not override.
  int32_t getTensorRTVersion() const noexcept override {
    return static_cast<int32_t>((static_cast<uint32_t>(PluginVersion::kV2_IOEXT) << 24U) |
                                static_cast<uint32_t>(NV_TENSORRT_VERSION));
  }

 private:
  //! Replaced by the method above; does nothing.
  void configurePlugin(const Dims*, int32_t, const Dims*, int32_t, const DataType*, const DataType*,
                       const bool*, const bool*, PluginFormat, int32_t) noexcept final {}
  //! Replaced by supportsFormatCombination(); false.
  bool supportsFormat(DataType, PluginFormat) const noexcept final { return false; }
};

namespace v_1_0 {

//! Makes plugins of version 2. Superseded by IPluginCreatorV3One.
class TRT_DEPRECATED IPluginCreator : public IPluginCreatorInterface {
 public:
  //! Name of the plugins made.
  virtual const AsciiChar* getPluginName() const noexcept = 0;

  //! Version of the plugins made.
  virtual const AsciiChar* getPluginVersion() const noexcept = 0;

  //! The attributes that createPlugin() understands; owned by the creator.
  virtual const PluginFieldCollection* getFieldNames() noexcept = 0;

  //! Makes a plugin called `name` from attributes; null on error.
  virtual IPluginV2* createPlugin(const AsciiChar* name, const PluginFieldCollection* fc) noexcept = 0;

  //! Makes a plugin from what IPluginV2::serialize() wrote; null on error.
  virtual IPluginV2* deserializePlugin(const AsciiChar* name, const void* serialData,
                                       size_t serialLength) noexcept = 0;

  //! Sets the namespace that the creator is registered in.
  virtual void setPluginNamespace(const AsciiChar* pluginNamespace) noexcept = 0;

  //! The namespace that the creator is registered in.
  virtual const AsciiChar* getPluginNamespace() const noexcept = 0;

  //! Name and version of this interface.
  InterfaceInfo getInterfaceInfo() const noexcept override {
    return InterfaceInfo{"PLUGIN CREATOR_V1", 1, 0};
  }

  IPluginCreator() = default;
  ~IPluginCreator() override = default;

 protected:
  IPluginCreator(const IPluginCreator&) = default;
  IPluginCreator(IPluginCreator&&) = default;
  IPluginCreator& operator=(const IPluginCreator&) & = default;
  IPluginCreator& operator=(IPluginCreator&&) & = default;
};

}  // namespace v_1_0

//! The version of the interface that is in use.
using IPluginCreator = v_1_0::IPluginCreator;

}  // namespace nvinfer1

TENFOLD_END_DEPRECATED

#endif  // NV_INFER_RUNTIME_PLUGIN_H
