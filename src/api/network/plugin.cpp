// IPluginV2Layer and IPluginV3Layer: nodes whose types and shapes the plugin tells. Nodes of operators that
// no layer type stands for have such a face too, without a plugin.
#include <deque>

#include "api/network/faces.h"

namespace tenfold {
namespace {

class Expression final : public nv::IDimensionExpr, public nv::apiv::VDimensionExpr {
 public:
  explicit Expression(Dim dim, bool isSize = false) : dim(std::move(dim)), isSize_(isSize) { mImpl = this; }
  bool isConstant() const override { return dim.isConstant(); }
  int64_t getConstantValue() const override { return dim.tryConstant().value_or(-1); }
  bool isSizeTensor() const override { return isSize_; }
  const Dim dim;

 private:
  bool isSize_;
};

// Builds dimensions for a plugin; the expressions live as long as the builder.
class ExpressionBuilder final : public nv::IExprBuilder, public nv::apiv::VExprBuilder {
 public:
  explicit ExpressionBuilder(std::string scope) : scope_(std::move(scope)) { mImpl = this; }
  const nv::IDimensionExpr* constant(int64_t value) override { return keep(Dim(value)); }
  const nv::IDimensionExpr* operation(nv::DimensionOperation op, const nv::IDimensionExpr& first,
                                      const nv::IDimensionExpr& second) override {
    const Dim& a = static_cast<const Expression&>(first).dim;
    const Dim& b = static_cast<const Expression&>(second).dim;
    bool isKnown = a.isConstant() && b.isConstant();
    switch (op) {
      case nv::DimensionOperation::kSUM:
        return keep(a + b);
      case nv::DimensionOperation::kPROD:
        return keep(a * b);
      case nv::DimensionOperation::kMAX:
        return keep(Dim::max(a, b));
      case nv::DimensionOperation::kMIN:
        return keep(Dim::min(a, b));
      case nv::DimensionOperation::kSUB:
        return keep(a - b);
      case nv::DimensionOperation::kFLOOR_DIV:
        return keep(Dim::floorDiv(a, b));
      case nv::DimensionOperation::kCEIL_DIV:
        return keep(Dim::ceilDiv(a, b));
      case nv::DimensionOperation::kEQUAL:
        return keep(a == b ? Dim(1) : isKnown ? Dim(0) : fresh());
      case nv::DimensionOperation::kLESS:
        return keep(isKnown ? Dim(a.constant() < b.constant()) : fresh());
    }
    return nullptr;
  }
  const nv::IDimensionExpr* declareSizeTensor(int32_t, const nv::IDimensionExpr&,
                                              const nv::IDimensionExpr&) override {
    all_.emplace_back(fresh(), true);
    return &all_.back();
  }
  const nv::IDimensionExpr* keep(const Dim& dim) {
    all_.emplace_back(dim);
    return &all_.back();
  }
  nv::DimsExprs shapeOf(const Value& value) {
    require(value.shape.has_value(), "the rank of '{}' must be known", value.name);
    require(value.rank() <= nv::Dims::MAX_DIMS, "'{}' has {} dimensions, a plugin takes {}", value.name,
            value.rank(), static_cast<int>(nv::Dims::MAX_DIMS));
    nv::DimsExprs dims{};
    for (const Dim& d : *value.shape) dims.d[dims.nbDims++] = keep(d);
    return dims;
  }

