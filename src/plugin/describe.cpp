#include "plugin/describe.h"

#include "api/data_type.h"
#include "base/error.h"
#include "graph/ops/plugin_shapes.h"
#include "plugin/expressions.h"

namespace tenfold {
namespace {

nv::DataType typeOf(const Value& v) {
  auto type = toApi(v.dtype);
  require(type.has_value(), "input '{}' is of type {}, which plugins cannot have", v.name, typeName(v.dtype));
  return *type;
}

// Known dimensions as numbers, others as the formula's variables.
nv::DimsExprs shapeInput(PluginExpressions& builder, const Value& v, size_t input) {
  require(v.shape.has_value(), "the rank of '{}' must be known", v.name);
  require(v.rank() <= nv::Dims::MAX_DIMS, "'{}' has {} dimensions, a plugin takes {}", v.name, v.rank(),
          static_cast<int>(nv::Dims::MAX_DIMS));
  nv::DimsExprs dims{};
  for (const Dim& d : *v.shape) {
    auto i = static_cast<size_t>(dims.nbDims);
    dims.d[dims.nbDims++] = builder.keep(d.isConstant() ? d : pluginInputDim(input, i));
  }
  return dims;
}

// A shape tensor is given as its elements.
nv::DimsExprs elementsInput(PluginExpressions& builder, const Value& v, size_t input) {
  const int64_t length = v.shape ? numel(*v.shape).tryConstant().value_or(-1) : -1;
  require(length >= 0 && length <= nv::Dims::MAX_DIMS,
          "the shape input '{}' is {}; a plugin takes a known number of elements, at most {}", v.name,
          v.typeStr(), static_cast<int>(nv::Dims::MAX_DIMS));
  nv::DimsExprs values{};
  for (int64_t i = 0; i < length; ++i) {
    auto at = static_cast<size_t>(i);
    Dim element = pluginInputElement(input, at);
    if (v.isConstant()) element = Dim(v.constant.getInt(i));
    if (v.contents && (*v.contents)[at].isConstant()) element = (*v.contents)[at];
    values.d[values.nbDims++] = builder.keep(element);
  }
  return values;
}

constexpr const char* kObject = "object";

}  // namespace

Plugin* pluginOf(const Node& node) {
  Tensor object = node.attrs.tensor(kObject);
  return static_cast<Plugin*>(object.data());
}

void setPlugin(Node& node, const std::shared_ptr<Plugin>& plugin) {
  if (plugin)
    node.attrs.set(kObject, Tensor(DataType::kUInt8, Shape{0}, plugin.get(), plugin));
  else
    node.attrs.erase(kObject);
}

void describePlugin(Node& node) {
  Plugin& plugin = *pluginOf(node);
  PluginExpressions builder;
  auto dataInputs =
      static_cast<size_t>(node.attrs.integer("data_inputs", static_cast<int64_t>(node.inputs.size())));
  std::vector<nv::DimsExprs> inputs, shapeInputs;
  std::vector<nv::DataType> types;
  for (size_t i = 0; i < node.inputs.size(); ++i) {
    require(node.inputs[i], "input {} of {} is missing", i, plugin.identity().text());
    const Value& v = *node.inputs[i];
    types.push_back(typeOf(v));
    if (i < dataInputs)
      inputs.push_back(shapeInput(builder, v, i));
    else
      shapeInputs.push_back(elementsInput(builder, v, i));
  }
  std::vector<int64_t> outputTypes, sizes;
  std::vector<std::string> shapes, upper;
  for (nv::DataType type : plugin.outputTypes(types)) {
    DataType known = fromApi(type);
    require(known != DataType::kUndefined, "{} gave an output of type {}, which does not exist",
            plugin.identity().text(), static_cast<int>(type));
    outputTypes.push_back(static_cast<int64_t>(known));
  }
  for (const nv::DimsExprs& dims : plugin.outputShapes(inputs, shapeInputs, builder))
    shapes.push_back(pluginShapeText(PluginExpressions::shapeOf(dims)));
  for (const auto& size : builder.sizes()) {
    require(size.output >= 0 && static_cast<size_t>(size.output) < outputTypes.size(),
            "{} declared output {} to be a size; it has {}", plugin.identity().text(), size.output,
            outputTypes.size());
    sizes.push_back(size.output);
    upper.push_back(size.upper.key());
  }
  node.attrs.set("types", outputTypes);
  node.attrs.set("shapes", shapes);
  node.attrs.set("sizes", sizes);
  node.attrs.set("upper", upper);
}

}  // namespace tenfold
