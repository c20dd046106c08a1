// SPDX-License-Identifier: Apache-2.0
// The deprecated plugin interface with dynamic shapes (version 2).
#ifndef TENFOLD_RUNTIME_PLUGIN_V2_DYNAMIC_H_
#define TENFOLD_RUNTIME_PLUGIN_V2_DYNAMIC_H_

#include "dimension_expr.h"
#include "weights.h"

TENFOLD_BEGIN_DEPRECATED

namespace nvinfer1 {

//! The version-2 plugin interface with dynamic shapes and an explicit batch. Superseded by IPluginV3.
class TRT_DEPRECATED IPluginV2DynamicExt : public IPluginV2Ext {
 public:
  //! The most combinations of formats that are tried with supportsFormatCombination().
  static constexpr int32_t kFORMAT_COMBINATION_LIMIT = 100;

  //! A copy in the same state, which the caller owns; null on error.
  IPluginV2DynamicExt* clone() const noexcept override = 0;

  //! Symbolic dimensions of output `outputIndex`, computed with `exprBuilder`.
  virtual DimsExprs getOutputDimensions(int32_t outputIndex, const DimsExprs* inputs, int32_t nbInputs,
                                        IExprBuilder& exprBuilder) noexcept = 0;

  //! Whether tensor `pos` of inOut (inputs, then outputs) may have its type and layout, given those before
  //! it.
  virtual bool supportsFormatCombination(int32_t pos, const PluginTensorDesc* inOut, int32_t nbInputs,
                                         int32_t nbOutputs) noexcept = 0;

  //! Tells the plugin what its inputs and outputs are: ranges while building, actual shapes at run time.
  virtual void configurePlugin(const DynamicPluginTensorDesc* in, int32_t nbInputs,
                               const DynamicPluginTensorDesc* out, int32_t nbOutputs) noexcept = 0;

  //! Bytes of scratch memory that enqueue() needs for tensors of these shapes.
  virtual size_t getWorkspaceSize(const PluginTensorDesc* inputs, int32_t nbInputs,
                                  const PluginTensorDesc* outputs, int32_t nbOutputs) const noexcept = 0;

  //! Enqueues the computation on `stream`. `workspace` has getWorkspaceSize() bytes. 0 for success.
  virtual int32_t enqueue(const PluginTensorDesc* inputDesc, const PluginTensorDesc* outputDesc,
                          const void* const* inputs, void* const* outputs, void* workspace,
                          cudaStream_t stream) noexcept = 0;

 protected:
  virtual ~IPluginV2DynamicExt() noexcept {}

  //! Version of these headers and of the plugin interface. Do not override.
  int32_t getTensorRTVersion() const noexcept override {
    return static_cast<int32_t>((static_cast<uint32_t>(PluginVersion::kV2_DYNAMICEXT) << 24U) |
                                static_cast<uint32_t>(NV_TENSORRT_VERSION));
  }

 private:
  //! Replaced by the method with descriptions; does nothing.
  void configurePlugin(const Dims*, int32_t, const Dims*, int32_t, const DataType*, const DataType*,
                       const bool*, const bool*, PluginFormat, int32_t) noexcept final {}
  //! Replaced by supportsFormatCombination(); false.
  bool supportsFormat(DataType, PluginFormat) const noexcept final { return false; }
  //! Replaced by the method with expressions; dimensions of rank -1.
  Dims getOutputDimensions(int32_t, const Dims*, int32_t) noexcept final { return Dims{-1, {}}; }
  //! There is no implicit batch; false.
  TRT_DEPRECATED_BECAUSE("there is no implicit batch")
  bool isOutputBroadcastAcrossBatch(int32_t, const bool*, int32_t) const noexcept final { return false; }
  //! There is no implicit batch; true.
  TRT_DEPRECATED_BECAUSE("there is no implicit batch")
  bool canBroadcastInputAcrossBatch(int32_t) const noexcept final { return true; }
  //! Replaced by the method with descriptions; 0.
  size_t getWorkspaceSize(int32_t) const noexcept final { return 0; }
  //! Replaced by the method with descriptions; 1, an error.
  int32_t enqueue(int32_t, const void* const*, void* const*, void*, cudaStream_t) noexcept final { return 1; }
};

}  // namespace nvinfer1

TENFOLD_END_DEPRECATED

#endif  // TENFOLD_RUNTIME_PLUGIN_V2_DYNAMIC_H_
