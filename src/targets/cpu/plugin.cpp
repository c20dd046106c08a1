#include "targets/cpu/plugin.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <mutex>

#include "api/data_type.h"
#include "graph/ir/graph.h"
#include "graph/ops/op_def.h"
#include "graph/ops/plugin_shapes.h"
#include "plugin/creation.h"
#include "plugin/describe.h"
#include "targets/tactic_support.h"

namespace tenfold::cpu {
namespace {

size_t aligned(size_t bytes) { return (bytes + 255) / 256 * 256; }

// Memory for plugins that ask their context for some.
class HostAllocator final : public nv::IGpuAllocator {
 public:
  void* allocate(uint64_t size, uint64_t alignment, nv::AllocatorFlags) noexcept override {
    size_t unit = std::max<size_t>(alignment, 256);
    return std::aligned_alloc(unit, (std::max<size_t>(size, 1) + unit - 1) / unit * unit);
  }
  bool deallocate(void* memory) noexcept override {
    std::free(memory);
    return true;
  }
};

class Resources final : public nv::IPluginResourceContext {
 public:
  nv::IGpuAllocator* getGpuAllocator() const noexcept override { return &allocator_; }
  nv::IErrorRecorder* getErrorRecorder() const noexcept override { return nullptr; }

 private:
  mutable HostAllocator allocator_;
};

Resources& resources() {
  static Resources resources;
  return resources;
}

nv::DynamicPluginTensorDesc tensorOf(DataType type, const Shape& shape) {
  nv::Dims dims{};
  require(shape.rank() <= nv::Dims::MAX_DIMS, "a plugin cannot have {} dimensions", shape.rank());
  for (int64_t extent : shape) dims.d[dims.nbDims++] = extent;
  auto known = toApi(type);
  require(known.has_value(), "a plugin cannot have type {}", typeName(type));
  return pluginTensor(*known, dims);
}

// The variables of the shapes' formulas at concrete inputs.
DimBindings bindingsOf(Descs inputs) {
  DimBindings bindings;
  for (size_t i = 0; i < inputs.size(); ++i) {
    for (int d = 0; d < inputs[i].shape.rank(); ++d)
      bindings[pluginInputDim(i, static_cast<size_t>(d)).key()] = inputs[i].shape[d];
    auto elements = inputs[i].shape.rank() <= 1 ? knownInts(inputs, i) : std::nullopt;
    for (size_t k = 0; elements && k < elements->size(); ++k)
      bindings[pluginInputElement(i, k).key()] = (*elements)[k];
  }
  return bindings;
}

class PluginLaunch final : public Launch {
 public:
  PluginLaunch(const Node& node, std::shared_ptr<Plugin> plugin, Descs inputs, Descs outputs);
  size_t workspaceBytes() const override { return scratchAt_ + scratchBytes_; }
  void run(const LaunchArgs& args) override;

 private:
  // Where an output goes that the caller has no memory for.
  struct Output {
    DataType type;
    Shape shape;    // the largest, where only the plugin finds it
    size_t at = 0;  // in the workspace
    size_t bytes() const { return typeBytes(type, shape.numel()); }
  };
  void bindSizes(const LaunchArgs& args);
  void handOver(const LaunchArgs& args);

