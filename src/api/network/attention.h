// IAttention: the face of one node, whose output layer is in the network's list.
#pragma once

#include "api/network/layer.h"

namespace tenfold {

class AttentionFace final : public nv::IAttention, public nv::apiv::VAttention {
 public:
  AttentionFace(Network& network, Node* node) : network_(network), node_(node) { mImpl = this; }
  Node* node() const { return node_; }

  bool setInput(int32_t index, nv::ITensor& input) noexcept override;
  int32_t getNbInputs() const noexcept override;
  nv::ITensor* getInput(int32_t index) const noexcept override;
  int32_t getNbOutputs() const noexcept override { return 1; }
  nv::ITensor* getOutput(int32_t index) const noexcept override;
  bool setName(const char* name) noexcept override;
  const char* getName() const noexcept override { return node_->name.c_str(); }
  bool setNormalizationOperation(nv::AttentionNormalizationOp op) noexcept override;
  nv::AttentionNormalizationOp getNormalizationOperation() const noexcept override;
  bool setCausal(bool isCausal) noexcept override;
  bool getCausal() const noexcept override { return integer("is_causal", 0) != 0; }
  bool setMask(nv::ITensor& mask) noexcept override;
  nv::ITensor* getMask() const noexcept override { return input(kMask); }
  bool setDecomposable(bool decomposable) noexcept override {
    return set("layer.decomposable", decomposable);
  }
  bool getDecomposable() const noexcept override { return integer("layer.decomposable", 0) != 0; }
  bool setNormalizationQuantizeScale(nv::ITensor& tensor) noexcept override;
  nv::ITensor* getNormalizationQuantizeScale() const noexcept override { return input(kScale); }
  bool setNormalizationQuantizeToType(nv::DataType type) noexcept override;
  nv::DataType getNormalizationQuantizeToType() const noexcept override;
  bool setMetadata(const char* text) noexcept override;
  const char* getMetadata() const noexcept override;
  bool setNbRanks(int32_t ranks) noexcept override;
  int32_t getNbRanks() const noexcept override { return static_cast<int32_t>(integer("layer.ranks", 1)); }

 private:
  static constexpr size_t kMask = 3, kScale = 4, kInputs = 5;
  bool set(const char* attr, int64_t value) noexcept;
  int64_t integer(const char* attr, int64_t fallback) const noexcept;
  nv::ITensor* input(size_t slot) const noexcept;
  Network& network_;
  Node* node_;
};

}  // namespace tenfold
