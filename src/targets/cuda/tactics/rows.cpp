#include "targets/cuda/tactics/rows.h"

#include "targets/cuda/tactics/row_code.h"
#include "targets/cuda/tactics/row_launch.h"

namespace tenfold::cuda {
namespace {

class RowKernel final : public Kernel {
 public:
  RowKernel(const Node& node, const std::string& config, std::shared_ptr<const Module> module,
            const Device& device)
      : node_(node), config_(RowConfig::parse(config)), module_(std::move(module)), device_(device) {}
  std::unique_ptr<Launch> prepare(Descs inputs, Descs outputs) const override {
    return prepareRows(node_, config_, *module_, device_, inputs, outputs);
  }

 private:
  const RowNode node_;
  const RowConfig config_;
  std::shared_ptr<const Module> module_;
  const Device& device_;
};

}  // namespace

std::string RowsTactic::refuses(const Node& node, const TuningHint& hint) const {
  return reasonOf([&] {
    RowNode rows(node);
    RowPlan plan(rows, hint.inputs, hint.outputs);
    rowCode(rows, {}, 0, 0);
  });
}

std::vector<Candidate> RowsTactic::candidates(const Node& node, const TuningHint& hint) const {
  std::vector<Candidate> candidates;
  double seconds = memorySeconds(device_, hint);
  for (const RowConfig& c : rowConfigs(RowNode(node), hint, device_)) {
    candidates.push_back({c.str(), seconds});
    seconds *= 1.05;
  }
  return candidates;
}

std::string RowsTactic::generate(const Node& node, const std::string& config, const TuningHint& hint) const {
  RowNode rows(node);
  RowPlan plan(rows, hint.inputs, hint.outputs);
  return rowCode(rows, RowConfig::parse(config), hint.staticShapes ? plan.rows.rank() : 0,
                 hint.staticShapes ? plan.columns.rank() : 0);
}

std::unique_ptr<Kernel> RowsTactic::makeKernel(const Node& node, const std::string& config,
                                               std::shared_ptr<const Module> module,
                                               std::vector<DeviceBuffer>) const {
  return std::make_unique<RowKernel>(node, config, std::move(module), device_);
}

}  // namespace tenfold::cuda
