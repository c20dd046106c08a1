// The executor's shape program: binding symbols, evaluating shapes, preparing launches.
#include <algorithm>

#include "base/error.h"
#include "graph/ir/symbols.h"
#include "plan/memory/assign.h"
#include "runtime/executor_state.h"
#include "runtime/shape_checks.h"

namespace tenfold {
namespace {

constexpr size_t kCachedShapes = 16;  // sets of input shapes whose launches a context keeps

void bindExtent(DimBindings& bindings, const Dim& d, int64_t value, const Value& v, const char* what,
                size_t at) {
  if (auto constant = d.tryConstant()) {
    require(*constant == value, "input '{}': {} {} is {}, but the network was built for {}", v.name, what, at,
            value, *constant);
    return;
  }
  if (!d.isSymbol()) return;
  auto [it, fresh] = bindings.try_emplace(d.key(), value);
  require(fresh || it->second == value,
          "input '{}': {} {} is {}, but '{}' is {} elsewhere; both must be equal", v.name, what, at, value,
          d.key(), it->second);
}

}  // namespace

void Executor::bindInputs(std::span<const Shape> shapes, std::span<const int64_t* const> values) {
  for (size_t i = 0; i < graph_.inputs.size(); ++i) {
    const Value& v = *graph_.inputs[i];
    shapes_[v.id] = shapes[i];
    shapeKnown_[v.id] = true;
    if (v.shape) {
      require(shapes[i].rank() == v.rank(), "input '{}' has {} dimensions, {} were given: {}", v.name,
              v.rank(), shapes[i].rank(), shapes[i].str());
      for (int d = 0; d < v.rank(); ++d)
        bindExtent(bindings_, (*v.shape)[d], shapes[i][d], v, "dimension", d);
    }
    if (v.contents && i < values.size() && values[i])
      for (size_t e = 0; e < v.contents->size(); ++e)
        bindExtent(bindings_, (*v.contents)[e], values[i][e], v, "element", e);
  }
}

void Executor::setInputs(std::span<const Shape> shapes, std::span<const int64_t* const> values,
                         const DimBindings& outer) {
  std::vector<int64_t> key;
  for (const Shape& s : shapes) {
    key.push_back(s.rank());
    key.insert(key.end(), s.begin(), s.end());
  }
  for (size_t i = 0; i < values.size(); ++i)
    if (values[i] && graph_.inputs[i]->contents)
      key.insert(key.end(), values[i], values[i] + graph_.inputs[i]->contents->size());
  for (const auto& [name, value] : outer) key.push_back(value);
  // A preparation that failed half-way is in no cache.
  if (prepared_ && !cache_.empty() && cache_.front().first == key && cache_.front().second == prepared_)
    return;

  bindings_ = outer;
  bindInputs(shapes, values);
  staticBindings_ = bindings_;
  auto cached =
      std::find_if(cache_.begin(), cache_.end(), [&](const auto& entry) { return entry.first == key; });
  if (cached != cache_.end()) {
    cache_.splice(cache_.begin(), cache_, cached);
    prepared_ = cache_.front().second;
    evaluateStaticShapes();
  } else {
    prepared_.reset();
    evaluateStaticShapes();
    prepared_ = prepare();
    cache_.emplace_front(std::move(key), prepared_);
    if (cache_.size() > kCachedShapes) {
      replay_->entries.clear();  // some may be of the preparation that goes
      cache_.pop_back();
    }
  }
  workspace(prepared_->workspaceBytes);
  if (!memory_) arena_ = static_cast<char*>(pool_->arena.ensure(prepared_->memory.arenaBytes));
}

void Executor::evaluateStaticShapes() {
  for (const Value* v : graph_.values()) {
    if (v->isConstant() || !v->producer) continue;
    shapeKnown_[v->id] = loaded_.hasStaticShape(*v);
    if (!shapeKnown_[v->id]) continue;
    shapes_[v->id] = prepared_ ? prepared_->shapes[v->id] : evalShape(*v->shape, bindings_);
    for (int64_t d : shapes_[v->id])
      require(d >= 0, "the shapes given make '{}' ({}) a tensor of shape {}; a dimension cannot be negative",
              v->name, v->producer->name, shapes_[v->id].str());
  }
}

void Executor::checkShapes(size_t step) const {
  const Node& node = *loaded_.plan().steps[step].node;
  std::vector<TensorDesc> inputs;
  std::vector<Tensor> held;
  std::vector<void*> addresses;
  for (const Value* v : node.inputs) {
    inputs.push_back(desc(v));
    held.push_back(v ? knownElements(*v, inputs.back().shape, bindings_) : Tensor());
    addresses.push_back(held.back().data());
  }
  std::vector<std::optional<Shape>> outputs;
  for (const Value* v : node.outputs) outputs.push_back(v ? std::optional(shapes_[v->id]) : std::nullopt);
  requireFit(node, inputs, addresses, outputs);
}

std::shared_ptr<Executor::Prepared> Executor::prepare() {
  KernelMemory scope(loaded_);
  auto prepared = std::make_shared<Prepared>();
  prepared->serial = ++preparations_;
  const Plan& plan = loaded_.plan();
  prepared->shapes = shapes_;
  for (size_t i = 0; i < plan.steps.size(); ++i)
    if (loaded_.isStatic(i) && loaded_.isOpen(i)) checkShapes(i);
  if (!memory_) {
    auto bytes = [&](const Value& v) -> std::optional<int64_t> {
      if (!shapeKnown_[v.id]) return std::nullopt;
      return static_cast<int64_t>(typeBytes(v.dtype, shapes_[v.id].numel()));
    };
    prepared->memory = assignMemory(plan, bytes, role_ == Role::kNetwork, 0);
    // Before any kernel is prepared: for shapes beyond all memory that is what has to be told.
    pool_->arena.ensure(prepared->memory.arenaBytes);
  }
  if (!loaded_.target().hostAccessible()) evaluateKnown(*prepared);
  prepared_ = prepared;
  auto isKnown = [&](const Value* v) { return !v || prepared->knownOnDevice.count(v->id); };
  for (size_t i = 0; i < plan.steps.size(); ++i) {
    const Node& node = *plan.steps[i].node;
    bool launches = plan.steps[i].kind == StepKind::kLaunch && loaded_.isStatic(i) &&
                    !std::all_of(node.outputs.begin(), node.outputs.end(), isKnown);
    prepared->launches.push_back(launches ? prepareLaunch(i) : nullptr);
    if (prepared->launches.back())
      prepared->workspaceBytes =
          std::max(prepared->workspaceBytes, prepared->launches.back()->workspaceBytes());
    // The program's code is called in every run: it may do something else each time.
    prepared->mayBeReplayed = prepared->mayBeReplayed && !node.is("Plugin");
  }
  if (mostStreams_ > 0 && loaded_.allStatic() && role_ == Role::kNetwork) planStreams(*prepared);
  return prepared;
}

void Executor::evaluateKnown(Prepared& prepared) const {
  const MemoryPlan& memory = memory_ ? *memory_ : prepared.memory;
  for (const Value* v : graph_.values()) {
    const Place& place = memory.places[v->id];
    const Place& root = place.kind == PlaceKind::kAlias ? memory.places[place.index] : place;
    if (v->isConstant() || !v->contents || !shapeKnown_[v->id]) continue;
    Tensor elements = knownElements(*v, shapes_[v->id], bindings_);
    if (!elements.defined()) continue;
    // Outputs are written by their steps, in every run; a body's inputs lie on the device. A network's own
    // inputs of this kind lie in the host's memory.
    bool isGiven = root.kind == PlaceKind::kInput && role_ == Role::kBody;
    if (root.kind != PlaceKind::kOutput && !isGiven) {
      auto [buffer, fresh] = prepared.knownOnDevice.try_emplace(v->id, loaded_.memory());
      loaded_.target().copy(buffer->second.ensure(elements.bytes()), elements.data(), elements.bytes(),
                            nullptr);
    }
    prepared.known.emplace(v->id, std::move(elements));
  }
}

void Executor::bindShape(const Value& v, const Shape& shape) {
  if (!v.shape || static_cast<int>(v.shape->size()) != shape.rank()) return;
  for (int d = 0; d < shape.rank(); ++d)
    if ((*v.shape)[d].isSymbol()) bindings_.try_emplace((*v.shape)[d].key(), shape[d]);
}

}  // namespace tenfold
