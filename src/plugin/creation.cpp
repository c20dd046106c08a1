#include "plugin/creation.h"

#include "base/error.h"
#include "plugin/fields.h"
#include "plugin/registry.h"

namespace tenfold {
namespace {

thread_local nv::IPluginRegistry* currentRegistry = nullptr;

nv::IPluginCreatorInterface* findCreator(const PluginIdentity& wanted) {
  nv::IPluginRegistry& registry = currentRegistry ? *currentRegistry : processPluginRegistry();
  return registry.getCreator(wanted.name.c_str(), wanted.version.c_str(), wanted.space.c_str());
}

// The creator as the interface of that version; null where it is of another.
template <typename Creator>
Creator* as(nv::IPluginCreatorInterface& creator, const char* kind) {
  return std::string(creator.getInterfaceInfo().kind) == kind ? static_cast<Creator*>(&creator) : nullptr;
}
nv::IPluginCreator* version2(nv::IPluginCreatorInterface& creator) {
  return as<nv::IPluginCreator>(creator, "PLUGIN CREATOR_V1");
}
nv::IPluginCreatorV3One* version3(nv::IPluginCreatorInterface& creator) {
  return as<nv::IPluginCreatorV3One>(creator, "PLUGIN CREATOR_V3ONE");
}

std::shared_ptr<Plugin> hold(const PluginIdentity& wanted, nv::IPluginV2* made) {
  require(made, "the creator of {} gave no plugin", wanted.text());
  if (!isDynamicExt(*made)) {
    made->destroy();
    fail(ErrorKind::kUnsupported,
         "{} is no IPluginV2DynamicExt; others need an implicit batch, which does not exist", wanted.text());
  }
  return holdPlugin(*static_cast<nv::IPluginV2DynamicExt*>(made));
}

std::shared_ptr<Plugin> hold(const PluginIdentity& wanted, nv::IPluginV3* made) {
  require(made, "the creator of {} gave no plugin", wanted.text());
  return holdPlugin(*made);
}

[[noreturn]] void refuseCreator(const PluginIdentity& wanted, nv::IPluginCreatorInterface& creator) {
  fail(ErrorKind::kUnsupported,
       "the creator of {} has the interface {}; IPluginCreator and IPluginCreatorV3One can be used",
       wanted.text(), creator.getInterfaceInfo().kind);
}

}  // namespace

PluginRegistryScope::PluginRegistryScope(nv::IPluginRegistry& registry) : former_(currentRegistry) {
  currentRegistry = &registry;
}
PluginRegistryScope::~PluginRegistryScope() { currentRegistry = former_; }

bool hasCreator(const PluginIdentity& wanted) { return findCreator(wanted) != nullptr; }

std::shared_ptr<Plugin> createPlugin(const PluginIdentity& wanted, const std::string& layer,
                                     const Attributes& attrs) {
  nv::IPluginCreatorInterface* creator = findCreator(wanted);
  require(creator, "the registry has no creator of {}", wanted.text());
  if (auto* second = version2(*creator)) {
    PluginFields fields = fieldsOf(attrs, second->getFieldNames());
    nv::PluginFieldCollection collection = fields.collection();
    std::shared_ptr<Plugin> plugin = hold(wanted, second->createPlugin(layer.c_str(), &collection));
    plugin->version2()->setPluginNamespace(wanted.space.c_str());
    return plugin;
  }
  auto* third = version3(*creator);
  if (!third) refuseCreator(wanted, *creator);
  PluginFields fields = fieldsOf(attrs, third->getFieldNames());
  nv::PluginFieldCollection collection = fields.collection();
  return hold(wanted, third->createPlugin(layer.c_str(), &collection, nv::TensorRTPhase::kBUILD));
}

PluginIdentity identityOf(const Attributes& attrs) {
  return {attrs.text("plugin", ""), attrs.text("version", ""), attrs.text("namespace", "")};
}

std::shared_ptr<Plugin> restorePlugin(const std::string& layer, const Attributes& attrs) {
  PluginIdentity wanted = identityOf(attrs);
  Tensor state = attrs.tensor("state");
  if (wanted.name.empty() || !state.defined() || state.dtype() != DataType::kUInt8)
    fail(ErrorKind::kInvalidPlan, "layer '{}' names no plugin", layer);
  nv::IPluginCreatorInterface* creator = findCreator(wanted);
  if (!creator)
    fail(ErrorKind::kInvalidPlan,
         "layer '{}' needs {}, and the registry has no creator of it: register one before the plan is "
         "loaded (REGISTER_TENSORRT_PLUGIN, IPluginRegistry::registerCreator), or load the library that has "
         "it (IPluginRegistry::loadLibrary, trtexec --dynamicPlugins)",
         layer, wanted.text());
  if (attrs.integer("interface", 0) == 2) {
    auto* second = version2(*creator);
    if (!second) refuseCreator(wanted, *creator);
    std::shared_ptr<Plugin> plugin =
        hold(wanted, second->deserializePlugin(layer.c_str(), state.data(), state.bytes()));
    plugin->version2()->setPluginNamespace(wanted.space.c_str());
    return plugin;
  }
  auto* third = version3(*creator);
  if (!third) refuseCreator(wanted, *creator);
  PluginFields fields = unpackFields(state);
  nv::PluginFieldCollection collection = fields.collection();
  return hold(wanted, third->createPlugin(layer.c_str(), &collection, nv::TensorRTPhase::kRUNTIME));
}

}  // namespace tenfold
