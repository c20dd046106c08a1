// IEngineInspector: the layers of an engine as text.
#pragma once

#include "api/runtime/context.h"

namespace tenfold {

class Inspector final : public nv::IEngineInspector, public nv::apiv::VEngineInspector {
 public:
  explicit Inspector(std::shared_ptr<const EngineState> engine)
      : engine_(std::move(engine)), reporter_(engine_->reporter) {
    mImpl = this;
  }

  nv::IEngineInspector* getPImpl() noexcept override { return this; }
  bool setExecutionContext(const nv::IExecutionContext* context) noexcept override;
  const nv::IExecutionContext* getExecutionContext() const noexcept override { return context_; }
  const char* getLayerInformation(int32_t layer, nv::LayerInformationFormat format) const noexcept override;
  const char* getEngineInformation(nv::LayerInformationFormat format) const noexcept override;
  void setErrorRecorder(nv::IErrorRecorder* recorder) noexcept override { reporter_.setRecorder(recorder); }
  nv::IErrorRecorder* getErrorRecorder() const noexcept override { return reporter_.recorder(); }

 private:
  std::shared_ptr<const EngineState> engine_;
  Reporter reporter_;
  const Context* context_ = nullptr;
  mutable std::string text_;
};

}  // namespace tenfold
