#include "targets/cuda/tactics/generated.h"
#include "targets/cuda/tactics/row_code.h"
#include "targets/cuda/tactics/row_launch.h"
#include "targets/cuda/tactics/tactics.h"

namespace tenfold::cuda {
namespace {

std::string refuses(const Device&, const Node& node, const TuningHint& hint) {
  return reasonOf([&] {
    RowNode rows(node);
    RowPlan plan(rows, hint.inputs, hint.outputs);
    rowCode(rows, {}, 0, 0);
  });
}

std::vector<Candidate> candidates(const Device& device, const Node& node, const TuningHint& hint) {
  std::vector<Candidate> candidates;
  double seconds = memorySeconds(device, hint);
  for (const RowConfig& c : rowConfigs(RowNode(node), hint, device)) {
    candidates.push_back({c.str(), seconds});
    seconds *= 1.05;
  }
  return candidates;
}

std::string generate(const Node& node, const std::string& config, const TuningHint& hint) {
  RowNode rows(node);
  RowPlan plan(rows, hint.inputs, hint.outputs);
  return rowCode(rows, RowConfig::parse(config), hint.staticShapes ? plan.rows.rank() : 0,
                 hint.staticShapes ? plan.columns.rank() : 0);
}

std::unique_ptr<Kernel> makeKernel(KernelParts parts) {
  return kernelOf([rows = RowNode(parts.node), config = RowConfig::parse(parts.config),
                   module = std::move(parts.module), &device = parts.device](Descs inputs, Descs outputs) {
    return prepareRows(rows, config, *module, device, inputs, outputs);
  });
}

}  // namespace

const GeneratedFamily kRowOperators{"rows", refuses, candidates, generate, makeKernel};

}  // namespace tenfold::cuda
