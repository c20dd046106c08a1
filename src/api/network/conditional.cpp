#include "api/network/conditional.h"

#include "api/network/faces.h"

namespace tenfold {
namespace {

constexpr const char* kConditional = "conditional";

template <typename Handle, typename Slots>
class ConditionalBoundary final : public BoundaryLayer<Handle, nv::apiv::VConditionalBoundaryLayer, Slots> {
 public:
  using BoundaryLayer<Handle, nv::apiv::VConditionalBoundaryLayer, Slots>::BoundaryLayer;
  nv::IIfConditional* getConditional() const noexcept override {
    return this->network_.conditional(this->intAttr(kConditional, -1));
  }
};
using ConditionFace = ConditionalBoundary<nv::IConditionLayer, nv::apiv::VConditionLayer>;
using InputFace = ConditionalBoundary<nv::IIfConditionalInputLayer, nv::apiv::VConditionalInputLayer>;
using OutputFace = ConditionalBoundary<nv::IIfConditionalOutputLayer, nv::apiv::VConditionalOutputLayer>;

const FaceEntry kFaces[] = {{"IfCondition", nv::LayerType::kCONDITION, makeFaceOf<ConditionFace>},
                            {"IfInput", nv::LayerType::kCONDITIONAL_INPUT, makeFaceOf<InputFace>},
                            {"IfOutput", nv::LayerType::kCONDITIONAL_OUTPUT, makeFaceOf<OutputFace>}};

}  // namespace

std::span<const FaceEntry> conditionalFaces() { return kFaces; }

ConditionalFace* Network::conditional(int64_t number) const {
  bool isKnown = number >= 0 && static_cast<size_t>(number) < conditionals_.size();
  return isKnown ? conditionals_[static_cast<size_t>(number)].get() : nullptr;
}

nv::IIfConditional* Network::addIfConditional() noexcept {
  return reporter_.guard("addIfConditional", [&]() -> nv::IIfConditional* {
    conditionals_.push_back(
        std::make_unique<ConditionalFace>(*this, static_cast<int64_t>(conditionals_.size())));
    return conditionals_.back().get();
  });
}

Attributes ConditionalFace::numbered() const {
  Attributes attrs;
  attrs.set(kConditional, number_);
  return attrs;
}

nv::IConditionLayer* ConditionalFace::setCondition(nv::ITensor& tensor) noexcept {
  if (condition_) {
    condition_->setInput(0, tensor);
    return condition_;
  }
  return condition_ = network_.addLayer<ConditionFace>("setCondition", nv::LayerType::kCONDITION, [&] {
    return network_.addNode("IfCondition", {&tensor}, numbered(), 0);
  });
}

nv::IIfConditionalInputLayer* ConditionalFace::addInput(nv::ITensor& tensor) noexcept {
  return network_.addLayer<InputFace>("IIfConditional::addInput", nv::LayerType::kCONDITIONAL_INPUT,
                                      [&] { return network_.addNode("IfInput", {&tensor}, numbered()); });
}

nv::IIfConditionalOutputLayer* ConditionalFace::addOutput(nv::ITensor& trueTensor,
                                                          nv::ITensor& falseTensor) noexcept {
  return network_.addLayer<OutputFace>("IIfConditional::addOutput", nv::LayerType::kCONDITIONAL_OUTPUT, [&] {
    return network_.addNode("IfOutput", {&trueTensor, &falseTensor}, numbered());
  });
}

void ConditionalFace::setName(const char* name) noexcept {
  network_.reporter().guard("IIfConditional::setName", [&] { name_ = &needed(name, "the name"); });
}

}  // namespace tenfold
