#include "trtexec/builder_options.h"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "common/nearest.h"

namespace trtexec {

using namespace nvinfer1;

namespace {

struct Preview {
  const char* name;
  PreviewFeature feature;
};
constexpr Preview kPreviews[] = {
    {"profileSharing0806", PreviewFeature::kPROFILE_SHARING_0806},
    {"aliasedPluginIO1003", PreviewFeature::kALIASED_PLUGIN_IO_10_03},
    {"runtimeActivationResize1010", PreviewFeature::kRUNTIME_ACTIVATION_RESIZE_10_10},
};

// "+NAME,-NAME"
void setPreviews(const std::string& text, IBuilderConfig& config) {
  for (size_t from = 0; from < text.size();) {
    size_t to = std::min(text.find(',', from), text.size());
    std::string item = text.substr(from, to - from);
    from = to + 1;
    const Preview* found = nullptr;
    std::vector<std::string> names;
    for (const Preview& p : kPreviews) {
      names.emplace_back(p.name);
      if (item.size() > 1 && item.substr(1) == p.name) found = &p;
    }
    if (!found || (item[0] != '+' && item[0] != '-'))
      throw std::runtime_error(fmt::format(
          "--preview: expected +NAME or -NAME, found '{}'; did you mean '+{}'?", item, nearest(item, names)));
    config.setPreviewFeature(found->feature, item[0] == '+');
  }
}

ITensor* tensorNamed(INetworkDefinition& network, const std::string& name) {
  for (int i = 0; i < network.getNbInputs(); ++i)
    if (name == network.getInput(i)->getName()) return network.getInput(i);
  for (int i = 0; i < network.getNbLayers(); ++i)
    for (int o = 0; o < network.getLayer(i)->getNbOutputs(); ++o)
      if (ITensor* tensor = network.getLayer(i)->getOutput(o); tensor && name == tensor->getName())
        return tensor;
  throw std::runtime_error("--markDebug: the network has no tensor '" + name + "'");
}

}  // namespace

void applyBuilderOptions(const Options& options, IBuilder&, INetworkDefinition& network,
                         IBuilderConfig& config) {
  for (const std::string& name : options.builderFlags)
    for (const BuilderFlagRow& row : kBuilderFlags)
      if (name == row.name) config.setFlag(row.flag);
  if (options.sparsity == "enable") config.setFlag(BuilderFlag::kSPARSE_WEIGHTS);
  if (options.maxAuxStreams >= 0) config.setMaxAuxStreams(options.maxAuxStreams);
  if (options.tilingLevel >= 0)
    config.setTilingOptimizationLevel(static_cast<TilingOptimizationLevel>(options.tilingLevel));
  if (options.tilingL2Bytes >= 0) config.setL2LimitForTiling(options.tilingL2Bytes);
  if (options.hardwareCompatibility != "none")
    config.setHardwareCompatibilityLevel(options.hardwareCompatibility == "ampere+"
                                             ? HardwareCompatibilityLevel::kAMPERE_PLUS
                                             : HardwareCompatibilityLevel::kSAME_COMPUTE_CAPABILITY);
  setPreviews(options.previewFeatures, config);
  for (const std::string& name : options.markDebug)
    if (!network.markDebug(*tensorNamed(network, name)))
      throw std::runtime_error("--markDebug: '" + name + "' cannot be reported; see the message above");
  if (options.markUnfused) network.markUnfusedTensorsAsDebugTensors();
  std::vector<const char*> paths;
  for (const std::string& path : options.setPluginsToSerialize) paths.push_back(path.c_str());
  if (!paths.empty()) config.setPluginsToSerialize(paths.data(), static_cast<int32_t>(paths.size()));
}

}  // namespace trtexec
