// SPDX-License-Identifier: Apache-2.0
// INT8 calibrators (deprecated: quantize the model with Q/DQ layers instead).
#ifndef TENFOLD_BUILDER_CALIBRATOR_H_
#define TENFOLD_BUILDER_CALIBRATOR_H_

#include "../network/layer.h"

TENFOLD_BEGIN_DEPRECATED

namespace nvinfer1 {

enum class CalibrationAlgoType : int32_t {
  kLEGACY_CALIBRATION TRT_DEPRECATED_ENUM = 0,
  kENTROPY_CALIBRATION TRT_DEPRECATED_ENUM = 1,
  kENTROPY_CALIBRATION_2 TRT_DEPRECATED_ENUM = 2,
  kMINMAX_CALIBRATION TRT_DEPRECATED_ENUM = 3,
};

template <>
constexpr inline int32_t EnumMax<CalibrationAlgoType>() noexcept {
  return 4;
}

enum class QuantizationFlag : int32_t {
  kCALIBRATE_BEFORE_FUSION TRT_DEPRECATED_ENUM = 0,
};

template <>
constexpr inline int32_t EnumMax<QuantizationFlag>() noexcept {
  return 1;
}

class TRT_DEPRECATED IInt8Calibrator : public IVersionedInterface {
 public:
  TRT_DEPRECATED virtual int32_t getBatchSize() const noexcept = 0;

  virtual bool getBatch(void* bindings[], const char* names[], int32_t nbBindings) noexcept = 0;

  virtual const void* readCalibrationCache(size_t& length) noexcept = 0;

  virtual void writeCalibrationCache(const void* ptr, size_t length) noexcept = 0;

  virtual CalibrationAlgoType getAlgorithm() noexcept = 0;

  ~IInt8Calibrator() noexcept override = default;
};

namespace v_1_0 {

class TRT_DEPRECATED IInt8EntropyCalibrator : public IInt8Calibrator {
 public:
  InterfaceInfo getInterfaceInfo() const noexcept override {
    return InterfaceInfo{"IInt8EntropyCalibrator", 1, 0};
  }

  CalibrationAlgoType getAlgorithm() noexcept override { return CalibrationAlgoType::kENTROPY_CALIBRATION; }

  ~IInt8EntropyCalibrator() noexcept override = default;
};

class TRT_DEPRECATED IInt8EntropyCalibrator2 : public IInt8Calibrator {
 public:
  InterfaceInfo getInterfaceInfo() const noexcept override {
    return InterfaceInfo{"IInt8EntropyCalibrator2", 1, 0};
  }

  CalibrationAlgoType getAlgorithm() noexcept override { return CalibrationAlgoType::kENTROPY_CALIBRATION_2; }

  ~IInt8EntropyCalibrator2() noexcept override = default;
};

class TRT_DEPRECATED IInt8MinMaxCalibrator : public IInt8Calibrator {
 public:
  InterfaceInfo getInterfaceInfo() const noexcept override {
    return InterfaceInfo{"IInt8MinMaxCalibrator", 1, 0};
  }

  CalibrationAlgoType getAlgorithm() noexcept override { return CalibrationAlgoType::kMINMAX_CALIBRATION; }

  ~IInt8MinMaxCalibrator() noexcept override = default;
};

class TRT_DEPRECATED IInt8LegacyCalibrator : public IInt8Calibrator {
 public:
  InterfaceInfo getInterfaceInfo() const noexcept override { return InterfaceInfo{"IInt8Calibrator", 1, 0}; }

  CalibrationAlgoType getAlgorithm() noexcept override { return CalibrationAlgoType::kLEGACY_CALIBRATION; }

  virtual double getQuantile() const noexcept = 0;

  virtual double getRegressionCutoff() const noexcept = 0;

  virtual const void* readHistogramCache(size_t& length) noexcept = 0;

  virtual void writeHistogramCache(const void* ptr, size_t length) noexcept = 0;

  ~IInt8LegacyCalibrator() noexcept override = default;
};

}  // namespace v_1_0

using IInt8EntropyCalibrator = v_1_0::IInt8EntropyCalibrator;

using IInt8EntropyCalibrator2 = v_1_0::IInt8EntropyCalibrator2;

using IInt8MinMaxCalibrator = v_1_0::IInt8MinMaxCalibrator;

using IInt8LegacyCalibrator = v_1_0::IInt8LegacyCalibrator;

}  // namespace nvinfer1

TENFOLD_END_DEPRECATED

#endif  // TENFOLD_BUILDER_CALIBRATOR_H_
