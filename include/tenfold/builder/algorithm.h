// SPDX-License-Identifier: Apache-2.0
// The algorithm selector, by which an application sees and picks tactics (deprecated).
#ifndef TENFOLD_BUILDER_ALGORITHM_H_
#define TENFOLD_BUILDER_ALGORITHM_H_

#include "../abi/builder.h"
#include "../runtime/engine.h"

TENFOLD_BEGIN_DEPRECATED

namespace nvinfer1 {

class TRT_DEPRECATED IAlgorithmIOInfo : public INoCopy {
 public:
  DataType getDataType() const noexcept { return mImpl->getDataType(); }

  Dims getStrides() const noexcept { return mImpl->getStrides(); }

  int64_t getVectorizedDim() const noexcept { return mImpl->getVectorizedDim(); }

  int64_t getComponentsPerElement() const noexcept { return mImpl->getComponentsPerElement(); }

 protected:
  virtual ~IAlgorithmIOInfo() noexcept = default;
  apiv::VAlgorithmIOInfo* mImpl{nullptr};
};

class TRT_DEPRECATED IAlgorithmVariant : public INoCopy {
 public:
  int64_t getImplementation() const noexcept { return mImpl->getImplementation(); }

  int64_t getTactic() const noexcept { return mImpl->getTactic(); }

 protected:
  virtual ~IAlgorithmVariant() noexcept = default;
  apiv::VAlgorithmVariant* mImpl{nullptr};
};

class TRT_DEPRECATED IAlgorithmContext : public INoCopy {
 public:
  const char* getName() const noexcept { return mImpl->getName(); }

  Dims getDimensions(int32_t index, OptProfileSelector select) const noexcept {
    return mImpl->getDimensions(index, select);
  }

  int32_t getNbInputs() const noexcept { return mImpl->getNbInputs(); }

  int32_t getNbOutputs() const noexcept { return mImpl->getNbOutputs(); }

 protected:
  virtual ~IAlgorithmContext() noexcept = default;
  apiv::VAlgorithmContext* mImpl{nullptr};
};

class TRT_DEPRECATED IAlgorithm : public INoCopy {
 public:
  const IAlgorithmVariant& getAlgorithmVariant() const noexcept { return mImpl->getAlgorithmVariant(); }

  float getTimingMSec() const noexcept { return mImpl->getTimingMSec(); }

  size_t getWorkspaceSize() const noexcept { return mImpl->getWorkspaceSize(); }

  const IAlgorithmIOInfo* getAlgorithmIOInfoByIndex(int32_t index) const noexcept {
    return mImpl->getAlgorithmIOInfoByIndex(index);
  }

  // What versions 7 and 8 had.
#include "../legacy/algorithm.inc"
 protected:
  virtual ~IAlgorithm() noexcept = default;
  apiv::VAlgorithm* mImpl{nullptr};
};

namespace v_1_0 {

class TRT_DEPRECATED IAlgorithmSelector : public IVersionedInterface {
 public:
  InterfaceInfo getInterfaceInfo() const noexcept override {
    return InterfaceInfo{"IAlgorithmSelector", 1, 0};
  }

  virtual int32_t selectAlgorithms(const IAlgorithmContext& context, const IAlgorithm* const* choices,
                                   int32_t nbChoices, int32_t* selection) noexcept = 0;

  virtual void reportAlgorithms(const IAlgorithmContext* const* algoContexts,
                                const IAlgorithm* const* algoChoices, int32_t nbAlgorithms) noexcept = 0;

  virtual ~IAlgorithmSelector() noexcept = default;
};

}  // namespace v_1_0
}  // namespace nvinfer1

TENFOLD_END_DEPRECATED

#endif  // TENFOLD_BUILDER_ALGORITHM_H_
