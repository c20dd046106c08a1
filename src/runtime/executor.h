// Runs a loaded plan for one context: fixes shapes, prepares launches, walks the steps.
#pragma once

#include <list>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "runtime/loaded_plan.h"
#include "runtime/step_times.h"

namespace tenfold {

struct RunArgs {
  std::span<void* const> inputs;    // address of each graph input
  OutputMemory* outputs = nullptr;  // gives the address of each graph output, once its shape is known
  StreamHandle stream = nullptr;
  StepTimes* times = nullptr;  // takes the time of each step; null: nobody wants it
};

class Executor {
 public:
  // `memory` places the values (a profile's plan, in an arena of the caller's). Without it, or where it is
  // not bounded, the executor plans for the shapes at hand and owns its arena. A body's outputs stay its own.
  enum class Role { kNetwork, kBody };
  Executor(const LoadedPlan& loaded, Role role, const MemoryPlan* memory = nullptr);
  ~Executor();
  Executor(const Executor&) = delete;
  Executor& operator=(const Executor&) = delete;

  // Changes the profile's memory plan; shapes must be set again.
  void setMemoryPlan(const MemoryPlan* memory);
  // The arena for plans with a memory plan: at least arenaBytes, 256-byte aligned.
  void setArena(void* arena) { arena_ = static_cast<char*>(arena); }

  // Memory for what kernels need while they run, of the caller's; where it is too small the executor takes
  // its own. Enough for the shapes set last are workspaceBytes().
  void lendWorkspace(void* memory, size_t bytes) { lentWorkspace_ = memory, lentWorkspaceBytes_ = bytes; }
  size_t workspaceBytes() const;
  // Branches may run beside each other on up to `most` streams besides the caller's, from the next new shapes
  // on: streams of the executor's own, or those given.
  void allowStreams(int most) { mostStreams_ = most; }
  void giveStreams(std::vector<StreamHandle> streams) { givenStreams_ = std::move(streams); }
  int auxiliaryStreams() const;  // that the shapes set last make use of
  // Names each step's launches to profilers that watch the process.
  void setRanges(bool on) { ranges_ = on; }

  // Fixes the inputs' shapes, and the elements of those that are shape tensors (`values[i]`, else null);
  // prepares every launch that these determine. `outer` binds the symbols of the graph around a body.
  // Throws Error where the shapes contradict the graph.
  void setInputs(std::span<const Shape> shapes, std::span<const int64_t* const> values,
                 const DimBindings& outer = {});
  // Enqueues everything. setInputs came before. Allocates nothing where LoadedPlan::allStatic().
  void run(const RunArgs& args);

  // Known after setInputs for static shapes, after run for all.
  std::optional<Shape> outputShape(size_t i) const;
  const void* outputAddress(size_t i) const;  // of bodies, after run

 private:
  friend class ControlFlow;
  struct StepArgs;
  struct DynamicMemory;
  struct Prepared;  // everything that depends on one set of input shapes
  struct Pool;      // memory of values whose size only run time tells
  struct Replay;

  std::shared_ptr<Prepared> prepare();
  void bindInputs(std::span<const Shape> shapes, std::span<const int64_t* const> values);
  void bindShape(const Value& v, const Shape& shape);
  void evaluateStaticShapes();
  void runSteps(const RunArgs& args);
  void runOnStreams(const RunArgs& args);
  void planStreams(Prepared& prepared);
  StreamHandle auxiliaryStream(size_t index);
  bool tryReplay(const RunArgs& args);
  void replayKey(const RunArgs& args, std::vector<int64_t>& key) const;
  std::unique_ptr<Recording> recordSteps(const RunArgs& args);
  void checkShapes(size_t step) const;  // throws where the shapes given do not fit its node
  void runStep(size_t step, const RunArgs& args);
  void runDynamic(size_t step, const RunArgs& args);
  void findOutputShapes(size_t step, StreamHandle stream);
  // Null where the step has nothing to write.
  std::unique_ptr<Launch> prepareLaunch(size_t step) const;
  std::unique_ptr<Launch> prepareLaunch(size_t step, std::span<const TensorDesc> inputs,
                                        std::span<const TensorDesc> outputs) const;
  TensorDesc desc(const Value* v) const;
  void evaluateKnown(Prepared& prepared) const;
  // The value's elements in memory that the host can read; waits for the stream where they are on a device.
  Tensor onHost(const Value& v, StreamHandle stream) const;
  const MemoryPlan& memoryPlan() const;
  const Place& place(const Value& v) const;
  void* address(const Value* v) const;
  // Memory for a value whose shape is known by now.
  void* provide(const Value& v, const Shape& shape, const RunArgs& args);
  void* workspace(size_t bytes);

  const LoadedPlan& loaded_;
  const Graph& graph_;
  const MemoryPlan* memory_ = nullptr;  // null: planned in prepare()
  const Role role_;
  char* arena_ = nullptr;
  bool ranges_ = false;
  void* lentWorkspace_ = nullptr;
  size_t lentWorkspaceBytes_ = 0;
  void* workspaceNow_ = nullptr;     // of the run under way
  std::span<void* const> inputs_;    // of the run under way
  std::vector<void*> outputs_;       // by graph output, of the run under way
  std::vector<Shape> shapes_;        // by value id
  std::vector<uint8_t> shapeKnown_;  // by value id
  DimBindings bindings_, staticBindings_;
  std::vector<StepArgs> stepArgs_;
  std::shared_ptr<Prepared> prepared_;
  int64_t preparations_ = 0;
  std::list<std::pair<std::vector<int64_t>, std::shared_ptr<Prepared>>> cache_;  // newest first
  std::unique_ptr<Pool> pool_;
  std::unique_ptr<Replay> replay_;
  int mostStreams_ = 0;
  std::vector<StreamHandle> givenStreams_;
  std::vector<std::shared_ptr<void>> ownStreams_;
  std::vector<StreamHandle> streamsNow_;  // of the run under way
  std::vector<std::vector<std::unique_ptr<Executor>>> bodies_;
};

}  // namespace tenfold
