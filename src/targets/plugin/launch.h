// One plugin's work in one context.
#pragma once

#include <functional>
#include <memory>

#include "graph/ir/graph.h"
#include "plugin/plugin.h"
#include "targets/tactic_support.h"

namespace tenfold {

// `make` gives the copy of the plugin that the context uses, attached to the resources it is given: memory
// of the target. The plugin hears of the shapes at once. Inputs that a plugin
// overwrites are copied to its output before, outputs that nobody wants lie in the workspace, and so do those
// whose size only the plugin finds: the run waits for the stream then, and copies them to where they belong.
std::unique_ptr<Launch> makePluginLaunch(
    Target& target, const Node& node,
    const std::function<std::shared_ptr<Plugin>(nvinfer1::IPluginResourceContext&)>& make, Descs inputs,
    Descs outputs);

}  // namespace tenfold
