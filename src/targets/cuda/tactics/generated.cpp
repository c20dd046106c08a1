#include "targets/cuda/tactics/generated.h"

#include <algorithm>

#include "base/error.h"
#include "targets/cuda/jit/compiler.h"
#include "targets/cuda/text_tensor.h"

namespace tenfold::cuda {
namespace {

constexpr size_t kCubin = 0, kCode = 1, kArchitecture = 2, kWeights = 3;  // blobs

class FamilyTactic final : public GeneratedTactic {
 public:
  FamilyTactic(const Device& device, const GeneratedFamily& family)
      : GeneratedTactic(device), family_(family) {}
  std::string_view name() const override { return family_.name; }
  std::string refuses(const Node& node, const TuningHint& hint) const override {
    return family_.refuses(device_, node, hint);
  }
  std::vector<Candidate> candidates(const Node& node, const TuningHint& hint) const override {
    return family_.candidates(device_, node, hint);
  }

 protected:
  std::string generate(const Node& node, const std::string& config, const TuningHint& hint) const override {
    return family_.generate(node, config, hint);
  }
  PackedWeights pack(const Node& node, const std::string& config, const TuningHint& hint) const override {
    return family_.pack ? family_.pack(node, config, hint) : PackedWeights();
  }
  std::unique_ptr<Kernel> makeKernel(KernelParts parts) const override {
    return family_.makeKernel(std::move(parts));
  }

 private:
  const GeneratedFamily& family_;
};

}  // namespace

CompiledKernel GeneratedTactic::compile(const Node& node, const std::string& config,
                                        const TuningHint& hint) const {
  CompiledKernel compiled{std::string(name()), config, {}, {}};
  std::string code = generate(node, config, hint);
  compiled.blobs.push_back(compileCubin(code, device_.architecture()));
  compiled.blobs.push_back(textTensor(code));
  compiled.blobs.push_back(textTensor(device_.architecture()));
  PackedWeights packed = pack(node, config, hint);
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
  return makeKernel({device_, node, compiled.config, std::move(module), std::move(weights)});
}

std::unique_ptr<Tactic> makeTactic(const Device& device, const GeneratedFamily& family) {
  return std::make_unique<FamilyTactic>(device, family);
}

double memorySeconds(const Device& device, const TuningHint& hint) {
  return bytesMoved(hint) / (0.8 * device.bandwidth) + device.launchSeconds;
}

void keepCheapest(std::vector<Candidate>& candidates, size_t most) {
  std::stable_sort(candidates.begin(), candidates.end(),
                   [](const Candidate& a, const Candidate& b) { return a.seconds < b.seconds; });
  if (candidates.size() > most) candidates.resize(most);
}

std::vector<Candidate> oneCandidate(const Device& device, const Node&, const TuningHint& hint) {
  return {{"", memorySeconds(device, hint)}};
}

}  // namespace tenfold::cuda
