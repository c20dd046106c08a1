// Plugins by their creators in the registry.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "graph/ir/attributes.h"
#include "plugin/plugin.h"

namespace tenfold {

// While it lives, plugins of this thread are made by this registry's creators instead of the process's.
class PluginRegistryScope {
 public:
  explicit PluginRegistryScope(nv::IPluginRegistry& registry);
  ~PluginRegistryScope();
  PluginRegistryScope(const PluginRegistryScope&) = delete;
  PluginRegistryScope& operator=(const PluginRegistryScope&) = delete;

 private:
  nv::IPluginRegistry* former_;
};

// Whether there is a creator.
bool hasCreator(const PluginIdentity& wanted);
// A plugin from the attributes of a model's node called `layer`. Throws Error where there is no creator or it
// fails.
std::shared_ptr<Plugin> createPlugin(const PluginIdentity& wanted, const std::string& layer,
                                     const Attributes& attrs);

// The identity that a Plugin node's attributes tell.
PluginIdentity identityOf(const Attributes& attrs);
// The plugin of a Plugin node of a plan. Throws Error that says which creator is missing.
std::shared_ptr<Plugin> restorePlugin(const std::string& layer, const Attributes& attrs);

}  // namespace tenfold
