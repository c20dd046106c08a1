#include "targets/plugin/launch.h"

#include <algorithm>

#include "api/data_type.h"
#include "base/rounding.h"
#include "graph/ops/op_def.h"
#include "graph/ops/plugin_shapes.h"
#include "plugin/describe.h"

namespace tenfold {
namespace {

constexpr size_t kAlignment = 256;

// Memory for plugins that ask their context for some.
class Resources final : public nv::IPluginResourceContext, private nv::IGpuAllocator {
 public:
  explicit Resources(DeviceMemory& memory) : memory_(memory) {}
  nv::IGpuAllocator* getGpuAllocator() const noexcept override { return const_cast<Resources*>(this); }
  nv::IErrorRecorder* getErrorRecorder() const noexcept override { return nullptr; }

 private:
  void* allocate(uint64_t size, uint64_t alignment, nv::AllocatorFlags) noexcept override {
    try {
      return alignment <= kAlignment ? memory_.allocate(std::max<size_t>(size, 1)) : nullptr;
    } catch (const std::exception&) {
      return nullptr;
    }
  }
  bool deallocate(void* memory) noexcept override {
    try {
      memory_.release(memory);
      return true;
    } catch (const std::exception&) {
      return false;
    }
  }

  DeviceMemory& memory_;
};

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
  PluginLaunch(Target& target, const Node& node, Descs inputs)
      : target_(target),
        resources_(target),
        node_(node),
        bindings_(bindingsOf(inputs)),
        formulas_(pluginShapeFormulas(node.attrs)),
        aliases_(node.attrs.integers("aliases")),
        sizes_(node.attrs.integers("sizes")),
        inputAddresses_(inputs.size()),
        outputAddresses_(formulas_.size()) {}
  Resources& resources() { return resources_; }
  void prepare(std::shared_ptr<Plugin> plugin, Descs inputs, Descs outputs);

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
  void bindSizes(StreamHandle stream);
  void handOver(const LaunchArgs& args);

  Target& target_;
  Resources resources_;  // outlives the plugin
  const Node& node_;
  std::shared_ptr<Plugin> plugin_;
  DimBindings bindings_;
  std::vector<SymShape> formulas_;
  std::vector<int64_t> aliases_, sizes_, most_;
  std::vector<nv::PluginTensorDesc> in_, out_;
  std::vector<Output> outputs_;
  std::vector<const void*> inputAddresses_;
  std::vector<void*> outputAddresses_;
  size_t scratchAt_ = 0, scratchBytes_ = 0;
};

void PluginLaunch::prepare(std::shared_ptr<Plugin> plugin, Descs inputs, Descs outputs) {
  plugin_ = std::move(plugin);
  for (const std::string& upper : node_.attrs.texts("upper")) {
    int64_t most = Dim::parse(upper).eval(bindings_);
    bindings_[pluginSize(most_.size()).key()] = most;
    most_.push_back(most);
  }
  std::vector<int64_t> types = node_.attrs.integers("types");
  require(types.size() == formulas_.size() && outputs.size() <= types.size() && sizes_.size() == most_.size(),
          "layer '{}' has {} outputs of a plugin that has {}", node_.name, outputs.size(), types.size());
  PluginTensors tensors;
  for (const TensorDesc& d : inputs) tensors.in.push_back(tensorOf(d.dtype, d.shape));
  for (size_t i = 0; i < types.size(); ++i) {
    bool isGiven = sizes_.empty() && isPresent(outputs, i);
    Output output{static_cast<DataType>(types[i]),
                  isGiven ? outputs[i].shape : evalShape(formulas_[i], bindings_)};
    tensors.out.push_back(tensorOf(output.type, output.shape));
    output.at = scratchAt_;
    if (!isGiven) scratchAt_ += roundUp(output.bytes(), kAlignment);
    outputs_.push_back(output);
  }
  for (const auto& t : tensors.in) in_.push_back(t.desc);
  for (const auto& t : tensors.out) out_.push_back(t.desc);
  plugin_->setShapes(tensors);
  auto planned = static_cast<size_t>(node_.attrs.integer("workspace", 0));
  scratchBytes_ = roundUp(plugin_->workspaceBytes(tensors, planned), kAlignment);
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
    target_.copy(outputAddresses_[i], args.inputs[alias], outputs_[i].bytes(), args.stream);
    inputAddresses_[static_cast<size_t>(alias)] = outputAddresses_[i];
  }
  plugin_->enqueue(in_, out_, inputAddresses_.data(), outputAddresses_.data(), workspace + scratchAt_,
                   static_cast<cudaStream_t>(args.stream));
  if (args.dynamicOutputs) handOver(args);
}

// Sizes that the plugin has found.
void PluginLaunch::bindSizes(StreamHandle stream) {
  std::vector<Tensor> found;
  for (int64_t size : sizes_) {
    const auto output = static_cast<size_t>(size);
    Tensor& onHost = found.emplace_back(outputs_[output].type, Shape{});
    target_.copy(onHost.data(), outputAddresses_[output], onHost.bytes(), stream);
  }
  target_.synchronize(stream);
  for (size_t k = 0; k < found.size(); ++k) {
    int64_t size = found[k].getInt(0);
    require(size >= 0 && size <= most_[k], "layer '{}': the plugin gave an output of size {}, at most {}",
            node_.name, size, most_[k]);
    bindings_[pluginSize(k).key()] = size;
  }
}

void PluginLaunch::handOver(const LaunchArgs& args) {
  bindSizes(args.stream);
  for (size_t i = 0; i < node_.outputs.size(); ++i) {
    if (!node_.outputs[i]) continue;
    Shape shape = evalShape(formulas_[i], bindings_);
    size_t bytes = typeBytes(outputs_[i].type, shape.numel());
    target_.copy(args.dynamicOutputs->provide(i, shape), outputAddresses_[i], bytes, args.stream);
  }
}

}  // namespace

std::unique_ptr<Launch> makePluginLaunch(
    Target& target, const Node& node,
    const std::function<std::shared_ptr<Plugin>(nv::IPluginResourceContext&)>& make, Descs inputs,
    Descs outputs) {
  auto launch = std::make_unique<PluginLaunch>(target, node, inputs);
  launch->prepare(make(launch->resources()), inputs, outputs);
  return launch;
}

}  // namespace tenfold
