// What convolutions, deconvolutions and poolings share: windows over the spatial dimensions.
#pragma once

#include "api/network/faces.h"

namespace tenfold {

// The attributes of ONNX's operators as their parameters. Slots is one of the four classes that have them.
template <typename Handle, typename Slots>
class WindowLayer : public Layer<Handle, Slots> {
 public:
  using Layer<Handle, Slots>::Layer;

  void setPrePadding(const nv::Dims& padding) noexcept override {
    setPads("setPrePadding", &padding, nullptr);
  }
  nv::Dims getPrePadding() const noexcept override { return pads(0); }
  void setPostPadding(const nv::Dims& padding) noexcept override {
    setPads("setPostPadding", nullptr, &padding);
  }
  nv::Dims getPostPadding() const noexcept override { return pads(1); }
  void setPaddingNd(const nv::Dims& padding) noexcept override {
    setPads("setPaddingNd", &padding, &padding);
  }
  nv::Dims getPaddingNd() const noexcept override { return pads(0); }

  void setPaddingMode(nv::PaddingMode mode) noexcept override {
    this->change("setPaddingMode", [&] {
      Attributes& attrs = this->node_->attrs;
      attrs.set("auto_pad", kAutoPads[static_cast<size_t>(checkEnum(mode, "padding mode"))]);
      attrs.set("ceil_mode", int64_t{mode == nv::PaddingMode::kEXPLICIT_ROUND_UP});
    });
  }
  nv::PaddingMode getPaddingMode() const noexcept override {
    size_t mode = this->textAttr("auto_pad", std::span(kAutoPads).subspan(1), 0);
    if (mode > 0) return static_cast<nv::PaddingMode>(mode + 1);
    return this->intAttr("ceil_mode", 0) ? nv::PaddingMode::kEXPLICIT_ROUND_UP
                                         : nv::PaddingMode::kEXPLICIT_ROUND_DOWN;
  }
  void setStrideNd(const nv::Dims& stride) noexcept override {
    setPositive("setStrideNd", "strides", stride);
  }
  nv::Dims getStrideNd() const noexcept override { return listed("strides", 1); }

 protected:
  // By PaddingMode.
  static constexpr const char* kAutoPads[] = {"NOTSET", "NOTSET", "SAME_UPPER", "SAME_LOWER"};

  virtual std::vector<int64_t> kernel() const { return this->attrs().integers("kernel_shape"); }
  size_t spatialRank() const { return kernel().size(); }

  std::vector<int64_t> fitting(const nv::Dims& dims, const char* what) const {
    std::vector<int64_t> values = toInts(dims);
    require(values.size() == spatialRank(), "the {} has {} dimensions, the kernel has {}", what,
            values.size(), spatialRank());
    return values;
  }
  void setPositive(const char* entry, const char* attr, const nv::Dims& dims) noexcept {
    this->change(entry, [&] {
      std::vector<int64_t> values = fitting(dims, attr);
      for (int64_t v : values) require(v > 0, "{} {} must be positive", attr, str(dims));
      this->node_->attrs.set(attr, values);
    });
  }
  nv::Dims listed(const char* attr, int64_t fallback) const noexcept {
    return this->reporter().guard(
        attr,
        [&] { return toDims(this->attrs().integers(attr, std::vector<int64_t>(spatialRank(), fallback))); },
        unknownDims());
  }

 private:
  nv::Dims pads(size_t half) const noexcept {
    return this->reporter().guard(
        "pads",
        [&] {
          size_t rank = spatialRank();
          std::vector<int64_t> all = this->attrs().integers("pads", std::vector<int64_t>(2 * rank, 0));
          auto from = all.begin() + static_cast<int64_t>(half * rank);
          return toDims(std::vector<int64_t>(from, from + static_cast<int64_t>(rank)));
        },
        unknownDims());
  }
  void setPads(const char* entry, const nv::Dims* begins, const nv::Dims* ends) noexcept {
    this->change(entry, [&] {
      size_t rank = spatialRank();
      std::vector<int64_t> all = this->attrs().integers("pads", std::vector<int64_t>(2 * rank, 0));
      auto put = [&](const nv::Dims* dims, size_t at) {
        if (!dims) return;
        std::vector<int64_t> values = fitting(*dims, "padding");
        for (int64_t v : values) require(v >= 0, "padding {} must not be negative", str(*dims));
        std::copy(values.begin(), values.end(), all.begin() + static_cast<int64_t>(at));
      };
      put(begins, 0);
      put(ends, rank);
      this->node_->attrs.set("pads", all);
    });
  }
};

}  // namespace tenfold
