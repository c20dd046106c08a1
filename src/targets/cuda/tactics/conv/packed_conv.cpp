#include "targets/cuda/tactics/conv/packed_conv.h"

#include "base/error.h"
#include "targets/cuda/codegen/tile_epilogue.h"
#include "targets/cuda/tactics/strides.h"

namespace tenfold::cuda {
namespace {

TileEpilogue::Params epilogueParams(const TileEpilogue& epilogue, const ConvNode& conv, Descs in, Descs out) {
  const TensorDesc& result = out[conv.outputs[0]];
  return epilogue.params(in, out, memoryOrder(result.shape.rank(), result.layout));
}

class PackedConvLaunch final : public Launch {
 public:
  PackedConvLaunch(const ConvNode& conv, ConvPlan plan, TileEpilogue::Params epilogue, const void* weights,
                   std::shared_ptr<const Module> module)
      : conv_(conv), plan_(std::move(plan)), epilogue_(std::move(epilogue)), module_(std::move(module)) {
    plan_.words[1] = reinterpret_cast<uint64_t>(weights);
    function_ = module_->function(kConvFunction, plan_.grid.sharedBytes);
  }

  void run(const LaunchArgs& args) override {
    const void* image = args.inputs[conv_.x];
    plan_.words[0] = reinterpret_cast<uint64_t>(image);
    if (plan_.words[0] % plan_.alignment != 0)
      fail("an image lies at {}; convolutions expect a multiple of {}", image, plan_.alignment);
    void* parameters[] = {plan_.words.data(), epilogue_.fill(args)};
    launch(function_, plan_.grid, parameters, args.stream);
  }

 private:
  const ConvNode& conv_;
  ConvPlan plan_;
  TileEpilogue::Params epilogue_;
  std::shared_ptr<const Module> module_;
  CUfunction function_ = nullptr;
};

class PackedConvKernel final : public Kernel {
 public:
  PackedConvKernel(const PackedConvTactic& tactic, const Node& node, std::string config,
                   std::shared_ptr<const Module> module, std::vector<DeviceBuffer> weights)
      : tactic_(tactic),
        conv_(node),
        epilogue_(node, kConvolutions),
        config_(std::move(config)),
        module_(std::move(module)),
        weights_(std::move(weights)) {
    if (weights_.size() != 1)
      fail(ErrorKind::kInvalidPlan, "node '{}': the plan lacks its weights", node.name);
  }
  std::unique_ptr<Launch> prepare(Descs in, Descs out) const override {
    return std::make_unique<PackedConvLaunch>(conv_, tactic_.plan(conv_, config_, in, out),
                                              epilogueParams(epilogue_, conv_, in, out), weights_[0].data(),
                                              module_);
  }

 private:
  const PackedConvTactic& tactic_;
  const ConvNode conv_;
  const TileEpilogue epilogue_;
  const std::string config_;
  std::shared_ptr<const Module> module_;
  std::vector<DeviceBuffer> weights_;
};

}  // namespace

std::string PackedConvTactic::refuses(const Node& node, const TuningHint& hint) const {
  return reasonOf([&] {
    ConvNode conv(node);
    require(conv, hint);
    if (conv.type() == DataType::kFloat64)
      fail(ErrorKind::kUnsupported, "tensor cores take no 64-bit floats here");
    if (conv.type() == DataType::kFloat32 && !hint.allowTf32)
      fail(ErrorKind::kUnsupported, "TF32 is not allowed");
    if (!knownWeights(conv, hint)) fail(ErrorKind::kUnsupported, "its weights are not known");
    epilogueParams(TileEpilogue(node, kConvolutions), conv, hint.inputs, hint.outputs);
  });
}

GeneratedTactic::Packed PackedConvTactic::pack(const Node& node, const std::string& config,
                                               const TuningHint& hint) const {
  ConvNode conv(node);
  Packed packed;
  packed.tensors.push_back(packWeights(conv, config, hint, knownWeights(conv, hint)));
  packed.inputs.resize(node.inputs.size());
  if (conv.w >= 0) packed.inputs[static_cast<size_t>(conv.w)] = 1;
  return packed;
}

std::unique_ptr<Kernel> PackedConvTactic::makeKernel(const Node& node, const std::string& config,
                                                     std::shared_ptr<const Module> module,
                                                     std::vector<DeviceBuffer> weights) const {
  return std::make_unique<PackedConvKernel>(*this, node, config, std::move(module), std::move(weights));
}

std::string packedConvCode(const Node& node, const std::string& include, const std::string& types,
                           const std::string& attributes, const std::string& params,
                           const std::string& call) {
  return fmt::format(
      "#include \"{}\"\n{}{}extern \"C\" __global__ void {} {}(const __grid_constant__ {} p, const "
      "__grid_constant__ E e) {{\n  {}(p, e);\n}}\n",
      include, TileEpilogue(node, kConvolutions).code(), types, attributes, kConvFunction, params, call);
}

}  // namespace tenfold::cuda
