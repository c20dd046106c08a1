// Plugins as programs write them, for the tests.
#pragma once

#include <cstring>
#include <functional>
#include <string>
#include <vector>

#include "NvInfer.h"

TENFOLD_BEGIN_DEPRECATED

namespace tenfold::testing {

namespace nv = nvinfer1;

// What a version 3 plugin does, so that each test writes only that. Tensors are floats unless `type` says
// else.
struct Behaviour {
  nv::DataType type = nv::DataType::kFLOAT;  // the only one that it takes
  int32_t outputs = 1;
  std::vector<nv::DataType> outputTypes = {nv::DataType::kFLOAT};
  std::function<void(const nv::DimsExprs* in, const nv::DimsExprs* shapes, nv::DimsExprs* out,
                     nv::IExprBuilder& builder)>
      shapes = [](auto* in, auto*, auto* out, auto&) { out[0] = in[0]; };
  std::function<void(float factor, int32_t tactic, const nv::PluginTensorDesc* in,
                     const nv::PluginTensorDesc* out, const void* const* inputs, void* const* outputs,
                     void* workspace)>
      enqueue;
  size_t workspace = 0;
  int32_t alias = -1;
  std::vector<int32_t> tactics;
  int32_t result = 0;  // of enqueue
  // Told of what a run and a context give, where a test asks.
  std::function<void(cudaStream_t)> stream = [](cudaStream_t) {};
  std::function<void(nv::IGpuAllocator*)> attached = [](nv::IGpuAllocator*) {};
};

inline int64_t volume(const nv::Dims& d) {
  int64_t n = 1;
  for (int32_t i = 0; i < d.nbDims; ++i) n *= d.d[i];
  return n;
}

// Has one field: factor.
class TestPlugin final : public nv::IPluginV3,
                         public nv::IPluginV3OneCore,
                         public nv::IPluginV3OneBuildV2,
                         public nv::IPluginV3OneRuntime {
 public:
  TestPlugin(std::string name, const Behaviour& behaviour, float factor)
      : name_(std::move(name)), behaviour_(behaviour), factor_(factor) {}
  TestPlugin(const TestPlugin& other) : TestPlugin(other.name_, other.behaviour_, other.factor_) {
    tactic_ = other.tactic_;
  }

  nv::IPluginCapability* getCapabilityInterface(nv::PluginCapabilityType type) noexcept override {
    if (type == nv::PluginCapabilityType::kBUILD) return static_cast<nv::IPluginV3OneBuildV2*>(this);
    if (type == nv::PluginCapabilityType::kRUNTIME) return static_cast<nv::IPluginV3OneRuntime*>(this);
    return static_cast<nv::IPluginV3OneCore*>(this);
  }
  nv::IPluginV3* clone() noexcept override { return new TestPlugin(*this); }
  const char* getPluginName() const noexcept override { return name_.c_str(); }
  const char* getPluginVersion() const noexcept override { return "1"; }
  const char* getPluginNamespace() const noexcept override { return ""; }

  int32_t configurePlugin(const nv::DynamicPluginTensorDesc*, int32_t, const nv::DynamicPluginTensorDesc*,
                          int32_t) noexcept override {
    return 0;
  }
  int32_t getOutputDataTypes(nv::DataType* out, int32_t count, const nv::DataType*,
                             int32_t) const noexcept override {
    for (int32_t i = 0; i < count; ++i) out[i] = behaviour_.outputTypes[static_cast<size_t>(i)];
    return 0;
  }
  int32_t getOutputShapes(const nv::DimsExprs* in, int32_t, const nv::DimsExprs* shapes, int32_t,
                          nv::DimsExprs* out, int32_t, nv::IExprBuilder& builder) noexcept override {
    behaviour_.shapes(in, shapes, out, builder);
    return 0;
  }
  bool supportsFormatCombination(int32_t position, const nv::DynamicPluginTensorDesc* all, int32_t,
                                 int32_t) noexcept override {
    const nv::PluginTensorDesc& t = all[position].desc;
    bool isFloat =
        t.type == nv::DataType::kFLOAT || t.type == nv::DataType::kHALF || t.type == nv::DataType::kBF16;
    return t.format == nv::TensorFormat::kLINEAR && (!isFloat || t.type == behaviour_.type);
  }
  int32_t getNbOutputs() const noexcept override { return behaviour_.outputs; }
  size_t getWorkspaceSize(const nv::DynamicPluginTensorDesc*, int32_t, const nv::DynamicPluginTensorDesc*,
                          int32_t) const noexcept override {
    return behaviour_.workspace;
  }
  int32_t getValidTactics(int32_t* tactics, int32_t count) noexcept override {
    std::copy_n(behaviour_.tactics.begin(), count, tactics);
    return 0;
  }
  int32_t getNbTactics() noexcept override { return static_cast<int32_t>(behaviour_.tactics.size()); }
  int32_t getAliasedInput(int32_t) noexcept override { return behaviour_.alias; }

  int32_t setTactic(int32_t tactic) noexcept override {
    tactic_ = tactic;
    return 0;
  }
  int32_t onShapeChange(const nv::PluginTensorDesc*, int32_t, const nv::PluginTensorDesc*,
                        int32_t) noexcept override {
    return 0;
  }
  int32_t enqueue(const nv::PluginTensorDesc* in, const nv::PluginTensorDesc* out, const void* const* inputs,
                  void* const* outputs, void* workspace, cudaStream_t stream) noexcept override {
    behaviour_.stream(stream);
    if (behaviour_.result == 0) behaviour_.enqueue(factor_, tactic_, in, out, inputs, outputs, workspace);
    return behaviour_.result;
  }
  nv::IPluginV3* attachToContext(nv::IPluginResourceContext* context) noexcept override {
    behaviour_.attached(context->getGpuAllocator());
    return clone();
  }
  const nv::PluginFieldCollection* getFieldsToSerialize() noexcept override {
    field_ = {"factor", &factor_, nv::PluginFieldType::kFLOAT32, 1};
    fields_ = {1, &field_};
    return &fields_;
  }

 private:
  std::string name_;
  const Behaviour& behaviour_;
  float factor_;
  int32_t tactic_ = 0;
  nv::PluginField field_;
  nv::PluginFieldCollection fields_;
};

// Registered while it lives.
class TestCreator final : public nv::IPluginCreatorV3One {
 public:
  TestCreator(std::string name, Behaviour behaviour)
      : name_(std::move(name)), behaviour_(std::move(behaviour)) {
    getPluginRegistry()->registerCreator(*this, "");
  }
  ~TestCreator() override { getPluginRegistry()->deregisterCreator(*this); }
  TestCreator(const TestCreator&) = delete;
  TestCreator& operator=(const TestCreator&) = delete;

