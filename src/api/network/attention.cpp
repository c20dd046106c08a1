// IAttention, IRotaryEmbeddingLayer, IKVCacheUpdateLayer and IMoELayer.
#include "api/network/attention.h"

#include "api/network/faces.h"

namespace tenfold {

// By AttentionNormalizationOp.
constexpr const char* kNormalizations[] = {"none", "softmax"};

int64_t AttentionFace::integer(const char* attr, int64_t fallback) const noexcept {
  return network_.reporter().guard(
      attr, [&] { return node_->attrs.integer(attr, fallback); }, fallback);
}

bool AttentionFace::set(const char* attr, int64_t value) noexcept {
  return network_.reporter().guard(attr, [&] {
    node_->attrs.set(attr, value);
    network_.update(node_);
    return true;
  });
}

nv::ITensor* AttentionFace::input(size_t slot) const noexcept {
  return network_.reporter().guard("IAttention",
                                   [&]() -> nv::ITensor* { return network_.faceOf(node_->input(slot)); });
}

bool AttentionFace::setInput(int32_t index, nv::ITensor& tensor) noexcept {
  return network_.reporter().guard("IAttention::setInput", [&] {
    size_t slot = checkIndex(index, kInputs, "input");
    Value* value = network_.valueOf(tensor);
    require(slot != kMask || !getCausal(), "a causal attention takes no mask");
    network_.graph().setInput(node_, slot, value);
    network_.update(node_);
    return true;
  });
}

int32_t AttentionFace::getNbInputs() const noexcept { return static_cast<int32_t>(node_->inputs.size()); }

nv::ITensor* AttentionFace::getInput(int32_t index) const noexcept {
  return network_.reporter().guard("IAttention::getInput", [&]() -> nv::ITensor* {
    return network_.faceOf(node_->input(checkIndex(index, kInputs, "input")));
  });
}

nv::ITensor* AttentionFace::getOutput(int32_t index) const noexcept {
  return network_.reporter().guard("IAttention::getOutput", [&]() -> nv::ITensor* {
    return network_.faceOf(node_->outputs[checkIndex(index, 1, "output")]);
  });
}

bool AttentionFace::setName(const char* name) noexcept {
  return network_.reporter().guard("IAttention::setName", [&] {
    node_->name = &needed(name, "the name");
    return true;
  });
}

bool AttentionFace::setNormalizationOperation(nv::AttentionNormalizationOp op) noexcept {
  return network_.reporter().guard("setNormalizationOperation", [&] {
    auto i = static_cast<size_t>(checkEnum(op, "normalization"));
    node_->attrs.set("normalization", std::string(kNormalizations[i]));
    network_.update(node_);
    return true;
  });
}

nv::AttentionNormalizationOp AttentionFace::getNormalizationOperation() const noexcept {
  return network_.reporter().guard(
      "getNormalizationOperation",
      [&] {
        return node_->attrs.text("normalization", "softmax") == "none"
                   ? nv::AttentionNormalizationOp::kNONE
                   : nv::AttentionNormalizationOp::kSOFTMAX;
      },
      nv::AttentionNormalizationOp::kSOFTMAX);
}

bool AttentionFace::setCausal(bool isCausal) noexcept {
  return network_.reporter().guard("IAttention::setCausal", [&] {
    require(!isCausal || !node_->hasInput(kMask), "an attention with a mask cannot be causal");
    node_->attrs.set("is_causal", int64_t{isCausal});
    network_.update(node_);
    return true;
  });
}

bool AttentionFace::setMask(nv::ITensor& mask) noexcept { return setInput(kMask, mask); }
bool AttentionFace::setNormalizationQuantizeScale(nv::ITensor& tensor) noexcept {
  return setInput(kScale, tensor);
}

bool AttentionFace::setNormalizationQuantizeToType(nv::DataType type) noexcept {
  return network_.reporter().guard("setNormalizationQuantizeToType", [&] {
    require(type == nv::DataType::kFP8 || type == nv::DataType::kINT8,
            "data type {} is not allowed; kFP8 and kINT8 are", static_cast<int>(type));
    node_->attrs.setType("quantize_to", coreType(type));
    network_.update(node_);
    return true;
  });
}

nv::DataType AttentionFace::getNormalizationQuantizeToType() const noexcept {
  return network_.reporter().guard("getNormalizationQuantizeToType", [&] {
    return apiType(node_->attrs.type("quantize_to", DataType::kFloat32));
  });
}

bool AttentionFace::setMetadata(const char* text) noexcept {
  return network_.reporter().guard("IAttention::setMetadata", [&] {
    node_->attrs.set("layer.metadata", std::string(&needed(text, "the metadata")));
    return true;
  });
}

const char* AttentionFace::getMetadata() const noexcept {
  auto it = node_->attrs.all().find("layer.metadata");
  return it == node_->attrs.all().end() ? "" : std::get<std::string>(it->second).c_str();
}

bool AttentionFace::setNbRanks(int32_t ranks) noexcept {
  return network_.reporter().guard("IAttention::setNbRanks", [&] {
    require(ranks >= 1, "the number of ranks is {}, expected 1 or more", ranks);
    node_->attrs.set("layer.ranks", int64_t{ranks});
    return true;
  });
}

namespace {

class AttentionOutputFace final
    : public BoundaryLayer<nv::IAttentionOutputLayer, nv::apiv::VAttentionBoundaryLayer,
                           nv::apiv::VAttentionOutputLayer> {
 public:
  using BoundaryLayer::BoundaryLayer;
  nv::IAttention* getAttention() const noexcept override {
    return reporter().guard("getAttention", [&]() -> nv::IAttention* { return network_.attentionOf(node_); });
  }
};

class RotaryEmbeddingFace final : public Layer<nv::IRotaryEmbeddingLayer, nv::apiv::VRotaryEmbeddingLayer> {
 public:
  using Layer::Layer;
  TENFOLD_INT_PROPERTY(bool, Interleaved, "interleaved", 0)
  bool setRotaryEmbeddingDim(int32_t dim) noexcept override {
    return tryChange("setRotaryEmbeddingDim", [&] {
      require(dim >= 0, "the number of rotated elements is {}, expected 0 or more", dim);
      node_->attrs.set("rotary_embedding_dim", int64_t{dim});
    });
  }
  int32_t getRotaryEmbeddingDim() const noexcept override {
    return static_cast<int32_t>(intAttr("rotary_embedding_dim", 0));
  }
  void setInput(int32_t index, nv::ITensor& input) noexcept override { LayerFace::setInput(index, input); }
};

class KVCacheUpdateFace final : public Layer<nv::IKVCacheUpdateLayer, nv::apiv::VKVCacheUpdateLayer> {
 public:
  using Layer::Layer;
  bool setCacheMode(nv::KVCacheMode mode) noexcept override {
    return reporter().guard("setCacheMode", [&] { return checkEnum(mode, "cache mode"), true; });
  }
  nv::KVCacheMode getCacheMode() const noexcept override { return nv::KVCacheMode::kLINEAR; }
};

const FaceEntry kFaces[] = {
    {"ScaledAttention", nv::LayerType::kATTENTION_OUTPUT, makeFaceOf<AttentionOutputFace>},
    {"Attention", nv::LayerType::kATTENTION_OUTPUT, makeFaceOf<AttentionOutputFace>},
    {"RotaryEmbedding", nv::LayerType::kROTARY_EMBEDDING, makeFaceOf<RotaryEmbeddingFace>},
    {"TensorScatter", nv::LayerType::kKVCACHE_UPDATE, makeFaceOf<KVCacheUpdateFace>}};

}  // namespace

std::span<const FaceEntry> attentionFaces() { return kFaces; }

AttentionFace* Network::attentionOf(Node* node) {
  for (const auto& attention : attentions_)
    if (attention->node() == node) return attention.get();
  attentions_.push_back(std::make_unique<AttentionFace>(*this, node));
  return attentions_.back().get();
}

nv::IAttention* Network::addAttention(nv::ITensor& query, nv::ITensor& key, nv::ITensor& value,
                                      nv::AttentionNormalizationOp normOp, bool isCausal) noexcept {
  auto* layer = addLayer<AttentionOutputFace>("addAttention", nv::LayerType::kATTENTION_OUTPUT, [&] {
    Attributes attrs;
    attrs.set("normalization",
              std::string(kNormalizations[static_cast<size_t>(checkEnum(normOp, "normalization"))]));
    attrs.set("is_causal", int64_t{isCausal});
    return addNode("ScaledAttention", {&query, &key, &value}, attrs);
  });
  return layer ? layer->getAttention() : nullptr;
}

nv::IRotaryEmbeddingLayer* Network::addRotaryEmbedding(nv::ITensor& input, nv::ITensor& cosCache,
                                                       nv::ITensor& sinCache, bool interleaved,
                                                       int32_t rotaryEmbeddingDim) noexcept {
  // Without positions the caches have one row for each of them, which input 3 may change.
  return addLayer<RotaryEmbeddingFace>(
      "addRotaryEmbedding", nv::LayerType::kROTARY_EMBEDDING,
      [&] {
        require(rotaryEmbeddingDim >= 0, "the number of rotated elements is {}, expected 0 or more",
                rotaryEmbeddingDim);
        Attributes attrs;
        attrs.set("interleaved", int64_t{interleaved});
        attrs.set("rotary_embedding_dim", int64_t{rotaryEmbeddingDim});
        return addNode("RotaryEmbedding", {&input, &cosCache, &sinCache}, attrs);
      },
      true);
}

nv::IKVCacheUpdateLayer* Network::addKVCacheUpdate(nv::ITensor& cache, nv::ITensor& update,
                                                   nv::ITensor& writeIndices,
                                                   nv::KVCacheMode cacheMode) noexcept {
  return addLayer<KVCacheUpdateFace>("addKVCacheUpdate", nv::LayerType::kKVCACHE_UPDATE, [&] {
    checkEnum(cacheMode, "cache mode");
    require(cache.isNetworkInput(), "the cache '{}' must be a network input", cache.getName());
    return addNode("TensorScatter", {&cache, &update, &writeIndices});
  });
}

}  // namespace tenfold
