#include "api/onnx_parser.h"

#include "base/mapped_file.h"

namespace tenfold {
namespace {

using nvinfer1::ILogger;

std::span<const std::byte> bytesOf(const void* data, size_t size) {
  require(data != nullptr || size == 0, "expected the bytes of a model, found a null pointer");
  return {static_cast<const std::byte*>(data), size};
}

ImportOptions optionsFor(const char* path) {
  ImportOptions options;
  if (path) options.path = path;
  return options;
}

}  // namespace

bool OnnxParser::import(const OnnxModel& model, const ImportOptions& options) {
  ImportResult result = model.importInto(network_.graph(), options);
  errors_.log(ILogger::Severity::kINFO,
              fmt::format("ONNX model {}: IR version {}, opset {}, by {} {}, {} nodes", options.path,
                          result.irVersion, result.opsets.count("") ? result.opsets[""] : 0,
                          result.producerName, result.producerVersion, result.nodes.size()));
  errors_.addAll(result.errors);
  nodes_ = std::move(result.nodes);
  groupSupportedNodes();
  return result.errors.empty();
}

// Every unsupported node ends a group.
void OnnxParser::groupSupportedNodes() {
  subgraphs_.clear();
  bool open = false;
  for (size_t i = 0; i < nodes_.size(); ++i) {
    if (nodes_[i].supported && !open) subgraphs_.emplace_back();
    open = nodes_[i].supported;
    if (open) subgraphs_.back().push_back(static_cast<int64_t>(i));
  }
}

bool OnnxParser::parse(const void* model, size_t size, const char* path) noexcept {
  return errors_.guard([&] { return import(*OnnxModel::parse(bytesOf(model, size)), optionsFor(path)); });
}

bool OnnxParser::parseFromFile(const char* file, int /*verbosity*/) noexcept {
  return errors_.guard([&] {
    require(file != nullptr, "expected the path of a model, found a null pointer");
    auto mapped = MappedFile::open(file);
    return import(*OnnxModel::parse(mapped->bytes(), mapped), optionsFor(file));
  });
}

bool OnnxParser::parseWithWeightDescriptors(const void* model, size_t size) noexcept {
  return parse(model, size, nullptr);
}

bool OnnxParser::supportsModelV2(const void* model, size_t size, const char* path) noexcept {
  return parse(model, size, path);
}

bool OnnxParser::supportsModel(const void* model, size_t size, SubGraphCollection_t& parts,
                               const char* path) noexcept {
  bool all = parse(model, size, path);
  return errors_.guard([&] {
    parts.clear();
    for (const auto& nodes : subgraphs_)
      parts.emplace_back(std::vector<size_t>(nodes.begin(), nodes.end()), true);
    return all;
  });
}

bool OnnxParser::supportsOperator(const char* name) const noexcept {
  try {
    return name && onnxOperatorSupported(name);
  } catch (const std::exception&) {
    return false;
  }
}

// Every operator is in the library itself: no plan needs another one.
const char* const* OnnxParser::getUsedVCPluginLibraries(int64_t& count) const noexcept {
  count = 0;
  return nullptr;
}

const nvinfer1::ITensor* OnnxParser::getLayerOutputTensor(const char* name, int64_t i) noexcept {
  const nvinfer1::ITensor* tensor = nullptr;
  errors_.guard([&] {
    for (const ImportedNode& node : nodes_) {
      if (!name || node.name != name || i < 0 || static_cast<size_t>(i) >= node.outputs.size()) continue;
      if (Value* value = node.outputs[static_cast<size_t>(i)]) tensor = network_.tensorOf(value);
      break;
    }
    return tensor != nullptr;
  });
  return tensor;
}

bool OnnxParser::isSubgraphSupported(int64_t index) noexcept {
  return index >= 0 && index < getNbSubgraphs();
}

int64_t* OnnxParser::getSubgraphNodes(int64_t index, int64_t& length) noexcept {
  bool exists = index >= 0 && index < getNbSubgraphs();
  length = exists ? static_cast<int64_t>(subgraphs_[static_cast<size_t>(index)].size()) : 0;
  return exists ? subgraphs_[static_cast<size_t>(index)].data() : nullptr;
}

bool OnnxParser::loadModelProto(const void* model, size_t size, const char* path) noexcept {
  return errors_.guard([&] {
    loaded_ = OnnxModel::parse(bytesOf(model, size));
    loadedOptions_ = optionsFor(path);
    return true;
  });
}

bool OnnxParser::loadInitializer(const char* name, const void* data, size_t size) noexcept {
  return errors_.guard([&] {
    require(loaded_ != nullptr, "loadInitializer() comes after loadModelProto(), which has not succeeded");
    require(name && loaded_->hasInitializer(name), "the loaded model has no initializer '{}'",
            name ? name : "");
    loadedOptions_.initializers[name] = bytesOf(data, size);
    return true;
  });
}

bool OnnxParser::parseModelProto() noexcept {
  return errors_.guard([&] {
    require(loaded_ != nullptr, "parseModelProto() comes after loadModelProto(), which has not succeeded");
    return import(*loaded_, loadedOptions_);
  });
}

bool OnnxParser::setBuilderConfig(const nvinfer1::IBuilderConfig* config) noexcept {
  config_ = config;
  return config != nullptr;
}

}  // namespace tenfold
