// How the objects behind the API report: every entry runs inside Reporter::guard, where an exception becomes
// one logged message, an entry in the error recorder, and a value that means failure.
#pragma once

#include <atomic>
#include <exception>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>

#include "NvInferRuntime.h"
#include "base/error.h"

namespace tenfold {

// Where the messages of an object and of those it makes go.
class Reporter {
 public:
  using Severity = nvinfer1::ILogger::Severity;

  explicit Reporter(nvinfer1::ILogger* logger) : logger_(logger) {}
  // For an object made by another one: the same logger, and the maker's recorder until it gets its own.
  explicit Reporter(std::shared_ptr<const Reporter> maker)
      : logger_(maker->logger_), maker_(std::move(maker)) {}
  ~Reporter() { setRecorder(nullptr); }
  Reporter(const Reporter&) = delete;
  Reporter& operator=(const Reporter&) = delete;

  nvinfer1::ILogger* logger() const { return logger_; }
  // Counts the recorder's references; null gives up the one there is.
  void setRecorder(nvinfer1::IErrorRecorder* recorder);
  nvinfer1::IErrorRecorder* recorder() const;

  void log(Severity severity, const std::string& message) const;
  void info(const std::string& message) const { log(Severity::kINFO, message); }
  void warn(const std::string& message) const { log(Severity::kWARNING, message); }
  // Logs an error and puts it into the recorder.
  void error(nvinfer1::ErrorCode code, const std::string& message) const;

  // Runs `work`; where it throws, reports "entry: message" and gives `failure`.
  template <typename Work, typename Result = std::invoke_result_t<Work>>
  Result guard(const char* entry, Work&& work, std::type_identity_t<Result> failure) const noexcept {
    try {
      return work();
    } catch (...) {
      reportCurrent(entry);
    }
    return failure;
  }
  // The same, where failure is null, false, 0 or nothing.
  template <typename Work, typename Result = std::invoke_result_t<Work>>
  Result guard(const char* entry, Work&& work) const noexcept {
    try {
      return work();
    } catch (...) {
      reportCurrent(entry);
    }
    return Result();
  }

 private:
  // Reports the exception that is being handled.
  void reportCurrent(const char* entry) const noexcept;

  nvinfer1::ILogger* logger_;
  std::shared_ptr<const Reporter> maker_;
  std::atomic<nvinfer1::IErrorRecorder*> recorder_{nullptr};
};

// Arguments as every entry checks them; each throws Error that says what was expected.
template <typename T>
T& needed(T* pointer, const char* what) {
  require(pointer != nullptr, "{} must not be null", what);
  return *pointer;
}
inline size_t checkIndex(int64_t index, size_t count, const char* what) {
  require(index >= 0 && static_cast<size_t>(index) < count, "{} index {} is out of range: there are {}", what,
          index, count);
  return static_cast<size_t>(index);
}
// An enumerator that the interface has.
template <typename Enum>
Enum checkEnum(Enum value, const char* what) {
  require(static_cast<int64_t>(value) >= 0 && static_cast<int64_t>(value) < nvinfer1::EnumMax<Enum>(),
          "{} {} is none of the {} that exist", what, static_cast<int64_t>(value), nvinfer1::EnumMax<Enum>());
  return value;
}

}  // namespace tenfold
