#include "api/errors.h"

#include <iterator>
#include <new>

namespace tenfold {
namespace {

nvinfer1::ErrorCode codeOf(ErrorKind kind) {
  // By ErrorKind.
  constexpr nvinfer1::ErrorCode kCodes[] = {
      nvinfer1::ErrorCode::kINVALID_ARGUMENT, nvinfer1::ErrorCode::kUNSUPPORTED_STATE,
      nvinfer1::ErrorCode::kINVALID_STATE, nvinfer1::ErrorCode::kFAILED_ALLOCATION,
      nvinfer1::ErrorCode::kINTERNAL_ERROR};
  auto i = static_cast<size_t>(kind);
  return i < std::size(kCodes) ? kCodes[i] : nvinfer1::ErrorCode::kUNSPECIFIED_ERROR;
}

}  // namespace

void Reporter::setRecorder(nvinfer1::IErrorRecorder* recorder) {
  if (recorder) recorder->incRefCount();
  if (nvinfer1::IErrorRecorder* former = recorder_.exchange(recorder)) former->decRefCount();
}

nvinfer1::IErrorRecorder* Reporter::recorder() const {
  nvinfer1::IErrorRecorder* own = recorder_.load();
  return own || !maker_ ? own : maker_->recorder();
}

void Reporter::log(Severity severity, const std::string& message) const {
  if (logger_) logger_->log(severity, message.c_str());
}

void Reporter::error(nvinfer1::ErrorCode code, const std::string& message) const {
  log(Severity::kERROR, message);
  if (nvinfer1::IErrorRecorder* r = recorder()) r->reportError(code, message.c_str());
}

void Reporter::reportCurrent(const char* entry) const noexcept {
  try {
    throw;
  } catch (const Error& e) {
    error(codeOf(e.kind()), fmt::format("{}: {}", entry, e.what()));
  } catch (const std::bad_alloc&) {
    // There may be no memory left to format with.
    if (logger_) logger_->log(Severity::kERROR, "out of memory");
    if (nvinfer1::IErrorRecorder* r = recorder())
      r->reportError(nvinfer1::ErrorCode::kFAILED_ALLOCATION, "out of memory");
  } catch (const std::exception& e) {
    error(nvinfer1::ErrorCode::kINTERNAL_ERROR, fmt::format("{}: {}", entry, e.what()));
  } catch (...) {
    error(nvinfer1::ErrorCode::kUNSPECIFIED_ERROR, fmt::format("{}: unknown exception", entry));
  }
}

}  // namespace tenfold
