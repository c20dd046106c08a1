// IPluginV3.
#include <cstring>

#include "base/error.h"
#include "plugin/fields.h"
#include "plugin/plugin.h"

namespace tenfold {
namespace {

int32_t count(const auto& list) { return static_cast<int32_t>(list.size()); }
std::string text(const char* s) { return s ? s : ""; }

class PluginV3 final : public Plugin {
 public:
  explicit PluginV3(nv::IPluginV3& plugin)
      : plugin_(&plugin),
        core_(part<nv::IPluginV3OneCore>(nv::PluginCapabilityType::kCORE)),
        build_(part<nv::IPluginV3OneBuild>(nv::PluginCapabilityType::kBUILD)),
        runtime_(part<nv::IPluginV3OneRuntime>(nv::PluginCapabilityType::kRUNTIME)) {
    require(core_, "a plugin of version 3 has no core capability (IPluginV3OneCore)");
  }

  int interface() const override { return 3; }
  PluginIdentity identity() const override {
    return {text(core_->getPluginName()), text(core_->getPluginVersion()), text(core_->getPluginNamespace())};
  }
  nv::IPluginV3* version3() override { return plugin_.get(); }
  std::shared_ptr<Plugin> clone() const override {
    nv::IPluginV3* copy = plugin_->clone();
    require(copy, "{}: clone() gave null", identity().text());
    return holdPlugin(*copy);
  }

  int32_t outputCount() override { return build().getNbOutputs(); }
  std::vector<nv::DataType> outputTypes(const std::vector<nv::DataType>& inputs) override {
    std::vector<nv::DataType> types(static_cast<size_t>(outputCount()));
    check("getOutputDataTypes",
          build().getOutputDataTypes(types.data(), count(types), inputs.data(), count(inputs)));
    return types;
  }
  std::vector<nv::DimsExprs> outputShapes(const std::vector<nv::DimsExprs>& inputs,
                                          const std::vector<nv::DimsExprs>& shapeInputs,
                                          nv::IExprBuilder& builder) override {
    std::vector<nv::DimsExprs> shapes(static_cast<size_t>(outputCount()));
    check("getOutputShapes",
          build().getOutputShapes(inputs.data(), count(inputs), shapeInputs.data(), count(shapeInputs),
                                  shapes.data(), count(shapes), builder));
    return shapes;
  }
  bool supports(size_t position, const std::vector<nv::DynamicPluginTensorDesc>& all,
                size_t inputs) override {
    return build().supportsFormatCombination(static_cast<int32_t>(position), all.data(),
                                             static_cast<int32_t>(inputs),
                                             static_cast<int32_t>(all.size() - inputs));
  }
  void configure(const PluginTensors& t) override {
    check("configurePlugin", build().configurePlugin(t.in.data(), count(t.in), t.out.data(), count(t.out)));
  }
  std::vector<int64_t> tactics() override {
    std::vector<int32_t> tactics(static_cast<size_t>(std::max(build().getNbTactics(), 0)));
    if (!tactics.empty()) check("getValidTactics", build().getValidTactics(tactics.data(), count(tactics)));
    return {tactics.begin(), tactics.end()};
  }
  std::vector<int64_t> aliases() override {
    nv::InterfaceInfo info = build().getInterfaceInfo();
    if (std::string(info.kind) != "PLUGIN_V3ONE_BUILD" || info.major < 2) return {};
    auto& newer = static_cast<nv::IPluginV3OneBuildV2&>(build());
    std::vector<int64_t> inputs;
    for (int32_t i = 0; i < outputCount(); ++i) inputs.push_back(newer.getAliasedInput(i));
    return inputs;
  }
  Tensor state() override {
    const nv::PluginFieldCollection* fields = runtime().getFieldsToSerialize();
    return packFields(fields ? *fields : nv::PluginFieldCollection{});
  }

  void setTactic(int32_t tactic) override { check("setTactic", runtime().setTactic(tactic)); }
  std::shared_ptr<Plugin> attach(nv::IPluginResourceContext& context) override {
    nv::IPluginV3* copy = runtime().attachToContext(&context);
    require(copy, "{}: attachToContext() gave null", identity().text());
    return holdPlugin(*copy);
  }
  void setShapes(const PluginTensors& t) override {
    std::vector<nv::PluginTensorDesc> in, out;
    for (const auto& d : t.in) in.push_back(d.desc);
    for (const auto& d : t.out) out.push_back(d.desc);
    check("onShapeChange", runtime().onShapeChange(in.data(), count(in), out.data(), count(out)));
  }
  size_t workspaceBytes(const PluginTensors& t, size_t planned) override {
    if (!build_) return planned;
    return build_->getWorkspaceSize(t.in.data(), count(t.in), t.out.data(), count(t.out));
  }
  void enqueue(const std::vector<nv::PluginTensorDesc>& in, const std::vector<nv::PluginTensorDesc>& out,
               const void* const* inputs, void* const* outputs, void* workspace,
               cudaStream_t stream) override {
    int32_t failed = runtime_->enqueue(in.data(), out.data(), inputs, outputs, workspace, stream);
    if (failed) fail(ErrorKind::kInternal, "{}: enqueue() failed with {}", identity().text(), failed);
  }

 private:
  // A capability of the plugin, null where it has none. One class that is all of them may name itself by any.
  template <typename Part>
  Part* part(nv::PluginCapabilityType type) {
    nv::IPluginCapability* found = plugin_->getCapabilityInterface(type);
    if (!found) return nullptr;
    std::string actual = found->getInterfaceInfo().kind;
    if (actual.find("QUICK") != std::string::npos)
      fail(ErrorKind::kUnsupported, "a plugin has the interface {}; only those of IPluginV3One can be used",
           actual);
    return static_cast<Part*>(found);
  }
  nv::IPluginV3OneBuild& build() const {
    require(build_, "{} has no build capability", identity().text());
    return *build_;
  }
  nv::IPluginV3OneRuntime& runtime() const {
    require(runtime_, "{} has no runtime capability", identity().text());
    return *runtime_;
  }
  void check(const char* method, int32_t failed) const {
    require(failed == 0, "{}: {}() failed with {}", identity().text(), method, failed);
  }

  std::unique_ptr<nv::IPluginV3> plugin_;
  nv::IPluginV3OneCore* core_;
  nv::IPluginV3OneBuild* build_;
  nv::IPluginV3OneRuntime* runtime_;
};

}  // namespace

std::shared_ptr<Plugin> holdPlugin(nv::IPluginV3& plugin) { return std::make_shared<PluginV3>(plugin); }

std::string PluginIdentity::text() const {
  return fmt::format("plugin '{}' version '{}' in namespace '{}'", name, version, space);
}

}  // namespace tenfold
