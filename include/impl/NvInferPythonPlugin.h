// SPDX-License-Identifier: Apache-2.0
// The interfaces through which the Python bindings offer plugins written as decorated functions. Programs in
// C++ implement IPluginV3 instead.
#ifndef TRT_PYTHON_IMPL_PLUGIN_H
#define TRT_PYTHON_IMPL_PLUGIN_H

#include "NvInfer.h"

namespace nvinfer1 {

// ------------------------------------------------------------------------------ symbolic expressions

//! Kind of an extra argument of a compiled kernel.
enum class PluginArgType : int32_t {
  kINT = 0,  //!< integer
};

//! Width of an extra argument of a compiled kernel.
enum class PluginArgDataType : int32_t {
  kINT8 = 0,   //!< 8 bits
  kINT16 = 1,  //!< 16 bits
  kINT32 = 2,  //!< 32 bits
};

//! A symbolic scalar: an argument or a launch dimension of a compiled kernel.
class ISymExpr {
 public:
  //! Kind of the scalar.
  virtual PluginArgType getType() const noexcept = 0;

  //! Width of the scalar.
  virtual PluginArgDataType getDataType() const noexcept = 0;

  //! The value: an IDimensionExpr.
  virtual void* getExpr() noexcept = 0;
};

//! Slots of ISymExprs.
class ISymExprsImpl {
 public:
  //! Scalar `index`; null when out of range.
  virtual ISymExpr* getSymExpr(int32_t index) const noexcept = 0;

  //! Sets scalar `index`; false when out of range.
  virtual bool setSymExpr(int32_t index, ISymExpr* symExpr) noexcept = 0;

  //! Number of scalars.
  virtual int32_t getNbSymExprs() const noexcept = 0;

  //! Sets the number of scalars; false when it is negative.
  virtual bool setNbSymExprs(int32_t count) noexcept = 0;

  virtual ~ISymExprsImpl() noexcept = default;
};

//! A list of symbolic scalars.
class ISymExprs {
 public:
  //! Scalar `index`; null when out of range.
  ISymExpr* getSymExpr(int32_t index) const noexcept { return mImpl->getSymExpr(index); }

  //! Sets scalar `index`; false when out of range.
  bool setSymExpr(int32_t index, ISymExpr* symExpr) noexcept { return mImpl->setSymExpr(index, symExpr); }

  //! Number of scalars.
  int32_t getNbSymExprs() const noexcept { return mImpl->getNbSymExprs(); }

  //! Sets the number of scalars; false when it is negative.
  bool setNbSymExprs(int32_t count) noexcept { return mImpl->setNbSymExprs(count); }

 protected:
  virtual ~ISymExprs() noexcept = default;
  ISymExprsImpl* mImpl{nullptr};
};

// ------------------------------------------------------------------------------------ kernel launches

//! Which implementation of a Python plugin is wanted.
enum class QuickPluginCreationRequest : int32_t {
  kUNKNOWN = 0,     //!< nothing was said
  kPREFER_JIT = 1,  //!< run it as it is, if it can
  kPREFER_AOT = 2,  //!< compile it, if it can
  kSTRICT_JIT = 3,  //!< run it as it is, or fail
  kSTRICT_AOT = 4,  //!< compile it, or fail
};

//! Slots of IKernelLaunchParams.
class IKernelLaunchParamsImpl {
 public:
  //! The number of blocks along x.
  virtual ISymExpr* getGridX() noexcept = 0;

  //! Sets the number of blocks along x; false on error.
  virtual bool setGridX(ISymExpr* gridX) noexcept = 0;

  //! The number of blocks along y.
  virtual ISymExpr* getGridY() noexcept = 0;

  //! Sets the number of blocks along y; false on error.
  virtual bool setGridY(ISymExpr* gridY) noexcept = 0;

  //! The number of blocks along z.
  virtual ISymExpr* getGridZ() noexcept = 0;

  //! Sets the number of blocks along z; false on error.
  virtual bool setGridZ(ISymExpr* gridZ) noexcept = 0;

