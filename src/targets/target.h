// The only thing the rest of Tenfold knows of a device: its memory, its streams, and its tactics. A tactic is
// one way to run a node (most often a fused region): it accepts or refuses it with a reason, lists
// configurations, compiles one (packing weights, generating code), and later loads what it compiled.
//
//   build:  Tactic::refuses -> candidates -> compile  => CompiledKernel, stored in the plan
//   load:   Tactic::load(node, compiled)              => Kernel, immutable, shared by all contexts
//   shape:  Kernel::prepare(inputs, outputs)          => Launch, belongs to one context
//   run:    Launch::run(args)                         allocates nothing, takes no lock
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/layout.h"
#include "base/tensor.h"
#include "targets/fusion_limits.h"

namespace tenfold {

struct Node;

// A stream of the API (cudaStream_t); null is the default stream. Its meaning is the target's.
using StreamHandle = void*;

// A value at concrete shape. `shape` is logical (N, C, spatial...), whatever the layout.
struct TensorDesc {
  DataType dtype = DataType::kUndefined;
  Shape shape;
  Layout layout = Layout::kPlain;
  // The elements where they are known before the launch: constants, and integer inputs that decide shapes.
  const void* known = nullptr;
};

// Gives memory for outputs whose shapes only the launch itself finds out.
class OutputMemory {
 public:
  virtual ~OutputMemory() = default;
  // Memory for output `index` of this shape, valid until the end of the enqueue. Never null.
  virtual void* provide(size_t index, const Shape& shape) = 0;
};

struct LaunchArgs {
  void* const* inputs;   // null entries: absent inputs
  void* const* outputs;  // null entries: unwanted outputs, and those of data-dependent shape
  void* workspace;       // Launch::workspaceBytes() bytes, 64-byte aligned
  StreamHandle stream;
  OutputMemory* dynamicOutputs;  // for operators with OpDef::dataDependentShape, else null
};

class Launch {
 public:
  virtual ~Launch() = default;
  virtual size_t workspaceBytes() const { return 0; }
  // Enqueues the work. May throw Error only for what data alone reveals (an index out of range).
  virtual void run(const LaunchArgs& args) = 0;
};

class Kernel {
 public:
  virtual ~Kernel() = default;
  // Fixes the shapes. Absent inputs have dtype kUndefined. Thread-safe. Throws Error where it cannot run
  // them.
  virtual std::unique_ptr<Launch> prepare(std::span<const TensorDesc> inputs,
                                          std::span<const TensorDesc> outputs) const = 0;
};

// What a tactic leaves in the plan.
struct CompiledKernel {
  std::string tactic;
  std::string config;         // printable: chosen variant, tile sizes, packed formats
  std::vector<Tensor> blobs;  // packed weights, code
  // Inputs (constants) that live on in the blobs: the plan need not keep the originals.
  std::vector<uint8_t> packedInputs;
};

struct Candidate {
  std::string config;
  double seconds = 0;  // the cost model's estimate at the hinted shapes
};

// What a tactic may know when it chooses and compiles.
struct TuningHint {
  std::vector<TensorDesc> inputs, outputs;  // at the profile's optimal shapes; constants have `known`
  bool allowTf32 = true;
  // False where any input shape changes at run time: packed formats must then serve all shapes.
  bool staticShapes = true;
  // False where not even all ranks are known; only the target's last tactic is asked then.
  bool knownRanks = true;
};

class Tactic {
 public:
  virtual ~Tactic() = default;
  virtual std::string_view name() const = 0;
  // Empty where it can run the node, otherwise the reason in words for the inspector.
  virtual std::string refuses(const Node& node, const TuningHint& hint) const = 0;
  // At least one candidate for a node that is not refused, best first.
  virtual std::vector<Candidate> candidates(const Node& node, const TuningHint& hint) const = 0;
  virtual CompiledKernel compile(const Node& node, const std::string& config,
                                 const TuningHint& hint) const = 0;
  // `node` stays alive as long as the kernel. Throws Error (kInvalidPlan) for what compile did not write.
  virtual std::unique_ptr<Kernel> load(const Node& node, const CompiledKernel& compiled) const = 0;
};

// Launches that were recorded once and are started again as one.
class Recording {
 public:
  virtual ~Recording() = default;
  virtual void replay(StreamHandle stream) = 0;
};

// Times of places in the work of a stream.
class StreamClock {
 public:
  virtual ~StreamClock() = default;
  // Takes the time when what the stream holds by now is done. A mark inside a recording is taken by every
  // replay.
  virtual void mark(size_t index, StreamHandle stream) = 0;
  // Between two marks, for which it waits.
  virtual float milliseconds(size_t from, size_t to) = 0;
};

// Order between streams.
class StreamEvents {
 public:
  virtual ~StreamEvents() = default;
  virtual void record(size_t index, StreamHandle stream) = 0;
  // What `stream` gets from now on starts when the work before the record is done.
  virtual void wait(size_t index, StreamHandle stream) = 0;
};

// Where device memory comes from.
class DeviceMemory {
 public:
  virtual ~DeviceMemory() = default;
  // At least 256-byte aligned; throws Error (kOutOfMemory).
  virtual void* allocate(size_t bytes) = 0;
  virtual void release(void* memory) = 0;
};

class Target : public DeviceMemory {
 public:
  virtual std::string_view name() const = 0;  // "cpu", "cuda", "null"
  // What the timing cache and the plan are valid for: the device's model and the features kernels depend on.
  virtual std::string deviceSignature() const = 0;
  // Best first; the last one (the reference) accepts everything that can be run at all.
  virtual const std::vector<const Tactic*>& tactics() const = 0;
  const Tactic* findTactic(std::string_view name) const;
  // True where the node can read and write rank 3 to 5 values in channels-last layout.
  virtual bool acceptsChannelsLast(const Node& node) const = 0;
  virtual FusionLimits fusionLimits() const { return {}; }
  // Whether networks gain from computing in this type: a 16-bit float, elsewhere the flags for it change
  // nothing; or kInt8, as quantized networks do.
  virtual bool profitsFrom(DataType) const { return false; }
  // Threads that Tactic::compile gains from: 1 where compiling uses all cores by itself.
  virtual int compileThreads() const { return 1; }
  // The device's last level of cache, which repeated measurements of one kernel fill; 0: of no matter.
  virtual size_t cacheBytes() const { return 0; }
  // Whether `node` (pointwise) may join the region that `anchor`'s epilogue forms so far.
  virtual bool fusesEpilogue(const Node& anchor, const Node& node) const = 0;

