#include "api/runtime/engine_state.h"

#include <algorithm>
#include <cstring>

#include "api/facts.h"
#include "plan/build/finish.h"
#include "plan/format/file.h"
#include "runtime/executor.h"

namespace tenfold {
namespace {

bool contains(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

std::vector<IoTensor> listTensors(const Plan& plan, size_t hiddenOutputs) {
  std::vector<IoTensor> tensors;
  const Graph& graph = *plan.graph;
  for (size_t i = 0; i < graph.inputs.size(); ++i)
    tensors.push_back({graph.inputs[i], true, i, graph.inputs[i]->contents.has_value()});
  std::vector<std::string> shapeOutputs = facts::names(plan, facts::kShapeOutputs);
  for (size_t i = 0; i + hiddenOutputs < graph.outputs.size(); ++i)
    tensors.push_back({graph.outputs[i], false, i, contains(shapeOutputs, graph.outputs[i]->name)});
  return tensors;
}

// A plan that was built for an architecture runs on the GPU that is here.
Target& targetFor(const std::string& name) {
  if (name.rfind("cuda:", 0) != 0) return target(name);
  try {
    return target("cuda");
  } catch (const Error&) {
    return target(name);  // which says that there is none
  }
}

}  // namespace

EngineState::EngineState(std::unique_ptr<Plan> made, std::shared_ptr<const Reporter> maker,
                         nvinfer1::IGpuAllocator* memory)
    : plan(std::move(made)),
      target(targetFor(plan->target)),
      allocator(memory ? std::make_unique<AllocatorMemory>(*memory) : nullptr),
      loaded(*plan, target, target.hostAccessible() ? nullptr : allocator.get()),
      reporter(std::make_shared<Reporter>(std::move(maker))),
      debugTensors(facts::names(*plan, facts::kDebugTensors)),
      unfusedDebugTensors(facts::names(*plan, facts::kUnfusedDebugTensors)) {
  int64_t hidden = facts::number(*plan, facts::kHiddenOutputs, 0);
  require(hidden >= 0 && static_cast<size_t>(hidden) <= graph().outputs.size(),
          "the plan hides {} outputs of {}", hidden, graph().outputs.size());
  hiddenOutputs = static_cast<size_t>(hidden);
  tensors = listTensors(*plan, hiddenOutputs);
  for (size_t i = 0; i < plan->steps.size(); ++i)
    if (plan->steps[i].kind != StepKind::kAlias) layers.push_back(i);
  if (plan->device != target.deviceSignature())
    reporter->warn(
        fmt::format("the plan was built on another device ({}); this one is {}: it may be slower "
                    "than a plan built here",
                    plan->device, target.deviceSignature()));
}

EngineState::~EngineState() {
  ending_ = true;
  if (tuning_.joinable()) tuning_.join();
}

void EngineState::finishTuning() const {
  std::lock_guard lock(tuningMutex_);
  if (!tuning_.joinable() && !better_) tuning_ = std::thread([this] { tune(); });
}

void EngineState::waitForTuning() const {
  std::lock_guard lock(tuningMutex_);
  if (tuning_.joinable()) tuning_.join();
}

void EngineState::tune() const {
  try {
    betterPlan_ = readPlanCopy(writePlan(*plan));
    if (!finishPlan(*betterPlan_, target, {}, [&] { return !ending_.load(); })) return;
    betterKernels_ = std::make_unique<LoadedPlan>(*betterPlan_, target,
                                                  target.hostAccessible() ? nullptr : allocator.get());
    better_.store(betterKernels_.get(), std::memory_order_release);
  } catch (const std::exception& e) {
    if (!ending_)
      reporter->warn(fmt::format("tuning could not be finished, the engine goes on as it was: {}", e.what()));
  }
}

const IoTensor& EngineState::tensor(const char* name) const {
  needed(name, "the name of a tensor");
  for (const IoTensor& t : tensors)
    if (!std::strcmp(t.name(), name)) return t;
  std::string names;
  for (const IoTensor& t : tensors) names += (names.empty() ? "" : ", ") + t.value->name;
  fail("there is no input or output '{}'; there are: {}", name, names);
}

const IoTensor& EngineState::input(const char* name) const {
  const IoTensor& t = tensor(name);
  require(t.isInput, "'{}' is an output, an input is needed", name);
  return t;
}

const IoTensor& EngineState::output(const char* name) const {
  const IoTensor& t = tensor(name);
  require(!t.isInput, "'{}' is an input, an output is needed", name);
  return t;
}

const Profile& EngineState::profile(int32_t index) const {
  return plan->profiles[checkIndex(index, plan->profiles.size(), "optimization profile")];
}

int64_t EngineState::workspaceOffset(int32_t profile) const {
  const MemoryPlan& memory = plan->memory[checkIndex(profile, plan->memory.size(), "optimization profile")];
  constexpr int64_t kAlignment = 256;
  return memory.bounded ? (memory.arenaBytes + kAlignment - 1) / kAlignment * kAlignment : 0;
}

int64_t EngineState::contextBytes(int32_t profile) const {
  const int64_t arena = workspaceOffset(profile);
  return plan->memory[static_cast<size_t>(profile)].bounded ? arena + workspaceBytes(profile) : 0;
}

int64_t EngineState::maxContextBytes() const {
  int64_t most = 0;
  for (size_t i = 0; i < plan->memory.size(); ++i)
    most = std::max(most, contextBytes(static_cast<int32_t>(i)));
  return most;
}

int EngineState::mostAuxStreams() const {
  return static_cast<int>(std::max<int64_t>(facts::number(*plan, facts::kAuxStreams, 0), 0));
}

int EngineState::auxStreams() const {
  maxContextBytes();
  std::lock_guard lock(workspaceMutex_);
  return auxStreams_;
}

// At the profile's largest, best and smallest shapes. Others may want more: then a context takes memory of
// its own. On the host the scratch memory of kernels is no part of a context's.
int64_t EngineState::workspaceBytes(int32_t profile) const {
  if (target.hostAccessible()) return 0;
  std::lock_guard lock(workspaceMutex_);
  if (auto known = workspaceBytes_.find(profile); known != workspaceBytes_.end()) return known->second;
  int64_t most = 0;
  Executor executor(loaded, Executor::Role::kNetwork, &plan->memory[static_cast<size_t>(profile)]);
  executor.allowStreams(mostAuxStreams());
  const Profile& allowed = this->profile(profile);
  using Point = std::pair<Shape ProfileInput::*, std::vector<int64_t> ProfileInput::*>;
  constexpr Point kPoints[] = {{&ProfileInput::max, &ProfileInput::maxValues},
                               {&ProfileInput::opt, &ProfileInput::optValues},
                               {&ProfileInput::min, &ProfileInput::minValues}};
  for (const auto& [shape, elements] : kPoints) try {
      std::vector<Shape> shapes;
      std::vector<const int64_t*> values;
      for (const ProfileInput& input : allowed.inputs) {
        shapes.push_back(input.*shape);
        values.push_back((input.*elements).empty() ? nullptr : (input.*elements).data());
      }
      executor.setInputs(shapes, values);
      most = std::max(most, static_cast<int64_t>(executor.workspaceBytes()));
      auxStreams_ = std::max(auxStreams_, executor.auxiliaryStreams());
    } catch (const Error& e) {
      // The largest of all shapes need not go together; what does is told when it is set.
      if (e.kind() == ErrorKind::kOutOfMemory) throw;
    }
  return workspaceBytes_[profile] = most;
}

}  // namespace tenfold
