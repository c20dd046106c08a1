// reference_check DIR [PART]: runs the cases below DIR (folders with model.onnx and test_data_set_N, as
// materialize.py writes them) whose name contains PART through the ONNX importer and the reference
// evaluation, and compares with the expected outputs. Prints each failure and a last line "N passed, N
// failed, N skipped"; skipped is what the importer says is not supported. Exit code 0: no failures.
#include <fmt/format.h>
#include <onnx.pb.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/error.h"
#include "frontend/onnx/importer.h"
#include "frontend/onnx/tensor_reader.h"
#include "graph/ops/eval.h"
#include "graph/ops/op_def.h"

namespace fs = std::filesystem;
using namespace tenfold;

namespace {

struct Tolerance {
  double relative = 1e-3, absolute = 1e-7;
};

std::string readFile(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  require(in.good(), "{} cannot be read", path.string());
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

// The number that follows "name": in data.json, which holds nothing but such numbers.
double jsonNumber(const std::string& json, const std::string& name, double fallback) {
  size_t at = json.find('"' + name + '"');
  if (at == std::string::npos) return fallback;
  return std::strtod(json.c_str() + json.find(':', at) + 1, nullptr);
}

Tolerance toleranceOf(const fs::path& folder) {
  if (!fs::exists(folder / "data.json")) return {};
  std::string json = readFile(folder / "data.json");
  return {jsonNumber(json, "rtol", 1e-3), jsonNumber(json, "atol", 1e-7)};
}

Tensor readTensor(const fs::path& path) {
  auto proto = std::make_shared<onnx::TensorProto>();
  require(proto->ParseFromString(readFile(path)), "{} is no tensor", path.string());
  ImportOptions options;
  return onnx_frontend::TensorReader(options, proto).read(*proto).clone();
}

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

bool isRandom(const Graph& graph) {
  return std::any_of(graph.nodes().begin(), graph.nodes().end(),
                     [](const Node* n) { return n->op->isRandom; });
}

void compareForm(size_t output, const Tensor& found, const Tensor& expected) {
  require(found.dtype() == expected.dtype(), "output {} is {}, expected {}", output, typeName(found.dtype()),
          typeName(expected.dtype()));
  require(found.shape() == expected.shape(), "output {} has shape {}, expected {}", output,
          found.shape().str(), expected.shape().str());
}

void compareElements(size_t output, const Tensor& found, const Tensor& expected, Tolerance tolerance) {
  // As ONNX's own runner: two units in the last place.
  if (found.dtype() == DataType::kBFloat16) tolerance.relative = std::max(tolerance.relative, 0x1p-6);
  for (int64_t i = 0; i < found.numel(); ++i)
    require(close(found.getDouble(i), expected.getDouble(i), tolerance),
            "output {} has {} at {}, expected {}", output, found.getDouble(i), i, expected.getDouble(i));
}

void runCase(const fs::path& folder) {
  ImportResult model = importOnnxFile((folder / "model.onnx").string());
  model.check();
  Tolerance tolerance = toleranceOf(folder);
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (!entry.is_directory()) continue;
    std::vector<Tensor> expected = readTensors(entry.path(), "output");
    std::vector<Tensor> results = evalGraph(*model.graph, readTensors(entry.path(), "input"));
    require(results.size() == expected.size(), "{} outputs, expected {}", results.size(), expected.size());
    for (size_t i = 0; i < results.size(); ++i) {
      const Value& inferred = *model.graph->outputs[i];
      compareForm(i, results[i], expected[i]);
      if (!isRandom(*model.graph)) compareElements(i, results[i], expected[i], tolerance);
      auto shape = inferred.shape ? constantShape(*inferred.shape) : std::nullopt;
      require(!shape || *shape == results[i].shape(), "output {} was inferred to be {}, found shape {}", i,
              inferred.typeStr(), results[i].shape().str());
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    fmt::print(stderr, "usage: reference_check DIR [PART]\n");
    return 2;
  }
  std::vector<fs::path> folders;
  for (const auto& entry : fs::directory_iterator(argv[1]))
    if (fs::exists(entry.path() / "model.onnx") &&
        (argc < 3 || entry.path().filename().string().find(argv[2]) != std::string::npos))
      folders.push_back(entry.path());
  std::sort(folders.begin(), folders.end());
  int passed = 0, failed = 0, skipped = 0;
  for (const fs::path& folder : folders) {
    std::string name = folder.filename().string();
    try {
      runCase(folder);
      ++passed;
    } catch (const std::exception& e) {
      bool unsupported = std::string(e.what()).find("not supported") != std::string::npos;
      fmt::print("{} {}: {}\n", unsupported ? "SKIPPED" : "FAILED", name, e.what());
      (unsupported ? skipped : failed)++;
    }
    std::fflush(stdout);
  }
  fmt::print("{} passed, {} failed, {} skipped\n", passed, failed, skipped);
  return failed ? 1 : 0;
}
