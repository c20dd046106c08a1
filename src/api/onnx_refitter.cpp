#include "api/onnx_refitter.h"

#include "api/data_type.h"
#include "base/mapped_file.h"

namespace tenfold {

bool OnnxRefitter::loadModelProto(const void* model, size_t size, const char* path) noexcept {
  return errors_.guard([&] {
    require(model != nullptr, "expected the bytes of a model, found a null pointer");
    loaded_ = OnnxModel::parse({static_cast<const std::byte*>(model), size});
    options_ = ImportOptions();
    if (path) options_.path = path;
    return true;
  });
}

bool OnnxRefitter::loadInitializer(const char* name, const void* data, size_t size) noexcept {
  return errors_.guard([&] {
    require(loaded_ != nullptr, "loadInitializer() comes after loadModelProto(), which has not succeeded");
    require(name && loaded_->hasInitializer(name), "the loaded model has no initializer '{}'",
            name ? name : "");
    require(data != nullptr, "expected the data of '{}', found a null pointer", name);
    options_.initializers[name] = {static_cast<const std::byte*>(data), size};
    return true;
  });
}

bool OnnxRefitter::refitModelProto() noexcept {
  return errors_.guard([&] {
    require(loaded_ != nullptr, "refitModelProto() comes after loadModelProto(), which has not succeeded");
    weights_ = loaded_->weights(options_);
    int32_t count = refitter_.getAllWeights(0, nullptr);
    std::vector<const char*> names(static_cast<size_t>(std::max(count, 0)));
    refitter_.getAllWeights(count, names.data());
    bool complete = true;
    for (const char* name : names) {
      auto it = weights_.find(name);
      if (it == weights_.end()) continue;  // made by the builder; the refitter says whether it misses any
      auto type = toApi(it->second.dtype());
      bool set = type && refitter_.setNamedWeights(name, {*type, it->second.data(), it->second.numel()});
      if (!set)
        errors_.add(nvonnxparser::ErrorCode::kREFIT_FAILED,
                    fmt::format("the engine does not take the weights '{}' of type {} and shape {}", name,
                                typeName(it->second.dtype()), it->second.shape().str()));
      complete = complete && set;
    }
    return complete;
  });
}

bool OnnxRefitter::refitFromBytes(const void* model, size_t size, const char* path) noexcept {
  return loadModelProto(model, size, path) && refitModelProto();
}

bool OnnxRefitter::refitFromFile(const char* file) noexcept {
  return errors_.guard([&] {
    require(file != nullptr, "expected the path of a model, found a null pointer");
    auto mapped = MappedFile::open(file);
    loaded_ = OnnxModel::parse(mapped->bytes(), mapped);
    options_ = ImportOptions();
    options_.path = file;
    return refitModelProto();
  });
}

}  // namespace tenfold
