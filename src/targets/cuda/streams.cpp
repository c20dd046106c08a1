#include "targets/cuda/streams.h"

#include <utility>

namespace tenfold::cuda {
namespace {

CUstream streamOf(StreamHandle stream) { return static_cast<CUstream>(stream); }

bool isCapturing(CUstream stream) {
  CUstreamCaptureStatus status = CU_STREAM_CAPTURE_STATUS_NONE;
  return driver().cuStreamIsCapturing(stream, &status) == CUDA_SUCCESS &&
         status == CU_STREAM_CAPTURE_STATUS_ACTIVE;
}

}  // namespace

Event::Event(unsigned flags) { check(driver().cuEventCreate(&event_, flags), "cuEventCreate"); }
Event::Event(Event&& other) noexcept : event_(std::exchange(other.event_, nullptr)) {}
Event::~Event() {
  if (event_) driver().cuEventDestroy(event_);
}

void Event::record(CUstream stream) { check(driver().cuEventRecord(event_, stream), "cuEventRecord"); }

double Event::secondsSince(const Event& start) const {
  check(driver().cuEventSynchronize(event_), "the work on the GPU");
  float ms = 0;
  check(driver().cuEventElapsedTime(&ms, start.event_, event_), "cuEventElapsedTime");
  return ms * 1e-3;
}

// An event of a capture orders its nodes and has no time, unless it is recorded as a node of its own.
void Clock::mark(size_t index, StreamHandle stream) {
  if (isCapturing(streamOf(stream)))
    check(driver().cuEventRecordWithFlags(events_[index].get(), streamOf(stream), CU_EVENT_RECORD_EXTERNAL),
          "cuEventRecordWithFlags");
  else
    events_[index].record(streamOf(stream));
}

float Clock::milliseconds(size_t from, size_t to) {
  return static_cast<float>(events_[to].secondsSince(events_[from]) * 1e3);
}

Events::Events(size_t count) {
  for (size_t i = 0; i < count; ++i) events_.emplace_back(CU_EVENT_DISABLE_TIMING);
}

void Events::record(size_t index, StreamHandle stream) { events_[index].record(streamOf(stream)); }

void Events::wait(size_t index, StreamHandle stream) {
  check(driver().cuStreamWaitEvent(streamOf(stream), events_[index].get(), CU_EVENT_WAIT_DEFAULT),
        "cuStreamWaitEvent");
}

std::shared_ptr<void> makeStream(CUcontext context) {
  CUstream stream = nullptr;
  check(driver().cuStreamCreate(&stream, CU_STREAM_NON_BLOCKING), "cuStreamCreate");
  return {stream, [context](void* made) {
            driver().cuCtxSetCurrent(context);
            driver().cuStreamDestroy(streamOf(made));
          }};
}

}  // namespace tenfold::cuda
