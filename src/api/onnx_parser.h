// nvonnxparser::IParser: adds an ONNX model to a network.
#pragma once

#include "api/network_graph.h"
#include "api/onnx_errors.h"

namespace tenfold {

class OnnxParser final : public nvonnxparser::IParser {
 public:
  OnnxParser(NetworkGraph& network, nvinfer1::ILogger& logger) : network_(network), errors_(logger) {}

  bool parse(const void* model, size_t size, const char* path) noexcept override;
  bool parseFromFile(const char* file, int verbosity) noexcept override;
  bool supportsModel(const void* model, size_t size, SubGraphCollection_t& parts,
                     const char* path) noexcept override;
  bool parseWithWeightDescriptors(const void* model, size_t size) noexcept override;
  bool supportsOperator(const char* name) const noexcept override;
  int getNbErrors() const noexcept override { return errors_.size(); }
  const nvonnxparser::IParserError* getError(int index) const noexcept override { return errors_.at(index); }
  void clearErrors() noexcept override { errors_.clear(); }
  const char* const* getUsedVCPluginLibraries(int64_t& count) const noexcept override;
  void setFlags(nvonnxparser::OnnxParserFlags flags) noexcept override { flags_ = flags; }
  nvonnxparser::OnnxParserFlags getFlags() const noexcept override { return flags_; }
  void clearFlag(nvonnxparser::OnnxParserFlag flag) noexcept override { flags_ &= ~bit(flag); }
  void setFlag(nvonnxparser::OnnxParserFlag flag) noexcept override { flags_ |= bit(flag); }
  bool getFlag(nvonnxparser::OnnxParserFlag flag) const noexcept override {
    return (flags_ & bit(flag)) != 0;
  }
  const nvinfer1::ITensor* getLayerOutputTensor(const char* name, int64_t i) noexcept override;
  bool supportsModelV2(const void* model, size_t size, const char* path) noexcept override;
  int64_t getNbSubgraphs() noexcept override { return static_cast<int64_t>(subgraphs_.size()); }
  bool isSubgraphSupported(int64_t index) noexcept override;
  int64_t* getSubgraphNodes(int64_t index, int64_t& length) noexcept override;
  bool loadModelProto(const void* model, size_t size, const char* path) noexcept override;
  bool loadInitializer(const char* name, const void* data, size_t size) noexcept override;
  bool parseModelProto() noexcept override;
  bool setBuilderConfig(const nvinfer1::IBuilderConfig* config) noexcept override;

 private:
  static uint32_t bit(nvonnxparser::OnnxParserFlag flag) { return 1u << static_cast<uint32_t>(flag); }
  bool import(const OnnxModel& model, const ImportOptions& options);
  void groupSupportedNodes();

  NetworkGraph& network_;
  OnnxErrors errors_;
  // Instance normalization is always an operator of our own; the flag is on by default, as programs expect.
  nvonnxparser::OnnxParserFlags flags_ = bit(nvonnxparser::OnnxParserFlag::kNATIVE_INSTANCENORM);
  const nvinfer1::IBuilderConfig* config_ = nullptr;
  std::vector<ImportedNode> nodes_;              // of the model parsed last
  std::vector<std::vector<int64_t>> subgraphs_;  // runs of its supported nodes
  std::shared_ptr<const OnnxModel> loaded_;      // by loadModelProto
  ImportOptions loadedOptions_;
};

}  // namespace tenfold