  //! The number of threads of a block along x.
  virtual ISymExpr* getBlockX() noexcept = 0;

  //! Sets the number of threads of a block along x; false on error.
  virtual bool setBlockX(ISymExpr* blockX) noexcept = 0;

  //! The number of threads of a block along y.
  virtual ISymExpr* getBlockY() noexcept = 0;

  //! Sets the number of threads of a block along y; false on error.
  virtual bool setBlockY(ISymExpr* blockY) noexcept = 0;

  //! The number of threads of a block along z.
  virtual ISymExpr* getBlockZ() noexcept = 0;

  //! Sets the number of threads of a block along z; false on error.
  virtual bool setBlockZ(ISymExpr* blockZ) noexcept = 0;

  //! The shared memory of a block, in bytes.
  virtual ISymExpr* getSharedMem() noexcept = 0;

  //! Sets the shared memory of a block, in bytes; false on error.
  virtual bool setSharedMem(ISymExpr* sharedMem) noexcept = 0;

  virtual ~IKernelLaunchParamsImpl() noexcept = default;
};

//! How many blocks and threads a compiled kernel is launched with, as symbolic scalars.
class IKernelLaunchParams {
 public:
  //! The number of blocks along x.
  ISymExpr* getGridX() noexcept { return mImpl->getGridX(); }

  //! Sets the number of blocks along x; false on error.
  bool setGridX(ISymExpr* gridX) noexcept { return mImpl->setGridX(gridX); }

  //! The number of blocks along y.
  ISymExpr* getGridY() noexcept { return mImpl->getGridY(); }

  //! Sets the number of blocks along y; false on error.
  bool setGridY(ISymExpr* gridY) noexcept { return mImpl->setGridY(gridY); }

  //! The number of blocks along z.
  ISymExpr* getGridZ() noexcept { return mImpl->getGridZ(); }

  //! Sets the number of blocks along z; false on error.
  bool setGridZ(ISymExpr* gridZ) noexcept { return mImpl->setGridZ(gridZ); }

  //! The number of threads of a block along x.
  ISymExpr* getBlockX() noexcept { return mImpl->getBlockX(); }

  //! Sets the number of threads of a block along x; false on error.
  bool setBlockX(ISymExpr* blockX) noexcept { return mImpl->setBlockX(blockX); }

  //! The number of threads of a block along y.
  ISymExpr* getBlockY() noexcept { return mImpl->getBlockY(); }

  //! Sets the number of threads of a block along y; false on error.
  bool setBlockY(ISymExpr* blockY) noexcept { return mImpl->setBlockY(blockY); }

  //! The number of threads of a block along z.
  ISymExpr* getBlockZ() noexcept { return mImpl->getBlockZ(); }

  //! Sets the number of threads of a block along z; false on error.
  bool setBlockZ(ISymExpr* blockZ) noexcept { return mImpl->setBlockZ(blockZ); }

  //! The shared memory of a block, in bytes.
  ISymExpr* getSharedMem() noexcept { return mImpl->getSharedMem(); }

  //! Sets the shared memory of a block, in bytes; false on error.
  bool setSharedMem(ISymExpr* sharedMem) noexcept { return mImpl->setSharedMem(sharedMem); }

 protected:
  virtual ~IKernelLaunchParams() noexcept = default;
  IKernelLaunchParamsImpl* mImpl{nullptr};
};

// --------------------------------------------------------------------------- capabilities and creator

namespace v_1_0 {

//! Identity of a Python plugin. The strings live as long as the plugin.
class IPluginV3QuickCore : public IPluginCapability {
 public:
  //! Name and version of this interface.
  InterfaceInfo getInterfaceInfo() const noexcept override {
    return InterfaceInfo{"PLUGIN_V3QUICK_CORE", 1, 0};
  }

  //! Name of the plugin.
  virtual const AsciiChar* getPluginName() const noexcept = 0;

