// nvonnxparser::IParserRefitter: gives the weights of an ONNX model to an engine's refitter.
#pragma once

#include "api/onnx_errors.h"

namespace tenfold {

class OnnxRefitter final : public nvonnxparser::IParserRefitter {
 public:
  OnnxRefitter(nvinfer1::IRefitter& refitter, nvinfer1::ILogger& logger)
      : refitter_(refitter), errors_(logger) {}

  bool refitFromBytes(const void* model, size_t size, const char* path) noexcept override;
  bool refitFromFile(const char* file) noexcept override;
  int32_t getNbErrors() const noexcept override { return errors_.size(); }
  const nvonnxparser::IParserError* getError(int32_t index) const noexcept override {
    return errors_.at(index);
  }
  void clearErrors() override { errors_.clear(); }
  bool loadModelProto(const void* model, size_t size, const char* path) noexcept override;
  bool loadInitializer(const char* name, const void* data, size_t size) noexcept override;
  bool refitModelProto() noexcept override;

 private:
  nvinfer1::IRefitter& refitter_;
  OnnxErrors errors_;
  std::shared_ptr<const OnnxModel> loaded_;
  ImportOptions options_;
  std::map<std::string, Tensor> weights_;  // the refitter reads them until it has refitted
};

}  // namespace tenfold
