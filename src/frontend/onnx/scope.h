// Names of a model's values while one graph of it is imported.
#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "graph/ir/graph.h"

namespace tenfold::onnx_frontend {

// What a name stands for.
struct Binding {
  enum class Kind {
    kValue,
    kAbsent,
    kFailed
  };  // kAbsent: an optional input of a function that the call leaves out
  Kind kind = Kind::kAbsent;
  Value* value = nullptr;
};

class Scope {
 public:
  // `outer` is the scope around a body, whose values are captured (where the body's nodes go to the same
  // graph: simply read); null for a model's or a function's own.
  Scope(Graph& graph, Scope* outer) : graph_(graph), outer_(outer) {}

  // Null where nothing has this name. A name of a scope around this one becomes an input of this scope's
  // graph (constants: a constant of it) and is noted as captured.
  const Binding* find(const std::string& name);
  // Throws Error where the name is taken.
  void define(const std::string& name, Binding binding);
  void define(const std::string& name, Value* value) { define(name, {Binding::Kind::kValue, value}); }
  const std::vector<Value*>& captures() const { return captures_; }

 private:
  Graph& graph_;
  Scope* outer_;
  std::unordered_map<std::string, Binding> bindings_;
  std::vector<Value*> captures_;
};

}  // namespace tenfold::onnx_frontend
