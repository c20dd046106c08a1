// SPDX-License-Identifier: Apache-2.0
// The algorithm selector, by which an application sees and picks tactics (deprecated).
#ifndef TENFOLD_BUILDER_ALGORITHM_H_
#define TENFOLD_BUILDER_ALGORITHM_H_

#include "../abi/builder.h"
#include "../runtime/engine.h"

TENFOLD_BEGIN_DEPRECATED

namespace nvinfer1 {

//! Type and layout of an input or output of an algorithm.
class TRT_DEPRECATED IAlgorithmIOInfo : public INoCopy {
 public:
  //! Element type.
  DataType getDataType() const noexcept { return mImpl->getDataType(); }

  //! Distances between neighbours along each dimension, in elements.
  Dims getStrides() const noexcept { return mImpl->getStrides(); }

  //! Dimension along which components are packed; -1 for none.
  int64_t getVectorizedDim() const noexcept { return mImpl->getVectorizedDim(); }

  //! Components that are packed together; 1 when none are.
  int64_t getComponentsPerElement() const noexcept { return mImpl->getComponentsPerElement(); }

 protected:
  virtual ~IAlgorithmIOInfo() noexcept = default;
  apiv::VAlgorithmIOInfo* mImpl{nullptr};
};

//! Identifies an algorithm for a layer.
class TRT_DEPRECATED IAlgorithmVariant : public INoCopy {
 public:
  //! Number of the implementation.
  int64_t getImplementation() const noexcept { return mImpl->getImplementation(); }

  //! Number of its tactic.
  int64_t getTactic() const noexcept { return mImpl->getTactic(); }

 protected:
  virtual ~IAlgorithmVariant() noexcept = default;
  apiv::VAlgorithmVariant* mImpl{nullptr};
};

//! The layer that an algorithm is chosen for.
class TRT_DEPRECATED IAlgorithmContext : public INoCopy {
 public:
  //! Name of the layer.
  const char* getName() const noexcept { return mImpl->getName(); }

  //! Least, best or greatest dimensions of input or output `index`, inputs first.
  Dims getDimensions(int32_t index, OptProfileSelector select) const noexcept {
    return mImpl->getDimensions(index, select);
  }

  //! Number of inputs.
  int32_t getNbInputs() const noexcept { return mImpl->getNbInputs(); }

  //! Number of outputs.
  int32_t getNbOutputs() const noexcept { return mImpl->getNbOutputs(); }

 protected:
  virtual ~IAlgorithmContext() noexcept = default;
  apiv::VAlgorithmContext* mImpl{nullptr};
};

//! A way to run a layer.
class TRT_DEPRECATED IAlgorithm : public INoCopy {
 public:
  //! What identifies it.
  const IAlgorithmVariant& getAlgorithmVariant() const noexcept { return mImpl->getAlgorithmVariant(); }

  //! Time it took, in milliseconds.
  float getTimingMSec() const noexcept { return mImpl->getTimingMSec(); }

  //! Bytes of scratch memory it needs.
  size_t getWorkspaceSize() const noexcept { return mImpl->getWorkspaceSize(); }

  //! Type and layout of input or output `index`, inputs first; null when out of range.
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

//! Lets an application choose how layers run. Use an editable timing cache instead.
class TRT_DEPRECATED IAlgorithmSelector : public IVersionedInterface {
 public:
  //! Name and version of this interface.
  InterfaceInfo getInterfaceInfo() const noexcept override {
    return InterfaceInfo{"IAlgorithmSelector", 1, 0};
  }

  //! Writes the numbers of acceptable choices to `selection`, nbChoices at most, and returns how many;
  //! negative leaves the choice to the builder.
  virtual int32_t selectAlgorithms(const IAlgorithmContext& context, const IAlgorithm* const* choices,
                                   int32_t nbChoices, int32_t* selection) noexcept = 0;

  //! Tells what was chosen in the end for each layer.
  virtual void reportAlgorithms(const IAlgorithmContext* const* algoContexts,
                                const IAlgorithm* const* algoChoices, int32_t nbAlgorithms) noexcept = 0;

  virtual ~IAlgorithmSelector() noexcept = default;
};

}  // namespace v_1_0
}  // namespace nvinfer1

TENFOLD_END_DEPRECATED

#endif  // TENFOLD_BUILDER_ALGORITHM_H_
