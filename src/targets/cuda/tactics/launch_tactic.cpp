#include "targets/cuda/tactics/launch_tactic.h"

namespace tenfold::cuda {
namespace {

class PreparingKernel final : public Kernel {
 public:
  PreparingKernel(const Node& node, const LaunchFamily& family, std::shared_ptr<const Module> module)
      : node_(node), family_(family), module_(std::move(module)) {}
  std::unique_ptr<Launch> prepare(Descs inputs, Descs outputs) const override {
    return family_.prepare(node_, module_, inputs, outputs);
  }

 private:
  const Node& node_;
  const LaunchFamily& family_;
  std::shared_ptr<const Module> module_;
};

}  // namespace

std::unique_ptr<Kernel> LaunchTactic::makeKernel(const Node& node, const std::string&,
                                                 std::shared_ptr<const Module> module,
                                                 std::vector<DeviceBuffer>) const {
  return std::make_unique<PreparingKernel>(node, family_, std::move(module));
}

}  // namespace tenfold::cuda
