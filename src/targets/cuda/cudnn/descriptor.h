// cuDNN's backend descriptors: objects that are given attributes one by one and then finalized.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "targets/cuda/driver/cudnn.h"

namespace tenfold::cuda {

class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(cudnnBackendDescriptorType_t type);

  cudnnBackendDescriptor_t get() const { return handle_.get(); }
  explicit operator bool() const { return handle_ != nullptr; }

  // Each throws Error with cuDNN's own reason.
  void set(cudnnBackendAttributeName_t name, cudnnBackendAttributeType_t type, int64_t count,
           const void* values);
  void set(cudnnBackendAttributeName_t name, int64_t value);
  void set(cudnnBackendAttributeName_t name, bool value);
  void set(cudnnBackendAttributeName_t name, float value);
  void set(cudnnBackendAttributeName_t name, double value);
  void set(cudnnBackendAttributeName_t name, cudnnDataType_t value);
  void set(cudnnBackendAttributeName_t name, cudnnHandle_t value);
  void set(cudnnBackendAttributeName_t name, const Descriptor& value);
  void set(cudnnBackendAttributeName_t name, std::span<const int64_t> values);
  void set(cudnnBackendAttributeName_t name, std::span<const Descriptor> values);
  void set(cudnnBackendAttributeName_t name, std::span<void* const> pointers);
  void finalize();

  // How many elements the attribute has.
  int64_t count(cudnnBackendAttributeName_t name, cudnnBackendAttributeType_t type) const;
  // Reads at most `most` elements; returns how many there were.
  int64_t get(cudnnBackendAttributeName_t name, cudnnBackendAttributeType_t type, int64_t most,
              void* values) const;
  int64_t integer(cudnnBackendAttributeName_t name) const;
  // An attribute that holds descriptors of this type, at most so many.
  std::vector<Descriptor> descriptors(cudnnBackendAttributeName_t name, cudnnBackendDescriptorType_t type,
                                      int64_t most) const;

 private:
  struct Destroy {
    void operator()(void* d) const { cudnn().cudnnBackendDestroyDescriptor(d); }
  };
  std::unique_ptr<void, Destroy> handle_;
};

}  // namespace tenfold::cuda
