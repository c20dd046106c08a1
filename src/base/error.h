// The one exception type of the core. It never crosses src/api: there it becomes a logged message,
// an entry in the error recorder and a null or false return.
#pragma once

#include <fmt/core.h>

#include <stdexcept>
#include <string>

namespace tenfold {

// What kind of failure happened, in the terms of nvinfer1::ErrorCode.
enum class ErrorKind { kInvalidArgument, kUnsupported, kInvalidPlan, kOutOfMemory, kInternal };

class Error : public std::runtime_error {
 public:
  Error(ErrorKind kind, const std::string& message) : std::runtime_error(message), kind_(kind) {}
  ErrorKind kind() const { return kind_; }

 private:
  ErrorKind kind_;
};

// Throws an Error of the given kind; the arguments are those of fmt::format.
template <typename... Args>
[[noreturn]] void fail(ErrorKind kind, fmt::format_string<Args...> format, Args&&... args) {
  throw Error(kind, fmt::format(format, std::forward<Args>(args)...));
}
// The commonest case: the caller passed something that cannot be right.
template <typename... Args>
[[noreturn]] void fail(fmt::format_string<Args...> format, Args&&... args) {
  throw Error(ErrorKind::kInvalidArgument, fmt::format(format, std::forward<Args>(args)...));
}
template <typename... Args>
void require(bool ok, fmt::format_string<Args...> format, Args&&... args) {
  if (!ok) throw Error(ErrorKind::kInvalidArgument, fmt::format(format, std::forward<Args>(args)...));
}

}  // namespace tenfold
