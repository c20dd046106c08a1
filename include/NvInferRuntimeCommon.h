// SPDX-License-Identifier: Apache-2.0
// The plugin registry, which knows plugin creators by name, version and namespace.
#ifndef NV_INFER_RUNTIME_COMMON_H
#define NV_INFER_RUNTIME_COMMON_H

#define NV_INFER_INTERNAL_INCLUDE 1
#include "NvInferPluginBase.h"
#undef NV_INFER_INTERNAL_INCLUDE
#include "NvInferRuntimePlugin.h"

TENFOLD_BEGIN_DEPRECATED

namespace nvinfer1 {

class IPluginRegistry {
 public:
  using PluginLibraryHandle = void*;

  TRT_DEPRECATED virtual bool registerCreator(IPluginCreator& creator,
                                              const AsciiChar* const pluginNamespace) noexcept = 0;

  TRT_DEPRECATED virtual IPluginCreator* const* getPluginCreatorList(
      int32_t* const numCreators) const noexcept = 0;

  TRT_DEPRECATED virtual IPluginCreator* getPluginCreator(
      const AsciiChar* const pluginName, const AsciiChar* const pluginVersion,
      const AsciiChar* const pluginNamespace = "") noexcept = 0;

 protected:
  virtual ~IPluginRegistry() noexcept = default;

 public:
  virtual void setErrorRecorder(IErrorRecorder* const recorder) noexcept = 0;

  virtual IErrorRecorder* getErrorRecorder() const noexcept = 0;

  TRT_DEPRECATED virtual bool deregisterCreator(const IPluginCreator& creator) noexcept = 0;

  virtual bool isParentSearchEnabled() const = 0;

  virtual void setParentSearchEnabled(const bool enabled) = 0;

  virtual PluginLibraryHandle loadLibrary(const AsciiChar* pluginPath) noexcept = 0;

  virtual void deregisterLibrary(PluginLibraryHandle handle) noexcept = 0;

  virtual bool registerCreator(IPluginCreatorInterface& creator,
                               const AsciiChar* const pluginNamespace) noexcept = 0;

  virtual IPluginCreatorInterface* const* getAllCreators(int32_t* const numCreators) const noexcept = 0;

  virtual IPluginCreatorInterface* getCreator(const AsciiChar* const pluginName,
                                              const AsciiChar* const pluginVersion,
                                              const AsciiChar* const pluginNamespace = "") noexcept = 0;

  virtual bool deregisterCreator(const IPluginCreatorInterface& creator) noexcept = 0;

  virtual IPluginResource* acquirePluginResource(const AsciiChar* key,
                                                 IPluginResource* resource) noexcept = 0;

  virtual int32_t releasePluginResource(const AsciiChar* key) noexcept = 0;

  virtual IPluginCreatorInterface* const* getAllCreatorsRecursive(int32_t* const numCreators) noexcept = 0;

  IPluginRegistry() = default;
  IPluginRegistry(const IPluginRegistry&) = delete;
  IPluginRegistry(IPluginRegistry&&) = delete;
  IPluginRegistry& operator=(const IPluginRegistry&) & = delete;
  IPluginRegistry& operator=(IPluginRegistry&&) & = delete;
};

}  // namespace nvinfer1

TENFOLD_END_DEPRECATED

#endif  // NV_INFER_RUNTIME_COMMON_H
