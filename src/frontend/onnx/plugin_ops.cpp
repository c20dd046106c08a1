// Operators that nobody here knows, and plugins of the program do.
#include <algorithm>

#include "frontend/onnx/registry.h"
#include "graph/ops/infer.h"
#include "plugin/creation.h"
#include "plugin/describe.h"

namespace tenfold::onnx_frontend {
namespace {

PluginIdentity identityIn(const std::string& op, const Attributes& attrs) {
  return {op, attrs.text("plugin_version", "1"), attrs.text("plugin_namespace", "")};
}

// Inputs that are shape tensors come last, as in INetworkDefinition::addPluginV3.
size_t moveShapeInputsBack(OpContext& ctx, std::vector<Value*>& inputs) {
  std::vector<int64_t> shapes = ctx.takeInts("tensorrt_plugin_shape_input_indices");
  std::vector<Value*> data, last;
  for (size_t i = 0; i < inputs.size(); ++i) {
    bool isShape = std::ranges::find(shapes, static_cast<int64_t>(i)) != shapes.end();
    (isShape ? last : data).push_back(inputs[i]);
  }
  inputs = data;
  inputs.insert(inputs.end(), last.begin(), last.end());
  return data.size();
}

void importPlugin(OpContext& ctx) {
  PluginIdentity identity = identityIn(ctx.op(), ctx.attrs);
  std::vector<Value*> inputs = ctx.inputs();
  size_t dataInputs = moveShapeInputsBack(ctx, inputs);
  std::shared_ptr<Plugin> plugin = createPlugin(identity, ctx.nodeName(), ctx.attrs);
  int32_t outputs = plugin->outputCount();
  require(outputs >= 1 && ctx.numOutputs() <= static_cast<size_t>(outputs),
          "the node has {} outputs, {} has {}", ctx.numOutputs(), identity.text(), outputs);
  Node* node = ctx.emitPlugin(plugin, std::move(inputs), dataInputs);
  for (size_t i = 0; i < ctx.numOutputs(); ++i) ctx.setOutput(i, node->output(i));
}

}  // namespace

ImportFunction findPlugin(const std::string& op, const Attributes& attrs) {
  return hasCreator(identityIn(op, attrs)) ? importPlugin : nullptr;
}

}  // namespace tenfold::onnx_frontend