 private:
  Dim fresh() { return Dim::symbol(fmt::format("{}.{}", scope_, all_.size())); }
  std::string scope_;
  std::deque<Expression> all_;
};

std::string textOf(const nv::DimsExprs& dims) {
  std::string text;
  for (int i = 0; i < dims.nbDims; ++i) {
    require(dims.d[i] != nullptr, "the plugin gave no dimension {}", i);
    text += (i ? ";" : "") + static_cast<const Expression*>(dims.d[i])->dim.key();
  }
  return text;
}

// What an operator without a layer type looks like.
class UnknownFace final : public Layer<nv::IPluginV3Layer, nv::apiv::VPluginV3Layer> {
 public:
  using Layer::Layer;
  nv::IPluginV3& getPlugin() noexcept override {
    reporter().error(nv::ErrorCode::kINVALID_STATE, fmt::format("getPlugin: layer '{}' ({}) has no plugin",
                                                                LayerFace::getName(), node_->opName()));
    return *static_cast<nv::IPluginV3*>(nullptr);
  }
};

class PluginV3Face final : public Layer<nv::IPluginV3Layer, nv::apiv::VPluginV3Layer> {
 public:
  using Layer::Layer;
  void hold(std::unique_ptr<nv::IPluginV3> plugin, size_t dataInputs) {
    plugin_ = std::move(plugin);
    dataInputs_ = dataInputs;
  }
  nv::IPluginV3& getPlugin() noexcept override { return *plugin_; }
  void refresh() override;

 private:
  std::unique_ptr<nv::IPluginV3> plugin_;
  size_t dataInputs_ = 0;
};

nv::IPluginV3OneBuild& buildPart(nv::IPluginV3& plugin) {
  return needed(
      static_cast<nv::IPluginV3OneBuild*>(plugin.getCapabilityInterface(nv::PluginCapabilityType::kBUILD)),
      "the plugin's build capability");
}

void PluginV3Face::refresh() {
  if (!plugin_) return;
  nv::IPluginV3OneBuild& build = buildPart(*plugin_);
  ExpressionBuilder builder(fmt::format("plugin{}", node_->id));
  std::vector<nv::DimsExprs> inputs, shapes, outputs(node_->outputs.size());
  std::vector<nv::DataType> inTypes, outTypes(node_->outputs.size());
  for (size_t i = 0; i < node_->inputs.size(); ++i) {
    const Value& v = *node_->inputs[i];
    if (i < dataInputs_) {
      inputs.push_back(builder.shapeOf(v));
      inTypes.push_back(apiType(v.dtype));
      continue;
    }
    // A shape input is given as its values.
    nv::DimsExprs values{};
    if (v.contents)
      for (const Dim& d : *v.contents) values.d[values.nbDims++] = builder.keep(d);
    if (v.isConstant())
      for (int64_t x : v.constant.ints()) values.d[values.nbDims++] = builder.constant(x);
    shapes.push_back(values);
  }
  auto count = [](const auto& list) { return static_cast<int32_t>(list.size()); };
  int32_t failed = build.getOutputDataTypes(outTypes.data(), count(outTypes), inTypes.data(), count(inTypes));
  require(failed == 0, "the plugin's getOutputDataTypes failed with {}", failed);
  failed = build.getOutputShapes(inputs.data(), count(inputs), shapes.data(), count(shapes), outputs.data(),
                                 count(outputs), builder);
  require(failed == 0, "the plugin's getOutputShapes failed with {}", failed);
  std::vector<int64_t> types;
  std::vector<std::string> texts;
  for (nv::DataType t : outTypes) types.push_back(static_cast<int64_t>(coreType(t)));
  for (const nv::DimsExprs& dims : outputs) texts.push_back(textOf(dims));
  node_->attrs.set("types", types);
  node_->attrs.set("shapes", texts);
}

class PluginV2Face final : public Layer<nv::IPluginV2Layer, nv::apiv::VPluginV2Layer> {
 public:
  using Layer::Layer;
  ~PluginV2Face() override {
    if (plugin_) plugin_->destroy();
  }
  void hold(nv::IPluginV2DynamicExt* plugin) { plugin_ = plugin; }
  nv::IPluginV2& getPlugin() noexcept override { return *plugin_; }
  void refresh() override {
    if (!plugin_) return;
    ExpressionBuilder builder(fmt::format("plugin{}", node_->id));
    std::vector<nv::DimsExprs> inputs;
    std::vector<nv::DataType> inTypes;
    for (const Value* v : node_->inputs) {
      inputs.push_back(builder.shapeOf(*v));
      inTypes.push_back(apiType(v->dtype));
    }
    auto count = static_cast<int32_t>(inputs.size());
    std::vector<int64_t> types;
    std::vector<std::string> texts;
    for (int32_t i = 0; i < static_cast<int32_t>(node_->outputs.size()); ++i) {
      types.push_back(static_cast<int64_t>(coreType(plugin_->getOutputDataType(i, inTypes.data(), count))));
      texts.push_back(textOf(plugin_->getOutputDimensions(i, inputs.data(), count, builder)));
    }
    node_->attrs.set("types", types);
    node_->attrs.set("shapes", texts);
  }

