#include "runtime/session.h"

#include <algorithm>

namespace tenfold {
namespace {

std::shared_ptr<void> deviceMemory(Target& target, size_t bytes) {
  return {target.allocate(std::max<size_t>(bytes, 1)), [&target](void* p) { target.release(p); }};
}

}  // namespace

void* Session::Outputs::provide(size_t index, const Shape& shape) {
  if (!memory[index] || !(shapes[index] == shape))
    memory[index] = deviceMemory(*target, typeBytes(types[index], shape.numel()));
  shapes[index] = shape;
  return memory[index].get();
}

Tensor Session::Outputs::result(size_t index) const {
  Tensor copy(types[index], shapes[index]);
  target->copy(copy.data(), memory[index].get(), copy.bytes(), nullptr);
  return copy;
}

Session::Session(std::unique_ptr<Plan> plan, Target& target)
    : plan_(std::move(plan)),
      target_(target),
      loaded_(*plan_, target),
      executor_(loaded_, Executor::Role::kNetwork, &plan_->memory.at(0)) {
  if (plan_->memory[0].bounded) {
    arena_ = deviceMemory(target, static_cast<size_t>(plan_->memory[0].arenaBytes));
    executor_.setArena(arena_.get());
  }
  outputs_.target = &target;
  for (const Value* v : plan_->graph->outputs) outputs_.types.push_back(v->dtype);
  outputs_.memory.resize(outputs_.types.size());
  outputs_.shapes.resize(outputs_.types.size());
}

std::vector<Tensor> Session::run(const std::vector<Tensor>& inputs, StepTimes* times) {
  inputs_.clear();
  addresses_.clear();
  std::vector<Shape> shapes;
  for (const Tensor& t : inputs) {
    shapes.push_back(t.shape());
    inputs_.push_back(deviceMemory(target_, t.bytes()));
    target_.copy(inputs_.back().get(), t.data(), t.bytes(), nullptr);
    addresses_.push_back(inputs_.back().get());
  }
  executor_.setInputs(shapes, {});
  runAgain(times);
  std::vector<Tensor> results;
  for (size_t i = 0; i < outputs_.types.size(); ++i) results.push_back(outputs_.result(i));
  return results;
}

void Session::runAgain(StepTimes* times) {
  executor_.run({addresses_, &outputs_, nullptr, times});
  target_.synchronize(nullptr);
}

}  // namespace tenfold
