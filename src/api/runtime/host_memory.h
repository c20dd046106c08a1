// Bytes that the program owns.
#pragma once

#include <utility>
#include <vector>

#include "NvInferRuntime.h"

namespace tenfold {

class HostMemory final : public nvinfer1::IHostMemory, public nvinfer1::apiv::VHostMemory {
 public:
  explicit HostMemory(std::vector<uint8_t> bytes) : bytes_(std::move(bytes)) { mImpl = this; }

  void* data() const noexcept override { return const_cast<uint8_t*>(bytes_.data()); }
  size_t size() const noexcept override { return bytes_.size(); }
  nvinfer1::DataType type() const noexcept override { return nvinfer1::DataType::kINT8; }

 private:
  std::vector<uint8_t> bytes_;
};

}  // namespace tenfold
