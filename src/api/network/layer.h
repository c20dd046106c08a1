// ILayer: the face of one node of the network's graph. A layer's parameters are the node's attributes and
// constant inputs, so that a node that the ONNX parser made has the same face as one that a program added.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "NvInfer.h"
#include "api/convert.h"
#include "api/network/network.h"

namespace tenfold {

class LayerFace : public nv::apiv::VLayer {
 public:
  LayerFace(Network& network, Node* node, nv::LayerType type) : network_(network), node_(node), type_(type) {}

  virtual nv::ILayer* handle() = 0;
  Node* node() const { return node_; }
  // Brings the node's attributes up to date before it is inferred, for layers that somebody outside
  // describes.
  virtual void refresh() {}

  nv::LayerType getType() const noexcept override { return type_; }
  void setName(const char* name) noexcept override;
  const char* getName() const noexcept override { return node_ ? node_->name.c_str() : name_.c_str(); }
  int32_t getNbInputs() const noexcept override;
  nv::ITensor* getInput(int32_t index) const noexcept override;
  int32_t getNbOutputs() const noexcept override;
  nv::ITensor* getOutput(int32_t index) const noexcept override;
  void setInput(int32_t index, nv::ITensor& tensor) noexcept override;
  void setPrecision(nv::DataType type) noexcept override;
  nv::DataType getPrecision() const noexcept override;
  bool precisionIsSet() const noexcept override { return precision_ != DataType::kUndefined; }
  void resetPrecision() noexcept override { precision_ = DataType::kUndefined; }
  void setOutputType(int32_t index, nv::DataType type) noexcept override;
  nv::DataType getOutputType(int32_t index) const noexcept override;
  bool outputTypeIsSet(int32_t index) const noexcept override;
  void resetOutputType(int32_t index) noexcept override;
  void setMetadata(const char* text) noexcept override;
  const char* getMetadata() const noexcept override { return metadata_.c_str(); }
  bool setNbRanks(int32_t ranks) noexcept override;
  int32_t getNbRanks() const noexcept override { return ranks_; }

 protected:
  // The node's input slot that input `index` of the layer is: they differ where orders differ.
  virtual size_t slot(size_t index) const { return index; }
  // How many inputs the layer has; constants that a program passed as weights are none.
  virtual size_t inputCount() const { return node_ ? node_->inputs.size() : 0; }
  // How many the layer can have.
  virtual size_t mostInputs() const;
  // What a new input brings with it: called after the node's slot has changed.
  virtual void inputChanged(size_t) {}
  virtual std::vector<Value*> outputs() const;

  Reporter& reporter() const { return network_.reporter(); }
  const Attributes& attrs() const { return node_->attrs; }
  // Runs a setter's work and infers what depends on the node; reports what it throws.
  template <typename Work>
  void change(const char* entry, Work work) noexcept {
    reporter().guard(entry, [&] {
      work();
      network_.update(node_);
    });
  }
  template <typename Work>
  bool tryChange(const char* entry, Work work) noexcept {
    return reporter().guard(entry, [&] {
      work();
      network_.update(node_);
      return true;
    });
  }
  void setAttr(const char* entry, const char* name, Attribute value) noexcept {
    change(entry, [&] { node_->attrs.set(name, std::move(value)); });
  }
  int64_t intAttr(const char* name, int64_t fallback) const noexcept {
    return reporter().guard(
        name, [&] { return attrs().integer(name, fallback); }, fallback);
  }
  double realAttr(const char* name, double fallback) const noexcept {
    return reporter().guard(
        name, [&] { return attrs().real(name, fallback); }, fallback);
  }
  // Which of `names` the attribute is; `fallback` where it is absent or another one.
  size_t textAttr(const char* name, std::span<const char* const> names, size_t fallback) const noexcept;
  // Dimensions from a list attribute, of rank -1 where it is absent.
  nv::Dims dimsAttr(const char* name) const noexcept;
  // The elements of input `slot` where that is a constant or known; else none.
  std::vector<int64_t> knownInts(size_t slot) const;
  // Makes a constant list the node's input `slot`.
  void setConstantInput(size_t slot, const std::vector<int64_t>& values);
  // The operator of the node: one with the same inputs and outputs.
  void setOp(std::string_view op);