 private:
  nv::IPluginV2DynamicExt* plugin_ = nullptr;
};

const FaceEntry kFaces[] = {{"Plugin", nv::LayerType::kPLUGIN_V3, makeFaceOf<UnknownFace>}};

// Gives a plugin layer its plugin, and then the shapes that only the plugin knows.
template <typename Face, typename Hold>
Face* held(Network& network, Face* face, Hold hold) {
  if (!face) return nullptr;
  hold(*face);
  network.update(face->node());
  return face;
}

}  // namespace

std::span<const FaceEntry> pluginFaces() { return kFaces; }

nv::IPluginV2Layer* Network::addPluginV2(nv::ITensor* const* inputs, int32_t nbInputs,
                                         nv::IPluginV2& plugin) noexcept {
  return reporter_.guard("addPluginV2", [&]() -> nv::IPluginV2Layer* {
    auto version =
        static_cast<nv::PluginVersion>(static_cast<uint32_t>(plugin.getTensorRTVersion()) >> 24U & 0xff);
    require(
        version == nv::PluginVersion::kV2_DYNAMICEXT || version == nv::PluginVersion::kV2_DYNAMICEXT_PYTHON,
        "plugin '{}' is no IPluginV2DynamicExt; others need an implicit batch, which does not exist",
        plugin.getPluginType());
    std::vector<Value*> values = valuesOf(inputs, nbInputs, "inputs");
    int32_t outputs = plugin.getNbOutputs();
    require(outputs >= 1, "plugin '{}' says that it has {} outputs", plugin.getPluginType(), outputs);
    nv::IPluginV2DynamicExt& copy =
        needed(static_cast<nv::IPluginV2DynamicExt&>(plugin).clone(), "the plugin's clone");
    auto* face = addLayer<PluginV2Face>(
        "addPluginV2", nv::LayerType::kPLUGIN_V2,
        [&] { return graph_->addNode("Plugin", values, {}, static_cast<size_t>(outputs)); }, true);
    return held(*this, face, [&](PluginV2Face& f) { f.hold(&copy); });
  });
}

nv::IPluginV3Layer* Network::addPluginV3(nv::ITensor* const* inputs, int32_t nbInputs,
                                         nv::ITensor* const* shapeInputs, int32_t nbShapeInputs,
                                         nv::IPluginV3& plugin) noexcept {
  return reporter_.guard("addPluginV3", [&]() -> nv::IPluginV3Layer* {
    std::vector<Value*> values = valuesOf(inputs, nbInputs, "inputs");
    for (Value* v : valuesOf(shapeInputs, nbShapeInputs, "shapeInputs")) values.push_back(v);
    std::unique_ptr<nv::IPluginV3> copy(&needed(plugin.clone(), "the plugin's clone"));
    int32_t outputs = buildPart(*copy).getNbOutputs();
    require(outputs >= 1, "the plugin says that it has {} outputs", outputs);
    auto* face = addLayer<PluginV3Face>(
        "addPluginV3", nv::LayerType::kPLUGIN_V3,
        [&] { return graph_->addNode("Plugin", values, {}, static_cast<size_t>(outputs)); }, true);
    return held(*this, face,
                [&](PluginV3Face& f) { f.hold(std::move(copy), static_cast<size_t>(nbInputs)); });
  });
}

}  // namespace tenfold
