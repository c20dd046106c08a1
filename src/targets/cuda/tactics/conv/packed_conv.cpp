#include "targets/cuda/tactics/conv/packed_conv.h"

#include <algorithm>

#include "base/error.h"
#include "targets/cuda/codegen/tile_epilogue.h"
#include "targets/cuda/tactics/any_shapes.h"
#include "targets/cuda/tactics/conv/weights.h"
#include "targets/cuda/tactics/strides.h"

namespace tenfold::cuda {
namespace {

TileEpilogue::Params epilogueParams(const TileEpilogue& epilogue, const ConvNode& conv, Descs in, Descs out) {
  const TensorDesc& result = out[conv.outputs[0]];
  return epilogue.params(in, out, memoryOrder(result.shape.rank(), result.layout));
}

class PackedConvLaunch final : public Launch {
 public:
  // `boxOperand`: which operand of the epilogue, or -1.
  PackedConvLaunch(const ConvNode& conv, ConvPlan plan, TileEpilogue::Params epilogue, int boxOperand,
                   const void* weights, std::shared_ptr<const Module> module, const Device& device)
      : conv_(conv),
        plan_(std::move(plan)),
        boxOperand_(boxOperand),
        weights_(weights),
        epilogue_(std::move(epilogue)),
        module_(std::move(module)) {
    if (plan_.vectors && !epilogue_.isMatrix())
      fail(ErrorKind::kUnsupported,
           "a convolution was compiled for shapes whose results can be moved by vectors; build for these "
           "shapes as well");
    plan_.words[1] = reinterpret_cast<uint64_t>(weights);
    function_ = module_->function(kConvFunction, plan_.grid.sharedBytes);
    if (!plan_.goesRound) return;
    auto [x, y, z] = plan_.grid.blocks;
    unsigned most = residentBlocks(function_, plan_.grid) * static_cast<unsigned>(device.multiprocessors);
    plan_.grid.blocks[0] = std::min(x, std::max(most / (y * z), 1u));
  }

  void run(const LaunchArgs& args) override {
    const void* image = args.inputs[conv_.x];
    plan_.words[0] = reinterpret_cast<uint64_t>(image);
    if (plan_.words[0] % plan_.alignment != 0)
      fail("an image lies at {}; convolutions expect a multiple of {}", image, plan_.alignment);
    void* parameters[] = {plan_.words.data(), epilogue_.fill(args)};
    if (plan_.grid.blocks[0] == 0) return;
    if (plan_.vectors && !epilogue_.isWide())
      fail("an operand of a convolution does not begin at a multiple of 16 bytes");
    if (plan_.writeMaps) writeMaps({image, weights_, args.outputs[conv_.outputs[0]], operand()});
    launch(function_, plan_.grid, parameters, args.stream);
  }

 private:
  void writeMaps(const ConvAddresses& at) {
    if (mapped_ == at) return;
    plan_.writeMaps(plan_.words, at);
    mapped_ = at;
  }
  const void* operand() const {
    return boxOperand_ < 0 ? nullptr : epilogue_.memory(static_cast<size_t>(boxOperand_));
  }

  const ConvNode& conv_;
  ConvPlan plan_;
  ConvAddresses mapped_;
  int boxOperand_;
  const void* weights_;
  TileEpilogue::Params epilogue_;
  std::shared_ptr<const Module> module_;
  CUfunction function_ = nullptr;
};

}  // namespace

void requirePackable(const Node& node, const ConvNode& conv, const TuningHint& hint) {
  if (conv.type() == DataType::kFloat64)
    fail(ErrorKind::kUnsupported, "tensor cores take no 64-bit floats here");
  if (conv.type() == DataType::kFloat32 && !hint.allowTf32)
    fail(ErrorKind::kUnsupported, "TF32 is not allowed");
  if (!knownWeights(conv, hint)) fail(ErrorKind::kUnsupported, "its weights are not known");
  epilogueParams(TileEpilogue(node, kConvolutions), conv, hint.inputs, hint.outputs);
}

std::unique_ptr<Kernel> packedConvKernel(KernelParts parts, ConvPlanner plan) {
  requireWeights(parts);
  const Node& node = parts.node;
  return kernelOf([plan, conv = ConvNode(node, true, true), epilogue = TileEpilogue(node, kConvolutions),
                   parts = std::move(parts)](Descs in, Descs out) {
    return std::make_unique<PackedConvLaunch>(conv, plan(parts.device, conv, parts.config, in, out),
                                              epilogueParams(epilogue, conv, in, out), epilogue.boxOperand(),
                                              parts.weights[0].data(), parts.module, parts.device);
  });
}

bool resultIsBox(const Node& node, const ConvNode& conv, const TuningHint& hint) {
  TileEpilogue epilogue(node, kConvolutions);
  if (conv.outputs.size() != 1 || epilogue.boxResult() < 0) return false;
  std::optional<AnyShapes> any = anyShapes(node, hint);
  bool isMatrix = false;
  // Where this throws, the epilogue's operands may be broadcast at some shapes.
  if (any) reasonOf([&] { isMatrix = epilogueParams(epilogue, conv, any->inputs, any->outputs).isMatrix(); });
  return isMatrix;
}

bool hasBoxOperand(const Node& node) { return TileEpilogue(node, kConvolutions).boxOperand() >= 0; }

std::string packedConvCode(const Node& node, const std::string& include, const std::string& types,
                           const std::string& attributes, const std::string& params,
                           const std::string& call) {
  return fmt::format(
      "#include \"{}\"\n{}{}extern \"C\" __global__ void {} {}(const __grid_constant__ {} p, const "
      "__grid_constant__ E e) {{\n  {}(p, e);\n}}\n",
      include, TileEpilogue(node, kConvolutions).code(), types, attributes, kConvFunction, params, call);
}

}  // namespace tenfold::cuda
