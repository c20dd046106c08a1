// SPDX-License-Identifier: Apache-2.0
// INT8 calibrators (deprecated: quantize the model with Q/DQ layers instead).
#ifndef TENFOLD_BUILDER_CALIBRATOR_H_
#define TENFOLD_BUILDER_CALIBRATOR_H_

#include "../network/layer.h"

TENFOLD_BEGIN_DEPRECATED

namespace nvinfer1 {

//! How an INT8 calibrator chooses ranges.
enum class CalibrationAlgoType : int32_t {
  kLEGACY_CALIBRATION TRT_DEPRECATED_ENUM = 0,     //!< by quantile and regression cutoff
  kENTROPY_CALIBRATION TRT_DEPRECATED_ENUM = 1,    //!< least loss of information, before fusion
  kENTROPY_CALIBRATION_2 TRT_DEPRECATED_ENUM = 2,  //!< least loss of information
  kMINMAX_CALIBRATION TRT_DEPRECATED_ENUM = 3,     //!< the whole range of values
};

template <>
constexpr inline int32_t EnumMax<CalibrationAlgoType>() noexcept {
  return 4;
}

//! Options of calibration.
enum class QuantizationFlag : int32_t {
  //! calibrate the network as given, before layers are fused
  kCALIBRATE_BEFORE_FUSION TRT_DEPRECATED_ENUM = 0,
};

template <>
constexpr inline int32_t EnumMax<QuantizationFlag>() noexcept {
  return 1;
}

//! Provides sample inputs from which ranges of 8-bit tensors are found. Quantize the model with
//! IQuantizeLayer and IDequantizeLayer instead.
class TRT_DEPRECATED IInt8Calibrator : public IVersionedInterface {
 public:
  //! Not used: the batch belongs to the input dimensions.
  TRT_DEPRECATED_BECAUSE("there is no implicit batch") virtual int32_t getBatchSize() const noexcept = 0;

  //! Writes the device addresses of the inputs `names` of the next sample to `bindings`; false when there are
  //! no more.
  virtual bool getBatch(void* bindings[], const char* names[], int32_t nbBindings) noexcept = 0;

  //! The cache written by an earlier build and its length; null to calibrate anew.
  virtual const void* readCalibrationCache(size_t& length) noexcept = 0;

  //! Takes the cache, to be given to readCalibrationCache() in later builds.
  virtual void writeCalibrationCache(const void* ptr, size_t length) noexcept = 0;

  //! How ranges are chosen.
  virtual CalibrationAlgoType getAlgorithm() noexcept = 0;

  ~IInt8Calibrator() noexcept override = default;
};

namespace v_1_0 {

//! Calibrator of least loss of information, before fusion.
class TRT_DEPRECATED IInt8EntropyCalibrator : public IInt8Calibrator {
 public:
  //! Name and version of this interface.
  InterfaceInfo getInterfaceInfo() const noexcept override {
    return InterfaceInfo{"IInt8EntropyCalibrator", 1, 0};
  }

  //! kENTROPY_CALIBRATION.
  CalibrationAlgoType getAlgorithm() noexcept override { return CalibrationAlgoType::kENTROPY_CALIBRATION; }

  ~IInt8EntropyCalibrator() noexcept override = default;
};

//! Calibrator of least loss of information.
class TRT_DEPRECATED IInt8EntropyCalibrator2 : public IInt8Calibrator {
 public:
  //! Name and version of this interface.
  InterfaceInfo getInterfaceInfo() const noexcept override {
    return InterfaceInfo{"IInt8EntropyCalibrator2", 1, 0};
  }

  //! kENTROPY_CALIBRATION_2.
  CalibrationAlgoType getAlgorithm() noexcept override { return CalibrationAlgoType::kENTROPY_CALIBRATION_2; }

  ~IInt8EntropyCalibrator2() noexcept override = default;
};

//! Calibrator by the whole range of values.
class TRT_DEPRECATED IInt8MinMaxCalibrator : public IInt8Calibrator {
 public:
  //! Name and version of this interface.
  InterfaceInfo getInterfaceInfo() const noexcept override {
    return InterfaceInfo{"IInt8MinMaxCalibrator", 1, 0};
  }

  //! kMINMAX_CALIBRATION.
  CalibrationAlgoType getAlgorithm() noexcept override { return CalibrationAlgoType::kMINMAX_CALIBRATION; }

  ~IInt8MinMaxCalibrator() noexcept override = default;
};

//! Calibrator by quantile and regression cutoff.
class TRT_DEPRECATED IInt8LegacyCalibrator : public IInt8Calibrator {
 public:
  //! Name and version of this interface.
  InterfaceInfo getInterfaceInfo() const noexcept override { return InterfaceInfo{"IInt8Calibrator", 1, 0}; }

  //! kLEGACY_CALIBRATION.
  CalibrationAlgoType getAlgorithm() noexcept override { return CalibrationAlgoType::kLEGACY_CALIBRATION; }

  //! The part of values, 0 to 1, that the range must hold.
  virtual double getQuantile() const noexcept = 0;

  //! The part of the greatest value, 0 to 1, below which the range is not searched.
  virtual double getRegressionCutoff() const noexcept = 0;

  //! The histograms of an earlier build and their length; null for none.
  virtual const void* readHistogramCache(size_t& length) noexcept = 0;

  //! Takes the histograms, to be given to readHistogramCache() in later builds.
  virtual void writeHistogramCache(const void* ptr, size_t length) noexcept = 0;

  ~IInt8LegacyCalibrator() noexcept override = default;
};

}  // namespace v_1_0

//! The version of the interface that is in use.
using IInt8EntropyCalibrator = v_1_0::IInt8EntropyCalibrator;

//! The version of the interface that is in use.
using IInt8EntropyCalibrator2 = v_1_0::IInt8EntropyCalibrator2;

//! The version of the interface that is in use.
using IInt8MinMaxCalibrator = v_1_0::IInt8MinMaxCalibrator;

//! The version of the interface that is in use.
using IInt8LegacyCalibrator = v_1_0::IInt8LegacyCalibrator;

}  // namespace nvinfer1

TENFOLD_END_DEPRECATED

#endif  // TENFOLD_BUILDER_CALIBRATOR_H_
