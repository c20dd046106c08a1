#include "api/network/loop.h"

#include "api/network/faces.h"

namespace tenfold {
namespace {

constexpr const char *kLoop = "loop", *kNext = "next";
// By TripLimit and by LoopOutput.
constexpr const char *kLimits[] = {"count", "while"}, *kOutputs[] = {"last_value", "concatenate", "reverse"};

template <typename Handle, typename Slots>
class LoopBoundary : public BoundaryLayer<Handle, nv::apiv::VLoopBoundaryLayer, Slots> {
 public:
  using BoundaryLayer<Handle, nv::apiv::VLoopBoundaryLayer, Slots>::BoundaryLayer;
  nv::ILoop* getLoop() const noexcept override { return this->network_.loop(this->intAttr(kLoop, -1)); }
};

// The next value comes from inside the loop: as an input it would make a cycle, so the node names the value.
class RecurrenceFace final : public LoopBoundary<nv::IRecurrenceLayer, nv::apiv::VRecurrenceLayer> {
 public:
  using LoopBoundary::LoopBoundary;
  nv::ITensor* getInput(int32_t index) const noexcept override {
    if (index != 1) return LayerFace::getInput(index);
    return reporter().guard("ILayer::getInput", [&]() -> nv::ITensor* {
      int64_t next = attrs().integer(kNext, -1);
      return next < 0 ? nullptr : network_.faceOf(network_.graph().valueById(static_cast<int>(next)));
    });
  }
  void setInput(int32_t index, nv::ITensor& tensor) noexcept override {
    if (index != 1) return LayerFace::setInput(index, tensor);
    change("ILayer::setInput", [&] {
      const Value* next = network_.valueOf(tensor);
      require(next->dtype == node_->inputs[0]->dtype, "the next value is {}, the initial value {}",
              next->typeStr(), node_->inputs[0]->typeStr());
      node_->attrs.set(kNext, int64_t{next->id});
    });
  }

 protected:
  size_t inputCount() const override { return attrs().has(kNext) ? 2 : 1; }
  size_t mostInputs() const override { return 2; }
};

class TripLimitFace final : public LoopBoundary<nv::ITripLimitLayer, nv::apiv::VTripLimitLayer> {
 public:
  using LoopBoundary::LoopBoundary;
  nv::TripLimit getTripLimit() const noexcept override {
    return static_cast<nv::TripLimit>(textAttr("kind", kLimits, 0));
  }
};

class IteratorFace final : public LoopBoundary<nv::IIteratorLayer, nv::apiv::VIteratorLayer> {
 public:
  using LoopBoundary::LoopBoundary;
  TENFOLD_INT_PROPERTY(int32_t, Axis, "axis", 0)
  TENFOLD_INT_PROPERTY(bool, Reverse, "reverse", 0)
};

class LoopOutputFace final : public LoopBoundary<nv::ILoopOutputLayer, nv::apiv::VLoopOutputLayer> {
 public:
  using LoopBoundary::LoopBoundary;
  nv::LoopOutput getLoopOutput() const noexcept override {
    return static_cast<nv::LoopOutput>(textAttr("kind", kOutputs, 0));
  }
  TENFOLD_INT_PROPERTY(int32_t, Axis, "axis", 0)
};

const FaceEntry kFaces[] = {{"LoopRecurrence", nv::LayerType::kRECURRENCE, makeFaceOf<RecurrenceFace>},
                            {"LoopTripLimit", nv::LayerType::kTRIP_LIMIT, makeFaceOf<TripLimitFace>},
                            {"LoopIterator", nv::LayerType::kITERATOR, makeFaceOf<IteratorFace>},
                            {"LoopOutput", nv::LayerType::kLOOP_OUTPUT, makeFaceOf<LoopOutputFace>}};

}  // namespace

std::span<const FaceEntry> loopFaces() { return kFaces; }

LoopFace* Network::loop(int64_t number) const {
  bool isKnown = number >= 0 && static_cast<size_t>(number) < loops_.size();
  return isKnown ? loops_[static_cast<size_t>(number)].get() : nullptr;
}

nv::ILoop* Network::addLoop() noexcept {
  return reporter_.guard("addLoop", [&]() -> nv::ILoop* {
    loops_.push_back(std::make_unique<LoopFace>(*this, static_cast<int64_t>(loops_.size())));
    return loops_.back().get();
  });
}

Attributes LoopFace::numbered() const {
  Attributes attrs;
  attrs.set(kLoop, number_);
  return attrs;
}

nv::IRecurrenceLayer* LoopFace::addRecurrence(nv::ITensor& initialValue) noexcept {
  return network_.addLayer<RecurrenceFace>("addRecurrence", nv::LayerType::kRECURRENCE, [&] {
    return network_.addNode("LoopRecurrence", {&initialValue}, numbered());
  });
}

nv::ITripLimitLayer* LoopFace::addTripLimit(nv::ITensor& tensor, nv::TripLimit limit) noexcept {
  return network_.addLayer<TripLimitFace>("addTripLimit", nv::LayerType::kTRIP_LIMIT, [&] {
    std::string kind = kLimits[static_cast<size_t>(checkEnum(limit, "trip limit"))];
    for (const Node* n : network_.graph().nodes())
      require(!n->is("LoopTripLimit") || n->attrs.integer(kLoop, -1) != number_ ||
                  n->attrs.text("kind", "") != kind,
              "the loop has a trip limit of this kind already");
    Attributes attrs = numbered();
    attrs.set("kind", kind);
    return network_.addNode("LoopTripLimit", {&tensor}, attrs, 0);
  });
}

nv::IIteratorLayer* LoopFace::addIterator(nv::ITensor& tensor, int32_t axis, bool reverse) noexcept {
  return network_.addLayer<IteratorFace>("addIterator", nv::LayerType::kITERATOR, [&] {
    Attributes attrs = numbered();
    attrs.set("axis", int64_t{axis});
    attrs.set("reverse", int64_t{reverse});
    return network_.addNode("LoopIterator", {&tensor}, attrs);
  });
}

nv::ILoopOutputLayer* LoopFace::addLoopOutput(nv::ITensor& tensor, nv::LoopOutput kind,
                                              int32_t axis) noexcept {
  return network_.addLayer<LoopOutputFace>("addLoopOutput", nv::LayerType::kLOOP_OUTPUT, [&] {
    const Value* value = network_.valueOf(tensor);
    bool isLast = checkEnum(kind, "loop output") == nv::LoopOutput::kLAST_VALUE;
    require(!isLast || (value->producer && value->producer->is("LoopRecurrence")),
            "'{}' is not the output of a recurrence; only that has a last value", value->name);
    Attributes attrs = numbered();
    attrs.set("kind", std::string(kOutputs[static_cast<size_t>(kind)]));
    attrs.set("axis", int64_t{axis});
    return network_.addNode("LoopOutput", {&tensor}, attrs);
  });
}

void LoopFace::setName(const char* name) noexcept {
  network_.reporter().guard("ILoop::setName", [&] { name_ = &needed(name, "the name"); });
}

}  // namespace tenfold