  const Node& node_;
  std::shared_ptr<Plugin> plugin_;
  DimBindings bindings_;
  std::vector<SymShape> formulas_;
  std::vector<int64_t> aliases_, sizes_;
  std::vector<nv::PluginTensorDesc> in_, out_;
  std::vector<Output> outputs_;
  std::vector<const void*> inputAddresses_;
  std::vector<void*> outputAddresses_;
  size_t scratchAt_ = 0, scratchBytes_ = 0;
};

PluginLaunch::PluginLaunch(const Node& node, std::shared_ptr<Plugin> plugin, Descs inputs, Descs outputs)
    : node_(node),
      plugin_(std::move(plugin)),
      bindings_(bindingsOf(inputs)),
      formulas_(pluginShapeFormulas(node.attrs)),
      aliases_(node.attrs.integers("aliases")),
      sizes_(node.attrs.integers("sizes")),
      inputAddresses_(inputs.size()),
      outputAddresses_(formulas_.size()) {
  std::vector<std::string> upper = node.attrs.texts("upper");
  for (size_t k = 0; k < upper.size(); ++k)
    bindings_[pluginSize(k).key()] = Dim::parse(upper[k]).eval(bindings_);
  std::vector<int64_t> types = node.attrs.integers("types");
  require(types.size() == formulas_.size() && outputs.size() <= types.size(),
          "layer '{}' has {} outputs of a plugin that has {}", node.name, outputs.size(), types.size());
  PluginTensors tensors;
  for (const TensorDesc& d : inputs) tensors.in.push_back(tensorOf(d.dtype, d.shape));
  for (size_t i = 0; i < types.size(); ++i) {
    bool isGiven = sizes_.empty() && isPresent(outputs, i);
    Output output{static_cast<DataType>(types[i]),
                  isGiven ? outputs[i].shape : evalShape(formulas_[i], bindings_)};
    tensors.out.push_back(tensorOf(output.type, output.shape));
    output.at = scratchAt_;
    if (!isGiven) scratchAt_ += aligned(output.bytes());
    outputs_.push_back(output);
  }
  for (const auto& t : tensors.in) in_.push_back(t.desc);
  for (const auto& t : tensors.out) out_.push_back(t.desc);
  plugin_->setShapes(tensors);
  scratchBytes_ =
      aligned(plugin_->workspaceBytes(tensors, static_cast<size_t>(node.attrs.integer("workspace", 0))));
}

void PluginLaunch::run(const LaunchArgs& args) {
  auto* workspace = static_cast<char*>(args.workspace);
  std::copy_n(args.inputs, inputAddresses_.size(), inputAddresses_.begin());
  for (size_t i = 0; i < outputs_.size(); ++i) {
    bool isGiven = i < node_.outputs.size() && args.outputs[i];
    outputAddresses_[i] = isGiven ? args.outputs[i] : workspace + outputs_[i].at;
    int64_t alias = i < aliases_.size() ? aliases_[i] : -1;
    if (alias < 0 || static_cast<size_t>(alias) >= inputAddresses_.size()) continue;
    // The plugin changes the input in place: what it changes is the output, which starts as a copy.
    std::memcpy(outputAddresses_[i], args.inputs[alias], outputs_[i].bytes());
    inputAddresses_[static_cast<size_t>(alias)] = outputAddresses_[i];
  }
  plugin_->enqueue(in_, out_, inputAddresses_.data(), outputAddresses_.data(), workspace + scratchAt_,
                   static_cast<cudaStream_t>(args.stream));
  if (args.dynamicOutputs) handOver(args);
}

// Sizes that the plugin has found.
void PluginLaunch::bindSizes(const LaunchArgs&) {
  for (size_t k = 0; k < sizes_.size(); ++k) {
    auto output = static_cast<size_t>(sizes_[k]);
    Tensor size(outputs_[output].type, Shape{}, outputAddresses_[output]);
    int64_t found = size.getInt(0), most = Dim::parse(node_.attrs.texts("upper")[k]).eval(bindings_);
    require(found >= 0 && found <= most, "layer '{}': the plugin gave an output of size {}, at most {}",
            node_.name, found, most);
    bindings_[pluginSize(k).key()] = found;
  }
}

void PluginLaunch::handOver(const LaunchArgs& args) {
  bindSizes(args);
  for (size_t i = 0; i < node_.outputs.size(); ++i) {
    if (!node_.outputs[i]) continue;
    Shape shape = evalShape(formulas_[i], bindings_);
    size_t bytes = typeBytes(outputs_[i].type, shape.numel());
    std::memcpy(args.dynamicOutputs->provide(i, shape), outputAddresses_[i], bytes);
  }
}

class PluginKernel final : public Kernel {
 public:
  PluginKernel(const Node& node, int32_t tactic)
      : node_(node), plugin_(restorePlugin(node.name, node.attrs)), tactic_(tactic) {
    plugin_->initialize();
    if (tactic_) plugin_->setTactic(tactic_);
  }
  std::unique_ptr<Launch> prepare(Descs inputs, Descs outputs) const override {
    std::lock_guard lock(mutex_);
    std::shared_ptr<Plugin> copy = plugin_->attach(resources());
    if (tactic_) copy->setTactic(tactic_);
    return std::make_unique<PluginLaunch>(node_, std::move(copy), inputs, outputs);
  }

 private:
  const Node& node_;
  std::shared_ptr<Plugin> plugin_;
  int32_t tactic_;
  mutable std::mutex mutex_;
};

class PluginTactic final : public Tactic {
 public:
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
    return std::make_unique<PluginKernel>(node, tactic);
  }
};

}  // namespace

const Tactic& pluginTactic() {
  static const PluginTactic tactic;
  return tactic;
}

}  // namespace tenfold::cpu
