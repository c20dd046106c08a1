#include "api/runtime/context.h"

#include "api/facts.h"

namespace tenfold {

Context::Context(std::shared_ptr<const EngineState> engine, AllocationStrategy strategy)
    : reporter_(std::make_unique<Reporter>(engine->reporter)),
      config_(std::make_unique<RuntimeConfig>(engine->reporter, strategy)),
      nvtxVerbosity_(
          static_cast<nv::ProfilingVerbosity>(facts::number(*engine->plan, facts::kProfilingVerbosity, 0))),
      execution_(std::make_unique<Execution>(engine, strategy, *reporter_)) {
  mImpl = this;
  execution_->setRanges(nvtxVerbosity_ != nv::ProfilingVerbosity::kNONE);
}

bool Context::enqueueV3(cudaStream_t stream) noexcept { return enqueue("enqueueV3", stream, debugSync_); }

bool Context::enqueue(const char* entry, cudaStream_t stream, bool wait) noexcept {
  return reporter_->guard(entry, [&] {
    followRefit();
    bool reports = profiler_ && emitsProfile_;
    execution_->enqueue(stream, wait || reports);
    if (reports) reportTimes();
    return true;
  });
}

void Context::followRefit() {
  std::shared_ptr<const EngineState> next = engine().successor;
  if (!next) return;
  while (next->successor) next = next->successor;
  execution_ = std::make_unique<Execution>(next, *execution_);
  execution_->setRanges(nvtxVerbosity_ != nv::ProfilingVerbosity::kNONE);
  if (!times_) return;
  times_ = std::make_unique<StepTimes>(next->target, next->plan->steps.size());
  execution_->setTimes(profiler_ ? times_.get() : nullptr);
}

bool Context::executeV2(void* const* bindings) noexcept {
  bool set = reporter_->guard("executeV2", [&] {
    needed(bindings, "the array of bindings");
    for (const IoTensor& t : engine().tensors) execution_->setAddress(t, *bindings++);
    return true;
  });
  return set && enqueue("executeV2", nullptr, true);
}

void Context::setProfiler(nv::IProfiler* profiler) noexcept {
  reporter_->guard("setProfiler", [&] {
    if (profiler && !times_)
      times_ = std::make_unique<StepTimes>(engine().target, engine().plan->steps.size());
    execution_->setTimes(profiler ? times_.get() : nullptr);
    profiler_ = profiler;
  });
}

bool Context::reportToProfiler() const noexcept {
  return reporter_->guard("reportToProfiler", [&] {
    require(profiler_, "there is no profiler: set one with setProfiler");
    execution_->finish();
    require(times_->taken(), "nothing has run since the last report");
    reportTimes();
    return true;
  });
}

void Context::reportTimes() const {
  const Plan& plan = *engine().plan;
  for (size_t step : engine().layers)
    profiler_->reportLayerTime(plan.steps[step].node->name.c_str(), times_->milliseconds(step));
  times_->setTaken(false);
}

}  // namespace tenfold
