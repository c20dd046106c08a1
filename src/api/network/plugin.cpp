// IPluginV2Layer and IPluginV3Layer: nodes whose types and shapes the plugin tells. Nodes of operators that
// no layer type stands for have such a face too, without a plugin.
#include "api/network/faces.h"
#include "plugin/describe.h"

namespace tenfold {
namespace {

template <typename Handle, typename Slots>
class PluginFace : public Layer<Handle, Slots> {
 public:
  using Layer<Handle, Slots>::Layer;
  void refresh() override {
    if (pluginOf(*this->node_)) describePlugin(*this->node_);
  }
};

class PluginV3Face final : public PluginFace<nv::IPluginV3Layer, nv::apiv::VPluginV3Layer> {
 public:
  using PluginFace::PluginFace;
  nv::IPluginV3& getPlugin() noexcept override {
    Plugin* held = pluginOf(*node_);
    nv::IPluginV3* plugin = held ? held->version3() : nullptr;
    if (!plugin)
      reporter().error(nv::ErrorCode::kINVALID_STATE, fmt::format("getPlugin: layer '{}' ({}) has no plugin",
                                                                  LayerFace::getName(), node_->opName()));
    return *plugin;
  }
};

class PluginV2Face final : public PluginFace<nv::IPluginV2Layer, nv::apiv::VPluginV2Layer> {
 public:
  using PluginFace::PluginFace;
  nv::IPluginV2& getPlugin() noexcept override { return *pluginOf(*node_)->version2(); }
};

// By the version of the node's plugin. What an operator without a layer type looks like, too.
std::unique_ptr<LayerFace> makePluginFace(Network& network, Node* node, nv::LayerType) {
  if (Plugin* plugin = pluginOf(*node); plugin && plugin->version2())
    return std::make_unique<PluginV2Face>(network, node, nv::LayerType::kPLUGIN_V2);
  return std::make_unique<PluginV3Face>(network, node, nv::LayerType::kPLUGIN_V3);
}

const FaceEntry kFaces[] = {{"Plugin", nv::LayerType::kPLUGIN_V3, makePluginFace}};

// A node that runs the plugin on these inputs.
Node* addPluginNode(Graph& graph, const std::shared_ptr<Plugin>& plugin, std::vector<Value*> inputs,
                    size_t dataInputs) {
  int32_t outputs = plugin->outputCount();
  require(outputs >= 1, "{} says that it has {} outputs", plugin->identity().text(), outputs);
  Node* node = graph.addNode("Plugin", std::move(inputs), {}, static_cast<size_t>(outputs));
  node->attrs.set("data_inputs", static_cast<int64_t>(dataInputs));
  setPlugin(*node, plugin);
  return node;
}

}  // namespace

std::span<const FaceEntry> pluginFaces() { return kFaces; }

nv::IPluginV2Layer* Network::addPluginV2(nv::ITensor* const* inputs, int32_t nbInputs,
                                         nv::IPluginV2& plugin) noexcept {
  return reporter_.guard("addPluginV2", [&]() -> nv::IPluginV2Layer* {
    require(isDynamicExt(plugin),
            "plugin '{}' is no IPluginV2DynamicExt; others need an implicit batch, which does not exist",
            plugin.getPluginType());
    std::vector<Value*> values = valuesOf(inputs, nbInputs, "inputs");
    auto copy = holdPlugin(
        needed(static_cast<nv::IPluginV2DynamicExt&>(plugin).clone(), "what the plugin's clone() gives"));
    return addLayer<PluginV2Face>(
        "addPluginV2", nv::LayerType::kPLUGIN_V2,
        [&] { return addPluginNode(*graph_, copy, values, values.size()); }, true);
  });
}

nv::IPluginV3Layer* Network::addPluginV3(nv::ITensor* const* inputs, int32_t nbInputs,
                                         nv::ITensor* const* shapeInputs, int32_t nbShapeInputs,
                                         nv::IPluginV3& plugin) noexcept {
  return reporter_.guard("addPluginV3", [&]() -> nv::IPluginV3Layer* {
    std::vector<Value*> values = valuesOf(inputs, nbInputs, "inputs");
    for (Value* v : valuesOf(shapeInputs, nbShapeInputs, "shapeInputs")) values.push_back(v);
    auto copy = holdPlugin(needed(plugin.clone(), "what the plugin's clone() gives"));
    return addLayer<PluginV3Face>(
        "addPluginV3", nv::LayerType::kPLUGIN_V3,
        [&] { return addPluginNode(*graph_, copy, values, static_cast<size_t>(nbInputs)); }, true);
  });
}

}  // namespace tenfold
