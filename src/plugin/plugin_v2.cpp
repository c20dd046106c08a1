// IPluginV2DynamicExt.
#include "base/error.h"
#include "plugin/plugin.h"

namespace tenfold {
namespace {

int32_t count(const auto& list) { return static_cast<int32_t>(list.size()); }
std::string text(const char* s) { return s ? s : ""; }

class PluginV2 final : public Plugin {
 public:
  explicit PluginV2(nv::IPluginV2DynamicExt& plugin) : plugin_(&plugin) {}
  ~PluginV2() override {
    if (attached_) plugin_->detachFromContext();
    if (initialized_) plugin_->terminate();
    plugin_->destroy();
  }
  PluginV2(const PluginV2&) = delete;
  PluginV2& operator=(const PluginV2&) = delete;

  int interface() const override { return 2; }
  PluginIdentity identity() const override {
    return {text(plugin_->getPluginType()), text(plugin_->getPluginVersion()),
            text(plugin_->getPluginNamespace())};
  }
  nv::IPluginV2DynamicExt* version2() override { return plugin_; }
  std::shared_ptr<Plugin> clone() const override {
    nv::IPluginV2DynamicExt* copy = plugin_->clone();
    require(copy, "{}: clone() gave null", identity().text());
    return holdPlugin(*copy);
  }

  int32_t outputCount() override { return plugin_->getNbOutputs(); }
  std::vector<nv::DataType> outputTypes(const std::vector<nv::DataType>& inputs) override {
    std::vector<nv::DataType> types;
    types.reserve(static_cast<size_t>(outputCount()));
    for (int32_t i = 0; i < outputCount(); ++i)
      types.push_back(plugin_->getOutputDataType(i, inputs.data(), count(inputs)));
    return types;
  }
  std::vector<nv::DimsExprs> outputShapes(const std::vector<nv::DimsExprs>& inputs,
                                          const std::vector<nv::DimsExprs>&,
                                          nv::IExprBuilder& builder) override {
    std::vector<nv::DimsExprs> shapes;
    shapes.reserve(static_cast<size_t>(outputCount()));
    for (int32_t i = 0; i < outputCount(); ++i)
      shapes.push_back(plugin_->getOutputDimensions(i, inputs.data(), count(inputs), builder));
    return shapes;
  }
  bool supports(size_t position, const std::vector<nv::DynamicPluginTensorDesc>& all,
                size_t inputs) override {
    std::vector<nv::PluginTensorDesc> plain;
    plain.reserve(all.size());
    for (const auto& t : all) plain.push_back(t.desc);
    return plugin_->supportsFormatCombination(static_cast<int32_t>(position), plain.data(),
                                              static_cast<int32_t>(inputs),
                                              static_cast<int32_t>(all.size() - inputs));
  }
  void configure(const PluginTensors& t) override {
    plugin_->configurePlugin(t.in.data(), count(t.in), t.out.data(), count(t.out));
  }
  Tensor state() override {
    size_t bytes = plugin_->getSerializationSize();
    Tensor state(DataType::kUInt8, Shape{static_cast<int64_t>(bytes)});
    if (bytes) plugin_->serialize(state.data());
    return state;
  }

  void initialize() override {
    int32_t failed = plugin_->initialize();
    require(failed == 0, "{}: initialize() failed with {}", identity().text(), failed);
    initialized_ = true;
  }
  std::shared_ptr<Plugin> attach(nv::IPluginResourceContext& context) override {
    auto copy = clone();
    auto& mine = static_cast<PluginV2&>(*copy);
    mine.plugin_->attachToContext(nullptr, nullptr, context.getGpuAllocator());
    mine.attached_ = true;
    return copy;
  }
  void setShapes(const PluginTensors& tensors) override { configure(tensors); }
  size_t workspaceBytes(const PluginTensors& t, size_t) override {
    std::vector<nv::PluginTensorDesc> in, out;
    for (const auto& d : t.in) in.push_back(d.desc);
    for (const auto& d : t.out) out.push_back(d.desc);
    return plugin_->getWorkspaceSize(in.data(), count(in), out.data(), count(out));
  }
  void enqueue(const std::vector<nv::PluginTensorDesc>& in, const std::vector<nv::PluginTensorDesc>& out,
               const void* const* inputs, void* const* outputs, void* workspace,
               cudaStream_t stream) override {
    int32_t failed = plugin_->enqueue(in.data(), out.data(), inputs, outputs, workspace, stream);
    if (failed) fail(ErrorKind::kInternal, "{}: enqueue() failed with {}", identity().text(), failed);
  }

 private:
  nv::IPluginV2DynamicExt* plugin_;
  bool initialized_ = false, attached_ = false;
};

}  // namespace

bool isDynamicExt(const nv::IPluginV2& plugin) {
  auto version = static_cast<nv::PluginVersion>(static_cast<uint32_t>(plugin.getTensorRTVersion()) >> 24U);
  return version == nv::PluginVersion::kV2_DYNAMICEXT || version == nv::PluginVersion::kV2_DYNAMICEXT_PYTHON;
}

std::shared_ptr<Plugin> holdPlugin(nv::IPluginV2DynamicExt& plugin) {
  return std::make_shared<PluginV2>(plugin);
}

}  // namespace tenfold
