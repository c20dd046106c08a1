// IShuffleLayer, ISqueezeLayer, IUnsqueezeLayer, IConcatenationLayer, IShapeLayer, IReverseSequenceLayer.
#include <algorithm>

#include "api/network/faces.h"

namespace tenfold {
namespace {

class ShuffleFace final : public Layer<nv::IShuffleLayer, nv::apiv::VShuffleLayer> {
 public:
  using Layer::Layer;
  void setFirstTranspose(const nv::Permutation& p) noexcept override {
    setOrder("setFirstTranspose", kFirst, p);
  }
  const nv::Permutation& getFirstTranspose() const noexcept override { return order(kFirst, first_); }
  void setSecondTranspose(const nv::Permutation& p) noexcept override {
    setOrder("setSecondTranspose", kSecond, p);
  }
  const nv::Permutation& getSecondTranspose() const noexcept override { return order(kSecond, second_); }
  void setReshapeDimensions(const nv::Dims& dimensions) noexcept override {
    change("setReshapeDimensions", [&] {
      std::vector<int64_t> shape = toInts(dimensions);
      require(std::count(shape.begin(), shape.end(), -1) <= 1, "dimensions {} have more than one -1",
              str(dimensions));
      for (int64_t d : shape) require(d >= -1, "dimension {} of {} is not allowed", d, str(dimensions));
      network_.graph().setInput(node_, 1, nullptr);
      node_->inputs.resize(1);
      setOp("Shuffle");
      node_->attrs.set("reshape", shape);
    });
  }
  nv::Dims getReshapeDimensions() const noexcept override {
    if (node_->hasInput(1) && node_->inputs[1]->isConstant())
      return reporter().guard(
          "getReshapeDimensions", [&] { return toDims(knownInts(1)); }, unknownDims());
    if (node_->hasInput(1)) return unknownDims();
    if (attrs().has("reshape")) return dimsAttr("reshape");
    return LayerFace::getOutput(0)->getDimensions();
  }
  TENFOLD_INT_PROPERTY(bool, ZeroIsPlaceholder, "zero_is_placeholder", 1)

 protected:
  // The shape of ONNX's Reshape is a parameter where it is constant.
  size_t inputCount() const override { return node_->hasInput(1) && !node_->inputs[1]->isConstant() ? 2 : 1; }

 private:
  static constexpr const char *kFirst = "first_perm", *kSecond = "second_perm";
  void setOrder(const char* entry, const char* attr, const nv::Permutation& p) noexcept {
    change(entry, [&] {
      bool isFirst = attr == kFirst;
      int rank = isFirst || !attrs().has("reshape") ? node_->inputs[0]->rank()
                                                    : static_cast<int>(attrs().integers("reshape").size());
      if (!isFirst && node_->hasInput(1) && node_->inputs[1]->shape)
        rank = static_cast<int>(node_->inputs[1]->shape->at(0).tryConstant().value_or(-1));
      require(rank >= 0, "the rank of the input must be known");
      std::vector<int64_t> perm(p.order, p.order + rank), sorted = perm;
      std::sort(sorted.begin(), sorted.end());
      for (int i = 0; i < rank; ++i)
        require(sorted[static_cast<size_t>(i)] == i, "the order is no permutation of {} dimensions", rank);
      node_->attrs.set(attr, perm);
    });
  }
  const nv::Permutation& order(const char* attr, nv::Permutation& held) const noexcept {
    return *reporter().guard(
        attr,
        [&] {
          for (int i = 0; i < nv::Dims::MAX_DIMS; ++i) held.order[i] = i;
          // ONNX's Transpose has the attribute perm, and reverses the dimensions without it.
          std::vector<int64_t> perm = attrs().integers(attr);
          if (node_->is("Transpose") && attr == kFirst) {
            perm = attrs().integers("perm");
            for (int64_t i = node_->inputs[0]->rank() - 1; i >= 0 && !attrs().has("perm"); --i)
              perm.push_back(i);
          }
          for (size_t i = 0; i < perm.size() && i < nv::Dims::MAX_DIMS; ++i)
            held.order[i] = static_cast<int32_t>(perm[i]);
          return &held;
        },
        &held);
  }
  // References are given out: what they refer to lives here.
  mutable nv::Permutation first_{}, second_{};
};

class SqueezeFace final : public Layer<nv::ISqueezeLayer, nv::apiv::VSqueezeLayer> {
 public:
  using Layer::Layer;
};
class UnsqueezeFace final : public Layer<nv::IUnsqueezeLayer, nv::apiv::VUnsqueezeLayer> {
 public:
  using Layer::Layer;
};
class ShapeFace final : public Layer<nv::IShapeLayer, nv::apiv::VShapeLayer> {
 public:
  using Layer::Layer;
};

class ConcatenationFace final : public Layer<nv::IConcatenationLayer, nv::apiv::VConcatenationLayer> {
 public:
  using Layer::Layer;
  TENFOLD_INT_PROPERTY(int32_t, Axis, "axis", 0)

