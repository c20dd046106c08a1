// IOptimizationProfile.
#pragma once

#include <array>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "NvInfer.h"
#include "api/errors.h"

namespace tenfold {

// What one input may be: the three values of dimensions or of elements, where they are set.
struct ProfileEntry {
  std::array<std::optional<nvinfer1::Dims>, 3> dims;
  std::array<std::optional<std::vector<int64_t>>, 3> values;
};

class ProfileFace final : public nvinfer1::IOptimizationProfile, public nvinfer1::apiv::VOptimizationProfile {
 public:
  using Selector = nvinfer1::OptProfileSelector;
  explicit ProfileFace(std::shared_ptr<const Reporter> maker) : reporter_(std::move(maker)) { mImpl = this; }
  const std::map<std::string, ProfileEntry>& entries() const { return entries_; }

  bool setDimensions(const char* input, Selector select, const nvinfer1::Dims& dims) noexcept override;
  nvinfer1::Dims getDimensions(const char* input, Selector select) const noexcept override;
  bool setShapeValues(const char* input, Selector select, const int32_t* values,
                      int32_t count) noexcept override;
  int32_t getNbShapeValues(const char* input) const noexcept override;
  const int32_t* getShapeValues(const char* input, Selector select) const noexcept override;
  bool setExtraMemoryTarget(float target) noexcept override;
  float getExtraMemoryTarget() const noexcept override { return extraMemory_; }
  bool isValid() const noexcept override;
  bool setShapeValuesV2(const char* input, Selector select, const int64_t* values,
                        int32_t count) noexcept override;
  const int64_t* getShapeValuesV2(const char* input, Selector select) const noexcept override;

 private:
  const ProfileEntry* find(const char* input) const;
  void setValues(const char* input, Selector select, std::vector<int64_t> values);
  const std::vector<int64_t>* valuesOf(const char* input, Selector select) const;
  Reporter reporter_;
  std::map<std::string, ProfileEntry> entries_;
  // What getShapeValues gave out.
  mutable std::map<std::string, std::array<std::vector<int32_t>, 3>> narrow_;
  float extraMemory_ = 1;
};

}  // namespace tenfold
