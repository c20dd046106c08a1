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

//! Holds plugin creators by name, version and namespace. There is one for the process, getPluginRegistry(),
//! and each builder and runtime may have one of its own, which searches that one too. Safe to use from
//! several threads.
class IPluginRegistry {
 public:
  //! Names a plugin library that was loaded; null on error.
  using PluginLibraryHandle = void*;

  //! Adds a creator of version-2 plugins, which must outlive the registry. False when name, version and
  //! namespace are taken.
  TRT_DEPRECATED_BECAUSE("use the overload for IPluginCreatorInterface")
  virtual bool registerCreator(IPluginCreator& creator, const AsciiChar* const pluginNamespace) noexcept = 0;

  //! All creators of version-2 plugins; their number goes to *numCreators. Null when there are none.
  TRT_DEPRECATED_BECAUSE("use getAllCreators")
  virtual IPluginCreator* const* getPluginCreatorList(int32_t* const numCreators) const noexcept = 0;

  //! The creator of version-2 plugins with this name, version and namespace; null when there is none.
  TRT_DEPRECATED_BECAUSE("use getCreator")
  virtual IPluginCreator* getPluginCreator(const AsciiChar* const pluginName,
                                           const AsciiChar* const pluginVersion,
                                           const AsciiChar* const pluginNamespace = "") noexcept = 0;

 protected:
  virtual ~IPluginRegistry() noexcept = default;

 public:
  //! Sends errors of this registry to `recorder`; null stops that.
  virtual void setErrorRecorder(IErrorRecorder* const recorder) noexcept = 0;

  //! What setErrorRecorder() set; null by default.
  virtual IErrorRecorder* getErrorRecorder() const noexcept = 0;

  //! Removes a creator; false when it was not registered.
  TRT_DEPRECATED_BECAUSE("use the overload for IPluginCreatorInterface")
  virtual bool deregisterCreator(const IPluginCreator& creator) noexcept = 0;

  //! Whether the parent registry is searched when this one has no match; true by default.
  virtual bool isParentSearchEnabled() const = 0;

  //! Says whether the parent registry is searched when this one has no match.
  virtual void setParentSearchEnabled(const bool enabled) = 0;

  //! Loads a shared library and registers the creators that its getCreators() or getPluginCreators() gives.
  //! Null on error.
  virtual PluginLibraryHandle loadLibrary(const AsciiChar* pluginPath) noexcept = 0;

  //! Removes the creators of a loaded library and unloads it.
  virtual void deregisterLibrary(PluginLibraryHandle handle) noexcept = 0;

  //! Adds a creator, which must outlive the registry. False when name, version and namespace are taken.
  virtual bool registerCreator(IPluginCreatorInterface& creator,
                               const AsciiChar* const pluginNamespace) noexcept = 0;

  //! All creators of this registry; their number goes to *numCreators. Valid until the registry changes.
  virtual IPluginCreatorInterface* const* getAllCreators(int32_t* const numCreators) const noexcept = 0;

  //! The creator with this name, version and namespace; null when there is none.
  virtual IPluginCreatorInterface* getCreator(const AsciiChar* const pluginName,
                                              const AsciiChar* const pluginVersion,
                                              const AsciiChar* const pluginNamespace = "") noexcept = 0;

  //! Removes a creator; false when it was not registered.
  virtual bool deregisterCreator(const IPluginCreatorInterface& creator) noexcept = 0;

  //! The resource under `key`. When there is none yet, a clone of `resource` is kept there. Counts one more
  //! user. Null on error.
  virtual IPluginResource* acquirePluginResource(const AsciiChar* key,
                                                 IPluginResource* resource) noexcept = 0;

  //! Counts one user of the resource under `key` less; without users it is released. 0 for success.
  virtual int32_t releasePluginResource(const AsciiChar* key) noexcept = 0;

  //! As getAllCreators(), followed by those of the parent registries while parent search is enabled.
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
