// A shared library that is loaded when it is first needed.
#pragma once

#include <initializer_list>
#include <string>

namespace tenfold::cuda {

class Library {
 public:
  // The first of the names that can be loaded: as the loader finds it, then in the folders of
  // TENFOLD_CUDA_LIBRARIES (separated by colons), /usr/local/cuda/lib64 and those of the pip packages
  // nvidia-* next to this library.
  explicit Library(std::initializer_list<const char*> names);
  bool isLoaded() const { return handle_ != nullptr; }
  const std::string& error() const { return error_; }  // why it could not be loaded
  // Null where it does not exist.
  void* find(const char* symbol) const;
  // Throws Error that names library and symbol.
  void* get(const char* symbol) const;

 private:
  void* handle_ = nullptr;
  std::string name_, error_;
};

}  // namespace tenfold::cuda
