// A shared library that is loaded when it is first needed, and tables of its functions.
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

// The body of a struct that has a pointer to each function of LIST, and a method that loads them. LIST(X) is
// X(f) for each function f; a name that a header redefines (as cuda.h does) stands for the new one.
#define TENFOLD_FUNCTION_TABLE(LIST) \
  LIST(TENFOLD_FUNCTION_MEMBER)      \
  void load(const Library& library) { LIST(TENFOLD_FUNCTION_LOAD) }
#define TENFOLD_FUNCTION_MEMBER(f) decltype(&::f) f = nullptr;
#define TENFOLD_FUNCTION_LOAD(f) f = reinterpret_cast<decltype(f)>(library.get(TENFOLD_FUNCTION_NAME(f)));
#define TENFOLD_FUNCTION_NAME(f) #f

}  // namespace tenfold::cuda