  //! Version of the plugin.
  virtual const AsciiChar* getPluginVersion() const noexcept = 0;

  //! Namespace of the plugin.
  virtual const AsciiChar* getPluginNamespace() const noexcept = 0;
};

}  // namespace v_1_0

namespace v_1_0 {

//! Build part of a Python plugin. Methods that return int32_t give 0 for success unless said otherwise.
class IPluginV3QuickBuild : public IPluginCapability {
 public:
  //! Name and version of this interface.
  InterfaceInfo getInterfaceInfo() const noexcept override {
    return InterfaceInfo{"PLUGIN_V3QUICK_BUILD", 1, 0};
  }

  //! Writes the type of each output, for the given types and ranks of inputs.
  virtual int32_t getOutputDataTypes(DataType* outputTypes, int32_t nbOutputs, const DataType* inputTypes,
                                     const int32_t* inputRanks, int32_t nbInputs) const noexcept = 0;

  //! Writes the symbolic dimensions of each output.
  virtual int32_t getOutputShapes(const DimsExprs* inputs, int32_t nbInputs, const DimsExprs* shapeInputs,
                                  int32_t nbShapeInputs, DimsExprs* outputs, int32_t nbOutputs,
                                  IExprBuilder& exprBuilder) noexcept = 0;

  //! Tells the plugin the ranges of shapes, types and layouts that it is being built for.
  virtual int32_t configurePlugin(const DynamicPluginTensorDesc* in, int32_t nbInputs,
                                  const DynamicPluginTensorDesc* out, int32_t nbOutputs) noexcept = 0;

  //! Number of combinations of types and layouts.
  virtual int32_t getNbSupportedFormatCombinations(const DynamicPluginTensorDesc* inOut, int32_t nbInputs,
                                                   int32_t nbOutputs) noexcept = 0;

  //! Writes nbFormatCombinations combinations, each with a description of every input and output.
  virtual int32_t getSupportedFormatCombinations(const DynamicPluginTensorDesc* inOut, int32_t nbInputs,
                                                 int32_t nbOutputs, PluginTensorDesc* supportedCombinations,
                                                 int32_t nbFormatCombinations) noexcept = 0;

  //! Number of outputs.
  virtual int32_t getNbOutputs() const noexcept = 0;

  //! Index of the input that output `outputIndex` overwrites in place; -1, the default, for none.
  virtual int32_t getAliasedInput(int32_t /*outputIndex*/) noexcept { return -1; }

  //! Writes the numbers of the tactics to be timed.
  virtual int32_t getValidTactics(int32_t* /*tactics*/, int32_t /*nbTactics*/) noexcept { return 0; }

  //! Number of tactics that getValidTactics() writes; 0 by default.
  virtual int32_t getNbTactics() noexcept { return 0; }

  //! A string that identifies what timings depend on besides shapes, types and layouts; null by default.
  virtual const char* getTimingCacheID() noexcept { return nullptr; }

  //! Text that the inspector shows for the layer; null by default.
  virtual const char* getMetadataString() noexcept { return nullptr; }
};

}  // namespace v_1_0

namespace v_1_0 {

//! Build part of a Python plugin that gives a compiled kernel. Methods return 0 for success.
class IPluginV3QuickAOTBuild : public IPluginV3QuickBuild {
 public:
  //! Name and version of this interface.
  InterfaceInfo getInterfaceInfo() const noexcept override {
    return InterfaceInfo{"PLUGIN_V3QUICKAOT_BUILD", 1, 0};
  }

  //! Writes launch dimensions and extra arguments of the kernel.
  virtual int32_t getLaunchParams(const DimsExprs* inputs, const DynamicPluginTensorDesc* inOut,
                                  int32_t nbInputs, int32_t nbOutputs, IKernelLaunchParams* launchParams,
                                  ISymExprs* extraArgs, IExprBuilder& exprBuilder) noexcept = 0;

