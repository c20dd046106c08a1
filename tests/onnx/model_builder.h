// Makes small ONNX models for the tests of the importer.
#pragma once

#include <initializer_list>
#include <string>
#include <vector>

#include "frontend/onnx/importer.h"
#include "onnx.pb.h"

namespace tenfold::testing {

// Attributes, by chaining: attr(node).ints("axes", {1}).text("mode", "linear").
class AttributeWriter {
 public:
  explicit AttributeWriter(onnx::NodeProto& node) : node_(node) {}
  AttributeWriter& integer(const std::string& name, int64_t value);
  AttributeWriter& real(const std::string& name, float value);
  AttributeWriter& text(const std::string& name, const std::string& value);
  AttributeWriter& ints(const std::string& name, const std::vector<int64_t>& values);
  AttributeWriter& reals(const std::string& name, const std::vector<float>& values);
  AttributeWriter& tensor(const std::string& name, const onnx::TensorProto& value);
  AttributeWriter& graph(const std::string& name, const onnx::GraphProto& value);
  AttributeWriter& reference(const std::string& name, const std::string& of,
                             onnx::AttributeProto::AttributeType type);

 private:
  onnx::AttributeProto& add(const std::string& name, onnx::AttributeProto::AttributeType type);
  onnx::NodeProto& node_;
};
inline AttributeWriter attr(onnx::NodeProto& node) { return AttributeWriter(node); }

// A dimension: a number, a name, or "" for an unnamed dynamic one.
struct ModelDim {
  ModelDim(int value) : value(value) {}
  ModelDim(const char* name) : named(true), name(name) {}
  bool named = false;
  int64_t value = 0;
  std::string name;
};

void addValue(onnx::ValueInfoProto& info, const std::string& name, int type,
              const std::vector<ModelDim>& dims);
onnx::NodeProto& addNode(onnx::GraphProto& graph, const std::string& op,
                         const std::vector<std::string>& inputs, const std::vector<std::string>& outputs);
onnx::TensorProto floatTensor(const std::string& name, const std::vector<int64_t>& dims,
                              const std::vector<float>& values);
onnx::TensorProto intTensor(const std::string& name, const std::vector<int64_t>& dims,
                            const std::vector<int64_t>& values);

class ModelBuilder {
 public:
  explicit ModelBuilder(int64_t opset = 18);
  ModelBuilder& input(const std::string& name, const std::vector<ModelDim>& dims,
                      int type = onnx::TensorProto::FLOAT);
  ModelBuilder& output(const std::string& name);
  ModelBuilder& initializer(const onnx::TensorProto& tensor);
  onnx::NodeProto& node(const std::string& op, const std::vector<std::string>& inputs,
                        const std::vector<std::string>& outputs);
  std::string bytes() const { return model.SerializeAsString(); }
  ImportResult import(const ImportOptions& options = {}) const;
  // The graph; fails the test where the import has errors.
  std::unique_ptr<Graph> graph() const;

  onnx::ModelProto model;
};

// The names of the graph's operators in order, e.g. "MatMul Add".
std::string opNames(const Graph& graph);
// All messages of the import, one a line.
std::string errorText(const ImportResult& result);
// The elements of a constant integer value.
std::vector<int64_t> constantInts(const Value* value);

}  // namespace tenfold::testing