  Network& network_;
  Node* node_;  // null for constants

 private:
  nv::LayerType type_;
  DataType precision_ = DataType::kUndefined;
  int32_t ranks_ = 1;
  std::string name_, metadata_;
  friend class Network;
};

// kINT32 or kINT64.
void requireIndexType(nv::DataType type);

// A face of class Handle whose own methods are the slots Slots.
template <typename Handle, typename Slots>
class Layer : public Handle, public Slots, public LayerFace {
 public:
  Layer(Network& network, Node* node, nv::LayerType type) : LayerFace(network, node, type) {
    this->mLayer = this;
    this->mImpl = this;
  }
  nv::ILayer* handle() override { return this; }
};

// The same for layers at the boundary of a loop, conditional or attention, which have a third part.
template <typename Handle, typename Boundary, typename Slots>
class BoundaryLayer : public Handle, public Boundary, public Slots, public LayerFace {
 public:
  BoundaryLayer(Network& network, Node* node, nv::LayerType type) : LayerFace(network, node, type) {
    this->mLayer = this;
    this->mBoundary = this;
    this->mImpl = this;
  }
  nv::ILayer* handle() override { return this; }
};

// Setter and getter of a parameter that is one attribute.
#define TENFOLD_INT_PROPERTY(TYPE, NAME, ATTRIBUTE, FALLBACK)                     \
  void set##NAME(TYPE value) noexcept override {                                  \
    setAttr("set" #NAME, ATTRIBUTE, static_cast<int64_t>(value));                 \
  }                                                                               \
  TYPE get##NAME() const noexcept override {                                      \
    return static_cast<TYPE>(intAttr(ATTRIBUTE, static_cast<int64_t>(FALLBACK))); \
  }
// The same for an enumeration; for one that is a text, by the names NAMES.
#define TENFOLD_ENUM_PROPERTY(TYPE, NAME, ATTRIBUTE, FALLBACK)                                   \
  void set##NAME(TYPE value) noexcept override {                                                 \
    change("set" #NAME,                                                                          \
           [&] { node_->attrs.set(ATTRIBUTE, static_cast<int64_t>(checkEnum(value, #TYPE))); }); \
  }                                                                                              \
  TYPE get##NAME() const noexcept override {                                                     \
    return static_cast<TYPE>(intAttr(ATTRIBUTE, static_cast<int64_t>(FALLBACK)));                \
  }
#define TENFOLD_TEXT_PROPERTY(TYPE, NAME, ATTRIBUTE, NAMES, FALLBACK)                                \
  void set##NAME(TYPE value) noexcept override {                                                     \
    change("set" #NAME, [&] {                                                                        \
      node_->attrs.set(ATTRIBUTE, std::string(NAMES[static_cast<size_t>(checkEnum(value, #TYPE))])); \
    });                                                                                              \
  }                                                                                                  \
  TYPE get##NAME() const noexcept override {                                                         \
    return static_cast<TYPE>(textAttr(ATTRIBUTE, NAMES, static_cast<size_t>(FALLBACK)));             \
  }
#define TENFOLD_REAL_PROPERTY(TYPE, NAME, ATTRIBUTE, FALLBACK)   \
  void set##NAME(TYPE value) noexcept override {                 \
    setAttr("set" #NAME, ATTRIBUTE, static_cast<double>(value)); \
  }                                                              \
  TYPE get##NAME() const noexcept override { return static_cast<TYPE>(realAttr(ATTRIBUTE, FALLBACK)); }

// A view of a constant's elements; empty for other values and null.
nv::Weights weightsOf(const Value* value);

// The axes that a mask has as bits, and the reverse.
std::vector<int64_t> axesOfMask(uint32_t mask);
uint32_t maskOfAxes(const std::vector<int64_t>& axes, int rank);
// The one axis of a mask; throws Error for none or several.
int64_t axisOfMask(uint32_t mask);

}  // namespace tenfold
