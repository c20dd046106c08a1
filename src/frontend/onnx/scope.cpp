#include "frontend/onnx/scope.h"

#include "base/error.h"

namespace tenfold::onnx_frontend {

const Binding* Scope::find(const std::string& name) {
  auto it = bindings_.find(name);
  if (it != bindings_.end()) return &it->second;
  const Binding* found = outer_ ? outer_->find(name) : nullptr;
  if (!found) return nullptr;
  Binding mine = *found;
  if (mine.kind == Binding::Kind::kValue && &outer_->graph_ != &graph_) {
    const Value& value = *found->value;
    if (value.isConstant()) {
      mine.value = graph_.addConstant(value.constant, value.name);
    } else {
      mine.value = graph_.addInput(name, value.dtype, value.shape);
      mine.value->contents = value.contents;
      captures_.push_back(found->value);
    }
  }
  return &(bindings_[name] = mine);
}

void Scope::define(const std::string& name, Binding binding) {
  bool fresh = bindings_.emplace(name, binding).second;
  require(fresh, "two values are called '{}'; names must be unique", name);
}

}  // namespace tenfold::onnx_frontend
