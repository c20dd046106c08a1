// SPDX-License-Identifier: Apache-2.0
// The log sink that an application gives to every object, and how plugin libraries find it.
#ifndef TENFOLD_RUNTIME_LOGGER_H_
#define TENFOLD_RUNTIME_LOGGER_H_

#include "../abi/forward.h"

namespace nvinfer1 {

//! Where messages go. An application derives from it; log() may be called from several threads at once.
class ILogger {
 public:
  //! How important a message is; lower numbers are more important.
  enum class Severity : int32_t {
    kINTERNAL_ERROR = 0,  //!< a bug of the library; the object in use must not be used further
    kERROR = 1,           //!< an operation failed
    kWARNING = 2,         //!< something unexpected that was dealt with
    kINFO = 3,            //!< a short account of what is done
    kVERBOSE = 4,         //!< details for debugging
  };

  //! Takes a message: `msg` is valid during the call only.
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

//! Given to plugin libraries that export setLoggerFinder(), so that they can log.
class ILoggerFinder {
 public:
  //! The process's logger, as getLogger() gives it; may be null.
  virtual ILogger* findLogger() = 0;

 protected:
  virtual ~ILoggerFinder() = default;
};

}  // namespace nvinfer1

#endif  // TENFOLD_RUNTIME_LOGGER_H_
