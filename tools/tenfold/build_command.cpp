#include <fmt/format.h>

#include <chrono>
#include <memory>

#include "plan/format/file.h"
#include "tenfold/commands.h"
#include "tenfold/model_options.h"

namespace tenfold {

void addBuildCommand(CLI::App& app) {
  CLI::App* command = app.add_subcommand("build", "Builds a plan from a model");
  command->footer(
      "Example: tenfold build model.onnx -o model.plan --minShapes x:1x3x224x224 --optShapes x:8x3x224x224 "
      "--maxShapes x:32x3x224x224");
  auto options = std::make_shared<ModelOptions>();
  auto output = std::make_shared<std::string>();
  options->addTo(*command);
  command->add_option("-o,--output", *output, "the plan to write")->required();
  command->callback([options, output] {
    auto start = std::chrono::steady_clock::now();
    std::unique_ptr<Plan> plan = options->plan();
    std::vector<uint8_t> bytes = writePlan(*plan);
    writeFileAtomically(*output, bytes);
    double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    fmt::print("{}: {} steps, {:.1f} MiB, built in {:.2f} s for {}\n", *output, plan->steps.size(),
               bytes.size() / 1048576.0, seconds, plan->target);
  });
}

}  // namespace tenfold