  nv::IPluginV3* createPlugin(const char*, const nv::PluginFieldCollection* fields,
                              nv::TensorRTPhase) noexcept override {
    float factor = 1;
    for (int32_t i = 0; i < fields->nbFields; ++i) {
      const nv::PluginField& f = fields->fields[i];
      if (!std::strcmp(f.name, "factor") && f.type == nv::PluginFieldType::kFLOAT32)
        factor = *static_cast<const float*>(f.data);
      if (!std::strcmp(f.name, "times") && f.type == nv::PluginFieldType::kINT32)
        for (int32_t k = 0; k < f.length; ++k)
          factor *= static_cast<float>(static_cast<const int32_t*>(f.data)[k]);
      if (!std::strcmp(f.name, "sign") && std::string(static_cast<const char*>(f.data)) == "minus")
        factor = -factor;
    }
    return new TestPlugin(name_, behaviour_, factor);
  }
  const nv::PluginFieldCollection* getFieldNames() noexcept override { return &names_; }
  const char* getPluginName() const noexcept override { return name_.c_str(); }
  const char* getPluginVersion() const noexcept override { return "1"; }
  const char* getPluginNamespace() const noexcept override { return ""; }

 private:
  std::string name_;
  Behaviour behaviour_;
  nv::PluginField known_[3] = {{"factor", nullptr, nv::PluginFieldType::kFLOAT32, 1},
                               {"times", nullptr, nv::PluginFieldType::kINT32, 1},
                               {"sign", nullptr, nv::PluginFieldType::kCHAR, 1}};
  nv::PluginFieldCollection names_ = {3, known_};
};

// y = factor * x as a version 2 plugin, whose copies count themselves.
class OldPlugin final : public nv::IPluginV2DynamicExt {
 public:
  explicit OldPlugin(float factor) : factor_(factor) { ++alive; }
  ~OldPlugin() override { --alive; }
  OldPlugin(const OldPlugin&) = delete;
  OldPlugin& operator=(const OldPlugin&) = delete;
  static inline int alive = 0, initialized = 0;
  // y = factor * x by way of the workspace; tests of devices have their own.
  using Work = std::function<int(float factor, int64_t n, const void* x, void* y, void* workspace,
                                 cudaStream_t stream)>;
  static int onHost(float factor, int64_t n, const void* x, void* y, void* workspace, cudaStream_t) {
    auto* held = static_cast<float*>(workspace);
    std::memcpy(held, x, sizeof(float) * static_cast<size_t>(n));
    for (int64_t i = 0; i < n; ++i) static_cast<float*>(y)[i] = factor * held[i];
    return 0;
  }
  static inline Work work = onHost;

