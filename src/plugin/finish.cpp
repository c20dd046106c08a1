// Plugins of a network that is being built: formats, configuration, state.
#include <algorithm>

#include "api/data_type.h"
#include "base/error.h"
#include "graph/ir/symbols.h"
#include "graph/ops/op_def.h"
#include "plugin/describe.h"

namespace tenfold {

nv::DynamicPluginTensorDesc pluginTensor(nv::DataType type, const nv::Dims& dims) {
  nv::DynamicPluginTensorDesc tensor{};
  tensor.desc.type = type;
  tensor.desc.format = nv::TensorFormat::kLINEAR;
  tensor.desc.dims = tensor.min = tensor.opt = tensor.max = dims;
  return tensor;
}

namespace {

nv::DynamicPluginTensorDesc describeValue(const Value& v, const PluginBuild& build) {
  nv::Dims dims{};
  dims.nbDims = v.rank();
  require(dims.nbDims >= 0, "the rank of '{}' must be known", v.name);
  nv::DynamicPluginTensorDesc tensor = pluginTensor(*toApi(v.dtype), dims);
  for (int32_t i = 0; i < dims.nbDims; ++i) {
    const Dim& d = (*v.shape)[static_cast<size_t>(i)];
    tensor.desc.dims.d[i] = d.tryConstant().value_or(-1);
    tensor.opt.d[i] = isBoundBy(d, build.optimum) ? d.eval(build.optimum) : -1;
    tensor.min.d[i] = tensor.max.d[i] = -1;  // where only run time tells
    for (const DimRanges& ranges : build.profiles) {
      if (!isBoundBy(d, ranges)) continue;
      DimRange range = d.range(ranges);
      bool isFirst = tensor.max.d[i] < 0;
      tensor.min.d[i] = isFirst ? range.min : std::min(tensor.min.d[i], range.min);
      tensor.max.d[i] = isFirst ? range.max : std::max(tensor.max.d[i], range.max);
    }
  }
  return tensor;
}

// A plugin has more outputs than the network uses; all of them have types and shapes.
std::vector<nv::DynamicPluginTensorDesc> describeOutputs(const Node& node, const PluginBuild& build) {
  std::vector<nv::DynamicPluginTensorDesc> tensors;
  for (const Value* v : node.outputs) {
    require(v != nullptr, "layer '{}': an output of the plugin is missing", node.name);
    tensors.push_back(describeValue(*v, build));
  }
  return tensors;
}

// Types that tensor after tensor may have, its own first.
std::vector<nv::DataType> choices(nv::DataType own, bool mayConvert) {
  std::vector<nv::DataType> types = {own};
  constexpr nv::DataType kFloats[] = {nv::DataType::kFLOAT, nv::DataType::kHALF, nv::DataType::kBF16};
  if (!mayConvert || std::ranges::find(kFloats, own) == std::end(kFloats)) return types;
  for (nv::DataType type : kFloats)
    if (type != own) types.push_back(type);
  return types;
}

// Sets the types of `all` from `position` on to the first combination that the plugin takes.
bool chooseFormats(Plugin& plugin, std::vector<nv::DynamicPluginTensorDesc>& all, size_t inputs,
                   size_t position, bool mayConvert) {
  if (position == all.size()) return true;
  const nv::DataType own = all[position].desc.type;
  for (nv::DataType type : choices(own, mayConvert)) {
    all[position].desc.type = type;
    if (plugin.supports(position, all, inputs) &&
        chooseFormats(plugin, all, inputs, position + 1, mayConvert))
      return true;
  }
  all[position].desc.type = own;
  return false;
}

std::string typesText(const std::vector<nv::DynamicPluginTensorDesc>& all, size_t inputs) {
  std::string text;
  for (size_t i = 0; i < all.size(); ++i)
    text += (i == inputs ? " -> " : i ? ", " : "") + std::string(typeName(fromApi(all[i].desc.type)));
  return text;
}

Value* castTo(Graph& graph, Value* value, DataType type) {
  Attributes to;
  to.setType("to", type);
  Value* result = graph.addNode("Cast", {value}, to)->outputs[0];
  result->dtype = type;
  result->shape = value->shape;
  return result;
}

// Casts where the plugin takes or gives another type than the network.
void convert(Graph& graph, Node& node, const std::vector<nv::DynamicPluginTensorDesc>& all) {
  size_t inputs = node.inputs.size();
  for (size_t i = 0; i < inputs; ++i) {
    DataType type = fromApi(all[i].desc.type);
    if (type != node.inputs[i]->dtype) graph.setInput(&node, i, castTo(graph, node.inputs[i], type));
  }
  std::vector<int64_t> types;
  for (size_t i = 0; i < node.outputs.size(); ++i) {
    Value* v = node.outputs[i];
    DataType type = fromApi(all[inputs + i].desc.type), seen = v->dtype;
    types.push_back(static_cast<int64_t>(type));
    if (type == seen) continue;
    Value* plain = castTo(graph, v, seen);
    Node* cast = plain->producer;
    graph.replaceUses(v, plain);
    graph.setInput(cast, 0, v);
    std::swap(plain->name, v->name);
    v->dtype = type;
  }
  node.attrs.set("types", types);
}

void finish(Graph& graph, Node& node, const PluginBuild& build) {
  std::shared_ptr<Plugin> plugin = pluginOf(node)->clone();
  PluginIdentity identity = plugin->identity();
  std::vector<nv::DynamicPluginTensorDesc> all;
  for (const Value* v : node.inputs) all.push_back(describeValue(*v, build));
  size_t inputs = all.size();
  for (const auto& t : describeOutputs(node, build)) all.push_back(t);
  require(chooseFormats(*plugin, all, inputs, 0, build.mayConvert),
          "layer '{}': {} refuses linear tensors of types {}{}: its supportsFormatCombination must accept "
          "them",
          node.name, identity.text(), typesText(all, inputs),
          build.mayConvert ? " and of other floats in their place" : "");
  PluginTensors tensors{{all.begin(), all.begin() + static_cast<ptrdiff_t>(inputs)},
                        {all.begin() + static_cast<ptrdiff_t>(inputs), all.end()}};
  plugin->configure(tensors);
  node.attrs.set("plugin", identity.name);
  node.attrs.set("version", identity.version);
  node.attrs.set("namespace", identity.space);
  node.attrs.set("interface", int64_t{plugin->interface()});
  node.attrs.set("tactics", plugin->tactics());
  node.attrs.set("aliases", plugin->aliases());
  node.attrs.set("workspace", static_cast<int64_t>(plugin->workspaceBytes(tensors, 0)));
  node.attrs.set("state", plugin->state());
  convert(graph, node, all);
  if (!node.attrs.integers("sizes").empty()) node.op = &opDef("SizingPlugin");
  setPlugin(node, nullptr);
}

}  // namespace

bool finishPlugins(Graph& graph, const PluginBuild& build) {
  bool found = false;
  for (Node* node : std::vector<Node*>(graph.nodes())) {
    for (const auto& body : node->bodies) found = finishPlugins(*body, build) || found;
    if (!pluginOf(*node)) continue;
    finish(graph, *node, build);
    found = true;
  }
  if (found) graph.sortTopologically();
  return found;
}

}  // namespace tenfold
