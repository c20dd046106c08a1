#include "targets/plugin/tactic.h"

#include <charconv>
#include <mutex>

#include "plugin/creation.h"
#include "targets/plugin/launch.h"

namespace tenfold {
namespace {

class PluginKernel final : public Kernel {
 public:
  PluginKernel(Target& target, const Node& node, int32_t tactic)
      : target_(target), node_(node), plugin_(restorePlugin(node.name, node.attrs)), tactic_(tactic) {
    plugin_->initialize();
    if (tactic_) plugin_->setTactic(tactic_);
  }
  std::unique_ptr<Launch> prepare(Descs inputs, Descs outputs) const override {
    auto attach = [this](nv::IPluginResourceContext& resources) {
      std::lock_guard lock(mutex_);
      std::shared_ptr<Plugin> copy = plugin_->attach(resources);
      if (tactic_) copy->setTactic(tactic_);
      return copy;
    };
    return makePluginLaunch(target_, node_, attach, inputs, outputs);
  }

 private:
  Target& target_;
  const Node& node_;
  std::shared_ptr<Plugin> plugin_;
  int32_t tactic_;
  mutable std::mutex mutex_;
};

class PluginTactic final : public Tactic {
 public:
  explicit PluginTactic(Target& target) : target_(target) {}
  std::string_view name() const override { return "plugin"; }
  std::string refuses(const Node& node, const TuningHint& hint) const override {
    if (!node.is("Plugin") && !node.is("SizingPlugin")) return "no plugin";
    return refusesChannelsLast(hint);
  }
  // The plugin's own tactics; they can be compared where a creator is there to make the plugin.
  std::vector<Candidate> candidates(const Node& node, const TuningHint& hint) const override {
    double seconds = bytesMoved(hint) / 1e9;
    std::vector<Candidate> all;
    for (int64_t tactic : node.attrs.integers("tactics")) {
      if (all.size() == 1 && !hasCreator(identityOf(node.attrs))) break;
      all.push_back({fmt::format("{}", tactic), seconds});
    }
    if (all.empty()) all.push_back({"", seconds});
    return all;
  }
  CompiledKernel compile(const Node& node, const std::string& config, const TuningHint&) const override {
    return {"plugin", config, {}, std::vector<uint8_t>(node.inputs.size(), 0)};
  }
  std::unique_ptr<Kernel> load(const Node& node, const CompiledKernel& compiled) const override {
    int32_t tactic = 0;
    const std::string& text = compiled.config;
    auto read = std::from_chars(text.data(), text.data() + text.size(), tactic);
    if (!text.empty() && read.ec != std::errc{})
      fail(ErrorKind::kInvalidPlan, "'{}' is no tactic of a plugin", text);
    return std::make_unique<PluginKernel>(target_, node, tactic);
  }

 private:
  Target& target_;
};

}  // namespace

std::unique_ptr<Tactic> makePluginTactic(Target& target) { return std::make_unique<PluginTactic>(target); }

}  // namespace tenfold
