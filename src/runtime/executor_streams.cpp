// Branches of a plan beside each other, on several streams.
#include <map>

#include "runtime/executor_state.h"

namespace tenfold {
namespace {

constexpr size_t kAlignment = 256;

double secondsOf(const Step& step) { return step.trials.empty() ? 0 : step.trials.front().seconds; }

}  // namespace

int Executor::auxiliaryStreams() const { return prepared_ ? prepared_->streams.streams - 1 : 0; }

// Weights and what is known beforehand are never written.
void Executor::planStreams(Prepared& prepared) {
  const Plan& plan = loaded_.plan();
  const MemoryPlan& memory = memory_ ? *memory_ : prepared.memory;
  const int arena = 0, inputs = 1, outputs = inputs + static_cast<int>(graph_.inputs.size());
  auto add = [&](std::vector<Extent>& extents, const Value* v) {
    if (!v || prepared.knownOnDevice.count(v->id)) return;
    const Place& own = memory.places[static_cast<size_t>(v->id)];
    const Place& where = own.kind == PlaceKind::kAlias ? memory.places[static_cast<size_t>(own.index)] : own;
    const auto bytes = static_cast<int64_t>(typeBytes(v->dtype, shapes_[v->id].numel()));
    if (where.kind == PlaceKind::kArena) extents.push_back({arena, where.offset, where.offset + bytes});
    if (where.kind == PlaceKind::kInput) extents.push_back({inputs + where.index, 0, 1});
    if (where.kind == PlaceKind::kOutput) extents.push_back({outputs + where.index, 0, 1});
  };
  std::vector<StepUse> steps(plan.steps.size());
  for (size_t i = 0; i < steps.size(); ++i) {
    for (const Value* v : plan.steps[i].node->inputs) add(steps[i].reads, v);
    for (const Value* v : plan.steps[i].node->outputs) add(steps[i].writes, v);
    steps[i].seconds = secondsOf(plan.steps[i]);
    steps[i].works = prepared.launches[i] != nullptr;
  }
  prepared.streams = tenfold::planStreams(steps, mostStreams_ + 1);
  if (prepared.streams.streams == 1) return;
  prepared.events = loaded_.target().makeEvents(steps.size() + 1);
  if (!prepared.events) {
    prepared.streams = tenfold::planStreams(steps, 1);
    return;
  }
  std::vector<size_t> most(static_cast<size_t>(prepared.streams.streams));
  for (size_t i = 0; i < steps.size(); ++i)
    if (steps[i].works) {
      size_t& bytes = most[static_cast<size_t>(prepared.streams.stream[i])];
      bytes = std::max(bytes, prepared.launches[i]->workspaceBytes());
    }
  prepared.workspaceBytes = 0;
  for (size_t bytes : most) {
    prepared.workspaceOffsets.push_back(prepared.workspaceBytes);
    prepared.workspaceBytes += (bytes + kAlignment - 1) / kAlignment * kAlignment;
  }
}

StreamHandle Executor::auxiliaryStream(size_t index) {
  if (index < givenStreams_.size()) return givenStreams_[index];
  while (ownStreams_.size() <= index) ownStreams_.push_back(loaded_.target().makeStream());
  return ownStreams_[index].get();
}

void Executor::runOnStreams(const RunArgs& args) {
  const StreamPlan& plan = prepared_->streams;
  StreamEvents& events = *prepared_->events;
  Target& target = loaded_.target();
  const size_t start = stepArgs_.size();
  events.record(start, args.stream);
  std::vector<StreamHandle>& streams = streamsNow_;
  streams.assign(1, args.stream);
  for (int s = 1; s < plan.streams; ++s) {
    streams.push_back(auxiliaryStream(static_cast<size_t>(s) - 1));
    events.wait(start, streams.back());
  }
  RunArgs own = args;
  for (size_t step = 0; step < stepArgs_.size(); ++step) {
    own.stream = streams[static_cast<size_t>(plan.stream[step])];
    for (int earlier : plan.waits[step]) events.wait(static_cast<size_t>(earlier), own.stream);
    if (ranges_) target.pushRange(loaded_.plan().steps[step].node->name.c_str());
    runStep(step, own);
    if (ranges_) target.popRange();
    if (plan.awaited[step]) events.record(step, own.stream);
  }
  for (size_t s = 1; s < streams.size(); ++s) events.wait(static_cast<size_t>(plan.last[s]), args.stream);
}

}  // namespace tenfold
