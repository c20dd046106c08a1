#include "frontend/onnx/importer.h"

#include <climits>

#include "base/mapped_file.h"
#include "frontend/onnx/graph_importer.h"
#include "frontend/onnx/outside_data.h"
#include "frontend/onnx/registry.h"
#include "onnx.pb.h"

namespace tenfold {
namespace {

void addModelError(ImportResult& result, const std::string& path, ErrorKind kind,
                   const std::string& message) {
  ImportError error;
  error.kind = kind;
  error.message = fmt::format("{}: {}", path.empty() ? "ONNX model" : path, message);
  result.errors.push_back(std::move(error));
}

// Runs `work`; what it throws becomes an error of the result.
template <typename Work>
void collecting(ImportResult& result, const std::string& path, Work work) {
  try {
    work();
  } catch (const Error& e) {
    addModelError(result, path, e.kind(), e.what());
  } catch (const std::exception& e) {
    addModelError(result, path, ErrorKind::kInternal, e.what());
  }
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

void collectWeights(const onnx::GraphProto& graph, onnx_frontend::TensorReader& reader,
                    std::map<std::string, Tensor>& weights) {
  for (const auto& t : graph.initializer()) weights.emplace(t.name(), reader.read(t));
  for (const auto& t : graph.sparse_initializer()) weights.emplace(t.values().name(), reader.readSparse(t));
  for (const auto& node : graph.node())
    for (const auto& attribute : node.attribute()) {
      if (attribute.has_g()) collectWeights(attribute.g(), reader, weights);
      bool constant = node.op_type() == "Constant" && attribute.name() == "value" && node.output_size() == 1;
      if (constant) weights.emplace(node.output(0), reader.read(attribute.t()));
    }
}

}  // namespace

void ImportResult::check() const {
  if (errors.empty()) return;
  std::string all;
  for (const ImportError& e : errors) all += (all.empty() ? "" : "\n") + e.message;
  throw Error(errors.front().kind, all);
}

OnnxModel::OnnxModel() : outside_(std::make_unique<onnx_frontend::OutsideData>()) {}
OnnxModel::~OnnxModel() = default;

std::shared_ptr<const OnnxModel> OnnxModel::parse(std::span<const std::byte> bytes,
                                                  std::shared_ptr<const void> owner) {
  require(bytes.size() <= INT_MAX,
          "has {} bytes; a model of 2 GB or more must keep its weights in external data", bytes.size());
  std::map<int, std::span<const std::byte>> taken;
  std::optional<std::string> rest;
  if (owner) rest = onnx_frontend::withoutLargeData(bytes, taken);
  auto proto = std::make_shared<onnx::ModelProto>();
  std::span<const std::byte> message = rest ? std::as_bytes(std::span(*rest)) : bytes;
  bool parsed = !message.empty() && proto->ParseFromArray(message.data(), static_cast<int>(message.size()));
  require(parsed && proto->has_graph(), "is no ONNX model, or is damaged: its {} bytes do not parse as one",
          bytes.size());
  std::shared_ptr<OnnxModel> model(new OnnxModel());
  if (rest)
    for (const auto& [index, data] : taken) model->outside_->of[&proto->graph().initializer(index)] = data;
  model->outside_->owner = std::move(owner);
  model->proto_ = std::move(proto);
  return model;
}

ImportResult OnnxModel::importInto(Graph& graph, const ImportOptions& options) const {
  ImportResult result;
  readHeader(*proto_, result);
  for (const auto& [name, data] : options.initializers)
    if (!hasInitializer(name))
      addModelError(result, options.path, ErrorKind::kInvalidArgument,
                    fmt::format("data is given for '{}', but no initializer has this name", name));
  collecting(result, options.path, [&] {
    onnx_frontend::GraphImporter(*proto_, proto_, *outside_, options, result).importMain(graph);
  });
  return result;
}

bool OnnxModel::hasInitializer(const std::string& name) const {
  for (const auto& t : proto_->graph().initializer())
    if (t.name() == name) return true;
  return false;
}

std::map<std::string, Tensor> OnnxModel::weights(const ImportOptions& options) const {
  onnx_frontend::TensorReader reader(options, proto_, *outside_);
  std::map<std::string, Tensor> weights;
  collectWeights(proto_->graph(), reader, weights);
  return weights;
}

namespace {

ImportResult importBytes(std::span<const std::byte> bytes, std::shared_ptr<const void> owner,
                         const ImportOptions& options) {
  ImportResult result;
  collecting(result, options.path, [&] {
    auto graph = std::make_unique<Graph>();
    result = OnnxModel::parse(bytes, std::move(owner))->importInto(*graph, options);
    if (result.errors.empty()) result.graph = std::move(graph);
  });
  if (!result.graph)
    for (ImportedNode& node : result.nodes) node.outputs.clear();
  return result;
}

}  // namespace

ImportResult importOnnx(std::span<const std::byte> bytes, const ImportOptions& options) {
  return importBytes(bytes, nullptr, options);
}

ImportResult importOnnxFile(const std::string& path, ImportOptions options) {
  options.path = path;
  ImportResult result;
  std::shared_ptr<const MappedFile> file;
  collecting(result, path, [&] { file = MappedFile::open(path); });
  return file ? importBytes(file->bytes(), file, options) : std::move(result);
}

Tensor readOnnxTensor(std::span<const std::byte> bytes) {
  auto proto = std::make_shared<onnx::TensorProto>();
  require(bytes.size() <= INT_MAX && proto->ParseFromArray(bytes.data(), static_cast<int>(bytes.size())),
          "{} bytes that are no ONNX tensor", bytes.size());
  ImportOptions options;
  return onnx_frontend::TensorReader(options, proto).read(*proto);
}

bool onnxOperatorSupported(const std::string& op, const std::string& domain) {
  return onnx_frontend::findImporter(domain == "ai.onnx" ? "" : domain, op, onnx_frontend::kNewestOpset) !=
         nullptr;
}

}  // namespace tenfold