 protected:
  // One more than there are can be added.
  size_t mostInputs() const override { return node_->inputs.size() + 1; }
};

class ReverseSequenceFace final : public Layer<nv::IReverseSequenceLayer, nv::apiv::VReverseSequenceLayer> {
 public:
  using Layer::Layer;
  TENFOLD_INT_PROPERTY(int32_t, BatchAxis, "batch_axis", 1)
  TENFOLD_INT_PROPERTY(int32_t, SequenceAxis, "time_axis", 0)
};

const FaceEntry kFaces[] = {
    {"Shuffle", nv::LayerType::kSHUFFLE, makeFaceOf<ShuffleFace>},
    {"Reshape", nv::LayerType::kSHUFFLE, makeFaceOf<ShuffleFace>},
    {"Transpose", nv::LayerType::kSHUFFLE, makeFaceOf<ShuffleFace>},
    {"Flatten", nv::LayerType::kSHUFFLE, makeFaceOf<ShuffleFace>},
    {"Squeeze", nv::LayerType::kSQUEEZE, makeFaceOf<SqueezeFace>},
    {"Unsqueeze", nv::LayerType::kUNSQUEEZE, makeFaceOf<UnsqueezeFace>},
    {"Concat", nv::LayerType::kCONCATENATION, makeFaceOf<ConcatenationFace>},
    {"Shape", nv::LayerType::kSHAPE, makeFaceOf<ShapeFace>},
    {"ReverseSequence", nv::LayerType::kREVERSE_SEQUENCE, makeFaceOf<ReverseSequenceFace>}};

}  // namespace

std::span<const FaceEntry> shapeFaces() { return kFaces; }

nv::IShuffleLayer* Network::addShuffle(nv::ITensor& input) noexcept {
  return addLayer<ShuffleFace>("addShuffle", nv::LayerType::kSHUFFLE,
                               [&] { return addNode("Shuffle", {&input}); });
}

nv::ISqueezeLayer* Network::addSqueeze(nv::ITensor& input, nv::ITensor& axes) noexcept {
  return addLayer<SqueezeFace>("addSqueeze", nv::LayerType::kSQUEEZE, [&] {
    return addNode("Squeeze", {&input, &axes});
  });
}

nv::IUnsqueezeLayer* Network::addUnsqueeze(nv::ITensor& input, nv::ITensor& axes) noexcept {
  return addLayer<UnsqueezeFace>("addUnsqueeze", nv::LayerType::kUNSQUEEZE, [&] {
    return addNode("Unsqueeze", {&input, &axes});
  });
}

nv::IConcatenationLayer* Network::addConcatenation(nv::ITensor* const* inputs, int32_t nbInputs) noexcept {
  // The axis can still be chosen, so the shapes need not fit yet.
  return addLayer<ConcatenationFace>(
      "addConcatenation", nv::LayerType::kCONCATENATION,
      [&] {
        std::vector<Value*> values = valuesOf(inputs, nbInputs, "inputs");
        require(!values.empty(), "at least one input is expected");
        Attributes attrs;
        attrs.set("axis", int64_t{std::max(values[0]->rank() - 3, 0)});
        return graph_->addNode("Concat", values, attrs);
      },
      true);
}

nv::IShapeLayer* Network::addShape(nv::ITensor& input) noexcept {
  return addLayer<ShapeFace>("addShape", nv::LayerType::kSHAPE, [&] { return addNode("Shape", {&input}); });
}

nv::IReverseSequenceLayer* Network::addReverseSequence(nv::ITensor& input,
                                                       nv::ITensor& sequenceLens) noexcept {
  return addLayer<ReverseSequenceFace>(
      "addReverseSequence", nv::LayerType::kREVERSE_SEQUENCE,
      [&] {
        Attributes attrs;
        attrs.set("batch_axis", int64_t{1});
        attrs.set("time_axis", int64_t{0});
        return addNode("ReverseSequence", {&input, &sequenceLens}, attrs);
      },
      true);
}

}  // namespace tenfold
