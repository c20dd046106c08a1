// SPDX-License-Identifier: Apache-2.0
// Layers whose computation is a plugin.
#ifndef TENFOLD_NETWORK_PLUGIN_LAYER_H_
#define TENFOLD_NETWORK_PLUGIN_LAYER_H_

#include "../abi/layer.h"
#include "layer.h"

TENFOLD_BEGIN_DEPRECATED

namespace nvinfer1 {

//! A version-2 plugin as a layer.
class TRT_DEPRECATED IPluginV2Layer : public ILayer {
 public:
  //! The network's copy of the plugin.
  IPluginV2& getPlugin() noexcept { return mImpl->getPlugin(); }

 protected:
  virtual ~IPluginV2Layer() noexcept = default;
  apiv::VPluginV2Layer* mImpl{nullptr};
};

//! A version-3 plugin as a layer.
class IPluginV3Layer : public ILayer {
 public:
  //! The network's copy of the plugin.
  IPluginV3& getPlugin() noexcept { return mImpl->getPlugin(); }

 protected:
  virtual ~IPluginV3Layer() noexcept = default;
  apiv::VPluginV3Layer* mImpl{nullptr};
};

}  // namespace nvinfer1

TENFOLD_END_DEPRECATED

#endif  // TENFOLD_NETWORK_PLUGIN_LAYER_H_
