#include "api/runtime/inspector.h"

#include "api/facts.h"
#include "api/runtime/layer_text.h"

namespace tenfold {
namespace {

nv::ProfilingVerbosity verbosityOf(const EngineState& engine) {
  return static_cast<nv::ProfilingVerbosity>(facts::number(*engine.plan, facts::kProfilingVerbosity, 0));
}

DimBindings bindingsOf(const Context* context) {
  return context ? context->execution().bindings() : DimBindings{};
}

}  // namespace

bool Inspector::setExecutionContext(const nv::IExecutionContext* context) noexcept {
  return reporter_.guard("setExecutionContext", [&] {
    const auto* ours = dynamic_cast<const Context*>(context);
    require(!context || (ours && &ours->engine() == engine_.get()), "the context belongs to another engine");
    context_ = ours;
    return true;
  });
}

const char* Inspector::getLayerInformation(int32_t layer, nv::LayerInformationFormat format) const noexcept {
  return reporter_.guard("getLayerInformation", [&]() -> const char* {
    size_t step = engine_->layers[checkIndex(layer, engine_->layers.size(), "layer")];
    text_ = layerText(engine_->kernels().plan(), engine_->kernels().plan().steps[step], verbosityOf(*engine_),
                      checkEnum(format, "LayerInformationFormat"), bindingsOf(context_));
    return text_.c_str();
  });
}

const char* Inspector::getEngineInformation(nv::LayerInformationFormat format) const noexcept {
  return reporter_.guard("getEngineInformation", [&]() -> const char* {
    bool json = checkEnum(format, "LayerInformationFormat") == nv::LayerInformationFormat::kJSON;
    const DimBindings bindings = bindingsOf(context_);
    std::string layers, tensors;
    for (size_t step : engine_->layers) {
      std::string text = layerText(engine_->kernels().plan(), engine_->kernels().plan().steps[step],
                                   verbosityOf(*engine_), format, bindings);
      layers += json ? (layers.empty() ? "\n" : ",\n") + text : text + "\n";
    }
    for (const IoTensor& t : engine_->tensors)
      tensors += (tensors.empty() ? "" : json ? ", " : " ") + (json ? jsonString(t.value->name) : t.name());
    auto budget = engine_->plan->facts.find(facts::kErrorBudget);
    std::string report = budget == engine_->plan->facts.end() ? "" : ",\n\"ErrorBudget\": " + budget->second;
    text_ = json ? "{\"Layers\": [" + layers + "\n],\n\"Bindings\": [" + tensors + "]" + report + "}\n"
                 : "Layers:\n" + layers + "\nBindings:\n" + tensors + "\n";
    return text_.c_str();
  });
}

}  // namespace tenfold
