#include "runtime/executor.h"

#include <algorithm>

#include "base/error.h"
#include "graph/ops/op_def.h"
#include "plan/memory/assign.h"
#include "runtime/control_flow.h"
#include "runtime/executor_state.h"
#include "targets/reference_launch.h"

namespace tenfold {

Executor::Executor(const LoadedPlan& loaded, Role role, const MemoryPlan* memory)
    : loaded_(loaded),
      graph_(*loaded.plan().graph),
      role_(role),
      outputs_(graph_.outputs.size()),
      shapes_(loaded.numValues()),
      shapeKnown_(loaded.numValues()),
      pool_(std::make_unique<Pool>(loaded.memory())),
      replay_(std::make_unique<Replay>()) {
  setMemoryPlan(memory);
  for (const Value* v : graph_.values()) {
    if (!v->isConstant()) continue;
    shapes_[v->id] = v->constant.shape();
    shapeKnown_[v->id] = true;
  }
  const Plan& plan = loaded.plan();
  stepArgs_.resize(plan.steps.size());
  for (size_t i = 0; i < plan.steps.size(); ++i) {
    stepArgs_[i].inputs.resize(plan.steps[i].node->inputs.size());
    stepArgs_[i].outputs.resize(plan.steps[i].node->outputs.size());
    bodies_.emplace_back();
    for (size_t b = 0; b < plan.steps[i].bodies.size(); ++b)
      bodies_.back().push_back(std::make_unique<Executor>(loaded.body(i, b), Role::kBody));
  }
}

Executor::~Executor() = default;

void Executor::setMemoryPlan(const MemoryPlan* memory) {
  memory_ = memory && memory->bounded ? memory : nullptr;
  prepared_.reset();
  cache_.clear();
  replay_->entries.clear();
}

const MemoryPlan& Executor::memoryPlan() const { return memory_ ? *memory_ : prepared_->memory; }

const Place& Executor::place(const Value& v) const {
  const MemoryPlan& plan = memoryPlan();
  const Place& own = plan.places[v.id];
  return own.kind == PlaceKind::kAlias ? plan.places[own.index] : own;
}

void* Executor::address(const Value* v) const {
  if (!v) return nullptr;
  const MemoryPlan& plan = memoryPlan();
  int id = v->id;
  if (plan.places[id].kind == PlaceKind::kAlias) id = plan.places[id].index;
  if (prepared_)
    if (auto known = prepared_->knownOnDevice.find(id); known != prepared_->knownOnDevice.end())
      return known->second.ensure(0);
  const Place& p = plan.places[id];
  switch (p.kind) {
    case PlaceKind::kArena:
      return arena_ + p.offset;
    case PlaceKind::kConstant:
      return loaded_.constant(*loaded_.value(id));
    case PlaceKind::kInput:
      return inputs_[p.index];
    case PlaceKind::kOutput:
      return outputs_[p.index];
    case PlaceKind::kDynamic:
      return pool_->value(id).ensure(0);
    default:
      return nullptr;
  }
}

TensorDesc Executor::desc(const Value* v) const {
  if (!v) return {};
  const void* known = v->isConstant() ? v->constant.data() : nullptr;
  if (prepared_ && !known)
    if (auto it = prepared_->known.find(v->id); it != prepared_->known.end()) known = it->second.data();
  return {v->dtype, shapes_[v->id], v->layout, known};
}

std::optional<Shape> Executor::outputShape(size_t i) const {
  const Value* v = graph_.outputs[i];
  if (!shapeKnown_[v->id]) return std::nullopt;
  return shapes_[v->id];
}

const void* Executor::outputAddress(size_t i) const { return address(graph_.outputs[i]); }

void* Executor::workspace(size_t bytes) {
  workspaceNow_ = bytes <= lentWorkspaceBytes_ ? lentWorkspace_ : pool_->workspace.ensure(bytes);
  return workspaceNow_;
}

size_t Executor::workspaceBytes() const { return prepared_ ? prepared_->workspaceBytes : 0; }

std::unique_ptr<Launch> Executor::prepareLaunch(size_t step) const {
  const Node& node = *loaded_.plan().steps[step].node;
  std::vector<TensorDesc> inputs, outputs;
  for (const Value* v : node.inputs) inputs.push_back(desc(v));
  for (const Value* v : node.outputs) outputs.push_back(desc(v));
  return prepareLaunch(step, inputs, outputs);
}

std::unique_ptr<Launch> Executor::prepareLaunch(size_t step, std::span<const TensorDesc> inputs,
                                                std::span<const TensorDesc> outputs) const {
  const Node& node = *loaded_.plan().steps[step].node;
  auto isAbsent = [](const TensorDesc& d) { return d.dtype == DataType::kUndefined; };
  auto isEmpty = [&](const TensorDesc& d) { return !isAbsent(d) && d.shape.numel() == 0; };
  auto isEasy = [&](const TensorDesc& d) { return isAbsent(d) || isEmpty(d) || d.layout == Layout::kPlain; };
  bool nothingToWrite = !node.op->dataDependentShape && !node.op->hasSideEffects &&
                        std::all_of(outputs.begin(), outputs.end(),
                                    [&](const TensorDesc& d) { return isAbsent(d) || isEmpty(d); });
  if (nothingToWrite) return nullptr;
  bool mayBeRefused = loaded_.target().hostAccessible() && node.op->eval &&
                      std::any_of(inputs.begin(), inputs.end(), isEmpty) &&
                      std::all_of(inputs.begin(), inputs.end(), isEasy) &&
                      std::all_of(outputs.begin(), outputs.end(), isEasy);
  if (!mayBeRefused) return loaded_.prepare(step, inputs, outputs);
  // What a product or a sum of nothing is, not every kernel knows; the operator's definition does.
  try {
    return loaded_.prepare(step, inputs, outputs);
  } catch (const Error&) {
    return referenceLaunch(node, inputs, outputs);
  }
}

void* Executor::provide(const Value& v, const Shape& shape, const RunArgs& args) {
  shapes_[v.id] = shape;
  shapeKnown_[v.id] = true;
  bindShape(v, shape);
  size_t bytes = typeBytes(v.dtype, shape.numel());
  const Place& where = place(v);
  if (where.kind == PlaceKind::kOutput) {
    outputs_[where.index] = args.outputs->provide(where.index, shape);
    return outputs_[where.index];
  }
  if (where.kind == PlaceKind::kDynamic) return pool_->value(v.id).ensure(bytes);
  return address(&v);
}

void Executor::run(const RunArgs& args) {
  require(prepared_ != nullptr, "the shapes of the inputs are not set");
  inputs_ = args.inputs;
  if (!loaded_.allStatic()) bindings_ = staticBindings_;
  if (args.outputs)
    for (size_t i = 0; i < graph_.outputs.size(); ++i) {
      const Value& v = *graph_.outputs[i];
      if (loaded_.hasStaticShape(v) && place(v).kind == PlaceKind::kOutput)
        outputs_[i] = args.outputs->provide(i, shapes_[v.id]);
    }
  if (args.times) args.times->setTaken(true);
  if (!tryReplay(args)) runSteps(args);
}

void Executor::runSteps(const RunArgs& args) {
  if (prepared_->events && !args.times) return runOnStreams(args);
  Target& target = loaded_.target();
  for (size_t step = 0; step < stepArgs_.size(); ++step) {
    if (ranges_) target.pushRange(loaded_.plan().steps[step].node->name.c_str());
    if (args.times) args.times->before(step, args.stream);
    runStep(step, args);
    if (args.times) args.times->after(step, args.stream);
    if (ranges_) target.popRange();
  }
}

void Executor::replayKey(const RunArgs& args, std::vector<int64_t>& key) const {
  key.clear();
  auto add = [&](const void* address) { key.push_back(reinterpret_cast<int64_t>(address)); };
  key.push_back(prepared_->serial);
  add(arena_), add(workspaceNow_), add(args.times);
  for (StreamHandle stream : givenStreams_) add(stream);
  for (const void* address : inputs_) add(address);
  for (const void* address : outputs_) add(address);
}

bool Executor::tryReplay(const RunArgs& args) {
  Replay& replay = *replay_;
  if (replay.hopeless || !loaded_.allStatic() || role_ == Role::kBody || !prepared_->mayBeReplayed ||
      !loaded_.target().mayRecord(args.stream))
    return false;
  replayKey(args, replay.key);
  auto& entries = replay.entries;
  auto found = std::find_if(entries.begin(), entries.end(),
                            [&](const auto& entry) { return entry.key == replay.key; });
  if (found == entries.end()) {
    if (entries.size() == Replay::kMost) entries.pop_back();
    entries.push_front({replay.key, nullptr});
    return false;
  }
  entries.splice(entries.begin(), entries, found);
  if (!found->recording) {
    found->recording = recordSteps(args);
    replay.hopeless = !found->recording;
    if (replay.hopeless) return false;
  }
  found->recording->replay(args.stream);
  return true;
}

std::unique_ptr<Recording> Executor::recordSteps(const RunArgs& args) {
  try {
    return loaded_.target().recordLaunches([&](StreamHandle stream) {
      RunArgs recorded = args;
      recorded.stream = stream;
      runSteps(recorded);
    });
  } catch (const Error&) {
    return nullptr;  // a step waits for its results: such a network cannot be recorded
  }
}

Tensor Executor::onHost(const Value& v, StreamHandle stream) const {
  const Shape& shape = shapes_[v.id];
  Target& target = loaded_.target();
  if (target.hostAccessible()) return Tensor(v.dtype, shape, address(&v));
  if (v.isConstant()) return v.constant;
  if (auto it = prepared_->known.find(v.id); it != prepared_->known.end()) return it->second;
  Tensor copy(v.dtype, shape);
  if (copy.bytes()) target.copy(copy.data(), address(&v), copy.bytes(), stream);
  target.synchronize(stream);
  return copy;
}

void Executor::runStep(size_t step, const RunArgs& args) {
  if (!loaded_.isStatic(step)) return runDynamic(step, args);
  Launch* launch = prepared_->launches[step].get();
  if (!launch) return;  // an alias, or nothing to write
  const Node& node = *loaded_.plan().steps[step].node;
  StepArgs& a = stepArgs_[step];
  for (size_t i = 0; i < a.inputs.size(); ++i) a.inputs[i] = address(node.inputs[i]);
  for (size_t i = 0; i < a.outputs.size(); ++i) a.outputs[i] = address(node.outputs[i]);
  char* scratch = static_cast<char*>(workspace(prepared_->workspaceBytes));
  if (prepared_->events)
    scratch += prepared_->workspaceOffsets[static_cast<size_t>(prepared_->streams.stream[step])];
  launch->run({a.inputs.data(), a.outputs.data(), scratch, args.stream, nullptr});
}

}  // namespace tenfold