  //! Gives the kernel for these tensors: its name and its code, of compiledKernelSize bytes. Owned by the
  //! plugin.
  virtual int32_t getKernel(const PluginTensorDesc* in, int32_t nbInputs, const PluginTensorDesc* out,
                            int32_t nbOutputs, const char** kernelName, char** compiledKernel,
                            int32_t* compiledKernelSize) noexcept = 0;

  //! Chooses one of the tactics from getValidTactics().
  virtual int32_t setTactic(int32_t /*tactic*/) noexcept { return 0; }
};

}  // namespace v_1_0

namespace v_1_0 {

//! Run-time part of a Python plugin. Methods that return int32_t give 0 for success.
class IPluginV3QuickRuntime : public IPluginCapability {
 public:
  //! Name and version of this interface.
  InterfaceInfo getInterfaceInfo() const noexcept override {
    return InterfaceInfo{"PLUGIN_V3QUICK_RUNTIME", 1, 0};
  }

  //! Chooses one of the tactics from getValidTactics().
  virtual int32_t setTactic(int32_t /*tactic*/) noexcept { return 0; }

  //! Enqueues the computation on `stream`; strides are in elements.
  virtual int32_t enqueue(const PluginTensorDesc* inputDesc, const PluginTensorDesc* outputDesc,
                          const void* const* inputs, void* const* outputs, const Dims* inputStrides,
                          const Dims* outputStrides, int32_t nbInputs, int32_t nbOutputs,
                          cudaStream_t stream) noexcept = 0;

  //! The attributes to save in the plan. Owned by the plugin.
  virtual const PluginFieldCollection* getFieldsToSerialize() noexcept = 0;
};

}  // namespace v_1_0

namespace v_1_0 {

//! Makes Python plugins.
class IPluginCreatorV3Quick : public IPluginCreatorInterface {
 public:
  //! Name and version of this interface.
  InterfaceInfo getInterfaceInfo() const noexcept override {
    return InterfaceInfo{"PLUGIN CREATOR_V3QUICK", 1, 0};
  }

  //! Makes a plugin called `name` in a namespace from attributes; null on error.
  virtual IPluginV3* createPlugin(const AsciiChar* name, const AsciiChar* nspace,
                                  const PluginFieldCollection* fc, TensorRTPhase phase,
                                  QuickPluginCreationRequest quickPluginCreationRequest) noexcept = 0;

  //! The attributes that createPlugin() understands; owned by the creator.
  virtual const PluginFieldCollection* getFieldNames() noexcept = 0;

  //! Name of the plugins made.
  virtual const AsciiChar* getPluginName() const noexcept = 0;

  //! Version of the plugins made.
  virtual const AsciiChar* getPluginVersion() const noexcept = 0;

  //! Namespace of the plugins made.
  virtual const AsciiChar* getPluginNamespace() const noexcept = 0;

  virtual ~IPluginCreatorV3Quick() = default;

  IPluginCreatorV3Quick() = default;

 protected:
  IPluginCreatorV3Quick(const IPluginCreatorV3Quick&) = default;
  IPluginCreatorV3Quick(IPluginCreatorV3Quick&&) = default;
  IPluginCreatorV3Quick& operator=(const IPluginCreatorV3Quick&) & = default;
  IPluginCreatorV3Quick& operator=(IPluginCreatorV3Quick&&) & = default;
};

}  // namespace v_1_0

//! The version of the interface that is in use.
using IPluginV3QuickCore = v_1_0::IPluginV3QuickCore;

//! The version of the interface that is in use.
using IPluginV3QuickBuild = v_1_0::IPluginV3QuickBuild;

//! The version of the interface that is in use.
using IPluginV3QuickAOTBuild = v_1_0::IPluginV3QuickAOTBuild;

//! The version of the interface that is in use.
using IPluginV3QuickRuntime = v_1_0::IPluginV3QuickRuntime;

//! The version of the interface that is in use.
using IPluginCreatorV3Quick = v_1_0::IPluginCreatorV3Quick;

}  // namespace nvinfer1

#endif  // TRT_PYTHON_IMPL_PLUGIN_H
