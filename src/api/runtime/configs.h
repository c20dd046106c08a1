// The small objects that hold options of an engine's methods.
#pragma once

#include "NvInferRuntime.h"
#include "api/errors.h"

namespace tenfold {

class SerializationConfig final : public nvinfer1::ISerializationConfig,
                                  public nvinfer1::apiv::VSerializationConfig {
 public:
  using Flag = nvinfer1::SerializationFlag;
  explicit SerializationConfig(std::shared_ptr<const Reporter> reporter) : reporter_(std::move(reporter)) {
    mImpl = this;
  }

  bool setFlags(nvinfer1::SerializationFlags flags) noexcept override {
    return reporter_->guard("setFlags", [&] {
      require(flags >> nvinfer1::EnumMax<Flag>() == 0, "unknown serialization flags in {:#x}", flags);
      flags_ = flags;
      return true;
    });
  }
  nvinfer1::SerializationFlags getFlags() const noexcept override { return flags_; }
  bool clearFlag(Flag flag) noexcept override {
    return reporter_->guard("clearFlag", [&] { return flags_ &= ~bit(flag), true; });
  }
  bool setFlag(Flag flag) noexcept override {
    return reporter_->guard("setFlag", [&] { return flags_ |= bit(flag), true; });
  }
  bool getFlag(Flag flag) const noexcept override {
    return reporter_->guard("getFlag", [&] { return (flags_ & bit(flag)) != 0; });
  }

 private:
  static uint32_t bit(Flag flag) { return 1U << static_cast<uint32_t>(checkEnum(flag, "SerializationFlag")); }
  std::shared_ptr<const Reporter> reporter_;
  nvinfer1::SerializationFlags flags_ = 0;
};

class RuntimeConfig final : public nvinfer1::IRuntimeConfig, public nvinfer1::apiv::VRuntimeConfig {
 public:
  using Strategy = nvinfer1::ExecutionContextAllocationStrategy;
  explicit RuntimeConfig(std::shared_ptr<const Reporter> reporter, Strategy strategy = Strategy::kSTATIC)
      : reporter_(std::move(reporter)), strategy_(strategy) {
    mImpl = this;
  }

  nvinfer1::IRuntimeConfig* getPImpl() noexcept override { return this; }
  void setExecutionContextAllocationStrategy(Strategy strategy) noexcept override {
    reporter_->guard("setExecutionContextAllocationStrategy",
                     [&] { strategy_ = checkEnum(strategy, "ExecutionContextAllocationStrategy"); });
  }
  Strategy getExecutionContextAllocationStrategy() const noexcept override { return strategy_; }

 private:
  std::shared_ptr<const Reporter> reporter_;
  Strategy strategy_;
};

}  // namespace tenfold
