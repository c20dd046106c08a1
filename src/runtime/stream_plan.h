// Which steps of a plan may run beside each other, on which of several streams.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace tenfold {

// A piece of memory that a step reads or writes: bytes [begin, end) of one of several spaces (the arena, each
// input, each output).
struct Extent {
  int space = 0;
  int64_t begin = 0, end = 0;
};
struct StepUse {
  std::vector<Extent> reads, writes;
  double seconds = 0;  // short steps are not worth a stream of their own
  bool works = true;   // false: the step launches nothing
};

struct StreamPlan {
  int streams = 1;
  std::vector<int> stream;              // by step; 0 is the caller's
  std::vector<std::vector<int>> waits;  // by step: those of other streams that must be done before
  std::vector<uint8_t> awaited;         // by step: another stream waits for it
  std::vector<int> last;                // by stream: its last step
};

// Steps keep their order where one needs what another writes, or writes what another still reads. `most`
// streams at most.
StreamPlan planStreams(std::span<const StepUse> steps, int most);

}  // namespace tenfold
