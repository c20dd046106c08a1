#include "api/runtime/execution.h"

#include <algorithm>

#include "api/runtime/bindings.h"

namespace tenfold {

Execution::Execution(std::shared_ptr<const EngineState> engine, AllocationStrategy strategy,
                     const Reporter& reporter)
    : engine_(std::move(engine)),
      strategy_(strategy),
      reporter_(reporter),
      arena_(engine_->contextMemory()),
      inputs_(engine_->graph().inputs.size()),
      outputs_(*engine_),
      inputAddresses_(inputs_.size()) {
  if (strategy_ == AllocationStrategy::kSTATIC) arena_.ensure(engine_->maxContextBytes());
  makeExecutor();
  resetShapes();
}

Execution::Execution(std::shared_ptr<const EngineState> engine, Execution& former)
    : Execution(std::move(engine), former.strategy_, former.reporter_) {
  former.finish();
  setProfile(former.profile_);
  if (strategy_ == AllocationStrategy::kUSER_MANAGED && former.arena_.data())
    lendMemory(former.arena_.data(), former.arena_.bytes());
  for (size_t i = 0; i < inputs_.size(); ++i) {
    inputs_[i].shape = former.inputs_[i].shape;
    inputs_[i].address = former.inputs_[i].address;
  }
  outputs_.takeOver(former.outputs_);
  setAuxStreams(former.auxStreams_);
  inputConsumed_ = former.inputConsumed_;
}

void Execution::makeExecutor() {
  kernels_ = &engine_->kernels();
  executor_ = std::make_unique<Executor>(*kernels_, Executor::Role::kNetwork,
                                         &engine_->plan->memory.at(static_cast<size_t>(profile_)));
  executor_->allowStreams(engine_->mostAuxStreams());
  executor_->giveStreams(auxStreams_);
  executor_->setRanges(ranges_);
  applyMemory();
}

// Not while the program records its stream: to prepare kernels takes memory.
void Execution::takeBetterKernels(StreamHandle stream) {
  const bool onHost = engine_->target.hostAccessible();
  if (kernels_ == &engine_->kernels() || (!onHost && !engine_->target.mayRecord(stream))) return;
  former_ = std::move(executor_);
  makeExecutor();
  resolved_ = false;
}

void Execution::setAuxStreams(std::span<const StreamHandle> streams) {
  finish();
  auxStreams_.assign(streams.begin(), streams.end());
  executor_->giveStreams(auxStreams_);
}

Execution::~Execution() { finish(); }

void Execution::setProfile(int32_t index) {
  engine_->profile(index);
  finish();
  profile_ = index;
  executor_->setMemoryPlan(&engine_->plan->memory[static_cast<size_t>(index)]);
  applyMemory();
  resetShapes();
}

void Execution::applyMemory() {
  if (strategy_ == AllocationStrategy::kON_PROFILE_CHANGE) arena_.ensure(engine_->contextBytes(profile_));
  executor_->setArena(arena_.data());
  const int64_t offset = engine_->workspaceOffset(profile_);
  if (arena_.data() && arena_.bytes() >= offset)
    executor_->lendWorkspace(static_cast<char*>(arena_.data()) + offset,
                             static_cast<size_t>(arena_.bytes() - offset));
  else
    executor_->lendWorkspace(nullptr, 0);
}

int64_t Execution::memoryBytes() {
  resolve();
  const int64_t planned = engine_->contextBytes(profile_);
  if (!planned || engine_->target.hostAccessible()) return planned;
  return engine_->workspaceOffset(profile_) + static_cast<int64_t>(executor_->workspaceBytes());
}

void Execution::lendMemory(void* memory, int64_t bytes) {
  require(strategy_ == AllocationStrategy::kUSER_MANAGED,
          "this context has its own memory: create it with kUSER_MANAGED to give it another");
  int64_t wanted = resolved_ ? memoryBytes() : engine_->contextBytes(profile_);
  require(bytes >= wanted && (memory || !wanted), "profile {} needs {} bytes of memory, {} were given at {}",
          profile_, wanted, bytes, memory);
  finish();
  arena_.lend(memory, bytes);
  applyMemory();
}

void Execution::setAddress(const IoTensor& tensor, void* address) {
  if (tensor.isInput)
    inputs_[tensor.index].address = address;
  else
    outputs_.setAddress(tensor.index, address);
}

void* Execution::address(const IoTensor& tensor) const {
  return tensor.isInput ? const_cast<void*>(inputs_[tensor.index].address) : outputs_.address(tensor.index);
}

void Execution::setTimes(StepTimes* times) {
  finish();
  times_ = times;
}

void Execution::gatherAddresses() {
  static char nothing[64];  // where tensors without elements may point
  for (size_t i = 0; i < inputs_.size(); ++i) {
    inputAddresses_[i] = const_cast<void*>(inputs_[i].address);
    if (inputAddresses_[i]) continue;
    require(inputs_[i].shape->numel() == 0, "input '{}' has no memory: set it with setTensorAddress",
            engine_->graph().inputs[i]->name);
    inputAddresses_[i] = nothing;
  }
}

void Execution::enqueue(StreamHandle stream, bool wait) {
  finish();
  takeBetterKernels(stream);
  resolve();
  gatherAddresses();
  outputs_.begin(stream);
  require(arena_.data() || engine_->contextBytes(profile_) == 0,
          "the context has no memory: give it {} bytes with setDeviceMemoryV2",
          engine_->contextBytes(profile_));
  stream_ = stream;
  const bool onHost = engine_->target.hostAccessible();
  if (!stream || !onHost) {
    engine_->target.submit(onHost ? nullptr : stream, runHere, this);
    if (wait && !onHost) engine_->target.synchronize(stream);
    return;
  }
  inFlight_.begin();
  try {
    engine_->target.submit(stream, runTask, this);
  } catch (...) {
    inFlight_.end();
    throw;
  }
  if (wait || outputs_.mustWait()) finish();
}

void Execution::runTask(void* self) {
  auto& execution = *static_cast<Execution*>(self);
  bool ok = execution.reporter_.guard("enqueueV3", [&] {
    execution.run();
    return true;
  });
  execution.inFlight_.end();
  // The message is out; the stream has to know that its work failed.
  if (!ok) fail(ErrorKind::kInternal, "the run failed");
}

void Execution::run() {
  // On the host, this is the stream's own worker: work that it handed to the stream again would come too
  // late.
  StreamHandle stream = engine_->target.hostAccessible() ? nullptr : stream_;
  executor_->run({inputAddresses_, &outputs_, stream, times_});
  outputs_.reportDebugTensors();
  if (inputConsumed_) engine_->target.recordEvent(inputConsumed_, stream_);
}

}  // namespace tenfold
