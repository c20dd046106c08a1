#include <fmt/format.h>

#include <cmath>
#include <filesystem>
#include <memory>

#include "common/npy.h"
#include "tenfold/commands.h"
#include "tenfold/model_options.h"

namespace tenfold {
namespace {

// "f32[1,1000] min -3.1 mean 0.02 max 9.7", and a warning where values are not finite.
std::string summary(const Tensor& t) {
  std::string text = fmt::format("{}{}", typeName(t.dtype()), t.shape().str());
  if (typeInfo(t.dtype()).cls == TypeClass::kComplex || t.numel() == 0) return text;
  double min = INFINITY, max = -INFINITY, sum = 0;
  int64_t odd = 0;
  for (int64_t i = 0; i < t.numel(); ++i) {
    double x = t.getDouble(i);
    if (!std::isfinite(x)) {
      ++odd;
      continue;
    }
    min = std::min(min, x);
    max = std::max(max, x);
    sum += x;
  }
  text += fmt::format(" min {:.4g} mean {:.4g} max {:.4g}", min,
                      sum / static_cast<double>(std::max<int64_t>(t.numel() - odd, 1)), max);
  return odd ? text + fmt::format(", {} not finite", odd) : text;
}

struct RunOptions : ModelOptions {
  std::string outputFolder;
  bool saveInputs = false;
};

void run(const RunOptions& options) {
  std::unique_ptr<Plan> plan = options.plan();
  std::vector<Tensor> inputs = completeInputs(*plan, options.givenInputs(), options.shapes().opt);
  if (!options.outputFolder.empty()) std::filesystem::create_directories(options.outputFolder);
  Session session(std::move(plan), options.target());
  std::vector<Tensor> outputs = session.run(inputs);
  const Graph& graph = *session.plan().graph;
  for (size_t i = 0; i < inputs.size(); ++i) {
    fmt::print("input  {}: {}\n", graph.inputs[i]->name, summary(inputs[i]));
    if (options.saveInputs && !options.outputFolder.empty())
      writeNpy(npyPath(options.outputFolder, graph.inputs[i]->name), inputs[i]);
  }
  for (size_t i = 0; i < outputs.size(); ++i) {
    fmt::print("output {}: {}\n", graph.outputs[i]->name, summary(outputs[i]));
    if (!options.outputFolder.empty())
      writeNpy(npyPath(options.outputFolder, graph.outputs[i]->name), outputs[i]);
  }
}

}  // namespace

void addRunCommand(CLI::App& app) {
  CLI::App* command =
      app.add_subcommand("run", "Runs a model or a plan once; inputs that are not given are random");
  command->footer("Example: tenfold run model.plan --input x=x.npy --output-dir out");
  auto options = std::make_shared<RunOptions>();
  options->addTo(*command);
  command->add_option("--output-dir", options->outputFolder, "write each output there as NAME.npy");
  command->add_flag("--save-inputs", options->saveInputs, "write the inputs there too");
  command->callback([options] { run(*options); });
}

}  // namespace tenfold
