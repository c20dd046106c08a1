// A logger and an error recorder that keep what they get.
#pragma once

#include <string>
#include <vector>

#include "NvInfer.h"

namespace tenfold::testing {

class RecordingLogger final : public nvinfer1::ILogger {
 public:
  void log(Severity severity, const char* message) noexcept override {
    if (severity <= Severity::kERROR)
      errors.push_back(message);
    else
      others.push_back(message);
  }
  // The errors since the last call.
  std::string take() {
    std::string all;
    for (const std::string& e : errors) all += (all.empty() ? "" : "\n") + e;
    errors.clear();
    return all;
  }
  std::vector<std::string> errors, others;
};

class RecordingRecorder final : public nvinfer1::IErrorRecorder {
 public:
  int32_t getNbErrors() const noexcept override { return static_cast<int32_t>(texts.size()); }
  nvinfer1::ErrorCode getErrorCode(int32_t i) const noexcept override {
    return codes.at(static_cast<size_t>(i));
  }
  ErrorDesc getErrorDesc(int32_t i) const noexcept override {
    return texts.at(static_cast<size_t>(i)).c_str();
  }
  bool hasOverflowed() const noexcept override { return false; }
  void clear() noexcept override { codes.clear(), texts.clear(); }
  bool reportError(nvinfer1::ErrorCode code, ErrorDesc text) noexcept override {
    codes.push_back(code);
    texts.push_back(text);
    return true;
  }
  RefCount incRefCount() noexcept override { return ++references; }
  RefCount decRefCount() noexcept override { return --references; }
  std::vector<nvinfer1::ErrorCode> codes;
  std::vector<std::string> texts;
  int references = 0;
};

}  // namespace tenfold::testing
