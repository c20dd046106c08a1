// ILoop: the boundary nodes that carry its number. The loop's node and body are made of them when the network
// is built (frontend/network).
#pragma once

#include "api/network/layer.h"

namespace tenfold {

class LoopFace final : public nv::ILoop, public nv::apiv::VLoop {
 public:
  LoopFace(Network& network, int64_t number)
      : network_(network), number_(number), name_(fmt::format("(Unnamed Loop* {})", number)) {
    mImpl = this;
  }
  nv::IRecurrenceLayer* addRecurrence(nv::ITensor& initialValue) noexcept override;
  nv::ITripLimitLayer* addTripLimit(nv::ITensor& tensor, nv::TripLimit limit) noexcept override;
  nv::IIteratorLayer* addIterator(nv::ITensor& tensor, int32_t axis, bool reverse) noexcept override;
  nv::ILoopOutputLayer* addLoopOutput(nv::ITensor& tensor, nv::LoopOutput kind,
                                      int32_t axis) noexcept override;
  void setName(const char* name) noexcept override;
  const char* getName() const noexcept override { return name_.c_str(); }

 private:
  Attributes numbered() const;
  Network& network_;
  int64_t number_;
  std::string name_;
};

}  // namespace tenfold
