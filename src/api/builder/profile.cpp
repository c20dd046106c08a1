#include "api/builder/profile.h"

#include <algorithm>

#include "api/convert.h"

namespace tenfold {
namespace {

size_t place(nvinfer1::OptProfileSelector select) {
  return static_cast<size_t>(checkEnum(select, "selector"));
}

// Whether all three are set and rise from minimum to maximum.
template <typename T, typename List>
bool rises(const std::array<std::optional<T>, 3>& three, List list) {
  for (const auto& one : three)
    if (!one) return false;
  auto low = list(*three[0]), best = list(*three[1]), high = list(*three[2]);
  if (low.size() != best.size() || best.size() != high.size()) return false;
  for (size_t i = 0; i < low.size(); ++i)
    if (low[i] > best[i] || best[i] > high[i]) return false;
  return true;
}

}  // namespace

const ProfileEntry* ProfileFace::find(const char* input) const {
  auto it = entries_.find(&needed(input, "the input's name"));
  return it == entries_.end() ? nullptr : &it->second;
}

bool ProfileFace::setDimensions(const char* input, Selector select, const nvinfer1::Dims& dims) noexcept {
  return reporter_.guard("IOptimizationProfile::setDimensions", [&] {
    std::string name = &needed(input, "the input's name");
    size_t at = place(select);
    toShape(dims);
    entries_[name].dims[at] = dims;
    return true;
  });
}

nvinfer1::Dims ProfileFace::getDimensions(const char* input, Selector select) const noexcept {
  return reporter_.guard(
      "IOptimizationProfile::getDimensions",
      [&] {
        const ProfileEntry* entry = find(input);
        return entry ? entry->dims[place(select)].value_or(unknownDims()) : unknownDims();
      },
      unknownDims());
}

void ProfileFace::setValues(const char* input, Selector select, std::vector<int64_t> values) {
  std::string name = &needed(input, "the input's name");
  ProfileEntry& entry = entries_[name];
  for (const auto& other : entry.values)
    require(!other || other->size() == values.size(), "input '{}' has {} values already, {} are given", name,
            other ? other->size() : 0, values.size());
  entry.values[place(select)] = std::move(values);
}

bool ProfileFace::setShapeValues(const char* input, Selector select, const int32_t* values,
                                 int32_t count) noexcept {
  return reporter_.guard("IOptimizationProfile::setShapeValues", [&] {
    require(count >= 0 && (values || count == 0), "the values must not be null, nor their number {} negative",
            count);
    setValues(input, select, {values, values + count});
    return true;
  });
}

bool ProfileFace::setShapeValuesV2(const char* input, Selector select, const int64_t* values,
                                   int32_t count) noexcept {
  return reporter_.guard("IOptimizationProfile::setShapeValuesV2", [&] {
    require(count >= 0 && (values || count == 0), "the values must not be null, nor their number {} negative",
            count);
    setValues(input, select, {values, values + count});
    return true;
  });
}

int32_t ProfileFace::getNbShapeValues(const char* input) const noexcept {
  return reporter_.guard(
      "IOptimizationProfile::getNbShapeValues",
      [&] {
        const ProfileEntry* entry = find(input);
        if (entry)
          for (const auto& values : entry->values)
            if (values) return static_cast<int32_t>(values->size());
        return -1;
      },
      -1);
}

const std::vector<int64_t>* ProfileFace::valuesOf(const char* input, Selector select) const {
  const ProfileEntry* entry = find(input);
  const auto* values = entry ? &entry->values[place(select)] : nullptr;
  return values && *values ? &**values : nullptr;
}

const int32_t* ProfileFace::getShapeValues(const char* input, Selector select) const noexcept {
  return reporter_.guard("IOptimizationProfile::getShapeValues", [&]() -> const int32_t* {
    const std::vector<int64_t>* values = valuesOf(input, select);
    if (!values) return nullptr;
    std::vector<int32_t>& narrow = narrow_[input][place(select)];
    narrow.clear();
    for (int64_t v : *values) {
      require(v == static_cast<int32_t>(v), "value {} of '{}' needs 64 bits; use getShapeValuesV2", v, input);
      narrow.push_back(static_cast<int32_t>(v));
    }
    return narrow.data();
  });
}

const int64_t* ProfileFace::getShapeValuesV2(const char* input, Selector select) const noexcept {
  return reporter_.guard("IOptimizationProfile::getShapeValuesV2", [&]() -> const int64_t* {
    const std::vector<int64_t>* values = valuesOf(input, select);
    return values ? values->data() : nullptr;
  });
}

bool ProfileFace::setExtraMemoryTarget(float target) noexcept {
  return reporter_.guard("setExtraMemoryTarget", [&] {
    require(target >= 0 && target <= 1, "the extra memory is {}, expected 0 to 1", target);
    extraMemory_ = target;
    return true;
  });
}

bool ProfileFace::isValid() const noexcept {
  for (const auto& [name, entry] : entries_) {
    bool hasDims = entry.dims[0] || entry.dims[1] || entry.dims[2];
    bool hasValues = entry.values[0] || entry.values[1] || entry.values[2];
    if (hasDims && !rises(entry.dims, [](const nvinfer1::Dims& d) { return toInts(d); })) return false;
    if (hasValues && !rises(entry.values, [](const std::vector<int64_t>& v) { return v; })) return false;
  }
  return true;
}

}  // namespace tenfold
