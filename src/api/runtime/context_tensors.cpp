// A context's shapes and addresses.
#include "api/convert.h"
#include "api/runtime/context.h"

namespace tenfold {
namespace {

// Distances between neighbours; -1 from the first unknown extent outwards.
std::vector<int64_t> stridesOf(const Value& v, const std::vector<int64_t>& extents) {
  std::vector<size_t> order;  // axes from the slowest to the fastest
  size_t rank = extents.size();
  bool channelsLast = v.layout == Layout::kChannelsLast && rank > 2;
  for (size_t axis = 0; axis < rank; ++axis)
    if (!channelsLast || axis != 1) order.push_back(axis);
  if (channelsLast) order.push_back(1);
  std::vector<int64_t> strides(rank);
  int64_t stride = 1;
  for (size_t i = rank; i-- > 0;) {
    strides[order[i]] = stride;
    stride = stride < 0 || extents[order[i]] < 0 ? -1 : stride * extents[order[i]];
  }
  return strides;
}

}  // namespace

bool Context::setOptimizationProfileAsync(int32_t profile, cudaStream_t) noexcept {
  return reporter_->guard("setOptimizationProfileAsync", [&] {
    execution_->setProfile(profile);
    return true;
  });
}

bool Context::setInputShape(const char* name, const nv::Dims& dims) noexcept {
  return reporter_->guard("setInputShape", [&] {
    execution_->setShape(engine().input(name), dims);
    return true;
  });
}

nv::Dims Context::getTensorShape(const char* name) const noexcept {
  return reporter_->guard(
      "getTensorShape",
      [&] {
        auto shape = execution_->shapeOf(engine().tensor(name));
        return shape ? toDims(*shape) : unknownDims();
      },
      nv::Dims{-1, {}});
}

nv::Dims Context::getTensorStrides(const char* name) const noexcept {
  return reporter_->guard(
      "getTensorStrides",
      [&] {
        const IoTensor& tensor = engine().tensor(name);
        auto shape = execution_->shapeOf(tensor);
        return shape ? toDims(stridesOf(*tensor.value, *shape)) : unknownDims();
      },
      nv::Dims{-1, {}});
}

int32_t Context::inferShapes(int32_t nbMaxNames, const char** names) noexcept {
  return reporter_->guard(
      "inferShapes",
      [&] {
        std::vector<const char*> missing = execution_->missingInputs();
        for (size_t i = 0; names && i < missing.size() && static_cast<int32_t>(i) < nbMaxNames; ++i)
          names[i] = missing[i];
        if (missing.empty()) execution_->resolve();
        return static_cast<int32_t>(missing.size());
      },
      -1);
}

bool Context::setTensorAddress(const char* name, void* data) noexcept {
  return reporter_->guard("setTensorAddress", [&] {
    execution_->setAddress(engine().tensor(name), data);
    return true;
  });
}

const void* Context::getTensorAddress(const char* name) const noexcept {
  return reporter_->guard("getTensorAddress", [&] { return execution_->address(engine().tensor(name)); });
}

bool Context::setInputTensorAddress(const char* name, const void* data) noexcept {
  return reporter_->guard("setInputTensorAddress", [&] {
    execution_->setAddress(engine().input(name), const_cast<void*>(data));
    return true;
  });
}

bool Context::setOutputTensorAddress(const char* name, void* data) noexcept {
  return reporter_->guard("setOutputTensorAddress", [&] {
    execution_->setAddress(engine().output(name), data);
    return true;
  });
}

void* Context::getOutputTensorAddress(const char* name) const noexcept {
  return reporter_->guard("getOutputTensorAddress",
                          [&] { return execution_->address(engine().output(name)); });
}

bool Context::setOutputAllocator(const char* name, nv::IOutputAllocator* allocator) noexcept {
  return reporter_->guard("setOutputAllocator", [&] {
    execution_->outputs().setAllocator(engine().output(name).index, allocator);
    return true;
  });
}

nv::IOutputAllocator* Context::getOutputAllocator(const char* name) noexcept {
  return reporter_->guard("getOutputAllocator",
                          [&] { return execution_->outputs().allocator(engine().output(name).index); });
}

int64_t Context::getMaxOutputSize(const char* name) const noexcept {
  return reporter_->guard(
      "getMaxOutputSize",
      [&] {
        auto bytes = execution_->mostOutputBytes(engine().output(name));
        require(bytes.has_value(), "the size of output '{}' depends on data without a limit", name);
        return *bytes;
      },
      int64_t{-1});
}

}  // namespace tenfold
