// IIfConditional: the boundary nodes that carry its number. The If node and its branches are made of them
// when the network is built (frontend/network).
#pragma once

#include "api/network/layer.h"

namespace tenfold {

class ConditionalFace final : public nv::IIfConditional, public nv::apiv::VIfConditional {
 public:
  ConditionalFace(Network& network, int64_t number)
      : network_(network), number_(number), name_(fmt::format("(Unnamed Conditional* {})", number)) {
    mImpl = this;
  }
  nv::IConditionLayer* setCondition(nv::ITensor& tensor) noexcept override;
  nv::IIfConditionalInputLayer* addInput(nv::ITensor& tensor) noexcept override;
  nv::IIfConditionalOutputLayer* addOutput(nv::ITensor& trueTensor,
                                           nv::ITensor& falseTensor) noexcept override;
  void setName(const char* name) noexcept override;
  const char* getName() const noexcept override { return name_.c_str(); }

 private:
  Attributes numbered() const;
  Network& network_;
  int64_t number_;
  std::string name_;
  nv::IConditionLayer* condition_ = nullptr;
};

}  // namespace tenfold
