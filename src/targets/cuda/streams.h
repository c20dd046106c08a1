// Events and streams of the driver behind the target's interfaces. The device's context is current where they
// are made and used.
#pragma once

#include <memory>
#include <vector>

#include "targets/cuda/driver/driver.h"
#include "targets/target.h"

namespace tenfold::cuda {

class Event {
 public:
  explicit Event(unsigned flags = CU_EVENT_DEFAULT);
  Event(Event&& other) noexcept;
  ~Event();
  void record(CUstream stream);
  CUevent get() const { return event_; }
  // Waits for both events.
  double secondsSince(const Event& start) const;

 private:
  CUevent event_ = nullptr;
};

class Clock final : public StreamClock {
 public:
  explicit Clock(size_t marks) : events_(marks) {}
  void mark(size_t index, StreamHandle stream) override;
  float milliseconds(size_t from, size_t to) override;

 private:
  std::vector<Event> events_;
};

class Events final : public StreamEvents {
 public:
  explicit Events(size_t count);
  void record(size_t index, StreamHandle stream) override;
  void wait(size_t index, StreamHandle stream) override;

 private:
  std::vector<Event> events_;
};

// A stream that does not wait for the default one, in the context given.
std::shared_ptr<void> makeStream(CUcontext context);

// NVTX ranges in the domain "Tenfold".
void pushRange(const char* name);
void popRange();

}  // namespace tenfold::cuda
