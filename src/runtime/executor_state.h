// The executor's parts that only its own sources see.
#pragma once

#include <algorithm>
#include <utility>

#include "runtime/executor.h"
#include "runtime/stream_plan.h"

namespace tenfold {

// A device buffer that grows and never shrinks.
class GrowingBuffer {
 public:
  explicit GrowingBuffer(DeviceMemory& memory) : memory_(memory) {}
  GrowingBuffer(GrowingBuffer&& other) noexcept
      : memory_(other.memory_),
        data_(std::exchange(other.data_, nullptr)),
        bytes_(std::exchange(other.bytes_, 0)) {}
  ~GrowingBuffer() {
    if (data_) memory_.release(data_);
  }
  void* ensure(size_t bytes) {
    if (bytes <= bytes_ && data_) return data_;
    if (data_) memory_.release(data_);
    data_ = nullptr;
    data_ = memory_.allocate(std::max<size_t>(bytes, 256));
    bytes_ = bytes;
    return data_;
  }

 private:
  DeviceMemory& memory_;
  void* data_ = nullptr;
  size_t bytes_ = 0;
};

// Argument arrays of one step, filled in before its launch.
struct Executor::StepArgs {
  std::vector<void*> inputs, outputs;
  std::vector<TensorDesc> lastInputs, lastOutputs;  // what the dynamic launch was prepared for
  std::unique_ptr<Launch> dynamicLaunch;
  int64_t lastPreparation = 0;                          // whose elements it knows; 0: none but constants
  std::vector<std::unique_ptr<GrowingBuffer>> buffers;  // what control flow keeps between runs of bodies
};

struct Executor::Prepared {
  int64_t serial = 0;                             // no other one of the executor has it
  std::vector<Shape> shapes;                      // of static values, by id
  std::vector<std::unique_ptr<Launch>> launches;  // of static steps
  size_t workspaceBytes = 0;
  bool mayBeReplayed = true;
  StreamPlan streams;
  std::vector<size_t> workspaceOffsets;  // by stream
  std::unique_ptr<StreamEvents> events;  // by step, and one for the start; null: one stream
  MemoryPlan memory;                     // of bodies
  // Values that follow from the shapes alone (shape arithmetic), on targets whose memory the host cannot
  // read: their elements, and where they lie on the device. They are computed here; their steps have nothing
  // to do, except those that write an output.
  std::map<int, Tensor> known;
  std::map<int, GrowingBuffer> knownOnDevice;
};

// Replays of whole runs. A run is recorded when an earlier one had the same shapes and addresses: programs
// that use two or three sets of buffers in turns get a recording for each.
struct Executor::Replay {
  using Key = std::vector<int64_t>;  // everything that a recording depends on
  struct Entry {
    Key key;
    std::unique_ptr<Recording> recording;  // null: seen once
  };
  static constexpr size_t kMost = 4;
  std::list<Entry> entries;  // used last first
  Key key;                   // of the run under way; a member, so that runs allocate nothing
  bool hopeless = false;     // it cannot be recorded
};

struct Executor::Pool {
  explicit Pool(DeviceMemory& from) : memory(from), workspace(from), arena(from) {}
  GrowingBuffer& value(int id) {
    while (static_cast<int>(values.size()) <= id) values.emplace_back(memory);
    return values[id];
  }
  DeviceMemory& memory;
  std::vector<GrowingBuffer> values;  // by value id
  GrowingBuffer workspace, arena;
};

}  // namespace tenfold
