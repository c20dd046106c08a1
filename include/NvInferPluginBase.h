// SPDX-License-Identifier: Apache-2.0
// What all plugins share: fields, capabilities, resources and the base of creators.
// Not for direct inclusion: include NvInfer.h, NvInferRuntime.h or NvInferRuntimePlugin.h.
#ifndef NV_INFER_PLUGIN_BASE_H
#define NV_INFER_PLUGIN_BASE_H

#ifndef NV_INFER_INTERNAL_INCLUDE
static_assert(false,
              "Include NvInfer.h, NvInferRuntime.h or NvInferRuntimePlugin.h, not NvInferPluginBase.h");
#endif

#include "NvInferRuntimeBase.h"

namespace nvinfer1 {

//! Type of the elements of a plugin field.
enum class PluginFieldType : int32_t {
  kFLOAT16 = 0,  //!< 16-bit floating point
  kFLOAT32 = 1,  //!< 32-bit floating point
  kFLOAT64 = 2,  //!< 64-bit floating point
  kINT8 = 3,     //!< 8-bit integer
  kINT16 = 4,    //!< 16-bit integer
  kINT32 = 5,    //!< 32-bit integer
  kCHAR = 6,     //!< character
  kDIMS = 7,     //!< nvinfer1::Dims
  kUNKNOWN = 8,  //!< none of the others
  kBF16 = 9,     //!< DataType::kBF16
  kINT64 = 10,   //!< 64-bit integer
  kFP8 = 11,     //!< DataType::kFP8
  kINT4 = 12,    //!< DataType::kINT4
  kFP4 = 13,     //!< DataType::kFP4
};

//! A named attribute of a plugin: what a creator accepts, and what a plugin saves.
class PluginField {
 public:
  //! Name of the attribute.
  const AsciiChar* name;
  //! Its `length` elements; not owned.
  const void* data;
  //! Type of the elements.
  PluginFieldType type;
  //! Number of elements.
  int32_t length;

  //! All members from the arguments.
  PluginField(const AsciiChar* const name_ = nullptr, const void* const data_ = nullptr,
              const PluginFieldType type_ = PluginFieldType::kUNKNOWN, const int32_t length_ = 0) noexcept
      : name(name_), data(data_), type(type_), length(length_) {}
};

//! A list of attributes; not owned.
struct PluginFieldCollection {
  //! Number of attributes.
  int32_t nbFields{};
  //! The attributes, null when there are none.
  const PluginField* fields{};
};

//! What a plugin is created for.
enum class TensorRTPhase : int32_t {
  kBUILD = 0,    //!< a network definition
  kRUNTIME = 1,  //!< an engine that is being loaded
};

//! The parts of a version-3 plugin.
enum class PluginCapabilityType : int32_t {
  kCORE = 0,     //!< identity: IPluginV3OneCore
  kBUILD = 1,    //!< shapes, types and formats: IPluginV3OneBuild
  kRUNTIME = 2,  //!< execution: IPluginV3OneRuntime
};

namespace v_1_0 {

//! Base of the parts of a version-3 plugin.
class IPluginCapability : public IVersionedInterface {};

}  // namespace v_1_0

namespace v_1_0 {

//! Something that plugins share by a key through the registry, as a cache or a communicator.
class IPluginResource : public IVersionedInterface {
 public:
  //! Name and version of this interface.
  InterfaceInfo getInterfaceInfo() const noexcept override { return InterfaceInfo{"IPluginResource", 1, 0}; }

  //! Frees what clone() acquired. Called when the last user has released the key. 0 for success.
  virtual int32_t release() noexcept = 0;

  //! Makes the copy that the registry keeps and hands out; it acquires what it stands for. Null on error.
  virtual IPluginResource* clone() noexcept = 0;

  ~IPluginResource() noexcept override = default;
  IPluginResource() = default;
  IPluginResource(const IPluginResource&) = default;
  IPluginResource(IPluginResource&&) = default;
  IPluginResource& operator=(const IPluginResource&) & = default;
  IPluginResource& operator=(IPluginResource&&) & = default;
};

}  // namespace v_1_0

namespace v_1_0 {

//! Base of all plugin creators; getInterfaceInfo() tells which one it is.
class IPluginCreatorInterface : public IVersionedInterface {
 public:
  ~IPluginCreatorInterface() noexcept override = default;

 protected:
  IPluginCreatorInterface() = default;
  IPluginCreatorInterface(const IPluginCreatorInterface&) = default;
  IPluginCreatorInterface(IPluginCreatorInterface&&) = default;
  IPluginCreatorInterface& operator=(const IPluginCreatorInterface&) & = default;
  IPluginCreatorInterface& operator=(IPluginCreatorInterface&&) & = default;
};

}  // namespace v_1_0

namespace v_1_0 {

//! A plugin of version 3. Its parts are separate interfaces, usually implemented by the same class.
class IPluginV3 : public IVersionedInterface {
 public:
  //! Name and version of this interface.
  InterfaceInfo getInterfaceInfo() const noexcept override { return InterfaceInfo{"PLUGIN", 1, 0}; }

  //! The part of the given type, a pointer to IPluginV3OneCore, -Build or -Runtime. It lives as long as the
  //! plugin. Null when the plugin has no such part.
  virtual IPluginCapability* getCapabilityInterface(PluginCapabilityType type) noexcept = 0;

  //! A copy in the same state, which the caller owns; null on error.
  virtual IPluginV3* clone() noexcept = 0;
};

}  // namespace v_1_0

//! The version of the interface that is in use.
using IPluginResource = v_1_0::IPluginResource;

//! The version of the interface that is in use.
using IPluginCreatorInterface = v_1_0::IPluginCreatorInterface;

//! The version of the interface that is in use.
using IPluginV3 = v_1_0::IPluginV3;

//! The version of the interface that is in use.
using IPluginCapability = v_1_0::IPluginCapability;

}  // namespace nvinfer1

#endif  // NV_INFER_PLUGIN_BASE_H
