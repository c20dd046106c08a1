#include "targets/cuda/tactics/generated.h"

#include "base/error.h"
#include "targets/cuda/jit/compiler.h"
#include "targets/cuda/text_tensor.h"

namespace tenfold::cuda {
namespace {

constexpr size_t kCubin = 0, kCode = 1, kArchitecture = 2, kWeights = 3;  // blobs

}  // namespace

std::vector<Candidate> GeneratedTactic::candidates(const Node&, const TuningHint& hint) const {
  return {{"", memorySeconds(device_, hint)}};
}

CompiledKernel GeneratedTactic::compile(const Node& node, const std::string& config,
                                        const TuningHint& hint) const {
  CompiledKernel compiled{std::string(name()), config, {}, {}};
  std::string code = generate(node, config, hint);
  compiled.blobs.push_back(compileCubin(code, device_.architecture()));
  compiled.blobs.push_back(textTensor(code));
  compiled.blobs.push_back(textTensor(device_.architecture()));
  Packed packed = pack(node, config, hint);
  for (Tensor& t : packed.tensors) compiled.blobs.push_back(std::move(t));
  compiled.packedInputs = std::move(packed.inputs);
  compiled.packedInputs.resize(node.inputs.size());
  return compiled;
}

std::unique_ptr<Kernel> GeneratedTactic::load(const Node& node, const CompiledKernel& compiled) const {
  if (compiled.blobs.size() < kWeights || compiled.tactic != name())
    fail(ErrorKind::kInvalidPlan, "node '{}': the plan holds no kernel of tactic {}", node.name, name());
  bool fits = textOf(compiled.blobs[kArchitecture]) == device_.architecture();
  auto module = std::make_shared<Module>(
      fits ? compiled.blobs[kCubin] : compileCubin(textOf(compiled.blobs[kCode]), device_.architecture()));
  std::vector<DeviceBuffer> weights;
  for (size_t i = kWeights; i < compiled.blobs.size(); ++i) weights.emplace_back(compiled.blobs[i]);
  return makeKernel(node, compiled.config, std::move(module), std::move(weights));
}

double memorySeconds(const Device& device, const TuningHint& hint) {
  return bytesMoved(hint) / (0.8 * device.bandwidth) + device.launchSeconds;
}

}  // namespace tenfold::cuda
