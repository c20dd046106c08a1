// SPDX-License-Identifier: Apache-2.0
// The log sink that an application gives to every object, and how plugin libraries find it.
#ifndef TENFOLD_RUNTIME_LOGGER_H_
#define TENFOLD_RUNTIME_LOGGER_H_

#include "../abi/forward.h"

namespace nvinfer1 {

class ILogger {
 public:
  enum class Severity : int32_t {
    kINTERNAL_ERROR = 0,
    kERROR = 1,
    kWARNING = 2,
    kINFO = 3,
    kVERBOSE = 4,
  };

  virtual void log(Severity severity, const AsciiChar* msg) noexcept = 0;

  virtual ~ILogger() = default;

  ILogger() = default;

 protected:
  ILogger(const ILogger&) = default;
  ILogger(ILogger&&) = default;
  ILogger& operator=(const ILogger&) & = default;
  ILogger& operator=(ILogger&&) & = default;
};

template <>
struct impl::EnumMaxImpl<ILogger::Severity> {
  static constexpr int32_t kVALUE = 5;
};

class ILoggerFinder {
 public:
  virtual ILogger* findLogger() = 0;

 protected:
  virtual ~ILoggerFinder() = default;
};

}  // namespace nvinfer1

#endif  // TENFOLD_RUNTIME_LOGGER_H_