  const char* getPluginType() const noexcept override { return "OldScale"; }
  const char* getPluginVersion() const noexcept override { return "2"; }
  int32_t getNbOutputs() const noexcept override { return 1; }
  int32_t initialize() noexcept override { return ++initialized, 0; }
  void terminate() noexcept override { --initialized; }
  size_t getSerializationSize() const noexcept override { return sizeof factor_; }
  void serialize(void* to) const noexcept override { std::memcpy(to, &factor_, sizeof factor_); }
  void destroy() noexcept override { delete this; }
  nv::IPluginV2DynamicExt* clone() const noexcept override {
    auto* copy = new OldPlugin(factor_);
    copy->setPluginNamespace(space_.c_str());
    return copy;
  }
  void setPluginNamespace(const char* space) noexcept override { space_ = space; }
  const char* getPluginNamespace() const noexcept override { return space_.c_str(); }
  nv::DataType getOutputDataType(int32_t, const nv::DataType* in, int32_t) const noexcept override {
    return in[0];
  }
  nv::DimsExprs getOutputDimensions(int32_t, const nv::DimsExprs* in, int32_t,
                                    nv::IExprBuilder&) noexcept override {
    return in[0];
  }
  bool supportsFormatCombination(int32_t position, const nv::PluginTensorDesc* all, int32_t,
                                 int32_t) noexcept override {
    return all[position].type == nv::DataType::kFLOAT && all[position].format == nv::TensorFormat::kLINEAR;
  }
  void configurePlugin(const nv::DynamicPluginTensorDesc* in, int32_t, const nv::DynamicPluginTensorDesc*,
                       int32_t) noexcept override {
    most_ = in[0].max.d[0];
  }
  size_t getWorkspaceSize(const nv::PluginTensorDesc* in, int32_t, const nv::PluginTensorDesc*,
                          int32_t) const noexcept override {
    return sizeof(float) * static_cast<size_t>(in[0].dims.d[0]);
  }
  int32_t enqueue(const nv::PluginTensorDesc* in, const nv::PluginTensorDesc*, const void* const* inputs,
                  void* const* outputs, void* workspace, cudaStream_t stream) noexcept override {
    int64_t n = in[0].dims.d[0];
    if (most_ < n) return 1;
    return work(factor_, n, inputs[0], outputs[0], workspace, stream);
  }

 private:
  float factor_;
  int64_t most_ = 0;
  std::string space_;
};

class OldCreator final : public nv::IPluginCreator {
 public:
  OldCreator() { getPluginRegistry()->registerCreator(*this, "old"); }
  ~OldCreator() override { getPluginRegistry()->deregisterCreator(*this); }
  OldCreator(const OldCreator&) = delete;
  OldCreator& operator=(const OldCreator&) = delete;
  const char* getPluginName() const noexcept override { return "OldScale"; }
  const char* getPluginVersion() const noexcept override { return "2"; }
  const nv::PluginFieldCollection* getFieldNames() noexcept override { return &names_; }
  nv::IPluginV2* createPlugin(const char*, const nv::PluginFieldCollection* fields) noexcept override {
    return fields->nbFields ? new OldPlugin(*static_cast<const float*>(fields->fields[0].data)) : nullptr;
  }
  nv::IPluginV2* deserializePlugin(const char*, const void* data, size_t) noexcept override {
    return new OldPlugin(*static_cast<const float*>(data));
  }
  void setPluginNamespace(const char*) noexcept override {}
  const char* getPluginNamespace() const noexcept override { return "old"; }

 private:
  nv::PluginField known_ = {"factor", nullptr, nv::PluginFieldType::kFLOAT32, 1};
  nv::PluginFieldCollection names_ = {1, &known_};
};

// y = factor * x.
inline Behaviour scaling() {
  Behaviour b;
  b.enqueue = [](float factor, int32_t, auto* in, auto*, auto* inputs, auto* outputs, void*) {
    for (int64_t i = 0; i < volume(in[0].dims); ++i)
      static_cast<float*>(outputs[0])[i] = factor * static_cast<const float*>(inputs[0])[i];
  };
  return b;
}

}  // namespace tenfold::testing

TENFOLD_END_DEPRECATED
