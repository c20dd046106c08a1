#include "frontend/onnx/importer.h"

#include <climits>

#include "base/mapped_file.h"
#include "frontend/onnx/graph_importer.h"
#include "frontend/onnx/registry.h"
#include "onnx.pb.h"

namespace tenfold {
namespace {

void addModelError(ImportResult& result, const ImportOptions& options, ErrorKind kind,
                   const std::string& message) {
  ImportError error;
  error.kind = kind;
  error.message = fmt::format("{}: {}", options.path.empty() ? "ONNX model" : options.path, message);
  result.errors.push_back(std::move(error));
}

void readHeader(const onnx::ModelProto& model, ImportResult& result) {
  result.irVersion = model.ir_version();
  result.modelVersion = model.model_version();
  result.producerName = model.producer_name();
  result.producerVersion = model.producer_version();
  result.domain = model.domain();
  result.doc = model.doc_string();
  for (const auto& entry : model.metadata_props()) result.metadata[entry.key()] = entry.value();
}

}  // namespace

void ImportResult::check() const {
  if (errors.empty()) return;
  std::string all;
  for (const ImportError& e : errors) all += (all.empty() ? "" : "\n") + e.message;
  throw Error(errors.front().kind, all);
}

ImportResult importOnnxInto(Graph& graph, std::span<const std::byte> bytes, const ImportOptions& options) {
  ImportResult result;
  try {
    require(bytes.size() <= INT_MAX,
            "has {} bytes; a model of 2 GB or more must keep its weights in external data", bytes.size());
    auto model = std::make_shared<onnx::ModelProto>();
    require(!bytes.empty() && model->ParseFromArray(bytes.data(), static_cast<int>(bytes.size())) &&
                model->has_graph(),
            "is no ONNX model, or is damaged: {} bytes do not parse as one", bytes.size());
    readHeader(*model, result);
    onnx_frontend::GraphImporter(*model, model, options, result).importMain(graph);
  } catch (const Error& e) {
    addModelError(result, options, e.kind(), e.what());
  } catch (const std::exception& e) {
    addModelError(result, options, ErrorKind::kInternal, e.what());
  }
  return result;
}

ImportResult importOnnx(std::span<const std::byte> model, const ImportOptions& options) {
  auto graph = std::make_unique<Graph>();
  ImportResult result = importOnnxInto(*graph, model, options);
  if (result.errors.empty())
    result.graph = std::move(graph);
  else
    for (ImportedNode& node : result.nodes) node.outputs.clear();
  return result;
}

ImportResult importOnnxFile(const std::string& path, ImportOptions options) {
  options.path = path;
  try {
    return importOnnx(MappedFile::open(path)->bytes(), options);
  } catch (const Error& e) {
    ImportResult result;
    addModelError(result, options, e.kind(), e.what());
    return result;
  }
}

bool onnxOperatorSupported(const std::string& op, const std::string& domain) {
  return onnx_frontend::findImporter(domain == "ai.onnx" ? "" : domain, op, onnx_frontend::kNewestOpset) !=
         nullptr;
}

}  // namespace tenfold
