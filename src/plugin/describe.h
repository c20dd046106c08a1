// What the graph knows of its plugins: types and shapes while a network grows, and everything else when it is
// built.
#pragma once

#include <vector>

#include "graph/ir/graph.h"
#include "plugin/plugin.h"

namespace tenfold {

// The program's own code behind a Plugin node of a network under construction, kept in an attribute so that
// copies of the node share it; null for other nodes.
Plugin* pluginOf(const Node& node);
void setPlugin(Node& node, const std::shared_ptr<Plugin>& plugin);

// Asks the node's plugin for the types and shapes of its outputs. Throws Error where the rank of an input is
// not known or the plugin fails.
void describePlugin(Node& node);

struct PluginBuild {
  std::vector<DimRanges> profiles;  // bounds of the inputs' symbols
  DimBindings optimum;              // of the first profile
  // Whether a plugin may get and give other floats than the network has, through casts.
  bool mayConvert = true;
};

// Chooses the formats of each plugin, configures it and writes all that the plan needs into the attributes.
// Gives whether there are plugins: types and shapes must be inferred again then. Throws Error where one
// takes no linear tensors of suitable types.
bool finishPlugins(Graph& graph, const PluginBuild& build);

// A tensor of this type and shape, linear, with these bounds.
nv::DynamicPluginTensorDesc pluginTensor(nv::DataType type, const nv::Dims& dims);

}  // namespace tenfold
