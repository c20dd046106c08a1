// A plugin of the program, behind one face for both interfaces (IPluginV2DynamicExt and IPluginV3).
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "NvInferRuntime.h"
#include "base/tensor.h"

TENFOLD_BEGIN_DEPRECATED  // IPluginV2DynamicExt is, and stays

    namespace tenfold {
  namespace nv = nvinfer1;

  // What a creator is found by.
  struct PluginIdentity {
    std::string name, version, space;
    // "plugin 'NAME' version 'V' in namespace 'S'"
    std::string text() const;
  };

  // Descriptions of a plugin's inputs and outputs, with the ranges of their shapes.
  struct PluginTensors {
    std::vector<nv::DynamicPluginTensorDesc> in, out;
  };

  class Plugin {
   public:
    virtual ~Plugin() = default;
    virtual int interface() const = 0;  // 2 or 3
    virtual PluginIdentity identity() const = 0;
    // The program's object; the other one is null.
    virtual nv::IPluginV2DynamicExt* version2() { return nullptr; }
    virtual nv::IPluginV3* version3() { return nullptr; }
    virtual std::shared_ptr<Plugin> clone() const = 0;

    // While a network is built. Each throws Error where the plugin says that it failed.
    virtual int32_t outputCount() = 0;
    virtual std::vector<nv::DataType> outputTypes(const std::vector<nv::DataType>& inputs) = 0;
    virtual std::vector<nv::DimsExprs> outputShapes(const std::vector<nv::DimsExprs>& inputs,
                                                    const std::vector<nv::DimsExprs>& shapeInputs,
                                                    nv::IExprBuilder& builder) = 0;
    // Whether tensor `position` (inputs, then outputs) may be what it is, given those before it.
    virtual bool supports(size_t position, const std::vector<nv::DynamicPluginTensorDesc>& all,
                          size_t inputs) = 0;
    virtual void configure(const PluginTensors& tensors) = 0;
    virtual std::vector<int64_t> tactics() { return {}; }
    // For each output the input that it overwrites, or -1.
    virtual std::vector<int64_t> aliases() { return {}; }
    // What a creator makes the plugin from again.
    virtual Tensor state() = 0;

    // At run time.
    virtual void initialize() {}
    virtual void setTactic(int32_t) {}
    // The copy that a context uses, while `context` lives.
    virtual std::shared_ptr<Plugin> attach(nv::IPluginResourceContext& context) = 0;
    virtual void setShapes(const PluginTensors& tensors) = 0;
    // Bytes that enqueue needs for these shapes; `planned` are those found while building.
    virtual size_t workspaceBytes(const PluginTensors& tensors, size_t planned) = 0;
    virtual void enqueue(const std::vector<nv::PluginTensorDesc>& in,
                         const std::vector<nv::PluginTensorDesc>& out, const void* const* inputs,
                         void* const* outputs, void* workspace, cudaStream_t stream) = 0;
  };

  // Whether a plugin of version 2 can be run here; the others need an implicit batch, which does not exist.
  bool isDynamicExt(const nv::IPluginV2& plugin);
  // Takes the plugin over. Throws Error where it is of an interface that nobody can run here.
  std::shared_ptr<Plugin> holdPlugin(nv::IPluginV2DynamicExt & plugin);
  std::shared_ptr<Plugin> holdPlugin(nv::IPluginV3 & plugin);

}  // namespace tenfold

TENFOLD_END_DEPRECATED
