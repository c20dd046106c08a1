// Runs test cases in ONNX's own form: a folder with model.onnx and test_data_set_N/{input,output}_M.pb.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/mapped_file.h"
#include "common/session.h"
#include "frontend/onnx/importer.h"
#include "graph/ops/eval.h"
#include "graph/ops/op_def.h"
#include "tenfold/commands.h"

namespace tenfold {
namespace {

namespace fs = std::filesystem;

struct ConformanceOptions {
  std::vector<std::string> folders;
  std::string device, filter;
  bool reference = false;
};

struct Tolerance {
  double relative = 1e-3, absolute = 1e-7;
};

Tolerance toleranceOf(const fs::path& folder) {
  fs::path file = folder / "data.json";
  if (!fs::exists(file)) return {};
  auto mapped = MappedFile::open(file);
  auto bytes = mapped->bytes();
  auto json = nlohmann::json::parse(reinterpret_cast<const char*>(bytes.data()),
                                    reinterpret_cast<const char*>(bytes.data()) + bytes.size());
  return {json.value("rtol", 1e-3), json.value("atol", 1e-7)};
}

Tensor readTensor(const fs::path& path) { return readOnnxTensor(MappedFile::open(path)->bytes()); }

std::vector<Tensor> readTensors(const fs::path& folder, const char* kind) {
  std::vector<Tensor> tensors;
  for (int i = 0;; ++i) {
    fs::path path = folder / fmt::format("{}_{}.pb", kind, i);
    if (!fs::exists(path)) return tensors;
    tensors.push_back(readTensor(path));
  }
}

bool close(double found, double expected, Tolerance t) {
  if (std::isnan(found) || std::isnan(expected)) return std::isnan(found) == std::isnan(expected);
  if (std::isinf(found) || std::isinf(expected)) return found == expected;
  return std::fabs(found - expected) <= t.absolute + t.relative * std::fabs(expected);
}

void compare(size_t output, const Tensor& found, const Tensor& expected, Tolerance tolerance) {
  require(found.dtype() == expected.dtype(), "output {} is {}, expected {}", output, typeName(found.dtype()),
          typeName(expected.dtype()));
  require(found.shape() == expected.shape(), "output {} has shape {}, expected {}", output,
          found.shape().str(), expected.shape().str());
  // As ONNX's own runner: two units in the last place.
  if (found.dtype() == DataType::kBFloat16) tolerance.relative = std::max(tolerance.relative, 0x1p-6);
  // Expected zeros are often another program's rounding noise: a unit in the last place of the largest
  // element.
  double largest = 0;
  for (int64_t i = 0; i < expected.numel(); ++i)
    if (double x = std::fabs(expected.getDouble(i)); std::isfinite(x)) largest = std::max(largest, x);
  tolerance.absolute = std::max(tolerance.absolute, largest * 0x1p-23);
  for (int64_t i = 0; i < found.numel(); ++i)
    require(close(found.getDouble(i), expected.getDouble(i), tolerance),
            "output {} has {} at {}, expected {}", output, found.getDouble(i), i, expected.getDouble(i));
}

bool hasRandomNode(const Graph& graph) {
  return std::any_of(graph.nodes().begin(), graph.nodes().end(),
                     [](const Node* n) { return n->op->isRandom; });
}

// Runs one model on each of its data sets: built for the shapes of the first, or by the reference evaluation.
class Case {
 public:
  Case(const fs::path& folder, const ConformanceOptions& options) : folder_(folder), options_(options) {}

  void run() {
    ImportResult model = importOnnxFile((folder_ / "model.onnx").string());
    model.check();
    for (const Value* v : model.graph->inputs) names_.push_back(v->name);
    Tolerance tolerance = toleranceOf(folder_);
    int sets = 0;
    for (const auto& entry : fs::directory_iterator(folder_)) {
      if (!entry.is_directory()) continue;
      ++sets;
      std::vector<Tensor> inputs = readTensors(entry.path(), "input"),
                          expected = readTensors(entry.path(), "output");
      std::vector<Tensor> results = options_.reference ? evalGraph(*model.graph, inputs) : runPlan(inputs);
      require(results.size() == expected.size(), "{} outputs, expected {}", results.size(), expected.size());
      if (hasRandomNode(*model.graph)) throw Error(ErrorKind::kUnsupported, "its results are random numbers");
      for (size_t i = 0; i < results.size(); ++i) compare(i, results[i], expected[i], tolerance);
    }
    require(sets > 0, "there is no folder test_data_set_0 beside model.onnx: nothing was compared");
  }

 private:
  std::vector<Tensor> runPlan(const std::vector<Tensor>& inputs) {
    std::map<std::string, Tensor> samples;
    for (size_t i = 0; i < inputs.size() && i < names_.size(); ++i) samples[names_[i]] = inputs[i];
    BuildOptions build;
    build.tuner.measure = false;
    Target& device = target(options_.device);
    return Session(buildModel((folder_ / "model.onnx").string(), device, {}, samples, build), device)
        .run(inputs);
  }
  fs::path folder_;
  const ConformanceOptions& options_;
  std::vector<std::string> names_;
};

// A folder is a case itself or holds cases.
std::vector<fs::path> casesIn(const ConformanceOptions& options) {
  std::vector<fs::path> cases;
  for (const std::string& folder : options.folders) {
    require(fs::is_directory(folder), "'{}' is not a folder", folder);
    if (fs::exists(fs::path(folder) / "model.onnx")) cases.emplace_back(folder);
    for (const auto& entry : fs::directory_iterator(folder))
      if (fs::exists(entry.path() / "model.onnx")) cases.push_back(entry.path());
  }
  std::erase_if(cases, [&](const fs::path& p) {
    return p.filename().string().find(options.filter) == std::string::npos;
  });
  std::sort(cases.begin(), cases.end());
  return cases;
}

void conformance(const ConformanceOptions& options) {
  int passed = 0, failed = 0, skipped = 0;
  const std::vector<fs::path> cases = casesIn(options);
  require(!cases.empty(), "there are no cases: a case is a folder with model.onnx and test_data_set_0");
  for (const fs::path& folder : cases) {
    std::string name = folder.filename().string();
    try {
      Case(folder, options).run();
      ++passed;
    } catch (const std::exception& e) {
      const auto* error = dynamic_cast<const Error*>(&e);
      bool unsupported = (error && error->kind() == ErrorKind::kUnsupported) ||
                         std::string_view(e.what()).find("not supported: ") != std::string_view::npos;
      fmt::print("{} {}: {}\n", unsupported ? "SKIPPED" : "FAILED", name, e.what());
      ++(unsupported ? skipped : failed);
    }
    std::fflush(stdout);
  }
  fmt::print("{} passed, {} failed, {} skipped\n", passed, failed, skipped);
  if (failed) throw ExitCode{1};
}

}  // namespace

void addConformanceCommand(CLI::App& app) {
  CLI::App* command =
      app.add_subcommand("conformance", "Runs test cases in ONNX's form and compares the results");
  command->footer(
      "Example: tenfold conformance onnx_tests/node\nSkipped cases contain an operator that is not "
      "supported.");
  auto options = std::make_shared<ConformanceOptions>();
  command->add_option("folders", options->folders, "folders that are cases or hold cases")->required();
  command->add_option("--filter", options->filter, "only cases whose name contains this");
  command->add_option("--device", options->device, "cpu or cuda");
  command->add_flag("--reference", options->reference,
                    "by the reference evaluation, without building a plan");
  command->callback([options] { conformance(*options); });
}

}  // namespace tenfold
