// SPDX-License-Identifier: Apache-2.0
// The attribute macros of the interface, for every language standard from C++11 on.
#ifndef TENFOLD_MACROS_H_
#define TENFOLD_MACROS_H_

// Deprecation of a declaration, of an enumerator, and of an exported function.
#if __cplusplus >= 201402L
#define TRT_DEPRECATED [[deprecated]]
#define TRT_DEPRECATED_BECAUSE(REASON) [[deprecated(REASON)]]
#else
#define TRT_DEPRECATED __attribute__((deprecated))
#define TRT_DEPRECATED_BECAUSE(REASON) TRT_DEPRECATED
#endif
#if __cplusplus >= 201703L
#define TRT_DEPRECATED_ENUM [[deprecated]]
#elif __cplusplus >= 201402L
#define TRT_DEPRECATED_ENUM __attribute__((deprecated))
#else
#define TRT_DEPRECATED_ENUM
#endif
#define TRT_DEPRECATED_API TRT_DEPRECATED __attribute__((visibility("default")))

// A result that must not be dropped.
#if __cplusplus >= 202002L
#define TRT_NODISCARD [[nodiscard]]
#define TRT_NODISCARD_BECAUSE(REASON) [[nodiscard(REASON)]]
#elif __cplusplus >= 201703L
#define TRT_NODISCARD [[nodiscard]]
#define TRT_NODISCARD_BECAUSE(REASON) [[nodiscard]]
#else
#define TRT_NODISCARD
#define TRT_NODISCARD_BECAUSE(REASON)
#endif

// Visibility of exported functions: set only while the libraries themselves are compiled.
#ifdef TENSORRT_BUILD_LIB
#define TENSORRTAPI __attribute__((visibility("default")))
#else
#define TENSORRTAPI
#endif

// Says nothing; spelled by programs that were written for TensorRT 7.
#define TRTNOEXCEPT

// Around declarations of ours that mention deprecated names: no warning arises from them, while uses of
// these names in the program still warn.
#define TENFOLD_BEGIN_DEPRECATED \
  _Pragma("GCC diagnostic push") _Pragma("GCC diagnostic ignored \"-Wdeprecated-declarations\"")
#define TENFOLD_END_DEPRECATED _Pragma("GCC diagnostic pop")

#endif  // TENFOLD_MACROS_H_