  // Where kernels that this thread loads take memory for weights of their own; null: from the target itself.
  virtual void setKernelMemory(DeviceMemory*) {}
  virtual void copy(void* to, const void* from, size_t bytes, StreamHandle stream) = 0;
  // True where the host can read device memory directly (CPU).
  virtual bool hostAccessible() const = 0;

  // Runs `task(data)` in the stream's order: at once for the default stream of the CPU and for devices whose
  // launches are asynchronous themselves; on the stream's worker for a host stream.
  virtual void submit(StreamHandle stream, void (*task)(void*), void* data) = 0;
  virtual void synchronize(StreamHandle stream) = 0;

  // Seconds that one call of `work`, which enqueues on the stream it is given, keeps the device busy: the
  // fastest of so many, after one to warm up (the only one where it takes long).
  virtual double time(const std::function<void(StreamHandle)>& work, int iterations);
  // Records what `work` enqueues on the stream it is given, without running it; null where the target cannot.
  virtual std::unique_ptr<Recording> recordLaunches(const std::function<void(StreamHandle)>& work);
  // Whether launches on this stream may be replaced by a recording of them.
  virtual bool mayRecord(StreamHandle stream);

  virtual std::unique_ptr<StreamClock> makeClock(size_t marks);
  // Streams of our own beside the caller's and what orders them; null where there is one stream only.
  virtual std::shared_ptr<void> makeStream() { return nullptr; }
  virtual std::unique_ptr<StreamEvents> makeEvents(size_t) { return nullptr; }
  // Records the program's event (cudaEvent_t). Throws Error where the target has none.
  virtual void recordEvent(void* event, StreamHandle stream);
  // Named ranges of launches, for profilers that watch the process.
  virtual void pushRange(const char*) {}
  virtual void popRange() {}
};

// The target of that name: cpu; cuda (the GPU of the thread's current context, else the first); cuda:1 and
// the like, by number; cuda:sm_90 and the like, to build without a GPU; null. "" chooses by TENFOLD_TARGET,
// else the GPU where a driver and a device are there, else the CPU. Throws Error where it does not exist or
// cannot be used on this machine. Lives until the program ends.
Target& target(std::string_view name = "");

}  // namespace tenfold
