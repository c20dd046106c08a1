// Lines as NVIDIA's trtexec prints them: "[time] [I] text".
#pragma once

#include <fmt/core.h>

#include <mutex>
#include <string>

#include "NvInferRuntime.h"

namespace trtexec {

class Logger final : public nvinfer1::ILogger {
 public:
  void log(Severity severity, const char* text) noexcept override;
  void setVerbose(bool verbose) { most_ = verbose ? Severity::kVERBOSE : Severity::kINFO; }
  template <typename... Args>
  void info(fmt::format_string<Args...> format, Args&&... args) {
    log(Severity::kINFO, fmt::format(format, std::forward<Args>(args)...).c_str());
  }

 private:
  Severity most_ = Severity::kINFO;
  std::mutex mutex_;
};

}  // namespace trtexec
