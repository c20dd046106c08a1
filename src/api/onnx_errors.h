// The error list that the ONNX parser and its refitter show.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "NvOnnxParser.h"
#include "frontend/onnx/importer.h"

namespace tenfold {

class OnnxParserError final : public nvonnxparser::IParserError {
 public:
  OnnxParserError(nvonnxparser::ErrorCode code, ImportError error) : code_(code), error_(std::move(error)) {
    for (const std::string& name : error_.functions) stack_.push_back(name.c_str());
  }
  // It refers to its own strings.
  OnnxParserError(const OnnxParserError&) = delete;
  OnnxParserError& operator=(const OnnxParserError&) = delete;
  nvonnxparser::ErrorCode code() const override { return code_; }
  const char* desc() const override { return error_.message.c_str(); }
  // Where in the parser the error arose says nothing to its users: the model's node does.
  const char* file() const override { return "onnx"; }
  int line() const override { return 0; }
  const char* func() const override { return "import"; }
  int node() const override { return error_.nodeIndex; }
  const char* nodeName() const override { return error_.node.c_str(); }
  const char* nodeOperator() const override { return error_.op.c_str(); }
  const char* const* localFunctionStack() const override { return stack_.data(); }
  int32_t localFunctionStackSize() const override { return static_cast<int32_t>(stack_.size()); }

 private:
  nvonnxparser::ErrorCode code_;
  ImportError error_;
  std::vector<const char*> stack_;
};

class OnnxErrors {
 public:
  explicit OnnxErrors(nvinfer1::ILogger& logger) : logger_(logger) {}

  // Adds an error and logs it.
  void add(const ImportError& error);
  void add(nvonnxparser::ErrorCode code, const std::string& message);
  void addAll(const std::vector<ImportError>& errors);
  void clear() { errors_.clear(); }
  int size() const { return static_cast<int>(errors_.size()); }
  // Null where the index is out of range.
  const nvonnxparser::IParserError* at(int index) const;
  void log(nvinfer1::ILogger::Severity severity, const std::string& message) const {
    logger_.log(severity, message.c_str());
  }

  // Runs `work`, which gives a bool; an exception becomes an error of the list and false.
  template <typename Work>
  bool guard(Work work) {
    try {
      return work();
    } catch (const std::exception& e) {
      addException(e);
      return false;
    }
  }

 private:
  void addException(const std::exception& e);
  nvinfer1::ILogger& logger_;
  std::vector<std::unique_ptr<OnnxParserError>> errors_;
};

}  // namespace tenfold
