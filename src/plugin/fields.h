// Plugin fields: attributes by which creators make plugins.
#pragma once

#include <deque>
#include <string>
#include <vector>

#include "NvInferRuntime.h"
#include "base/tensor.h"
#include "graph/ir/attributes.h"

namespace tenfold {

// Fields that own their names and elements.
class PluginFields {
 public:
  void add(const std::string& name, nvinfer1::PluginFieldType type, int32_t length, std::vector<char> data);
  // Valid as long as this object, until the next add().
  nvinfer1::PluginFieldCollection collection() const;

 private:
  struct Held {
    std::string name;
    std::vector<char> data;
  };
  std::deque<Held> held_;
  std::vector<nvinfer1::PluginField> fields_;
};

// As bytes, and back; unpackFields throws Error (kInvalidPlan) for bytes that packFields did not write.
Tensor packFields(const nvinfer1::PluginFieldCollection& fields);
PluginFields unpackFields(const Tensor& packed);

// Attributes of a model's node as the fields that a creator lists: integers as 32 bits where it does not ask
// for 64. Throws Error for attributes that no field can hold.
PluginFields fieldsOf(const Attributes& attrs, const nvinfer1::PluginFieldCollection* wanted);

}  // namespace tenfold
